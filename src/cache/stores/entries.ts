// Entries by key within a budget of bytes: the least recently used are the first to go.
import type { CacheEntry } from '../entry.ts'

/**
 * Entries in the order of their last use. Each one knows its neighbours, so that there are no tables beside the map
 * that grow with it: millions of entries come and go here, and what they take of the collector's time counts.
 */
export class Entries {
  readonly budgetBytes: number
  #byKey = new Map<string, CacheEntry>()
  #bytes = 0
  #newest: CacheEntry | null = null
  #oldest: CacheEntry | null = null

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes
  }

  get size(): number {
    return this.#byKey.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Marks the entry as used. */
  get(key: string): CacheEntry | undefined {
    const entry = this.#byKey.get(key)
    if (entry !== undefined && entry !== this.#newest) {
      this.#unlink(entry)
      this.#link(entry)
    }
    return entry
  }

  /** Stores or replaces an entry that fits into the budget; those used longest ago make room for it. */
  set(key: string, entry: CacheEntry, bytes: number): void {
    const known = this.#byKey.get(key)
    if (known !== undefined) this.#remove(known)
    this.#byKey.set(key, entry)
    entry.key = key
    entry.size = bytes
    this.#bytes += bytes
    this.#link(entry)
    while (this.#bytes > this.budgetBytes) this.#drop(this.#oldest!)
  }

  delete(key: string): void {
    const entry = this.#byKey.get(key)
    if (entry !== undefined) this.#drop(entry)
  }

  clear(): void {
    while (this.#newest !== null) this.#drop(this.#newest)
  }

  /** The latest used first. */
  *list(): Generator<readonly [key: string, entry: CacheEntry]> {
    for (let entry = this.#newest; entry !== null; entry = entry.older) yield [entry.key, entry]
  }

  #drop(entry: CacheEntry): void {
    this.#byKey.delete(entry.key)
    this.#remove(entry)
  }

  #remove(entry: CacheEntry): void {
    this.#unlink(entry)
    this.#bytes -= entry.size
    entry.onGone()
  }

  #link(entry: CacheEntry): void {
    entry.older = this.#newest
    if (this.#newest === null) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
  }

  #unlink(entry: CacheEntry): void {
    const { newer, older } = entry
    if (newer === null) this.#newest = older
    else newer.older = older
    if (older === null) this.#oldest = newer
    else older.newer = newer
    entry.newer = null
    entry.older = null
  }
}
