// What the hits of one cached object have in common of their headers, made when needed and kept with the entry.
import { toOriginText, toOwnText, toStatusText } from './answer-head.ts'
import { toHeadText } from './http1/head-text.ts'
import type { CacheEntry, ReadyHead } from '../cache/entry.ts'
import type { CompiledBehavior, CompiledDistribution } from '../edge/compile.ts'
import { applyResponseHeadersPolicy } from '../edge/steps.ts'
import type { EdgePlace } from '../edge/visit.ts'
import type { Headers } from '../message/headers.ts'
import { toOwnString } from '../message/own-string.ts'
import type { ViewerRequest } from '../message/requests.ts'
import { joinVia } from '../policies/viewer-response.ts'

/** In the place of a head that was needed once: most objects of a large cache are asked for once in a long time. */
const MET_ONCE: ReadyHead = { text: '', isChunked: false }

/**
 * The head of hits as text up to the value of X-Amz-Cf-Id; null where it can't be text. Kept from the second time on,
 * by the rules of one behavior.
 */
export function toReadyHead(
  entry: CacheEntry,
  request: ViewerRequest,
  selected: CompiledBehavior,
  site: CompiledDistribution,
  place: EdgePlace,
): ReadyHead | null {
  const isMet = entry.headOwner === selected
  if (isMet && entry.head !== MET_ONCE) return entry.head
  const head = makeHead(entry, request, selected, site, place)
  if (!isMet) entry.head = head === null ? null : MET_ONCE
  else entry.head = head === null ? null : { ...head, text: toOwnString(head.text) }
  entry.headOwner = selected
  return head
}

/**
 * The header block for the hits of one behavior: all that does not differ from hit to hit. Without a Date, which a
 * policy or function may have removed, the block ends with that name, and each hit adds the value.
 */
export function toBlock(
  entry: CacheEntry,
  request: ViewerRequest,
  selected: CompiledBehavior,
  site: CompiledDistribution,
  place: EdgePlace,
): readonly string[] {
  if (entry.block === null || entry.blockOwner !== selected) {
    entry.block = makeBlock(entry, toHitHeaders(entry, request, selected), site, place)
    entry.blockOwner = selected
  }
  return entry.block
}

/** False for a block that ends with the bare name. */
export function hasDate(block: readonly string[]): boolean {
  return block.length % 2 === 0
}

function makeHead(
  entry: CacheEntry,
  request: ViewerRequest,
  selected: CompiledBehavior,
  site: CompiledDistribution,
  place: EdgePlace,
): ReadyHead | null {
  const { object } = entry
  const { bytes } = object.body
  // Most have neither a policy nor an Age, and then one pass is enough.
  const isSimple = site.altSvc === null && selected.responseHeaders === null
  const given = isSimple ? selected.viewerHeaders(object.headers) : null
  const ready = given === null ? null : toOriginText(object.status, toStatusText(object), given, bytes, 'age')
  if (ready === null)
    return fromBlock(entry, makeBlock(entry, toHitHeaders(entry, request, selected), site, place))
  const { text, isChunked } = ready
  const own = toOwnText(toWord(entry), { via: site.via, popHeader: place.popHeader })
  return { text: isChunked ? `${text}\r\nTransfer-Encoding: chunked${own}` : text + own, isChunked }
}

/** The same with every field checked. */
function fromBlock({ object }: CacheEntry, block: readonly string[]): ReadyHead | null {
  if (!hasDate(block)) return null
  const { text, length } = toHeadText(object.status, toStatusText(object), block)
  const isChunked = length === null
  if (!isChunked && length !== object.body.bytes) return null
  const framing = isChunked ? 'Transfer-Encoding: chunked\r\n' : ''
  return { text: `${text}${framing}Connection: keep-alive\r\nX-Amz-Cf-Id: `, isChunked }
}

function makeBlock(
  entry: CacheEntry,
  headers: Headers,
  site: CompiledDistribution,
  place: EdgePlace,
): readonly string[] {
  return [
    ...headers.without('via').pairs,
    'X-Cache',
    `${toWord(entry)} from cloudfront`,
    'Via',
    joinVia(headers, site.via),
    'X-Amz-Cf-Pop',
    place.popHeader,
    ...(site.altSvc === null ? [] : ['Alt-Svc', site.altSvc]),
    ...(headers.has('date') ? [] : ['Date']),
  ]
}

function toHitHeaders(entry: CacheEntry, request: ViewerRequest, selected: CompiledBehavior): Headers {
  const toViewer = selected.viewerHeaders(entry.object.headers).without('age')
  return applyResponseHeadersPolicy(toViewer, request, selected)
}

function toWord({ object }: CacheEntry): 'Error' | 'Hit' {
  return object.status >= 400 ? 'Error' : 'Hit'
}
