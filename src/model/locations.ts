// Points of presence and Regions: who is where, and which regional edge cache a POP asks.
import data from './edge-locations.json' with { type: 'json' }

/** A point of presence. ('How CloudFront delivers content') */
export interface EdgeLocation {
  readonly code: string
  readonly city: string
  readonly countryCode: string
  readonly lat: number
  readonly lon: number
  /** Region of the regional edge cache it asks. */
  readonly region: string
}

/** Regions that offer Origin Shield. ('Use Amazon CloudFront Origin Shield') */
export const SHIELD_REGIONS: readonly string[] = data.originShield.regions

/** The Region of Origin Shield that AWS advises for an origin in a Region that has none. (the same page) */
export const SHIELD_ADVICE: Readonly<Record<string, string | undefined>> =
  data.originShield.recommendedForOtherOriginRegions

const LOCATIONS = new Map<string, EdgeLocation>()
for (const pop of data.pops) {
  const location = {
    code: pop.code,
    city: pop.city,
    countryCode: pop.countryCode,
    lat: pop.lat,
    lon: pop.lon,
    region: pop.nearestRec,
  }
  for (const code of [pop.code, ...(pop.otherCodes ?? [])]) LOCATIONS.set(code, { ...location, code })
}

/** The edge location of a POP code such as FRA56 (any case), or null. */
export function findEdgeLocation(code: string): EdgeLocation | null {
  return LOCATIONS.get(code.toUpperCase()) ?? null
}

/** The code as X-Amz-Cf-Pop shows it: with a suffix, always the same one for a POP. */
export function toPopHeader(code: string): string {
  let sum = 0
  for (const letter of code) sum += letter.charCodeAt(0)
  return `${code}-P${(sum % 9) + 1}`
}
