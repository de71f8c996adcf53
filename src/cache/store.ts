// The contract of the place where one tier keeps its entries.
import type { CacheEntry } from './entry.ts'
import type { BodyFiles } from '../message/body-files.ts'

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
  /** Of entries whose body lies in a file. */
  readonly diskBytes: number
  readonly diskBudgetBytes: number
}

/** Where a tier keeps what it stores. */
export interface TierStorage {
  readonly store: CacheStore
  readonly largestObject: number
  /** Where large bodies go; null keeps all in memory. */
  readonly files: BodyFiles | null
}
