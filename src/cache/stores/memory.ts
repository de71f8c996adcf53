// Entries in this process' memory, least recently used first to go.
import { LRUCache } from 'lru-cache'
import type { CacheEntry } from '../entry.ts'
import type { CacheStore } from '../store.ts'

/** A store with a budget in bytes. Entries larger than the budget are not kept. */
export function createMemoryStore(budgetBytes: number): CacheStore {
  // No `max`: it would allocate the tables of a full cache at once, half a second at start for 512 MiB.
  const cache = new LRUCache<string, CacheEntry>({
    maxSize: Math.max(1, budgetBytes),
    dispose: (entry) => entry.onGone(),
  })
  return {
    get: (key) => cache.get(key),
    set(key, entry) {
      const size = entry.bytes
      if (size > budgetBytes) {
        cache.delete(key)
        return false
      }
      entry.onStored()
      cache.set(key, entry, { size })
      return true
    },
    delete: (key) => void cache.delete(key),
    clear: () => cache.clear(),
    list: () => cache.entries(),
    get entries() {
      return cache.size
    },
    get bytes() {
      return cache.calculatedSize
    },
    budgetBytes,
  }
}
