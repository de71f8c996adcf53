// Deployment packages as folders: each archive is unpacked once, into a folder that goes with the run.
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { readZip, UNPACKED_BYTES, ZipError, type ZipEntry } from './zip.ts'

/** The folder that an archive was unpacked to, or why it was not. */
export type Unpacked =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'unusable'; readonly reason: string }

/** The unpacked archives of one run. */
export interface Archives {
  /** The same folder until the archive changes. */
  unpack(file: string): Unpacked
  /** The archive that a file comes from, with the name in it; null for any other file. */
  originOf(file: string): { readonly archive: string; readonly name: string } | null
  /** Removes what was unpacked. */
  close(): void
}

/** `openFolder` makes an empty folder that belongs to the user alone; it is called when the first archive comes. */
export function createArchives(openFolder: () => string): Archives {
  let root: string | null = null
  let count = 0
  const known = new Map<string, { readonly stamp: string; readonly unpacked: Unpacked }>()
  const origins = new Map<string, string>()

  function open(file: string): Unpacked {
    try {
      root ??= openFolder()
      const folder = join(root, String(++count), basename(file))
      unpackTo(folder, file)
      origins.set(folder, file)
      return { kind: 'folder', folder }
    } catch (error) {
      const reason = error instanceof ZipError ? error.message : `it cannot be unpacked: ${toReason(error)}`
      return { kind: 'unusable', reason }
    }
  }

  return {
    unpack(file) {
      const stamp = toStamp(file)
      const before = known.get(file)
      if (before?.stamp === stamp) return before.unpacked
      const unpacked = open(file)
      known.set(file, { stamp, unpacked })
      return unpacked
    },
    originOf(file) {
      for (const [folder, archive] of origins)
        if (file.startsWith(folder + sep))
          return { archive, name: relative(folder, file).split(sep).join('/') }
      return null
    },
    close() {
      if (root !== null) rmSync(root, { recursive: true, force: true, maxRetries: 3 })
      root = null
      known.clear()
      origins.clear()
    },
  }
}

/** For those who only look at a configuration and run nothing of it. */
export const NO_ARCHIVES: Archives = {
  unpack: () => ({ kind: 'unusable', reason: 'it is an archive' }),
  originOf: () => null,
  close: () => {},
}

function unpackTo(folder: string, file: string): void {
  if (statSync(file).size > UNPACKED_BYTES)
    throw new ZipError('it is larger than 250 MB, the most that Lambda takes')
  const entries = readZip(readFileSync(file))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const entry of entries) {
    if (entry.kind === 'link') continue
    const path = join(folder, entry.name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, entry.read(), { mode: 0o600 })
  }
  // Last, so that nothing is written through one.
  for (const entry of entries) if (entry.kind === 'link') link(folder, entry)
}

function link(folder: string, entry: ZipEntry): void {
  const path = join(folder, entry.name)
  const target = entry.read().toString('utf8')
  const end = resolve(dirname(path), target)
  if (end !== folder && !end.startsWith(folder + sep))
    throw new ZipError(`the link ${entry.name} in it leads out of its folder`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // Absolute: what a relative one means depends on the links on the way to it.
  symlinkSync(end, path)
}

function toStamp(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
