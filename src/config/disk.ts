// What the configuration asks of the disk: is there a file, is there a folder, what is in them.
import { readdirSync, readFileSync, statSync } from 'node:fs'

export interface Disk {
  readonly isFile: (path: string) => boolean
  readonly isFolder: (path: string) => boolean
  /** The names in a folder, sorted; none when there is no such folder. */
  readonly list: (path: string) => readonly string[]
  /** A file's text with its times in milliseconds, or why it cannot be read. */
  readonly readText: (path: string) => FileText | { readonly kind: 'unreadable'; readonly reason: string }
}

export interface FileText {
  readonly kind: 'text'
  readonly text: string
  readonly createdAt: number
  readonly modifiedAt: number
}

/** The real disk; what cannot be looked at is not there. */
export const realDisk: Disk = {
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

function statOf(path: string): ReturnType<typeof statSync> | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
