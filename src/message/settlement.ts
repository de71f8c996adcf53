// What is decided about a response at the moment it arrives: stored or not, and every instant of its life.
import type { StoreReason, TtlRule } from '../model/result-types.ts'

/**
 * The TTL decision with all instants in milliseconds of the {@link Clock}, made once and shared by every tier
 * that stores the response; a look-up compares numbers.
 */
export interface Settlement {
  readonly store: boolean
  readonly because: StoreReason
  /** Seconds of freshness; 0 means kept and revalidated on every request. */
  readonly ttl: number
  readonly rule: TtlRule
  /** One line of arithmetic for people: `max-age=30, raised to MinTTL 60`. */
  readonly arithmetic: string
  /** When the origin made the response: arrival less its own Age. */
  readonly bornAt: number
  readonly freshUntil: number
  readonly staleWhileRevalidateUntil: number
  readonly staleIfErrorUntil: number
  /** Lower-case names of headers that are not stored with the object (`no-cache="Set-Cookie"`, `private="X-A"`). */
  readonly unstored: readonly string[] | null
  /** After a failed refresh the stale copy is served this long without asking again, in milliseconds. */
  readonly errorPause: number
  /** Cache tags for invalidation, in lower case; null without any. */
  readonly tags: readonly string[] | null
}
