// What travels beside a request through the layers.
import type { Duplex } from 'node:stream'
import type { CancelToken, Clock } from './clock.ts'
import type { Headers } from './headers.ts'
import type { Layer, OriginRequest, OriginResponse, ViewerRequest } from './requests.ts'
import type { Settlement } from './settlement.ts'
import type { Trace } from './trace.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'
import type { RegionalSkip } from '../model/result-types.ts'

/** What a behavior tells the cache tiers; compiled once from its policies. */
export interface CacheRules {
  /** Decides once per response whether and how long it is stored. */
  settle(response: Pick<OriginResponse, 'status' | 'headers'>, now: number): Settlement
  /** False when cookies are forwarded: no collapsing, no conditional requests. */
  readonly collapses: boolean
  readonly revalidates: boolean
}

/** Invalidations of one distribution: (pattern, sequence) pairs, appended only. */
export interface InvalidationLog {
  /** The newest sequence number. */
  readonly sequence: number
  /** Whether an invalidation newer than `since` takes this object; its tags are unknown while it is being fetched. */
  covers(url: string, tags: readonly string[] | null | 'unknown', since: number): boolean
}

/**
 * Whatever can answer a request: a cache tier, an origin group, an origin.
 *
 * What CloudFront would answer, failures of the origin included, is a response. A rejection is our bug.
 * The token in the context says when nobody waits for the answer any more.
 */
export interface Upstream {
  fetch(request: OriginRequest, context: RequestContext): Promise<OriginResponse>
}

/** How a WebSocket handshake ended: a socket to the origin, or an ordinary response. */
export type TunnelAnswer =
  | { readonly kind: 'open'; readonly headers: Headers; readonly socket: Duplex; readonly head: Buffer }
  | { readonly kind: 'response'; readonly response: OriginResponse }

/** Why the regional edge cache is left out, by its Region. */
export type RegionalSkips = ReadonlyMap<
  string,
  Extract<RegionalSkip, 'bucket-in-region' | 'is-origin-shield'>
>

/** The origin of a behavior, with its functions around it. */
export interface BehaviorOrigin extends Upstream {
  readonly regionalSkips: RegionalSkips
  openTunnel(request: OriginRequest, context: RequestContext): Promise<TunnelAnswer>
}

/** What travels beside one request; made at the edge, handed down to the origin. */
export interface RequestContext {
  readonly trace: Trace
  readonly clock: Clock
  readonly token: CancelToken
  readonly distribution: Distribution
  readonly behavior: DefaultCacheBehavior
  readonly rules: CacheRules
  readonly invalidations: InvalidationLog
  /** The origin of the behavior, where the last tier sends what it does not have. */
  readonly origin: Upstream
  /** The viewer's request, after a viewer-request function. */
  readonly viewer: ViewerRequest
  /** Path and query string as a viewer requests them: what invalidation paths are compared with. */
  readonly invalidationUrl: string
  readonly pop: string
  /** Where origin-facing functions run: that of the regional edge cache, or of the Origin Shield. */
  readonly region: string
  /** Who contacts the origin when nobody on the way has the object. */
  readonly contact: Layer
  /** Why the regional edge cache is left out, or null. */
  readonly regionalSkip: RegionalSkip | null
  /** A refresh without a viewer: stale copies of the layers behind are no answer. */
  readonly isBackground: boolean
}
