// One pass over a request's headers for the few that decide which way it goes.
import { STEERING_HEADERS } from './place/steering.ts'

/** What one pass over the header lines finds. Values are null when the header is absent. */
export interface HeadScan {
  host: string | null
  /** How many Host lines there are; CloudFront refuses more than one. */
  hosts: number
  /** Something that the plain hit does not handle: a condition, a range, a body, Origin, one of our own headers. */
  isSpecial: boolean
  origin: boolean
  /** Bytes of the header lines. */
  bytes: number
  /** The name for which the TLS connection was opened, when Host is not one it may carry; else null. */
  misdirected: string | null
  /** Why the head is no HTTP that is served here, or null. */
  malformed: string | null
}

/** The headers by length of name that make a request special; 'host' and 'origin' are looked at apart. */
const SPECIAL: readonly (readonly string[] | undefined)[] = (() => {
  const names = [
    'range',
    'if-none-match',
    'if-modified-since',
    'if-range',
    'if-match',
    'if-unmodified-since',
    'content-length',
    'transfer-encoding',
    'expect',
    'upgrade',
    ...STEERING_HEADERS,
  ]
  const byLength: string[][] = []
  for (const name of names) (byLength[name.length] ??= []).push(name)
  return byLength
})()

/** Scans the flat list of names and values as Node.js gives it. */
export function scanHead(pairs: readonly string[], into: HeadScan): void {
  into.host = null
  into.hosts = 0
  into.isSpecial = false
  into.origin = false
  into.misdirected = null
  into.malformed = null
  let bytes = 0
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i]!
    const value = pairs[i + 1]!
    const { length } = name
    bytes += length + value.length + 4
    if (length === 4) {
      if (name === 'Host' || name === 'host' || name.toLowerCase() === 'host') {
        into.host = value
        into.hosts++
      }
      continue
    }
    if (length === 6 && name.toLowerCase() === 'origin') into.origin = true
    const candidates = SPECIAL[length]
    if (candidates !== undefined && candidates.includes(name.toLowerCase())) into.isSpecial = true
  }
  into.bytes = bytes
}

export function emptyScan(): HeadScan {
  return {
    host: null,
    hosts: 0,
    isSpecial: false,
    origin: false,
    bytes: 0,
    misdirected: null,
    malformed: null,
  }
}
