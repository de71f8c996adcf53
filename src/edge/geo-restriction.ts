// Countries that a distribution does not serve.
import { refusal, replaceable, type Refusal } from './refuse.ts'
import type { ViewerGeo } from '../message/viewer-geo.ts'
import type { GeoRestriction } from '../model/distribution.ts'

const MESSAGE = 'The Amazon CloudFront distribution is configured to block access from your country.'

/** Why a viewer is refused, or null. */
export type GeoCheck = (geo: ViewerGeo) => Refusal | null

/** Null when every country is served. A viewer of unknown country is. ('Restrict the geographic distribution of your content') */
export function compileGeoRestriction({ RestrictionType, Locations }: GeoRestriction): GeoCheck | null {
  if (RestrictionType === 'none') return null
  const isAllowList = RestrictionType === 'whitelist'
  const listed = new Set(Locations)
  return ({ country }) => {
    if (country === null || listed.has(country) === isAllowList) return null
    const list = isAllowList ? 'is not on the whitelist' : 'is on the blacklist'
    const detail = `${country} ${list} of the distribution's GeoRestriction`
    return replaceable(refusal(403, MESSAGE, 'ClientGeoBlocked', detail))
  }
}
