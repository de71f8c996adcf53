// What a request says about its viewer in headers of our own, for tests and tools.
import { isIP } from 'node:net'
import { encodeNonAscii } from './geo-record.ts'
import type { Locator } from './locator.ts'
import type { Headers } from '../../message/headers.ts'
import { GEO_DETAILS, type ViewerGeo } from '../../message/viewer-geo.ts'

/** The viewer as the headers describe it; null where they say nothing. */
export interface Steering {
  readonly pop: string | null
  readonly clientIp: string | null
  readonly geo: ViewerGeo | null
  readonly explain: boolean
  /** What is wrong with one of the headers, or null. */
  readonly problem: string | null
}

const PREFIX = 'x-pocketfront-'

/** Without any header of our own. */
export const NOT_STEERED: Steering = { pop: null, clientIp: null, geo: null, explain: false, problem: null }

/** Names of the headers that steer, in lower case. */
export const STEERING_HEADERS: readonly string[] = [
  ...['explain', 'pop', 'viewer-ip', 'viewer-country'].map((end) => PREFIX + end),
  ...GEO_DETAILS.map((end) => `${PREFIX}viewer-${end}`),
]

/** Reads them; an address brings its country along unless the request names one. */
export function readSteering(headers: Headers, locator: Locator, peer: string): Steering {
  const clientIp = headers.get('x-pocketfront-viewer-ip')
  const asked = headers.get('x-pocketfront-viewer-country')
  const isAddress = clientIp === null || isIP(clientIp) !== 0
  const byAddress = locator(isAddress && clientIp !== null ? clientIp : peer)
  const details = readDetails(headers)
  const isSame = asked === null && clientIp === null && details === null
  return {
    pop: headers.get('x-pocketfront-pop'),
    clientIp: isAddress ? clientIp : null,
    geo: isSame
      ? null
      : {
          ...byAddress,
          ...toCountry(asked),
          ...(details !== null && { details: new Map([...(byAddress.details ?? []), ...details]) }),
        },
    explain: headers.get('x-pocketfront-explain') === '1',
    problem: isAddress ? problemOf(asked) : `x-pocketfront-viewer-ip is no IP address: ${clientIp}`,
  }
}

/** 'none' takes the country away, to see what viewers of unknown places get. */
function toCountry(asked: string | null): Partial<ViewerGeo> {
  if (asked === null) return {}
  if (asked.toLowerCase() === 'none') return { country: null, countryFrom: 'request' }
  return { country: asked.toUpperCase(), countryFrom: 'request' }
}

function problemOf(country: string | null): string | null {
  if (country === null || /^(?:[a-z]{2}|none)$/i.test(country)) return null
  return `x-pocketfront-viewer-country is neither a code of two letters nor 'none': ${country}`
}

function readDetails(headers: Headers): ReadonlyMap<string, string> | null {
  let details: Map<string, string> | null = null
  for (const name of GEO_DETAILS) {
    const value = headers.get(`${PREFIX}viewer-${name}`)
    if (value === null || value === '') continue
    details ??= new Map()
    // Header bytes are taken as UTF-8.
    details.set(name, encodeNonAscii(Buffer.from(value, 'latin1').toString('utf8')))
  }
  return details
}
