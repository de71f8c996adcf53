// A record of a database of address ranges → the values of CloudFront-Viewer-* headers.

/** What a database knows of an address. */
export interface GeoRecord {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null
  /** By the ends of header names: city, latitude and the like. */
  readonly details: ReadonlyMap<string, string>
}

type Fields = Readonly<Record<string, unknown>>

/** Where each value stands: in MaxMind's layout (GeoLite2, GeoIP2, DB-IP), and flat as ip-location-db has it. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  asn: ['autonomous_system_number'],
  city: ['city.names.en', 'city'],
  'country-region': ['subdivisions.0.iso_code'],
  'country-region-name': ['subdivisions.0.names.en', 'state1'],
  latitude: ['location.latitude', 'latitude'],
  longitude: ['location.longitude', 'longitude'],
  'metro-code': ['location.metro_code'],
  'postal-code': ['postal.code', 'postcode'],
  'time-zone': ['location.time_zone', 'timezone'],
}

/** CloudFront writes so many decimals. */
const DECIMALS = 5

/** Takes any value; what has another form than expected is left out. */
export function readGeoRecord(record: unknown): GeoRecord | null {
  if (typeof record !== 'object' || record === null) return null
  const code = find(record, ['country.iso_code', 'country_code'])
  const details = new Map<string, string>()
  for (const [name, paths] of Object.entries(PATHS)) {
    const text = toText(name, find(record, paths))
    if (text !== null) details.set(name, encodeNonAscii(text))
  }
  const country = typeof code === 'string' && /^[A-Z]{2}$/.test(code) ? code : null
  return { country, details }
}

/** CloudFront percent-encodes what is not ASCII. ('Add CloudFront request headers') */
export function encodeNonAscii(text: string): string {
  return text.replace(/[^ -~]+/gu, (part) => encodeURIComponent(part.toWellFormed()))
}

function toText(name: string, value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  if (name !== 'latitude' && name !== 'longitude') return value === '' ? null : String(value)
  const degrees = value === '' ? Number.NaN : Number(value)
  return Number.isFinite(degrees) ? degrees.toFixed(DECIMALS) : null
}

/** The first of these paths that leads to a text or a number. */
function find(record: object, paths: readonly string[]): unknown {
  for (const path of paths) {
    let value: unknown = record
    for (const step of path.split('.')) {
      value = typeof value === 'object' && value !== null ? (value as Fields)[step] : undefined
    }
    if (typeof value === 'string' || typeof value === 'number') return value
  }
  return undefined
}
