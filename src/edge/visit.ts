// What a request meets on its way through an edge location, and the answer that comes out.
import type { CompiledBehavior, CompiledDistribution } from './compile.ts'
import type { CacheTier } from '../cache/tier.ts'
import type { Body } from '../message/body.ts'
import type { CancelToken, Clock } from '../message/clock.ts'
import type { Headers } from '../message/headers.ts'
import type { Failure } from '../message/requests.ts'
import type { Trace } from '../message/trace.ts'
import type { DetailedResultType, ResultType } from '../model/result-types.ts'

/** One edge location: its cache, and the Region it asks. */
export interface EdgePlace {
  readonly pop: string
  /** With the suffix that X-Amz-Cf-Pop shows. */
  readonly popHeader: string
  readonly region: string
  readonly cache: CacheTier
}

/** One request's visit. */
export interface Visit {
  readonly site: CompiledDistribution
  readonly place: EdgePlace
  readonly trace: Trace
  readonly clock: Clock
  readonly token: CancelToken
  /** Monotonic milliseconds. */
  readonly tick: () => number
  /** From 0 up to 1. */
  readonly random: () => number
  /** Where viewers are sent that have to come over HTTPS; null when no such port is open. */
  readonly httpsPort: number | null
  /** Behavior and key, when they are known already; the request has the default root object in its place. */
  readonly prepared: { readonly selected: CompiledBehavior; readonly key: string } | null
}

/** Which bytes of the body go out: all of them, a part, or none. */
export type Delivered =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'none' }

/** The answer for the viewer; X-Cache, Via, X-Amz-Cf-* and Age are added when it is written. */
export interface ViewerAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: Body
  readonly delivered: Delivered
  /** CloudFront's own error: the page is made when it is written, since it shows the request's id. */
  readonly failure: Failure | null
  readonly resultType: ResultType
  readonly detailedResultType: DetailedResultType
  /** Seconds, on an answer from a cache; null otherwise. */
  readonly age: number | null
  /** The connection ends with this answer. */
  readonly closes?: boolean
}
