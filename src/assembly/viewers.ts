// Where viewers are: the country of local ones, the database for the others, the edge location of those without a place.
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import type { PocketfrontOptions } from './options.ts'
import { findCountry } from '../model/countries.ts'
import { PocketfrontError } from '../model/errors.ts'
import { nearestEdgeLocation } from '../model/locations.ts'
import {
  createBundledDatabase,
  joinDatabases,
  openDatabase,
  type GeoDatabase,
} from '../viewer/place/geo-database.ts'
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

/** Throws PF_USAGE for a country that does not exist, or a database that can't be read. */
export function createViewers(options: PocketfrontOptions, logger: Logger): Viewers {
  const country = toCountry(options.viewerCountry)
  const database = createDatabase(options, logger)
  return {
    locate: createLocator(database, country?.code ?? null),
    defaultPop: options.pop ?? country?.pop ?? DEFAULT_POP,
    trustViewerHeaders: options.trustViewerHeaders ?? false,
  }
}

/** The user's files go before the one that comes along. */
function createDatabase({ geoDatabase, cwd }: PocketfrontOptions, logger: Logger): GeoDatabase {
  const bundled = createBundledDatabase((error) =>
    logger.warn({ err: error }, 'the database of address ranges cannot be read: countries stay unknown'),
  )
  const files = typeof geoDatabase === 'string' ? [geoDatabase] : (geoDatabase ?? [])
  if (files.length === 0) return bundled
  return joinDatabases([...files.map((file) => openNamed(resolve(cwd ?? process.cwd(), file))), bundled])
}

function openNamed(file: string): GeoDatabase {
  try {
    return openDatabase(file)
  } catch (error) {
    const hint = 'It has to be a file in the format of MaxMind, which usually ends in .mmdb.'
    const why = error instanceof Error ? error.message : String(error)
    throw new PocketfrontError('PF_USAGE', `the geo database ${file} can't be read: ${why}`, hint)
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
