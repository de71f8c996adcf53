// What the configuration asks of the disk: is there a file, is there a folder, what is in them.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { NO_ARCHIVES, type Archives, type Unpacked } from './archives/archives.ts'

export interface Disk {
  readonly isFile: (path: string) => boolean
  readonly isFolder: (path: string) => boolean
  /** The names in a folder, sorted; none when there is no such folder. */
  readonly list: (path: string) => readonly string[]
  /** A file's text with its times in milliseconds, or why it cannot be read. */
  readonly readText: (path: string) => FileText | { readonly kind: 'unreadable'; readonly reason: string }
  /** The content of a zip archive as a folder. */
  readonly unpack: (path: string) => Unpacked
}

export interface FileText {
  readonly kind: 'text'
  readonly text: string
  readonly createdAt: number
  readonly modifiedAt: number
}

/** The disk of one load. */
export interface LoadDisk extends Disk {
  /** Absolute paths of the files that were read, archives among them. */
  readonly read: ReadonlySet<string>
}

/** The real disk; what cannot be looked at is not there. */
export function createDisk(archives: Archives): LoadDisk {
  const read = new Set<string>()
  return {
    ...FILES,
    read,
    readText(path) {
      read.add(path)
      return FILES.readText(path)
    },
    unpack(path) {
      read.add(path)
      return archives.unpack(path)
    },
  }
}

const FILES: Omit<Disk, 'unpack'> = {
  isFile: (path) => statOf(path)?.isFile() ?? false,
  isFolder: (path) => statOf(path)?.isDirectory() ?? false,
  list(path) {
    try {
      return readdirSync(path).toSorted()
    } catch {
      return []
    }
  },
  readText(path) {
    try {
      const { birthtimeMs, mtimeMs } = statSync(path)
      return { kind: 'text', text: readFileSync(path, 'utf8'), createdAt: birthtimeMs, modifiedAt: mtimeMs }
    } catch (error) {
      return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) }
    }
  },
}

/** For those who run no code. */
export const realDisk: Disk = createDisk(NO_ARCHIVES)

function statOf(path: string): ReturnType<typeof statSync> | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
