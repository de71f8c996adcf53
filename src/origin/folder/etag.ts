// The entity tags of files: computed once per version of a file.
import { createHash } from 'node:crypto'
import type { OpenObject } from './file.ts'

/** Upload tools send larger files in parts of this size, and then the tag is no longer the MD5 of the content. */
const PART_BYTES = 8 * 1024 * 1024
const MAX_REMEMBERED = 2000
const READ_BYTES = 256 * 1024

/** Gives the tag of an open file, with its quotes. */
export type ETags = (object: OpenObject) => Promise<string>

/** The tag of content at hand: S3's MD5. */
export function etagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`
}

/** Creates the memory of tags; two requests for one new file read it once. */
export function createETags(): ETags {
  const known = new Map<string, Promise<string>>()
  return (object) => {
    const found = known.get(object.stamp)
    if (found !== undefined) return found
    const tag = object.size > PART_BYTES ? Promise.resolve(tagOfLargeFile(object)) : readTag(object)
    known.set(object.stamp, tag)
    tag.catch(() => known.delete(object.stamp))
    if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value!)
    return tag
  }
}

/**
 * Looks like the tag of an upload in parts, `<hex>-<parts>`.
 *
 * Differs from CloudFront: the ETag of a file above 8 MiB comes from its size and time of change, because S3's would need the whole file to be read first.
 */
function tagOfLargeFile(object: OpenObject): string {
  const hex = createHash('md5').update(object.stamp).digest('hex')
  return `"${hex}-${Math.ceil(object.size / PART_BYTES)}"`
}

async function readTag(object: OpenObject): Promise<string> {
  const hash = createHash('md5')
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, object.size + 1))
  let at = 0
  while (at < object.size) {
    const { bytesRead } = await object.handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) break
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return `"${hash.digest('hex')}"`
}
