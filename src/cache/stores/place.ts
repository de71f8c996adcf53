// The entries of one place, least recently used first to go: bodies in memory, large ones in files.
import { LRUCache } from 'lru-cache'
import type { CacheEntry } from '../entry.ts'
import type { CacheStore } from '../store.ts'

/** Bytes of memory for entries, and bytes of disk for those whose body lies in a file. */
export interface PlaceBudget {
  readonly memory: number
  readonly disk: number
}

type Entries = LRUCache<string, CacheEntry>

/** A store with a budget in bytes for memory, and one for disk. Entries larger than their budget are not kept. */
export function createPlaceStore(budget: PlaceBudget): CacheStore {
  const inMemory = createEntries(budget.memory)
  const onDisk = createEntries(budget.disk)
  return {
    get: (key) => inMemory.get(key) ?? (onDisk.size === 0 ? undefined : onDisk.get(key)),
    set(key, entry) {
      const { diskBytes } = entry
      const isFiled = diskBytes > 0
      const own = isFiled ? onDisk : inMemory
      const other = isFiled ? inMemory : onDisk
      const size = isFiled ? diskBytes : entry.bytes
      const fits = size <= own.maxSize
      // Before the old one is gone: it may have the same body.
      if (fits) entry.onStored()
      if (other.size > 0) other.delete(key)
      if (fits) own.set(key, entry, { size })
      else own.delete(key)
      return fits
    },
    delete(key) {
      inMemory.delete(key)
      onDisk.delete(key)
    },
    clear() {
      inMemory.clear()
      onDisk.clear()
    },
    *list() {
      yield* inMemory.entries()
      yield* onDisk.entries()
    },
    get entries() {
      return inMemory.size + onDisk.size
    },
    get bytes() {
      return inMemory.calculatedSize
    },
    budgetBytes: budget.memory,
    get diskBytes() {
      return onDisk.calculatedSize
    },
    diskBudgetBytes: budget.disk,
  }
}

function createEntries(budgetBytes: number): Entries {
  // No `max`: it would allocate the tables of a full cache at once, half a second at start for 512 MiB.
  return new LRUCache<string, CacheEntry>({
    maxSize: Math.max(1, budgetBytes),
    dispose: (entry) => entry.onGone(),
  })
}
