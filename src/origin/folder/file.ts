// Opens the file that holds a key, and nothing outside the folder.
import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { toFilePath } from './key.ts'

/** An open file and what was true of it when it was opened. The caller closes it. */
export interface OpenObject {
  readonly kind: 'object'
  readonly handle: FileHandle
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  /** Changes whenever the file does. */
  readonly stamp: string
}

/** What was found under a key. */
export type FoundObject =
  | OpenObject
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'refused'
      readonly because: 'a link that leads out of the folder' | 'the file may not be read'
    }
  | { readonly kind: 'no-folder' }
  | { readonly kind: 'broken'; readonly error: Error }

const MISSING = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'EINVAL', 'ENXIO', 'ELOOP'])
const REFUSED = new Set(['EACCES', 'EPERM'])
/** Never waits for a named pipe's other end, and never follows a link that came after the check. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** Opens the file of a key. The real path decides: links may lead anywhere within the folder, never out of it. */
export async function openObject(folder: string, key: string): Promise<FoundObject> {
  let root: string
  try {
    root = await realpath(folder)
  } catch {
    return { kind: 'no-folder' }
  }
  const path = toFilePath(key)
  if (path === null) return { kind: 'missing' }
  try {
    const real = await realpath(join(root, path))
    const below = relative(root, real)
    if (below === '..' || below.startsWith(`..${sep}`) || join(root, below) !== real)
      return { kind: 'refused', because: 'a link that leads out of the folder' }
    if (isOtherCase(below, path)) return { kind: 'missing' }
    return await openFile(real)
  } catch (error) {
    return toFound(error)
  }
}

/** Keys are case-sensitive also where the file system is not. */
function isOtherCase(found: string, asked: string): boolean {
  return found !== asked && found.toLowerCase() === asked.toLowerCase()
}

async function openFile(path: string): Promise<FoundObject> {
  const handle = await open(path, FLAGS)
  try {
    const stat = await handle.stat({ bigint: true })
    if (stat.isFile()) {
      return {
        kind: 'object',
        handle,
        size: Number(stat.size),
        modifiedAt: Number(stat.mtimeNs / 1_000_000n),
        stamp: `${path}\0${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`,
      }
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return { kind: 'missing' }
}

function toFound(error: unknown): FoundObject {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (MISSING.has(code)) return { kind: 'missing' }
  if (REFUSED.has(code)) return { kind: 'refused', because: 'the file may not be read' }
  return { kind: 'broken', error: error instanceof Error ? error : new Error(String(error)) }
}

/** The object of a key in the last of several folders that has it; each holds the keys below its prefix. */
export async function openLayers(
  layers: readonly { readonly prefix: string; readonly folder: string }[],
  key: string,
): Promise<FoundObject> {
  let found: FoundObject = { kind: 'missing' }
  for (const { prefix, folder } of layers.toReversed()) {
    if (!key.startsWith(prefix)) continue
    found = await openObject(folder, key.slice(prefix.length))
    if (found.kind !== 'missing') return found
  }
  return found
}
