// The cache of one point of presence.
import type { TierStorage } from '../cache/store.ts'
import { CacheTier } from '../cache/tier.ts'
import type { Upstream } from '../message/context.ts'

/**
 * What a POP does not have it asks the regional cache, unless the request goes past that.
 * ('How CloudFront delivers content')
 */
export function createEdgeCache(pop: string, regional: Upstream, storage: TierStorage): CacheTier {
  const next: Upstream = {
    fetch(request, context) {
      if (context.regionalSkip === null) return regional.fetch(request, context)
      context.trace.regionalSkip = context.regionalSkip
      return context.origin.fetch(request, context)
    },
  }
  return new CacheTier(next, storage, { layer: 'edge', layerName: 'EDGE', place: pop })
}
