// Regional edge caches: the tier between the POPs of an area and the origins.
import type { TierStorage } from '../cache/store.ts'
import { CacheTier } from '../cache/tier.ts'
import type { Upstream } from '../message/context.ts'

/** The cache of one Region. What it does not have it asks the origin of the request's behavior. */
export function createRegionalCache(region: string, storage: TierStorage): CacheTier {
  const toOrigin: Upstream = { fetch: (request, context) => context.origin.fetch(request, context) }
  return new CacheTier(toOrigin, storage, {
    layer: 'regional',
    layerName: 'REC',
    place: region,
  })
}
