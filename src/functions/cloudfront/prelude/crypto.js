// The module crypto: hashes and HMACs, made by the host. (Developer Guide, 'JavaScript runtime 2.0 features')
function hashing(kind, algorithm, key) {
  if (algorithm !== 'md5' && algorithm !== 'sha1' && algorithm !== 'sha256') {
    throw new TypeError(`not supported algorithm: "${Text(algorithm)}"`)
  }
  let parts = []
  const methods = create(kind)
  define(methods, 'update', function update(data, encoding) {
    if (parts === null) throw new Failure('Digest already called')
    push(parts, inputBytes(data, encoding, 'data'))
    return this
  })
  define(methods, 'digest', function digest(encoding) {
    if (parts === null) throw new Failure('Digest already called')
    if (encoding !== undefined && normalEncoding(encoding) === 'utf8') {
      throw new TypeError(`Unknown digest encoding: "${encoding}"`)
    }
    const all = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    parts = null
    const bytes = new Bytes(
      key === undefined ? hostHash(algorithm, copyOf(all)) : hostHmac(algorithm, copyOf(key), copyOf(all)),
    )
    if (encoding !== undefined) return decodeBytes(bytes, encoding)
    return isV2 ? toBuffer(bytes) : toByteString(bytes)
  })
  return methods
}

/** In 1.0 a byte string is hashed byte by byte, a text as UTF-8. */
function inputBytes(data, encoding, what) {
  if (typeof data === 'string' && encoding === undefined && byteStrings[data] === true)
    return fromByteString(data)
  if (typeof data === 'string' || isBytes(data) || RawBuffer.isView(data))
    return new Bytes(bytesOf(data, encoding, what))
  throw new TypeError(`${what} is not a string or Buffer-like object`)
}

const hashProto = {}
const hmacProto = {}
const cryptoModule = {
  createHash(algorithm) {
    return hashing(hashProto, algorithm, undefined)
  },
  createHmac(algorithm, key) {
    return hashing(hmacProto, algorithm, inputBytes(key, undefined, 'key'))
  },
}
modules.crypto = cryptoModule
