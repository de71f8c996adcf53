// Where countries are: one large city each, as a stand-in for all their viewers.
import data from './countries.json' with { type: 'json' }

/** Degrees, north and east positive. */
export interface Coordinates {
  readonly lat: number
  readonly lon: number
}

const COUNTRIES = new Map(
  Object.entries(data.countries).map(([code, [lat = 0, lon = 0]]) => [code, { lat, lon }]),
)

/** The place of a country by its ISO 3166-1 alpha-2 code in capitals, or null for a code that no country has. */
export function findCountry(code: string): Coordinates | null {
  return COUNTRIES.get(code) ?? null
}
