// The country of a public address, from the database that comes along.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Reader } from 'mmdb-lib'
import type { Response } from 'mmdb-lib'

/** The country of an address, or null. */
export type CountryDatabase = (address: string) => string | null

const FILE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'

interface CountryRecord {
  readonly country_code?: unknown
}

/**
 * Opens the file with the first look-up: 8 MB that most runs never need. A file that is missing or broken is told
 * once, and then every address is unknown.
 */
export function createCountryDatabase(onProblem: (error: unknown) => void): CountryDatabase {
  let reader: Reader<Response & CountryRecord> | null = null
  let isBroken = false
  return (address) => {
    if (isBroken) return null
    try {
      reader ??= new Reader(readFileSync(createRequire(import.meta.url).resolve(FILE)))
      const code = reader.get(address)?.country_code
      return typeof code === 'string' && /^[A-Z]{2}$/.test(code) ? code : null
    } catch (error) {
      isBroken = true
      onProblem(error)
      return null
    }
  }
}
