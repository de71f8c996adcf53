// Text to bytes and back, done by the host.

/** A text with NUL or half a surrogate pair would not cross as a C string; as JSON it does. */
function encodeText(text, encoding) {
  const plain = indexOfText(text, '\0') < 0 && isWellFormed(text)
  return new Bytes(plain ? hostEncode(text, encoding) : hostEncodeJson(stringify(text), encoding))
}

function decodeBytes(bytes, encoding) {
  const text = hostDecode(copyOf(bytes), encoding)
  return charCode(text, 0) === 34 /* JSON */ ? parse(text) : sliceText(text, 1)
}

/** An ArrayBuffer of just these bytes. */
function copyOf(bytes) {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : new Bytes(bytes).buffer
}

function isBytes(value) {
  return value instanceof Bytes
}

function normalEncoding(encoding) {
  switch (encoding === undefined ? 'utf8' : encoding) {
    case 'utf8':
    case 'utf-8':
      return 'utf8'
    case 'hex':
      return 'hex'
    case 'base64':
      return 'base64'
    case 'base64url':
      return 'base64url'
    default:
      throw new TypeError(`"${Text(encoding)}" encoding is not supported`)
  }
}
