// Which of the origin's response headers reach the viewer.
import { headerName, isSendableValue } from '../message/header-names.ts'
import { Headers } from '../message/headers.ts'
import { HOP_BY_HOP } from '../model/hop-by-hop.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import { compileHeaderRules } from './forwarded-headers.ts'
import { forwardsCookies } from './selections.ts'

/** Removed from every response: hop-by-hop headers, and those CloudFront sets itself. */
const DROPPED = new Set([...HOP_BY_HOP, 'x-amz-cf-id', 'x-cache'])

const S3_IDS = new Set(['x-amz-id-2', 'x-amz-request-id'])

/**
 * Compiles the filter of response headers: Vary keeps only what the origin can see, Set-Cookie stays only where
 * cookies are forwarded, and what is no valid field (line breaks above all) never goes out. Via stays for {@link joinVia}.
 * (Developer Guide, 'Request and response behavior for custom origins', HTTP response headers)
 */
export function compileViewerHeaders(
  behavior: DefaultCacheBehavior,
  originIsS3: boolean,
): (headers: Headers) => Headers {
  const dropped = new Set(DROPPED)
  if (!forwardsCookies(behavior)) dropped.add('set-cookie')
  if (originIsS3) for (const name of S3_IDS) dropped.add(name)
  const isSeen = compileIsSeen(behavior, originIsS3)
  return (headers) => {
    if (headers.unchangedBy === dropped || hasNothingToDrop(headers, dropped, isSeen)) return headers
    const pairs: string[] = []
    const { pairs: given } = headers
    for (let i = 0; i < given.length; i += 2) {
      const value = given[i + 1]!
      const { lower, wire, isValid } = headerName(given[i]!)
      if (!isValid || dropped.has(lower) || lower.startsWith('x-pocketfront-')) continue
      if (!isSendableValue(value)) continue
      const kept = lower === 'vary' ? filterVary(value, isSeen) : value
      if (kept !== null) pairs.push(wire, kept)
    }
    const filtered = new Headers(pairs)
    filtered.areSendable = true
    return filtered
  }
}

/** Most responses have nothing that is to be left out; they need no second list. */
function hasNothingToDrop(
  headers: Headers,
  dropped: ReadonlySet<string>,
  isSeen: (name: string) => boolean,
): boolean {
  const { pairs, areSendable } = headers
  for (let i = 0; i < pairs.length; i += 2) {
    const { lower, isValid } = headerName(pairs[i]!)
    const value = pairs[i + 1]!
    if (!isValid || dropped.has(lower) || lower.startsWith('x-pocketfront-')) return false
    if (!areSendable && !isSendableValue(value)) return false
    if (lower === 'vary' && filterVary(value, isSeen) !== value) return false
  }
  headers.areSendable = true
  headers.unchangedBy = dropped
  return true
}

/** Via of a message with CloudFront's own element at the end; those before it stay in front. */
export function joinVia(headers: Headers, own: string): string {
  const via = headers.list('via')
  return via === null || via === '' ? own : `${via}, ${own}`
}

function filterVary(value: string, isSeen: (name: string) => boolean): string | null {
  const elements = value.split(',').map((element) => element.trim())
  const kept = elements.filter((element) => isSeen(element.toLowerCase()))
  if (kept.length === elements.length) return value
  return kept.length === 0 ? null : kept.join(', ')
}

/** Whether a response can depend on this request header; the methods that are cached decide. */
function compileIsSeen(behavior: DefaultCacheBehavior, originIsS3: boolean): (name: string) => boolean {
  const rules = compileHeaderRules(behavior, originIsS3)
  const added = new Set(rules.added.map((header) => header.lowerName))
  const knowsDevice = rules.added.some((header) => header.lowerName.startsWith('cloudfront-is-'))
  return (name) => {
    if (name === '' || name === '*') return false
    if (name === 'accept-encoding' || name === 'cookie' || added.has(name)) return true
    if (name === 'user-agent') return knowsDevice || rules.isNamed(name)
    return rules.passes(name, 'GET', false)
  }
}
