// Buffer of runtime 2.0: exactly the listed methods. (Developer Guide, 'JavaScript runtime 2.0 features')
class NodeBuffer extends Bytes {}
const bufferProto = NodeBuffer.prototype

function Buffer() {
  throw new TypeError('Buffer is not a constructor')
}
defineProperty(Buffer, 'prototype', { value: bufferProto, writable: false })
define(bufferProto, 'constructor', Buffer)

function toBuffer(bytes) {
  return new NodeBuffer(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function bytesOf(value, encoding, what) {
  if (typeof value === 'string') return encodeText(value, normalEncoding(encoding))
  if (isBytes(value)) return value
  if (RawBuffer.isView(value)) return new Bytes(value.buffer, value.byteOffset, value.byteLength)
  throw new TypeError(`${what} must be a string or Buffer, TypedArray, or DataView`)
}

function integer(value, fallback) {
  if (value === undefined) return fallback
  const number = Number(value)
  return number !== number ? 0 : trunc(number)
}

function clamp(value, fallback, max) {
  const number = integer(value, fallback)
  return number < 0 ? 0 : number > max ? max : number
}

function sizeOf(size) {
  const number = Number(size)
  if (!(number >= 0 && number <= 0x7fffffff)) throw new RangeError('invalid size')
  return trunc(number)
}

function compareBytes(a, b) {
  const length = a.length < b.length ? a.length : b.length
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1
}

function fillBytes(buffer, value, from, to, encoding) {
  if (from >= to) return buffer
  if (typeof value !== 'string' && !isBytes(value)) {
    for (let i = from, byte = Number(value) & 255; i < to; i++) buffer[i] = byte
    return buffer
  }
  const bytes = bytesOf(value, encoding, 'value')
  if (bytes.length === 0) {
    for (let i = from; i < to; i++) buffer[i] = 0
    return buffer
  }
  for (let i = from; i < to; i++) buffer[i] = bytes[(i - from) % bytes.length]
  return buffer
}

defineAll(Buffer, {
  alloc(size, fill, encoding) {
    const buffer = new NodeBuffer(sizeOf(size))
    return fill === undefined ? buffer : fillBytes(buffer, fill, 0, buffer.length, encoding)
  },
  allocUnsafe(size) {
    return new NodeBuffer(sizeOf(size))
  },
  byteLength(value, encoding) {
    if (value instanceof RawBuffer) return value.byteLength
    return bytesOf(value, encoding, 'first argument').byteLength
  },
  compare(a, b) {
    return compareBytes(bytesOf(a, undefined, 'first argument'), bytesOf(b, undefined, 'second argument'))
  },
  concat(list, total) {
    if (!isArray(list)) throw new TypeError('"list" argument must be an instance of Array')
    let length = 0
    for (let i = 0; i < list.length; i++) {
      if (!isBytes(list[i]))
        throw new TypeError(`"list[${i}]" argument must be an instance of Buffer or Uint8Array`)
      length += list[i].length
    }
    const buffer = new NodeBuffer(total === undefined ? length : sizeOf(total))
    let at = 0
    for (let i = 0; i < list.length && at < buffer.length; i++) {
      const part = list[i].length > buffer.length - at ? list[i].subarray(0, buffer.length - at) : list[i]
      setBytes(buffer, part, at)
      at += part.length
    }
    return buffer
  },
  from(value, second, third) {
    if (typeof value === 'string') return toBuffer(encodeText(value, normalEncoding(second)))
    if (value instanceof RawBuffer) return bufferOver(value, second, third)
    if (typeof value !== 'object' || value === null) {
      throw new TypeError('first argument is not a string, Buffer, ArrayBuffer, Array, or array-like object')
    }
    const list = value.type === 'Buffer' && isArray(value.data) ? value.data : value
    if (typeof list.length !== 'number') {
      const plain = value.valueOf()
      if (plain !== value && plain !== null && plain !== undefined) return Buffer.from(plain, second, third)
      throw new TypeError('first argument is not a string, Buffer, ArrayBuffer, Array, or array-like object')
    }
    const buffer = new NodeBuffer(sizeOf(list.length))
    for (let i = 0; i < buffer.length; i++) buffer[i] = Number(list[i]) & 255
    return buffer
  },
  isBuffer(value) {
    return value instanceof NodeBuffer
  },
  isEncoding(encoding) {
    return (
      encoding === 'utf8' ||
      encoding === 'utf-8' ||
      encoding === 'hex' ||
      encoding === 'base64' ||
      encoding === 'base64url'
    )
  },
})

function bufferOver(memory, offset, length) {
  const from = integer(offset, 0)
  if (from < 0 || from > memory.byteLength) throw new RangeError('invalid index')
  const count = integer(length, memory.byteLength - from)
  if (count < 0 || from + count > memory.byteLength) throw new RangeError('invalid index')
  return new NodeBuffer(memory, from, count)
}

function swapper(width) {
  return function () {
    if (this.length % width !== 0) throw new RangeError(`Buffer size must be a multiple of ${width * 8}-bits`)
    for (let i = 0; i < this.length; i += width) {
      for (let a = i, b = i + width - 1; a < b; a++, b--) {
        const byte = this[a]
        this[a] = this[b]
        this[b] = byte
      }
    }
    return this
  }
}

function needle(value, encoding) {
  if (typeof value === 'string' || isBytes(value)) return bytesOf(value, encoding, 'value')
  const one = new Bytes(1)
  one[0] = Number(value) & 255
  return one
}

function matches(buffer, part, at) {
  for (let i = 0; i < part.length; i++) if (buffer[at + i] !== part[i]) return false
  return true
}

/** The arguments of the search methods: an encoding may stand in place of the offset. */
function searchFrom(offset, fallback, length) {
  if (typeof offset === 'string' || offset === undefined) return fallback
  const from = integer(offset, fallback)
  return from < 0 ? from + length : from
}

function findForward(buffer, value, offset, encoding) {
  const part = needle(value, typeof offset === 'string' ? offset : encoding)
  let at = searchFrom(offset, 0, buffer.length)
  for (at = at < 0 ? 0 : at; at + part.length <= buffer.length; at++) if (matches(buffer, part, at)) return at
  return -1
}

defineAll(bufferProto, {
  compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
    const other = bytesOf(target, undefined, 'target')
    const a = this.subarray(clamp(sourceStart, 0, this.length), clamp(sourceEnd, this.length, this.length))
    return compareBytes(
      a,
      other.subarray(clamp(targetStart, 0, other.length), clamp(targetEnd, other.length, other.length)),
    )
  },
  copy(target, targetStart, sourceStart, sourceEnd) {
    const at = clamp(targetStart, 0, target.length)
    const from = clamp(sourceStart, 0, this.length)
    const end = clamp(sourceEnd, this.length, this.length)
    const count = end <= from ? 0 : end - from < target.length - at ? end - from : target.length - at
    if (count > 0) setBytes(target, new Bytes(this.buffer, this.byteOffset + from, count), at)
    return count
  },
  equals(other) {
    return compareBytes(this, bytesOf(other, undefined, 'target')) === 0
  },
  fill(value, offset, end, encoding) {
    if (typeof offset === 'string') return fillBytes(this, value, 0, this.length, offset)
    if (typeof end === 'string')
      return fillBytes(this, value, clamp(offset, 0, this.length), this.length, end)
    return fillBytes(
      this,
      value,
      clamp(offset, 0, this.length),
      clamp(end, this.length, this.length),
      encoding,
    )
  },
  includes(value, offset, encoding) {
    return findForward(this, value, offset, encoding) >= 0
  },
  indexOf(value, offset, encoding) {
    return findForward(this, value, offset, encoding)
  },
  lastIndexOf(value, offset, encoding) {
    const part = needle(value, typeof offset === 'string' ? offset : encoding)
    const last = this.length - part.length
    let at = searchFrom(offset, last, this.length)
    for (at = at > last ? last : at; at >= 0; at--) if (matches(this, part, at)) return at
    return -1
  },
  subarray(start, end) {
    const from = relative(start, 0, this.length)
    const to = relative(end, this.length, this.length)
    return new NodeBuffer(this.buffer, this.byteOffset + from, to > from ? to - from : 0)
  },
  swap16: swapper(2),
  swap32: swapper(4),
  swap64: swapper(8),
  toJSON() {
    const data = []
    for (let i = 0; i < this.length; i++) push(data, this[i])
    return { type: 'Buffer', data }
  },
  toString(encoding, start, end) {
    const name = normalEncoding(encoding)
    const from = clamp(start, 0, this.length)
    const to = clamp(end, this.length, this.length)
    return to <= from ? '' : decodeBytes(new Bytes(this.buffer, this.byteOffset + from, to - from), name)
  },
  write(text, offset, length, encoding) {
    if (typeof text !== 'string') throw new TypeError('first argument must be a string')
    if (typeof offset === 'string') return writeText(this, text, 0, this.length, offset)
    if (typeof length === 'string') return writeText(this, text, offset, undefined, length)
    return writeText(this, text, offset, length, encoding)
  },
})
define(bufferProto, 'slice', undefined)

function relative(value, fallback, length) {
  const number = integer(value, fallback)
  if (number < 0) return number + length < 0 ? 0 : number + length
  return number > length ? length : number
}

function writeText(buffer, text, offset, length, encoding) {
  const at = integer(offset, 0)
  if (at < 0 || at > buffer.length) throw new RangeError('"offset" is out of range')
  const room = clamp(length, buffer.length - at, buffer.length - at)
  const bytes = encodeText(text, normalEncoding(encoding))
  let count = bytes.length < room ? bytes.length : room
  // A character that does not fit as a whole is left out.
  if (count < bytes.length && normalEncoding(encoding) === 'utf8')
    while (count > 0 && (bytes[count] & 192) === 128) count--
  setBytes(buffer, new Bytes(bytes.buffer, bytes.byteOffset, count), at)
  return count
}

if (isV2) {
  define(globalThis, 'Buffer', Buffer)
  modules.buffer = { Buffer }
}
