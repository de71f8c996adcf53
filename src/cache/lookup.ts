// What to do with what a cache holds: a comparison of instants, and the answer made of a stored object.
import type { CacheEntry, StoredObject } from './entry.ts'
import type { LookupContext } from './fetching.ts'
import type { CacheStore } from './store.ts'
import { toOneCodingKeys } from '../message/coding-keys.ts'
import type { RequestContext } from '../message/context.ts'
import type { Layer, OriginResponse } from '../message/requests.ts'
import type { Settlement } from '../message/settlement.ts'
import type { TierRecord } from '../message/trace.ts'
import type { TierReason } from '../model/result-types.ts'

export type LookupPlan =
  | {
      readonly kind: 'serve'
      readonly because: Extract<TierReason, 'fresh' | 'stale-while-revalidate' | 'stale-error-pause'>
    }
  | { readonly kind: 'refresh' }

const FRESH: LookupPlan = { kind: 'serve', because: 'fresh' }
const WHILE_REVALIDATE: LookupPlan = { kind: 'serve', because: 'stale-while-revalidate' }
const ERROR_PAUSE: LookupPlan = { kind: 'serve', because: 'stale-error-pause' }
const REFRESH: LookupPlan = { kind: 'refresh' }

/** ('Manage how long content stays in the cache', stale content) */
export function planLookup(entry: CacheEntry, now: number, isBackground: boolean): LookupPlan {
  const { settlement } = entry.object
  if (now < settlement.freshUntil) return FRESH
  if (!isBackground && isWithin(settlement.staleWhileRevalidateUntil, settlement, now))
    return WHILE_REVALIDATE
  return now < entry.pausedUntil && mayStandIn(settlement, now) ? ERROR_PAUSE : REFRESH
}

/** Whether an expired copy may be served because the layer behind failed. */
export function mayStandIn(settlement: Settlement, now: number): boolean {
  return isWithin(settlement.staleIfErrorUntil, settlement, now)
}

/** The last instant of a window belongs to it; a window of no length is none. */
function isWithin(until: number, { freshUntil }: Settlement, now: number): boolean {
  return now <= until && until > freshUntil
}

/** False when an invalidation has taken the entry, or its file can't be read any more. */
export function isCurrent(entry: CacheEntry, { invalidations, invalidationUrl }: LookupContext): boolean {
  const { sequence } = invalidations
  if (entry.checkedUpTo !== sequence) {
    if (invalidations.covers(invalidationUrl, entry.object.settlement.tags, entry.checkedUpTo)) return false
    entry.checkedUpTo = sequence
  }
  return entry.object.body.isReadableFromStart
}

/** What lies under a key; 'invalidated' when an invalidation has just taken it. */
export function findEntry(
  store: CacheStore,
  key: string,
  context: LookupContext,
): CacheEntry | 'invalidated' | null {
  const entry = store.get(key)
  if (entry === undefined) return null
  if (isCurrent(entry, context)) return entry
  store.delete(key)
  return 'invalidated'
}

/** For a viewer that takes both codings: a fresh copy in one of them. ('Serve compressed files') */
export function findOtherCoding(store: CacheStore, key: string, context: RequestContext): CacheEntry | null {
  for (const other of toOneCodingKeys(key) ?? []) {
    const found = findEntry(store, other, context)
    if (found === null || found === 'invalidated' || !isFresh(found, context.clock.now())) continue
    if (found.object.headers.has('content-encoding')) return found
  }
  return null
}

/** Notes a copy that is served. */
export function recordHit(
  record: TierRecord,
  because: TierReason,
  entry: Pick<CacheEntry, 'object'>,
  { trace, clock }: RequestContext,
): void {
  record.verdict = 'hit'
  record.because = because
  record.age = ageOf(entry, clock.now())
  trace.settlement ??= entry.object.settlement
}

export function isFresh(found: CacheEntry | 'invalidated' | null, now: number): boolean {
  return found !== null && found !== 'invalidated' && now < found.object.settlement.freshUntil
}

/** A stored object as a response of this layer. */
export function toServed(
  object: StoredObject,
  outcome: OriginResponse['outcome'],
  layer: Layer,
): OriginResponse {
  return {
    status: object.status,
    statusText: object.statusText,
    headers: object.headers,
    body: object.body,
    settlement: object.settlement,
    outcome,
    layer,
    isGenerated: false,
    failure: object.failure,
  }
}

/** Seconds since the origin made the object. */
function ageOf(entry: Pick<CacheEntry, 'object'>, now: number): number {
  return Math.max(0, Math.floor((now - entry.object.settlement.bornAt) / 1000))
}

/**
 * Whether those that waited for an answer may have it: not when the origin asks for a TTL of 0, and gets it.
 * (Developer Guide, 'Request and response behavior for custom origins', simultaneous requests)
 */
export function isForSharing({ settlement }: OriginResponse): boolean {
  if (settlement === null || settlement.ttl > 0 || !settlement.store) return true
  return settlement.rule !== 'no-cache' && settlement.rule !== 'max-age' && settlement.rule !== 's-maxage'
}
