// Invalidations as a sequence; what they take is found out when an entry is looked up.
import { encodeUrl, type InvalidationItem } from './invalidation-items.ts'
import type { InvalidationLog } from '../message/context.ts'

/** More of a kind than this are folded: entries older than the folded ones count as invalidated. */
const KEEP = 10_000

/**
 * The invalidations of one distribution. Taking one costs nothing up front however much is cached: an entry
 * remembers the sequence it was checked up to and is compared with newer ones only. Each map is from what an item
 * names to the sequence of the latest item that names it, in that order.
 * ('What you need to know when invalidating files')
 */
export class InvalidationSequence implements InvalidationLog {
  sequence = 0
  #files = new Map<string, number>()
  /** By what stands before '*'. */
  #wildcards = new Map<string, number>()
  #tags = new Map<string, number>()
  /** Entries checked up to less than this are gone, whatever they are. */
  #allBefore = 0
  /** The latest tag: what is being fetched has tags that nobody knows yet. */
  #lastTag = 0

  append(items: readonly InvalidationItem[]): void {
    for (const item of items) {
      const sequence = ++this.sequence
      switch (item.kind) {
        case 'everything':
          this.#allBefore = sequence
          for (const map of [this.#files, this.#wildcards, this.#tags]) map.clear()
          break
        case 'file':
          this.#add(this.#files, item.url, sequence)
          break
        case 'wildcard':
          this.#add(this.#wildcards, item.prefix, sequence)
          break
        case 'tag':
          this.#add(this.#tags, item.tag, sequence)
          this.#lastTag = sequence
          break
      }
    }
  }

  covers(url: string, tags: readonly string[] | null | 'unknown', since: number): boolean {
    // By itself: whatever a closure takes hold of is allocated when a function begins.
    return since < this.sequence && this.#coversLater(url, tags, since)
  }

  #coversLater(url: string, tags: readonly string[] | null | 'unknown', since: number): boolean {
    if (since < this.#allBefore) return true
    const encoded = encodeUrl(url)
    if ((this.#files.get(encoded) ?? 0) > since) return true
    for (const [prefix, sequence] of this.#wildcards) {
      if (sequence > since && encoded.startsWith(prefix)) return true
    }
    if (tags === 'unknown') return this.#lastTag > since
    return tags !== null && tags.some((tag) => (this.#tags.get(tag) ?? 0) > since)
  }

  #add(map: Map<string, number>, name: string, sequence: number): void {
    map.delete(name)
    map.set(name, sequence)
    if (map.size <= KEEP) return
    const [oldest, at] = map.entries().next().value!
    map.delete(oldest)
    this.#allBefore = Math.max(this.#allBefore, at)
  }
}
