// Makes zip archives in memory, honest ones and others.
import { writeFileSync } from 'node:fs'
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  readonly name: string
  readonly text: string
  /** Unix mode, with the type of file in it. */
  readonly mode?: number
  readonly isStored?: boolean
  /** What the archive says of the file, where that is not true. */
  readonly claims?: Partial<Record<'size' | 'sum' | 'flags' | 'method', number>>
}

export const LINK = 0o120777

/** Files by name, or with everything about them. */
export function zip(files: Readonly<Record<string, string>> | readonly ZipFile[], comment = ''): Buffer {
  const all = Array.isArray(files)
    ? (files as readonly ZipFile[])
    : Object.entries(files as Record<string, string>).map(([name, text]) => ({ name, text }))
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const file of all) {
    const [local, entry] = toRecords(file, at)
    locals.push(local)
    directory.push(entry)
    at += local.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(all.length, 8)
  end.writeUInt16LE(all.length, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(at, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...locals, entries, end, Buffer.from(comment)])
}

export function writeZip(path: string, files: Parameters<typeof zip>[0]): string {
  writeFileSync(path, zip(files))
  return path
}

function toRecords({ name, text, mode, isStored, claims = {} }: ZipFile, at: number): [Buffer, Buffer] {
  const plain = Buffer.from(text)
  const packed = isStored === true ? plain : deflateRawSync(plain)
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(20, 0)
  fields.writeUInt16LE(claims.flags ?? 0, 2)
  fields.writeUInt16LE(claims.method ?? (isStored === true ? 0 : 8), 4)
  fields.writeUInt32LE(claims.sum ?? crc32(plain), 10)
  fields.writeUInt32LE(packed.length, 14)
  fields.writeUInt32LE(claims.size ?? plain.length, 18)
  fields.writeUInt16LE(Buffer.byteLength(name), 22)
  const own = Buffer.alloc(16)
  own.writeUInt32LE(((mode ?? 0o100644) << 16) >>> 0, 8)
  own.writeUInt32LE(at, 12)
  const signature = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  return [
    Buffer.concat([signature(0x04034b50), fields, Buffer.from(name), packed]),
    Buffer.concat([signature(0x02014b50), Buffer.from([20, 3]), fields, own.subarray(2), Buffer.from(name)]),
  ]
}
