// Origin Shield: the one Region through which all requests for an origin go.
import type { TierStorage } from '../cache/store.ts'
import { CacheTier } from '../cache/tier.ts'
import type { BehaviorOrigin, RequestContext, Upstream } from '../message/context.ts'

/** The cache of one Origin Shield Region. What it does not have it asks the origin of the request. */
export function createShieldCache(region: string, storage: TierStorage): CacheTier {
  const toOrigin: Upstream = { fetch: (request, context) => context.origin.fetch(request, context) }
  const options = {
    layer: 'shield',
    layerName: 'Origin Shield',
    place: region,
  } as const
  return new CacheTier(toOrigin, storage, options)
}

/** The Origin Shield of one origin. */
export interface ShieldSettings {
  readonly originId: string
  /** OriginShieldRegion. */
  readonly region: string
  /** The cache of that Region, made when the first request needs it. */
  readonly cache: () => Upstream
}

/**
 * An origin behind its Origin Shield. Its functions run in the shield's Region. Requests past the caches, and OPTIONS,
 * go through without being looked up or kept (choice). ('Use Amazon CloudFront Origin Shield')
 * Differs from CloudFront: The Region of an Origin Shield is always up, so that no request takes the way over another one.
 */
export function shieldOrigin(origin: BehaviorOrigin, settings: ShieldSettings): BehaviorOrigin {
  const { originId, region, cache } = settings
  const enter = (context: RequestContext): RequestContext => ({
    ...context,
    origin,
    region,
    contact: 'Origin Shield',
  })
  return {
    // In its own Region it stands in the place of the regional edge cache.
    regionalSkips: new Map([...origin.regionalSkips, [region, 'is-origin-shield']]),
    fetch(request, context) {
      // ('Using gRPC with CloudFront distributions': no Origin Shield)
      if (context.trace.bypass === 'grpc') return origin.fetch(request, context)
      const inside = enter(context)
      if (request.key === '' || request.method === 'OPTIONS') {
        recordPass(inside)
        return origin.fetch(request, inside)
      }
      // Both members of an origin group may have their shield here: what they answer is kept apart.
      return cache().fetch({ ...request, key: `${request.key}\norigin ${originId}` }, inside)
    },
    openTunnel(request, context) {
      const inside = enter(context)
      recordPass(inside)
      return origin.openTunnel(request, inside)
    },
  }
}

function recordPass({ trace, region }: RequestContext): void {
  trace.shield = {
    layer: 'shield',
    place: region,
    verdict: 'pass',
    because: 'uncacheable',
    age: 0,
    stored: null,
    storedBecause: null,
  }
}
