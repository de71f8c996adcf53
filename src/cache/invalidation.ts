// Invalidations as a sequence of patterns; what they take is found out when an entry is looked up.
import type { InvalidationLog } from '../message/context.ts'

/** More records than this are folded: entries older than the folded ones count as invalidated. */
const KEEP_RECORDS = 10_000

interface InvalidationRecord {
  readonly sequence: number
  readonly path: string
}

/**
 * The invalidations of one distribution. Taking one costs nothing up front however much is cached: an entry
 * remembers the sequence it was checked up to and is compared with newer patterns only.
 * ('What you need to know when invalidating files')
 */
export class InvalidationSequence implements InvalidationLog {
  sequence = 0
  #records: InvalidationRecord[] = []
  /** Entries checked up to less than this are gone whatever their URL. */
  #allBefore = 0

  /** Adds paths as the API takes them: '*' is a wildcard at the end only, elsewhere literal. */
  append(paths: readonly string[]): void {
    for (const path of paths) {
      this.sequence++
      if (path === '/*') {
        this.#allBefore = this.sequence
        this.#records = []
      } else this.#records.push({ sequence: this.sequence, path: encodePath(path) })
    }
    const excess = this.#records.length - KEEP_RECORDS
    if (excess > 0) {
      this.#allBefore = this.#records[excess - 1]!.sequence
      this.#records.splice(0, excess)
    }
  }

  covers(url: string, since: number): boolean {
    if (since >= this.sequence) return false
    if (since < this.#allBefore) return true
    const encoded = encodePath(url)
    for (let i = this.#records.length - 1; i >= 0; i--) {
      const record = this.#records[i]!
      if (record.sequence <= since) return false
      if (coversUrl(record.path, encoded)) return true
    }
    return false
  }
}

/** Whether one invalidation path takes a URL (path and query string as the viewer requests them). */
function coversUrl(path: string, url: string): boolean {
  return path.endsWith('*') ? url.startsWith(path.slice(0, -1)) : path === url
}

/** Characters outside ASCII are compared in their percent-encoded form. */
function encodePath(path: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\u0000-\u007f]*$/.test(path) ? path : path.replace(/[^\u0000-\u007f]+/gu, encodeSafely)
}

function encodeSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
