// Where viewers are: the country of local ones, the database for the others, the edge location of those without a place.
import type { Logger } from 'pino'
import type { PocketfrontOptions } from './options.ts'
import { findCountry } from '../model/countries.ts'
import { PocketfrontError } from '../model/errors.ts'
import { nearestEdgeLocation } from '../model/locations.ts'
import { createCountryDatabase } from '../viewer/place/country-database.ts'
import { createLocator, type Locator } from '../viewer/place/locator.ts'

/** What is known of viewers before they come. */
export interface Viewers {
  readonly locate: Locator
  /** POP of viewers of whom nothing is known. */
  readonly defaultPop: string
  /** Headers of our own count from everywhere, not from loopback alone. */
  readonly trustViewerHeaders: boolean
}

const DEFAULT_POP = 'FRA56'

/** Throws PF_USAGE for a country that does not exist. */
export function createViewers(options: PocketfrontOptions, logger: Logger): Viewers {
  const country = toCountry(options.viewerCountry)
  const database = createCountryDatabase((error) =>
    logger.warn({ err: error }, 'the database of address ranges cannot be read: countries stay unknown'),
  )
  return {
    locate: createLocator(database, country?.code ?? null),
    defaultPop: options.pop ?? country?.pop ?? DEFAULT_POP,
    trustViewerHeaders: options.trustViewerHeaders ?? false,
  }
}

/** The code in capitals and the nearest POP, or null when no country is given. */
function toCountry(given: string | undefined): { readonly code: string; readonly pop: string } | null {
  if (given === undefined) return null
  const code = given.toUpperCase()
  const at = findCountry(code)
  if (at !== null) return { code, pop: nearestEdgeLocation(at, 'PriceClass_All').code }
  throw new PocketfrontError(
    'PF_USAGE',
    `no country has the code ${given}`,
    'codes are those of ISO 3166-1: DE, US, JP',
  )
}
