// Cookies as CloudFront Functions see them: by name, and on responses with their attributes.
import { joinCookies } from '../../message/cookies.ts'
import type { Headers } from '../../message/headers.ts'
import { checkHeaderText, toEventText, toWireUtf8 } from './text.ts'
import type { Item, ItemKind } from './values.ts'

/** The cookies of a request, whatever number of lines they came in. */
export function toRequestCookies(headers: Headers): Item[] {
  const all = joinCookies(headers)
  if (all === null) return []
  const items: Item[] = []
  for (const part of all.split(';')) {
    const raw = part.trim()
    if (raw !== '') items.push({ ...toPair(raw), attributes: null, raw })
  }
  return items
}

/** The cookies that a response sets, one per Set-Cookie line. */
export function toResponseCookies(headers: Headers): Item[] {
  if (!headers.has('set-cookie')) return []
  return headers.all('set-cookie').map((raw) => {
    const semicolon = raw.indexOf(';')
    const pair = semicolon === -1 ? raw : raw.slice(0, semicolon)
    const attributes = semicolon === -1 ? '' : raw.slice(semicolon + 1).trim()
    return { ...toPair(pair.trim()), attributes: toEventText(attributes), raw }
  })
}

export const REQUEST_COOKIES: ItemKind = {
  field: 'request.cookies',
  hasAttributes: false,
  checkName: (name) => checkCookieName(name, 'request.cookies'),
  checkValue: checkCookieValue,
  write: (name, value) => toWireUtf8(`${name}=${value}`),
}

export const RESPONSE_COOKIES: ItemKind = {
  field: 'response.cookies',
  hasAttributes: true,
  checkName: (name) => checkCookieName(name, 'response.cookies'),
  // Attributes are checked with it; they are the ones that have semicolons.
  checkValue: checkHeaderText,
  write: (name, value, attributes) =>
    toWireUtf8(
      attributes === null || attributes === '' ? `${name}=${value}` : `${name}=${value}; ${attributes}`,
    ),
}

function toPair(text: string): Pick<Item, 'name' | 'value'> {
  const equals = text.indexOf('=')
  if (equals === -1) return { name: toEventText(text), value: '' }
  return { name: toEventText(text.slice(0, equals).trimEnd()), value: toEventText(text.slice(equals + 1)) }
}

function checkCookieName(name: string, field: string): string | null {
  if (name !== '' && !/[\s;=,]/.test(name) && checkHeaderText(name) === null) return null
  return `${field} has the name ${JSON.stringify(name)}, which is not valid`
}

function checkCookieValue(value: string): string | null {
  return value.includes(';') ? 'a semicolon' : checkHeaderText(value)
}
