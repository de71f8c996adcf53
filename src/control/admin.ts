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
}

/** What an accepted invalidation says. (API Reference, 'Invalidation') */
export interface InvalidationReceipt {
  readonly Id: string
  readonly DistributionId: string
  readonly Status: 'Completed'
  /** ISO 8601 by the product's clock. */
  readonly CreateTime: string
  readonly Paths: readonly string[]
}

/** The latest traces, newest first. */
export interface TraceStore {
  last(count: number): Trace[]
  get(id: string): Trace | null
}

export interface Admin {
  readonly traces: TraceStore
  readonly clock: SteerableClock
  readonly distributionIds: readonly string[]
  places(): PlaceUsage[]
  /** Prometheus text, without places. */
  metricsText(): string
  /** Throws PocketfrontError for an unknown distribution or a path that CloudFront refuses. null means all distributions. */
  invalidate(distributionId: string | null, paths: readonly string[]): InvalidationReceipt[]
  /** Empties every cache; returns how many entries went. */
  purge(): number
}
