// The narrow view of the running system that the admin port gets.
import type { SteerableClock } from '../message/clock.ts'
import type { Trace } from '../message/trace.ts'

/** Entries and bytes of one cache. */
export interface PlaceUsage {
  readonly layer: 'edge' | 'regional' | 'shield'
  /** POP code or AWS Region. */
  readonly place: string
  readonly entries: number
  readonly bytes: number
  readonly budgetBytes: number
  /** Of bodies that lie in files. */
  readonly diskBytes: number
  readonly diskBudgetBytes: number
}

/** What an accepted invalidation says. (API Reference, 'Invalidation') */
export interface InvalidationReceipt {
  readonly Id: string
  readonly DistributionId: string
  /** By the product's clock; it takes effect at once. */
  readonly Status: 'InProgress' | 'Completed'
  /** ISO 8601 by the product's clock. */
  readonly CreateTime: string
  readonly Paths: readonly string[]
}

/** An object in one cache. */
export interface CachedObject {
  /** As invalidation paths name it. */
  readonly url: string
  /** The cache key. */
  readonly key: string
  /** HEAD for an answer to that alone, `bytes 0-99` for a part; null for the whole object. */
  readonly part: string | null
  readonly layer: PlaceUsage['layer']
  readonly place: string
  readonly status: number
  readonly ageSeconds: number
  /** That count against the budget of the place. */
  readonly bytes: number
  /** Cache tags. */
  readonly tags: readonly string[]
}

/** What an invalidation would take. */
export interface InvalidationPreview {
  readonly DistributionId: string
  /** In all places together. */
  readonly objects: number
  /** One for each path; an object that several paths name counts for each of them. */
  readonly paths: readonly { readonly path: string; readonly objects: number }[]
  /** The first hundred. */
  readonly listed: readonly CachedObject[]
}

/** The latest traces, newest first. */
export interface TraceStore {
  last(count: number): Trace[]
  get(id: string): Trace | null
}

/** Something that changed while running. */
export type LiveEvent =
  | {
      readonly event: 'reload'
      readonly ok: boolean
      readonly distributions: readonly string[]
      readonly issues: number
    }
  | { readonly event: 'invalidate'; readonly distribution: string; readonly paths: readonly string[] }
  /** A saved function is in use, or cannot be. */
  | { readonly event: 'function'; readonly name: string; readonly ok: boolean }

/** One trap, with its place in the files. */
export interface TrapView {
  /** The rule, as docs/lint.md names it. */
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly distribution: string
  readonly page: string
  readonly file: string
  readonly line: number | null
  readonly column: number | null
}

export interface LiveEvents {
  /** Ends with what it returns; null when there are too many listeners. */
  subscribe(listener: (event: LiveEvent) => void): (() => void) | null
}

export interface Admin {
  readonly events: LiveEvents
  readonly traces: TraceStore
  readonly clock: SteerableClock
  readonly distributionIds: readonly string[]
  /** Settings that do not do what they look like: found when they were read, or seen while requests were answered. */
  traps(): readonly TrapView[]
  places(): PlaceUsage[]
  /** Prometheus text, without places. */
  metricsText(): string
  /** Throws PocketfrontError for an unknown distribution or a path that CloudFront refuses. null means all distributions. */
  invalidate(distributionId: string | null, paths: readonly string[]): InvalidationReceipt[]
  /** The latest invalidations of a distribution or, with null, of all; the newest first. */
  invalidations(distributionId: string | null): InvalidationReceipt[]
  invalidation(id: string): InvalidationReceipt | null
  /** What {@link Admin.invalidate} would take; throws as it does. */
  previewInvalidation(distributionId: string | null, paths: readonly string[]): InvalidationPreview[]
  /** Empties every cache; returns how many entries went. */
  purge(): number
}
