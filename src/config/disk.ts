// What the configuration asks of the disk: is there a file, is there a folder.
import { statSync } from 'node:fs'

export interface Disk {
  readonly isFile: (path: string) => boolean
  readonly isFolder: (path: string) => boolean
}

/** The real disk; what cannot be looked at is not there. */
export const realDisk: Disk = {
  isFile: (path) => statOf(path)?.isFile() ?? false,
  isFolder: (path) => statOf(path)?.isDirectory() ?? false,
}

function statOf(path: string): ReturnType<typeof statSync> | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
