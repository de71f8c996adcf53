// Files that configuration files refer to: nested templates, included parts, manifests.
import type { Disk } from './disk.ts'
import { fromText } from './nodes/from-text.ts'
import type { ConfigNode, Located } from './nodes/node.ts'
import { Report } from './nodes/report.ts'

/** The further files of one load; each is read once, and all of them are watched. */
export class SourceFiles {
  readonly disk: Disk
  #report: Report
  #trees = new Map<string, ConfigNode | null>()

  constructor(disk: Disk, report: Report) {
    this.disk = disk
    this.#report = report
  }

  /** The tree of a file; null when it cannot be read, which is reported at `at` or in the file. */
  read(path: string, at: Located): ConfigNode | null {
    const known = this.#trees.get(path)
    if (known !== undefined) return known
    const tree = this.#parse(path, at)
    this.#trees.set(path, tree)
    return tree
  }

  /** The same for files that need not be there, or need not be what they look like. */
  find(path: string): ConfigNode | null {
    if (!this.disk.isFile(path)) return null
    const known = this.#trees.get(path)
    if (known !== undefined) return known
    const read = this.disk.readText(path)
    const tree = read.kind === 'text' ? fromText(read.text, path, new Report()) : null
    this.#trees.set(path, tree)
    return tree
  }

  #parse(path: string, at: Located): ConfigNode | null {
    if (!this.disk.isFile(path)) {
      this.#report.error(at, null, `there is no file ${path}`)
      return null
    }
    const read = this.disk.readText(path)
    if (read.kind === 'text') return fromText(read.text, path, this.#report)
    this.#report.error(at, null, `${path} cannot be read: ${read.reason}`)
    return null
  }
}
