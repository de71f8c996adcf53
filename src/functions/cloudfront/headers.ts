// Headers as CloudFront Functions see them, without cookies and hidden names, and the headers that come back.
import { isDisallowed } from '../header-rules.ts'
import { headerName } from '../../message/header-names.ts'
import { Headers, toWireName } from '../../message/headers.ts'
import { checkHeaderText, toEventText, toWireUtf8 } from './text.ts'
import { applyEventItems } from './values.ts'
import type { Item, ItemKind, ValueProblem } from './values.ts'

/** The event that a function runs on. */
export type CffEventType = 'viewer-request' | 'viewer-response'

/** Whose headers: cookies are apart, in request.cookies and response.cookies. */
export type Side = 'request' | 'response'

const COOKIE_NAMES = { request: 'cookie', response: 'set-cookie' } as const

/** (Developer Guide, 'Restrictions on all edge functions', read-only headers) */
const READ_ONLY: Readonly<Record<CffEventType, readonly string[]>> = {
  'viewer-request': ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'],
  'viewer-response': ['warning', 'via'],
}

/** The field lines a function gets to see. */
export function toHeaderItems(headers: Headers, side: Side): Item[] {
  const items: Item[] = []
  const { pairs } = headers
  for (let i = 0; i < pairs.length; i += 2) {
    const { lower } = headerName(pairs[i]!)
    if (lower === COOKIE_NAMES[side] || isDisallowed(lower)) continue
    const raw = pairs[i + 1]!
    items.push({ name: lower, value: toEventText(raw), attributes: null, raw })
  }
  return items
}

/** The items of a returned headers object, checked against the rules of the event. */
export function applyHeaderItems(
  before: readonly Item[],
  after: unknown,
  side: Side,
  event: CffEventType,
  isGenerated: boolean,
): readonly Item[] | ValueProblem {
  const items = applyEventItems(before, after, HEADER_KINDS[side])
  if ('problem' in items || items === before) return items
  if (isGenerated) return items
  for (const name of READ_ONLY[event]) {
    const [was, is] = [valuesOf(before, name), valuesOf(items, name)]
    if (was.length === is.length && was.every((value, index) => value === is[index])) continue
    const verb = is.length === 0 ? 'delete' : was.length === 0 ? 'add' : 'change'
    return { problem: `${side}.headers: the function tried to ${verb} the read-only header ${name}` }
  }
  return items
}

/**
 * The header list that goes on: hidden names where they were, the others with each word of the name capitalised,
 * cookies in one block.
 */
export function toHeaders(
  original: Headers,
  items: readonly Item[],
  cookies: readonly string[],
  side: Side,
): Headers {
  const cookieName = COOKIE_NAMES[side]
  const cookieWire = side === 'request' ? 'Cookie' : 'Set-Cookie'
  const out: string[] = []
  for (const { name, raw } of items) out.push(wireNameOf(name), raw)
  for (const [name, value, wire] of original.entries()) {
    if (name !== cookieName && isDisallowed(name)) out.push(wire, value)
  }
  for (const cookie of cookies) out.push(cookieWire, cookie)
  return new Headers(out)
}

const HEADER_KINDS: Readonly<Record<Side, ItemKind>> = {
  request: toKind('request'),
  response: toKind('response'),
}

function toKind(side: Side): ItemKind {
  const field = `${side}.headers`
  return {
    field,
    hasAttributes: false,
    checkName(name) {
      if (name !== name.toLowerCase()) return `${field} must have header names in lower case`
      if (!headerName(name).isValid)
        return `${field} has the name ${JSON.stringify(name)}, which is not valid`
      if (name === COOKIE_NAMES[side]) return `${field} must not have ${name}; use ${side}.cookies`
      return isDisallowed(name) ? `${field} must not have the header ${name}` : null
    },
    checkValue: checkHeaderText,
    write: (_, value) => toWireUtf8(value),
  }
}

function valuesOf(items: readonly Item[], name: string): string[] {
  return items.filter((item) => item.name === name).map((item) => item.value)
}

/** Names repeat all the time. */
const wireNames = new Map<string, string>()

function wireNameOf(lowerName: string): string {
  let wire = wireNames.get(lowerName)
  if (wire === undefined) {
    wire = toWireName(lowerName)
    if (wireNames.size >= 1024) wireNames.clear()
    if (lowerName.length <= 128) wireNames.set(lowerName, wire)
  }
  return wire
}
