// TextEncoder, TextDecoder, atob and btoa of runtime 2.0.
class TextEncoder {
  encode(text) {
    return encodeText(text === undefined ? '' : `${text}`, 'utf8')
  }
  encodeInto(text, target) {
    if (!isBytes(target)) throw new TypeError('destination argument must be an Uint8Array')
    const written = writeText(target, `${text}`, 0, undefined, 'utf8')
    const read = decodeBytes(new Bytes(target.buffer, target.byteOffset, written), 'utf8').length
    return { read, written }
  }
}

class TextDecoder {
  #fatal = false
  #ignoreBOM = false
  constructor(label, options) {
    const name = label === undefined ? 'utf-8' : `${label}`.toLowerCase()
    if (name !== 'utf-8' && name !== 'utf8') throw new RangeError(`The "${label}" encoding is not supported`)
    if (options) {
      this.#fatal = !!options.fatal
      this.#ignoreBOM = !!options.ignoreBOM
    }
  }
  get encoding() {
    return 'utf-8'
  }
  get fatal() {
    return this.#fatal
  }
  get ignoreBOM() {
    return this.#ignoreBOM
  }
  decode(input) {
    if (input === undefined) return ''
    const bytes = input instanceof RawBuffer ? new Bytes(input) : bytesOf(input, undefined, 'input')
    if (bytes.length === 0) return ''
    if (this.#fatal && decodeStrictly(bytes) === null) throw new TypeError('The encoded data was not valid')
    const text = decodeBytes(bytes, 'utf8')
    return !this.#ignoreBOM && charCode(text, 0) === 0xfeff ? sliceText(text, 1) : text
  }
}

if (isV2) {
  defineAll(globalThis, {
    TextEncoder,
    TextDecoder,
    atob(text) {
      const plain = `${text}`.replace(/[\t\n\f\r ]+/g, '').replace(/={1,2}$/, '')
      if (plain.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(plain)) {
        throw new TypeError('The string to be decoded is not correctly encoded')
      }
      return toByteString(encodeText(plain, 'base64'))
    },
    btoa(text) {
      const bytes = fromByteString(`${text}`)
      if (bytes === null) throw new TypeError('invalid character (>= U+00FF)')
      return bytes.length === 0 ? '' : decodeBytes(bytes, 'base64')
    },
  })
}
