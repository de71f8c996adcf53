// What to do with what a cache holds: a comparison of instants, and the answer made of a stored object.
import type { CacheEntry, StoredObject } from './entry.ts'
import type { Layer, OriginResponse } from '../message/requests.ts'
import type { TierReason } from '../model/result-types.ts'

export type LookupPlan =
  | {
      readonly kind: 'serve'
      readonly entry: CacheEntry
      readonly because: Extract<TierReason, 'fresh' | 'stale-while-revalidate' | 'stale-error-pause'>
    }
  | { readonly kind: 'refresh'; readonly entry: CacheEntry }
  | { readonly kind: 'fetch' }

/** ('Manage how long content stays in the cache', stale content) */
export function planLookup(entry: CacheEntry | null, now: number): LookupPlan {
  if (entry === null) return { kind: 'fetch' }
  const { settlement } = entry.object
  if (now < settlement.freshUntil) return { kind: 'serve', entry, because: 'fresh' }
  if (now < settlement.staleWhileRevalidateUntil)
    return { kind: 'serve', entry, because: 'stale-while-revalidate' }
  if (now < entry.pausedUntil && now < settlement.staleIfErrorUntil) {
    return { kind: 'serve', entry, because: 'stale-error-pause' }
  }
  return { kind: 'refresh', entry }
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
