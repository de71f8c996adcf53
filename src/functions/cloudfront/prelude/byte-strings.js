// Byte strings of runtime 1.0: strings whose characters are bytes. (Developer Guide, 'JavaScript runtime 1.0 features')

/**
 * The byte strings that this run made. The engine of CloudFront knows them from texts by their type; here 'é' as a
 * byte is known from 'é' as a text by having come from one of these methods.
 */
const byteStrings = create(null)

function toByteString(bytes) {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += fromCharCode(bytes[i])
  byteStrings[text] = true
  return text
}

/** null: a character is no byte. */
function fromByteString(text) {
  const bytes = new Bytes(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = charCode(text, i)
    if (code > 255) return null
    bytes[i] = code
  }
  return bytes
}

/** A valid UTF-8 text and null otherwise. */
function decodeStrictly(bytes) {
  const text = decodeBytes(bytes, 'utf8')
  return compareBytes(encodeText(text, 'utf8'), bytes) === 0 ? text : null
}

if (!isV2) {
  define(String, 'bytesFrom', function bytesFrom(value, encoding) {
    if (isArray(value)) return toByteString(Buffer.from(value))
    if (typeof value !== 'string') throw new TypeError('value must be a string or array')
    const name = normalEncoding(encoding)
    if (name === 'utf8') throw new TypeError(`"${Text(encoding)}" encoding is not supported`)
    return toByteString(encodeText(value, name))
  })
  defineAll(String.prototype, {
    fromBytes(start, end) {
      return sliceText(this, start, end)
    },
    fromUTF8(start, end) {
      const bytes = fromByteString(sliceText(this, start, end))
      return bytes === null ? null : decodeStrictly(bytes)
    },
    toBytes(start, end) {
      const part = sliceText(this, start, end)
      return fromByteString(part) === null ? null : toByteString(fromByteString(part))
    },
    toUTF8(start, end) {
      return toByteString(encodeText(sliceText(this, start, end), 'utf8'))
    },
  })
}
