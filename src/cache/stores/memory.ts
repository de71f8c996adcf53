// Entries in this process' memory, least recently used first to go.
import { LRUCache } from 'lru-cache'
import type { CacheEntry } from '../entry.ts'
import type { CacheStore } from '../store.ts'

/** A store with a budget in bytes. Entries larger than the budget are not kept. */
export function createMemoryStore(budgetBytes: number): CacheStore {
  // No `max`: it would allocate the tables of a full cache at once, half a second at start for 512 MiB.
  const cache = new LRUCache<string, CacheEntry>({ maxSize: Math.max(1, budgetBytes) })
  return {
    get: (key) => cache.get(key),
    set: (key, entry) => void cache.set(key, entry, { size: entry.bytes }),
    delete: (key) => void cache.delete(key),
    clear: () => cache.clear(),
    get entries() {
      return cache.size
    },
    get bytes() {
      return cache.calculatedSize
    },
    budgetBytes,
  }
}
