// Which parts of an origin's response head go on, and strings that many of them share.
import { HOP_BY_HOP } from '../model/hop-by-hop.ts'
import { STATUS_CODES } from '../message/node-http.ts'
import { toOwnString } from '../message/own-string.ts'

const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * A reason phrase that Node.js would refuse to write is replaced; it means nothing (RFC 9112, section 4). The usual
 * phrase is taken from the table: stored responses share it then.
 */
export function toPhrase(status: number, statusText: string): string {
  const usual = STATUS_CODES[status] ?? ''
  const isOwn = statusText !== usual && statusText !== '' && REASON_PHRASE.test(statusText)
  return isOwn ? statusText : usual
}

/** Never passed on, as little as what Connection names. */
export const NOT_PASSED_ON: ReadonlySet<string> = new Set(HOP_BY_HOP)

/** A body that came in like this is as the origin meant it. */
export const PLAIN_FRAMING = /^(?:chunked|identity)$/i

/** The names in a Connection header, in lower case. */
export function toNames(connection: string): Set<string> {
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((each) => each.trim()),
  )
}

/** Headers whose values many responses share; stored headers then share the strings as well. */
export const SHARED_VALUES: ReadonlySet<string> = new Set([
  'accept-ranges',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'server',
  'vary',
])
/** Longer values are not shared. */
export const SHARED_VALUE_BYTES = 64
const MEMO_SIZE = 1024
const values = new Map<string, string>()

/** The one string for a value. */
export function sharedValue(value: string): string {
  const known = values.get(value)
  if (known !== undefined) return known
  if (values.size >= MEMO_SIZE) values.clear()
  const own = toOwnString(value)
  values.set(own, own)
  return own
}
