// Where a viewer is, as far as it is known.
import type { CountrySource } from '../model/result-types.ts'

/** The facts behind CloudFront-Viewer-* headers. (Developer Guide, 'Add CloudFront request headers') */
export interface ViewerGeo {
  /** ISO 3166-1 alpha-2, or null when nothing is known. */
  readonly country: string | null
  readonly countryFrom: CountrySource
  /** Values of {@link GEO_DETAILS}; null when there are none. */
  readonly details: ReadonlyMap<string, string> | null
}

/** A viewer of whom nothing is known. */
export const UNKNOWN_GEO: ViewerGeo = { country: null, countryFrom: 'unknown', details: null }

/** The further facts, as the names of CloudFront-Viewer-* headers end, in lower case. */
export const GEO_DETAILS: readonly string[] = [
  'asn',
  'city',
  'country-region',
  'country-region-name',
  'latitude',
  'longitude',
  'metro-code',
  'postal-code',
  'time-zone',
]
