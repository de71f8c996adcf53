// Writes the smallest database of address ranges in MaxMind's format: one record for all IPv4 addresses.

type Value = string | number | readonly Value[] | { readonly [name: string]: Value }

const TYPE = { string: 2, double: 3, uint16: 5, uint32: 6, map: 7, array: 11 } as const

/** The bytes of a .mmdb file in which every address has this record. */
export function toMmdb(record: Value): Buffer {
  const data = encode(record)
  // One node whose both sides point to the first record, 16 bytes behind the tree.
  const node = Buffer.from([0, 0, 1 + 16, 0, 0, 1 + 16])
  const metadata = Buffer.concat([
    control(TYPE.map, 9),
    ...pair('binary_format_major_version', uint16(2)),
    ...pair('binary_format_minor_version', uint16(0)),
    ...pair('build_epoch', uint32(0)),
    ...pair('database_type', encode('test')),
    ...pair('description', encode({})),
    ...pair('ip_version', uint16(4)),
    ...pair('languages', encode([])),
    ...pair('node_count', uint32(1)),
    ...pair('record_size', uint16(24)),
  ])
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')])
  return Buffer.concat([node, Buffer.alloc(16), data, marker, metadata])
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([control(TYPE.string, text.length), text])
  }
  if (typeof value === 'number') return Number.isInteger(value) ? uint32(value) : double(value)
  if (Array.isArray(value)) return Buffer.concat([control(TYPE.array, value.length), ...value.map(encode)])
  const pairs = Object.entries(value as { readonly [name: string]: Value })
  return Buffer.concat([
    control(TYPE.map, pairs.length),
    ...pairs.flatMap(([name, each]) => pair(name, encode(each))),
  ])
}

function pair(name: string, value: Buffer): Buffer[] {
  return [encode(name), value]
}

function uint16(value: number): Buffer {
  return Buffer.from([...control(TYPE.uint16, 2), value >> 8, value & 255])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return Buffer.concat([control(TYPE.uint32, 4), bytes])
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return Buffer.concat([control(TYPE.double, 8), bytes])
}

/** Type and size; types above 7 stand in a byte of their own. */
function control(type: number, size: number): Buffer {
  if (size > 28) return Buffer.from([(type << 5) | 29, size - 29])
  return type > 7 ? Buffer.from([size, type - 7]) : Buffer.from([(type << 5) | size])
}
