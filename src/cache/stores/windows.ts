// What was read of large bodies lately, kept in memory: many viewers want the same places of the same film.
import { LRUCache } from 'lru-cache'

/** Files are read in pieces of this size, each of which starts at a multiple of it. */
export const WINDOW_BYTES = 128 * 1024
const KEPT_WINDOWS = 128

/** The latest windows of all files of one folder; 16 MiB at most. */
export class Windows {
  #kept = new LRUCache<string, Buffer>({ max: KEPT_WINDOWS })

  /** The bytes from `at` to the end of its window, or null. */
  from(file: number, at: number): Buffer | null {
    const start = toWindowStart(at)
    const kept = this.#kept.get(`${file} ${start}`)
    return kept === undefined ? null : kept.subarray(at - start)
  }

  /** Only a full window is kept: the last one of a file may still grow. */
  keep(file: number, start: number, bytes: Buffer): void {
    if (bytes.length === WINDOW_BYTES) this.#kept.set(`${file} ${start}`, bytes)
  }

  /** The file is gone. */
  forget(file: number): void {
    for (const key of [...this.#kept.keys()]) if (key.startsWith(`${file} `)) this.#kept.delete(key)
  }
}

export function toWindowStart(at: number): number {
  return at - (at % WINDOW_BYTES)
}
