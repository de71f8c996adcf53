// Which layers a request crosses between edge cache and origin.
import { toBucketRegion, type Origin } from '../model/origin.ts'
import type { RegionalSkip } from '../model/result-types.ts'

/**
 * The Regions whose regional edge cache is left out for these origins, with the reason; null when there are none.
 * Of an origin group every member has to agree. ('How CloudFront delivers content', 'Use Amazon CloudFront Origin Shield')
 */
export function compileRegionalSkips(
  origins: readonly [Origin, ...Origin[]],
): ReadonlyMap<string, RegionalSkip> | null {
  const skips = new Map<string, RegionalSkip>()
  const bucketRegion = toCommon(origins, (origin) =>
    origin.S3OriginConfig === null ? '' : toBucketRegion(origin.DomainName),
  )
  const shieldRegion = toCommon(origins, ({ OriginShield }) =>
    OriginShield.Enabled ? (OriginShield.OriginShieldRegion ?? '') : '',
  )
  if (bucketRegion !== null) skips.set(bucketRegion, 'bucket-in-region')
  if (shieldRegion !== null) skips.set(shieldRegion, 'is-origin-shield')
  return skips.size === 0 ? null : skips
}

/** Why this request leaves out the regional edge cache of its route, or null. */
export function whySkipRegional(
  method: string,
  skips: ReadonlyMap<string, RegionalSkip> | null,
  region: string,
): RegionalSkip | null {
  if (method === 'OPTIONS') return 'cached-options'
  return skips === null ? null : (skips.get(region) ?? null)
}

function toCommon(
  origins: readonly [Origin, ...Origin[]],
  toRegion: (origin: Origin) => string,
): string | null {
  const region = toRegion(origins[0])
  return region !== '' && origins.every((origin) => toRegion(origin) === region) ? region : null
}
