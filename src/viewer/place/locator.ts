// The address of a viewer → where the viewer is.
import { isPublicAddress } from './address-space.ts'
import type { GeoDatabase } from './geo-database.ts'
import { UNKNOWN_GEO, type ViewerGeo } from '../../message/viewer-geo.ts'

/** Where the viewer with this address is. */
export type Locator = (address: string) => ViewerGeo

const MEMO_SIZE = 4096

/**
 * The key is the viewer's address, never X-Forwarded-For. Addresses of private networks, which no country has, are
 * those of developers and containers: they get the default.
 */
export function createLocator(database: GeoDatabase, defaultCountry: string | null): Locator {
  const local: ViewerGeo =
    defaultCountry === null ? UNKNOWN_GEO : { country: defaultCountry, countryFrom: 'default', details: null }
  const memo = new Map<string, ViewerGeo>()
  let lastAddress = ''
  let last = local
  return (address) => {
    // Most requests come over the connection, or from the machine, of the one before.
    if (address === lastAddress) return last
    let geo = memo.get(address)
    if (geo === undefined) {
      geo = locate(address)
      if (memo.size >= MEMO_SIZE) memo.clear()
      memo.set(address, geo)
    }
    lastAddress = address
    last = geo
    return geo
  }

  function locate(address: string): ViewerGeo {
    if (!isPublicAddress(address)) return local
    const found = database(address)
    if (found === null) return UNKNOWN_GEO
    const { country } = found
    const details = found.details.size === 0 ? null : found.details
    return { country, countryFrom: country === null ? 'unknown' : 'address', details }
  }
}
