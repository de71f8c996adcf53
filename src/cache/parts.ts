// The parts of objects that one tier holds: which bytes are there, of which version.
import { CacheEntry, type StoredObject } from './entry.ts'
import type { LookupContext } from './fetching.ts'
import { isCurrent } from './lookup.ts'
import type { CacheStore } from './store.ts'
import { parseHttpDate } from '../message/http-date.ts'
import { ifRangeMatches } from '../message/conditional.ts'
import type { Headers } from '../message/headers.ts'
import { selectRange, type ByteSpan, type ContentRange } from '../message/range.ts'
import type { TierReason } from '../model/result-types.ts'

/** One part in the store. */
export class PartEntry extends CacheEntry implements ByteSpan {
  readonly first: number
  readonly last: number
  /** Bytes of the whole object. */
  readonly total: number
  readonly storeKey: string
  #list: PartList

  constructor(
    object: StoredObject,
    checkedUpTo: number,
    key: string,
    { first, last }: ByteSpan,
    list: PartList,
  ) {
    super(object, checkedUpTo)
    this.first = first
    this.last = last
    this.total = list.total
    this.storeKey = `${key}\nbytes ${first}-${last}`
    this.#list = list
  }

  override onGone(): void {
    super.onGone()
    this.#list.remove(this)
  }
}

/** The parts of one version of one object, by their first byte. */
class PartList {
  readonly version: string
  readonly total: number
  parts: readonly PartEntry[] = []
  #onEmpty: (list: PartList) => void

  constructor(version: string, total: number, onEmpty: (list: PartList) => void) {
    this.version = version
    this.total = total
    this.#onEmpty = onEmpty
  }

  insert(part: PartEntry): void {
    const at = this.parts.findIndex((each) => each.first > part.first)
    this.parts = at === -1 ? [...this.parts, part] : this.parts.toSpliced(at, 0, part)
  }

  remove(part: PartEntry): void {
    this.parts = this.parts.filter((each) => each !== part)
    if (this.parts.length === 0) this.#onEmpty(this)
  }
}

/** Parts that hold all the bytes from `first` to `last`, in order. */
export interface Cover extends ContentRange {
  readonly kind: 'cover'
  readonly parts: readonly PartEntry[]
  /** The one that expires first. */
  readonly oldest: PartEntry
  /** One cover for each of several ranges; null for one range, or all of the object. */
  readonly several: readonly Cover[] | null
}

/** Why the bytes of a request are not there as parts. */
export interface NoCover {
  readonly kind: 'none'
  readonly because: Extract<TierReason, 'not-in-cache' | 'part-missing' | 'if-range-differs' | 'invalidated'>
}

const NOTHING: NoCover = { kind: 'none', because: 'not-in-cache' }

/** Parts lie in the store beside whole objects, each with a life of its own. */
export class PartIndex {
  #store: CacheStore
  #lists = new Map<string, PartList>()

  constructor(store: CacheStore) {
    this.#store = store
  }

  /** The parts that a request needs; of those, fresh ones where there is a choice. Without Range, all of the object. */
  find(key: string, headers: Headers, context: LookupContext, now: number): Cover | NoCover {
    const list = this.#lists.size === 0 ? undefined : this.#lists.get(key)
    if (list === undefined) return NOTHING
    for (const part of list.parts) if (!isCurrent(part, context)) this.#store.delete(part.storeKey)
    if (list.parts.length === 0) return { kind: 'none', because: 'invalidated' }
    if (headers.has('range') && !ifRangeMatches(headers, list.parts[0]!.object.headers)) {
      return { kind: 'none', because: 'if-range-differs' }
    }
    const cover = toWantedCover(list, headers.get('range'), now)
    if (cover === null) return { kind: 'none', because: 'part-missing' }
    for (const part of cover.parts) this.#store.get(part.storeKey)
    return cover
  }

  /** A part that is fresh, whichever, for what it tells of the whole object. */
  findFresh(key: string, context: LookupContext, now: number): PartEntry | null {
    const parts = this.#lists.size === 0 ? [] : (this.#lists.get(key)?.parts ?? [])
    const isFresh = (part: PartEntry) => now < part.object.settlement.freshUntil && isCurrent(part, context)
    return parts.find(isFresh) ?? null
  }

