// What databases of address ranges say of an address: the one that comes along, and files that the user names.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Reader, type Response } from 'mmdb-lib'
import { readGeoRecord, type GeoRecord } from './geo-record.ts'

/** What is known of an address; null when nothing is. */
export type GeoDatabase = (address: string) => GeoRecord | null

const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'

/**
 * The countries of the world. The file is opened with the first look-up: 8 MB that most runs never need. One that is
 * missing or broken is told once, and then every address is unknown.
 */
export function createBundledDatabase(onProblem: (error: unknown) => void): GeoDatabase {
  let database: GeoDatabase | null = null
  return (address) => {
    try {
      database ??= openDatabase(createRequire(import.meta.url).resolve(BUNDLED))
      return database(address)
    } catch (error) {
      onProblem(error)
      database = () => null
      return null
    }
  }
}

/** A file in MaxMind's format. Throws when it can't be read, or is none. */
export function openDatabase(file: string): GeoDatabase {
  const reader = new Reader<Response>(readFileSync(file))
  return (address) => {
    // A database of IPv4 has no place for IPv6.
    if (reader.metadata.ipVersion === 4 && address.includes(':')) return null
    return readGeoRecord(reader.get(address))
  }
}

/** Several databases as one: each value from the first that knows it, say cities from one and networks from another. */
export function joinDatabases(databases: readonly GeoDatabase[]): GeoDatabase {
  return (address) => {
    let country: string | null = null
    const details = new Map<string, string>()
    for (const database of databases) {
      const found = database(address)
      if (found === null) continue
      country ??= found.country
      for (const [name, value] of found.details) if (!details.has(name)) details.set(name, value)
    }
    return country === null && details.size === 0 ? null : { country, details }
  }
}
