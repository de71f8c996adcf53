// Conditional requests: when a stored response answers 304, how it is revalidated and refreshed.
import { Headers } from './headers.ts'
import { parseHttpDate } from './http-date.ts'

/**
 * Whether a GET or HEAD that this response would answer gets 304 instead (RFC 9110, section 13.2.2).
 * If-None-Match, compared weakly because compression weakens tags, comes before If-Modified-Since.
 */
export function isNotModified(requestHeaders: Headers, status: number, responseHeaders: Headers): boolean {
  if (status !== 200) return false
  const noneMatch = requestHeaders.list('if-none-match')
  if (noneMatch !== null) return matchesWeakly(noneMatch, responseHeaders.get('etag'))
  const modifiedSince = requestHeaders.get('if-modified-since')
  const lastModified = responseHeaders.get('last-modified')
  if (modifiedSince === null || lastModified === null) return false
  const since = parseHttpDate(modifiedSince)
  const last = parseHttpDate(lastModified)
  return since !== null && last !== null && last <= since
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
const NOT_REFRESHED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

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
  const lastModified = responseHeaders.get('last-modified')
  return asked !== null && lastModified !== null && parseHttpDate(lastModified) === asked
}

/** `W/"x"` against `"x"`: the same tag before and after compression. */
function isWeakenedForm(stored: string | null, fresh: string | null): boolean {
  return stored !== null && fresh !== null && stored === `W/${fresh}`
}

function matchesWeakly(list: string, etag: string | null): boolean {
  if (list.trim() === '*') return true
  if (etag === null) return false
  const wanted = toOpaque(etag)
  let at = 0
  while (at < list.length) {
    const char = list[at]
    if (char === ',' || char === ' ' || char === '\t') {
      at++
      continue
    }
    const end = endOfTag(list, at)
    if (toOpaque(list.slice(at, end).trim()) === wanted) return true
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

function toOpaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}
