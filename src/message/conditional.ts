// Conditional requests: when a stored response answers 304, how it is revalidated and refreshed.
import { Headers } from './headers.ts'
import { HOP_BY_HOP } from '../model/hop-by-hop.ts'
import { parseHttpDate } from './http-date.ts'

/**
 * The condition by which a GET or HEAD that this response would answer gets 304 instead, or null (RFC 9110, section
 * 13.2.2). If-None-Match, compared weakly because compression weakens tags, comes before If-Modified-Since.
 */
export function findNotModified(
  requestHeaders: Headers,
  status: number,
  responseHeaders: Headers,
): 'If-None-Match' | 'If-Modified-Since' | null {
  if (status !== 200 && status !== 206) return null
  const noneMatch = requestHeaders.list('if-none-match')
  if (noneMatch !== null)
    return listsTag(noneMatch, responseHeaders.get('etag'), 'weak') ? 'If-None-Match' : null
  const since = toInstant(requestHeaders.get('if-modified-since'))
  if (since === null) return null
  const last = toInstant(responseHeaders.get('last-modified'))
  return last !== null && last <= since ? 'If-Modified-Since' : null
}

/**
 * The precondition that does not hold, or null: If-Match, compared strongly, comes before If-Unmodified-Since
 * (RFC 9110, section 13.2.2).
 */
export function findFailedPrecondition(
  requestHeaders: Headers,
  responseHeaders: Headers,
): 'If-Match' | 'If-Unmodified-Since' | null {
  const match = requestHeaders.list('if-match')
  if (match !== null) return listsTag(match, responseHeaders.get('etag'), 'strong') ? null : 'If-Match'
  const since = toInstant(requestHeaders.get('if-unmodified-since'))
  if (since === null) return null
  const last = toInstant(responseHeaders.get('last-modified'))
  return last !== null && last > since ? 'If-Unmodified-Since' : null
}

function toInstant(date: string | null): number | null {
  return date === null ? null : parseHttpDate(date)
}

/** If-Range stays: it belongs to the Range that goes along (RFC 9110, section 13.1.5). */
const CONDITIONS = new Set(['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since'])

/**
 * Request headers that ask the next layer whether a stored response still holds; null when it has no validator.
 * (Developer Guide, 'Request and response behavior for custom origins', conditional requests)
 */
export function toConditional(headers: Headers, stored: Headers): Headers | null {
  const etag = stored.get('etag')
  const lastModified = stored.get('last-modified')
  const hasDate = lastModified !== null && parseHttpDate(lastModified) !== null
  if ((etag === null || etag === '') && !hasDate) return null
  const pairs = [...headers.filter((name) => !CONDITIONS.has(name)).pairs]
  if (etag !== null && etag !== '') pairs.push('If-None-Match', etag)
  if (hasDate) pairs.push('If-Modified-Since', lastModified)
  return new Headers(pairs)
}

/** What a 304 never changes: it tells about another message's framing, coding or connection. */
const NOT_REFRESHED = new Set([...HOP_BY_HOP, 'content-encoding', 'content-length', 'content-range'])

/** Stored headers refreshed by those of a 304, name by name (RFC 9111, section 3.2). */
export function mergeNotModified(stored: Headers, fresh304: Headers): Headers {
  const keepsVary = stored.has('content-encoding')
  const keepsTag = isWeakenedForm(stored.get('etag'), fresh304.get('etag'))
  const refreshed = fresh304.filter((name) => {
    if (name === 'etag') return !keepsTag
    // Compression has added Accept-Encoding to the stored Vary; the origin does not know.
    if (name === 'vary') return !keepsVary
    return !NOT_REFRESHED.has(name)
  })
  const replaced = new Set<string>()
  for (const [name] of refreshed.entries()) replaced.add(name)
  // The old Age counts from a time that is over.
  const kept = stored.filter((name) => name !== 'age' && !replaced.has(name))
  return new Headers([...kept.pairs, ...refreshed.pairs])
}

/** True when `If-Range` allows the range, or is absent; tags compare strongly (RFC 9110, section 13.1.5). */
export function ifRangeMatches(requestHeaders: Headers, responseHeaders: Headers): boolean {
  const ifRange = requestHeaders.get('if-range')
  if (ifRange === null) return true
  const validator = ifRange.trim()
  if (validator.startsWith('W/')) return false
  if (validator.startsWith('"')) return validator === responseHeaders.get('etag')
  const asked = parseHttpDate(validator)
  return asked !== null && asked === toInstant(responseHeaders.get('last-modified'))
}

/** `W/"x"` against `"x"`: the same tag before and after compression. */
function isWeakenedForm(stored: string | null, fresh: string | null): boolean {
  return stored !== null && fresh !== null && stored === `W/${fresh}`
}

/** Whether an If-Match or If-None-Match lists a tag; '*' lists every one (RFC 9110, section 8.8.3.2). */
function listsTag(list: string, etag: string | null, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true
  if (etag === null) return false
  const wanted = toOpaque(etag)
  if (comparison === 'strong' && etag.startsWith('W/')) return false
  let at = 0
  while (at < list.length) {
    const char = list[at]
    if (char === ',' || char === ' ' || char === '\t') {
      at++
      continue
    }
    const end = endOfTag(list, at)
    const tag = list.slice(at, end).trim()
    const counts = comparison === 'weak' || !tag.startsWith('W/')
    if (counts && toOpaque(tag) === wanted) return true
    at = end
  }
  return false
}

/** A tag may hold commas between its quotes; one without quotes ends at the next comma. */
function endOfTag(list: string, from: number): number {
  const open = list.startsWith('W/', from) ? from + 2 : from
  const closing = list[open] === '"' ? list.indexOf('"', open + 1) : -1
  if (closing !== -1) return closing + 1
  const comma = list.indexOf(',', from)
  return comma === -1 ? list.length : comma
}

/** The tag without its weakness; one that came without quotes is the same with them. */
function toOpaque(tag: string): string {
  const opaque = tag.startsWith('W/') ? tag.slice(2) : tag
  return opaque.startsWith('"') ? opaque : `"${opaque}"`
}
