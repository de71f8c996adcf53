// The part of CBOR (RFC 8949) that web tokens use, to and from plain values.

/** A tag with its content (RFC 8949, section 3.4). */
export class Tagged {
  readonly tag: number
  readonly value: CborValue

  constructor(tag: number, value: CborValue) {
    this.tag = tag
    this.value = value
  }
}

export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<number | string, CborValue>
  | Tagged

/** Deeper nesting is no token. */
const MAX_DEPTH = 16

/** One value; throws a RangeError for anything that is not one well-formed value. */
export function decodeCbor(bytes: Buffer): CborValue {
  const reader = new Reader(bytes)
  const value = reader.read(0)
  if (!reader.atEnd) throw new RangeError('there are bytes after the value')
  return value
}

export function encodeCbor(value: CborValue): Buffer {
  const parts: Uint8Array[] = []
  write(value, parts)
  return Buffer.concat(parts)
}

class Reader {
  #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  read(depth: number): CborValue {
    if (depth > MAX_DEPTH) throw new RangeError('is nested too deeply')
    const initial = this.#take(1)[0]!
    const [major, info] = [initial >> 5, initial & 31]
    if (major === 7) return this.#simple(info)
    const length = this.#argument(info)
    switch (major) {
      case 0:
        return toNumber(length)
      case 1:
        return toNumber(-1n - length)
      case 2:
        return Buffer.from(this.#take(toSize(length)))
      case 3:
        return this.#take(toSize(length)).toString('utf8')
      case 4:
        return this.#list(toSize(length), depth)
      case 5:
        return this.#map(toSize(length), depth)
      default:
        return new Tagged(toSize(length), this.read(depth + 1))
    }
  }

  #list(length: number, depth: number): CborValue[] {
    const items: CborValue[] = []
    for (let i = 0; i < length; i++) items.push(this.read(depth + 1))
    return items
  }

  #map(length: number, depth: number): Map<number | string, CborValue> {
    const map = new Map<number | string, CborValue>()
    for (let i = 0; i < length; i++) {
      const key = this.read(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string')
        throw new RangeError('a key is no number or text')
      map.set(key, this.read(depth + 1))
    }
    return map
  }

  #simple(info: number): CborValue {
    switch (info) {
      case 20:
        return false
      case 21:
        return true
      case 22:
        return null
      case 23:
        return undefined
      case 25:
        return toHalf(this.#take(2).readUInt16BE())
      case 26:
        return this.#take(4).readFloatBE()
      case 27:
        return this.#take(8).readDoubleBE()
      default:
        throw new RangeError(`the simple value ${info} is not known`)
    }
  }

  #argument(info: number): bigint {
    if (info < 24) return BigInt(info)
    switch (info) {
      case 24:
        return BigInt(this.#take(1)[0]!)
      case 25:
        return BigInt(this.#take(2).readUInt16BE())
      case 26:
        return BigInt(this.#take(4).readUInt32BE())
      case 27:
        return this.#take(8).readBigUInt64BE()
      default:
        throw new RangeError('values of indefinite length are not taken')
    }
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('ends too early')
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }
}

function toNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function toSize(length: bigint): number {
  if (length > 0xffff_ffffn) throw new RangeError('a length is too large')
  return Number(length)
}

/** (RFC 8949, appendix D) */
function toHalf(half: number): number {
  const [exponent, mantissa] = [(half >> 10) & 31, half & 1023]
  const sign = (half & 0x8000) === 0 ? 1 : -1
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN
  return sign * (mantissa + 1024) * 2 ** (exponent - 25)
}

function write(value: CborValue, parts: Uint8Array[]): void {
  if (value === null) parts.push(Buffer.of(0xf6))
  else if (value === undefined) parts.push(Buffer.of(0xf7))
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xf5 : 0xf4))
  else if (typeof value === 'number' && !Number.isSafeInteger(value)) writeFloat(value, parts)
  else if (typeof value === 'number' || typeof value === 'bigint') writeInteger(BigInt(value), parts)
  else if (typeof value === 'string') writeBytes(3, Buffer.from(value, 'utf8'), parts)
  else if (value instanceof Uint8Array) writeBytes(2, value, parts)
  else if (value instanceof Tagged) {
    writeHead(6, BigInt(value.tag), parts)
    write(value.value, parts)
  } else if (value instanceof Map) {
    const map = value as ReadonlyMap<number | string, CborValue>
    writeHead(5, BigInt(map.size), parts)
    for (const [key, each] of map) {
      write(key, parts)
      write(each, parts)
    }
  } else {
    const list = value as readonly CborValue[]
    writeHead(4, BigInt(list.length), parts)
    for (const each of list) write(each, parts)
  }
}

function writeInteger(value: bigint, parts: Uint8Array[]): void {
  if (value >= 0n) writeHead(0, value, parts)
  else writeHead(1, -1n - value, parts)
}

function writeFloat(value: number, parts: Uint8Array[]): void {
  const bytes = Buffer.alloc(9, 0xfb)
  bytes.writeDoubleBE(value, 1)
  parts.push(bytes)
}

function writeBytes(major: number, bytes: Uint8Array, parts: Uint8Array[]): void {
  writeHead(major, BigInt(bytes.length), parts)
  parts.push(bytes)
}

function writeHead(major: number, argument: bigint, parts: Uint8Array[]): void {
  const high = major << 5
  if (argument < 24n) parts.push(Buffer.of(high | Number(argument)))
  else if (argument < 0x100n) parts.push(Buffer.of(high | 24, Number(argument)))
  else if (argument < 0x1_0000n) {
    const bytes = Buffer.alloc(3, high | 25)
    bytes.writeUInt16BE(Number(argument), 1)
    parts.push(bytes)
  } else if (argument < 0x1_0000_0000n) {
    const bytes = Buffer.alloc(5, high | 26)
    bytes.writeUInt32BE(Number(argument), 1)
    parts.push(bytes)
  } else {
    const bytes = Buffer.alloc(9, high | 27)
    bytes.writeBigUInt64BE(argument, 1)
    parts.push(bytes)
  }
}
