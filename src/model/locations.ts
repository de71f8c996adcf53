// Points of presence and Regions: who is where, and which regional edge cache a POP asks.
import type { Coordinates } from './countries.ts'
import data from './edge-locations.json' with { type: 'json' }

/** Which edge locations serve a distribution. ('Choosing the price class for a CloudFront distribution') */
export type PriceClass = 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All' | 'None'

/** A point of presence. ('How CloudFront delivers content') */
export interface EdgeLocation extends Coordinates {
  readonly code: string
  readonly city: string
  readonly countryCode: string
  /** The cheapest class it is part of. */
  readonly priceClass: PriceClass
  /** Region of the regional edge cache it asks. */
  readonly region: string
}

/** Regions that offer Origin Shield. ('Use Amazon CloudFront Origin Shield') */
export const SHIELD_REGIONS: readonly string[] = data.originShield.regions

/** The Region of Origin Shield that AWS advises for an origin in a Region that has none. (the same page) */
export const SHIELD_ADVICE: Readonly<Record<string, string | undefined>> =
  data.originShield.recommendedForOtherOriginRegions

const LOCATIONS = new Map<string, EdgeLocation>()
/** One code for each site. */
const SITES: EdgeLocation[] = []
for (const pop of data.pops) {
  const location: EdgeLocation = {
    code: pop.code,
    city: pop.city,
    countryCode: pop.countryCode,
    lat: pop.lat,
    lon: pop.lon,
    priceClass: pop.priceClass as PriceClass,
    region: pop.nearestRec,
  }
  SITES.push(location)
  for (const code of [pop.code, ...(pop.otherCodes ?? [])]) LOCATIONS.set(code, { ...location, code })
}

/** The edge location of a POP code such as FRA56 (any case), or null. */
export function findEdgeLocation(code: string): EdgeLocation | null {
  return LOCATIONS.get(code.toUpperCase()) ?? null
}

const RANK: Readonly<Record<PriceClass, number>> = {
  PriceClass_100: 1,
  PriceClass_200: 2,
  PriceClass_All: 3,
  None: 3,
}

/** Whether a distribution of this class is served from there. */
export function isInPriceClass(location: EdgeLocation, priceClass: PriceClass): boolean {
  return RANK[location.priceClass] <= RANK[priceClass]
}

/** The edge location of a class with the shortest way (choice: CloudFront goes by latency, which is not published). */
export function nearestEdgeLocation(from: Coordinates, priceClass: PriceClass): EdgeLocation {
  let nearest: EdgeLocation | null = null
  let closest = -Infinity
  for (const site of SITES) {
    if (!isInPriceClass(site, priceClass)) continue
    const closeness = closenessOf(from, site)
    if (closeness <= closest) continue
    nearest = site
    closest = closeness
  }
  return nearest!
}

/** The cosine of the angle between two places on the globe: the larger, the nearer. */
function closenessOf(a: Coordinates, b: Coordinates): number {
  const [latA, latB, turn] = [a.lat, b.lat, a.lon - b.lon].map((degrees) => (degrees * Math.PI) / 180)
  return Math.sin(latA!) * Math.sin(latB!) + Math.cos(latA!) * Math.cos(latB!) * Math.cos(turn!)
}

/** The code as X-Amz-Cf-Pop shows it: with a suffix, always the same one for a POP. */
export function toPopHeader(code: string): string {
  let sum = 0
  for (const letter of code) sum += letter.charCodeAt(0)
  return `${code}-P${(sum % 9) + 1}`
}
