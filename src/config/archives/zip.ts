// Reads zip archives from memory: what is in them, and the bytes of each file. Nothing is trusted.
import { crc32, inflateRawSync } from 'node:zlib'

/** One file or symbolic link of an archive; folders follow from the names. */
export interface ZipEntry {
  /** Relative, with `/` between its parts; none of them is `..`. */
  readonly name: string
  readonly kind: 'file' | 'link'
  readonly size: number
  /** Unpacks it; throws for what does not fit the archive's own account of it. */
  readonly read: () => Buffer
}

/** What a function may be, unpacked. (AWS Lambda Developer Guide, 'Lambda quotas') */
export const UNPACKED_BYTES = 250 * 1024 * 1024
/** Far more than any function has; a bound for archives that are made to hurt. */
const MOST_ENTRIES = 50_000

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff
const ENCRYPTED = 1
const STORED = 0
const DEFLATED = 8
const UNIX = 3
const MODE_TYPE = 0o170000
const MODE_LINK = 0o120000

/** Why an archive is not unpacked. */
export class ZipError extends Error {}

/** The entries by the directory at the end of the archive. Throws {@link ZipError}. (PKWARE APPNOTE, 4.3) */
export function readZip(bytes: Buffer): ZipEntry[] {
  const end = findEnd(bytes)
  const count = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  if (count === 0xffff || at === 0xffffffff) throw new ZipError('it is in the form ZIP64, which is not read')
  if (count > MOST_ENTRIES) throw new ZipError(`it has more than ${MOST_ENTRIES} entries`)
  const entries: ZipEntry[] = []
  let total = 0
  for (let number = 0; number < count; number++) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== DIRECTORY_ENTRY)
      throw new ZipError('its directory is damaged')
    const entry = readEntry(bytes, at)
    if (entry !== null) {
      total += entry.size
      if (total > UNPACKED_BYTES) throw new ZipError('it is larger than 250 MB, the most that Lambda takes')
      entries.push(entry)
    }
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries
}

/** The record at the end, which a comment may follow. */
function findEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT)
  for (let at = bytes.length - END_BYTES; at >= first; at--)
    if (bytes.readUInt32LE(at) === END_OF_DIRECTORY) return at
  throw new ZipError('it is no zip archive')
}

/** Null for a folder. */
function readEntry(bytes: Buffer, at: number): ZipEntry | null {
  const nameBytes = bytes.subarray(at + 46, at + 46 + bytes.readUInt16LE(at + 28))
  const name = toSafeName(nameBytes.toString('utf8'))
  if (name.endsWith('/')) return null
  if ((bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0) throw new ZipError(`${name} in it is encrypted`)
  const method = bytes.readUInt16LE(at + 10)
  if (method !== STORED && method !== DEFLATED)
    throw new ZipError(`${name} in it is packed by method ${method}`)
  const [sum, packed, size] = [
    bytes.readUInt32LE(at + 16),
    bytes.readUInt32LE(at + 20),
    bytes.readUInt32LE(at + 24),
  ]
  const local = bytes.readUInt32LE(at + 42)
  if ([packed, size, local].includes(0xffffffff))
    throw new ZipError('it is in the form ZIP64, which is not read')
  const isUnix = bytes.readUInt16LE(at + 4) >>> 8 === UNIX
  const mode = isUnix ? bytes.readUInt32LE(at + 38) >>> 16 : 0
  return {
    name,
    kind: (mode & MODE_TYPE) === MODE_LINK ? 'link' : 'file',
    size,
    read: () => unpack(bytes, { name, local, method, packed, size, sum }),
  }
}

interface Packed {
  readonly name: string
  readonly local: number
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly sum: number
}

function unpack(bytes: Buffer, { name, local, method, packed, size, sum }: Packed): Buffer {
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL_HEADER)
    throw new ZipError(`${name} in it is damaged`)
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
  if (start + packed > bytes.length) throw new ZipError(`${name} in it is cut off`)
  const content = bytes.subarray(start, start + packed)
  const plain = method === STORED ? content : inflate(content, name, size)
  if (plain.length !== size || crc32(plain) !== sum) throw new ZipError(`${name} in it is damaged`)
  return plain
}

/** Never more than the directory says: an archive may not grow without bound. */
function inflate(content: Buffer, name: string, size: number): Buffer {
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(size, 1) })
  } catch {
    throw new ZipError(`${name} in it is damaged`)
  }
}

/** Names that lead out of the folder are refused, whatever they were meant for. */
function toSafeName(name: string): string {
  const parts = name.split('/')
  const isSafe = name !== '' && !/[\\\0]/.test(name) && !/^[A-Za-z]:/.test(name) && !name.startsWith('/')
  if (!isSafe || parts.includes('..'))
    throw new ZipError(`${JSON.stringify(name)} in it leads out of its folder`)
  return name
}
