// The contract of the place where one tier keeps its entries.
import type { CacheEntry } from './entry.ts'

/** Few methods, all of them needed by every store. Reading marks an entry as used. */
export interface CacheStore {
  get(key: string): CacheEntry | undefined
  /**
   * Stores or replaces; evicts the least recently used entries that no longer fit. False when the entry alone is too
   * large. Tells an entry when it is stored, and once when it is gone.
   */
  set(key: string, entry: CacheEntry): boolean
  delete(key: string): void
  clear(): void
  /** All entries, without marking them as used. */
  list(): Iterable<readonly [key: string, entry: CacheEntry]>
  readonly entries: number
  readonly bytes: number
  readonly budgetBytes: number
}