  /** Takes a part; one of another version or total length replaces all that were there. False when it can't. */
  add(key: string, object: StoredObject, span: ContentRange, sequence: number): boolean {
    const version = toVersion(object.headers)
    if (version === null) return false
    const known = this.#lists.get(key)
    if (known !== undefined && (known.version !== version || known.total !== span.total)) this.drop(key)
    let list = this.#lists.get(key)
    if (list === undefined) {
      list = new PartList(version, span.total, (empty) => {
        if (this.#lists.get(key) === empty) this.#lists.delete(key)
      })
      this.#lists.set(key, list)
    }
    const covered = list.parts.filter((part) => span.first <= part.first && part.last <= span.last)
    const part = new PartEntry(object, sequence, key, span, list)
    list.insert(part)
    const isStored = this.#store.set(part.storeKey, part)
    if (!isStored) list.remove(part)
    for (const each of covered) if (each.storeKey !== part.storeKey) this.#store.delete(each.storeKey)
    return isStored
  }

  /** The origin has confirmed the version of these parts: they live on with what it says of them now. */
  refresh(
    key: string,
    { parts, total }: Cover,
    update: (object: StoredObject) => StoredObject,
    sequence: number,
  ): void {
    for (const part of parts) {
      const object = update(part.object)
      if (!object.settlement.store) this.#store.delete(part.storeKey)
      else this.add(key, object, { first: part.first, last: part.last, total }, sequence)
    }
  }

  /** Forgets the parts of an object, for instance because all of it is there. */
  drop(key: string): void {
    if (this.#lists.size === 0) return
    for (const part of this.#lists.get(key)?.parts ?? []) this.#store.delete(part.storeKey)
    this.#lists.delete(key)
  }
}

/** What parts have in common that belong together: a strong ETag, or Last-Modified (RFC 9110, section 15.3.7.3). */
export function toVersion(headers: Headers): string | null {
  const coding = headers.get('content-encoding') ?? ''
  const etag = headers.get('etag')
  if (etag !== null && etag.startsWith('"')) return `${coding} ${etag}`
  const modified = headers.get('last-modified')
  return modified !== null && parseHttpDate(modified) !== null ? `${coding} ${modified}` : null
}

/** The parts for one range, for several, or without Range for all of the object. */
function toWantedCover(list: PartList, range: string | null, now: number): Cover | null {
  const { total } = list
  if (range === null) return total === 0 ? null : toCover(list, { first: 0, last: total - 1 }, now)
  const selected = selectRange(range, total)
  if (selected.kind === 'part') return toCover(list, selected, now)
  return selected.kind === 'parts' ? toSeveralCovers(list, selected.parts, now) : null
}

function toSeveralCovers(list: PartList, spans: readonly ByteSpan[], now: number): Cover | null {
  const several: Cover[] = []
  for (const span of spans) {
    const cover = toCover(list, span, now)
    if (cover === null) return null
    several.push(cover)
  }
  const parts = [...new Set(several.flatMap((cover) => cover.parts))]
  const { first } = several[0]!
  const { last } = several.at(-1)!
  return { kind: 'cover', first, last, total: list.total, parts, oldest: findOldest(parts), several }
}

/** Fresh parts if they hold all that is wanted, otherwise any. */
function toCover({ parts, total }: PartList, { first, last }: ByteSpan, now: number): Cover | null {
  const fresh = parts.filter((part) => now < part.object.settlement.freshUntil)
  const chosen = chooseParts(fresh, first, last) ?? chooseParts(parts, first, last)
  if (chosen === null) return null
  return { kind: 'cover', first, last, total, parts: chosen, oldest: findOldest(chosen), several: null }
}

function findOldest(parts: readonly PartEntry[]): PartEntry {
  return parts.reduce((a, b) => (b.object.settlement.freshUntil < a.object.settlement.freshUntil ? b : a))
}

/** Few parts that meet or overlap, from the first wanted byte to the last; null when there is a gap. */
function chooseParts(parts: readonly PartEntry[], first: number, last: number): PartEntry[] | null {
  const chosen: PartEntry[] = []
  let next = 0
  for (let at = first; at <= last;) {
    let best: PartEntry | null = null
    for (let part = parts[next]; part !== undefined && part.first <= at; part = parts[++next]) {
      if (best === null || part.last > best.last) best = part
    }
    if (best === null || best.last < at) return null
    chosen.push(best)
    at = best.last + 1
  }
  return chosen
}
