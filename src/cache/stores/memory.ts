// Entries in this process' memory, least recently used first to go.
import { LRUCache } from 'lru-cache'
import type { CacheEntry } from '../entry.ts'
import type { CacheStore } from '../store.ts'

/** No entry counts less, so this bounds their number; lru-cache is faster when it knows one. */
const SMALLEST_ENTRY_BYTES = 700

/** A store with a budget in bytes. Entries larger than the budget are not kept. */
export function createMemoryStore(budgetBytes: number): CacheStore {
  const cache = new LRUCache<string, CacheEntry>({
    max: Math.max(1, Math.ceil(budgetBytes / SMALLEST_ENTRY_BYTES)),
    maxSize: Math.max(1, budgetBytes),
  })
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
