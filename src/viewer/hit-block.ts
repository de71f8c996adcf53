// What the hits of one cached object have in common of their headers, made once and kept with the entry.
import { toHeadText } from './http1/head-text.ts'
import type { CacheEntry, ReadyHead } from '../cache/entry.ts'
import type { CompiledBehavior, CompiledDistribution } from '../edge/compile.ts'
import { applyResponseHeadersPolicy } from '../edge/steps.ts'
import type { EdgePlace } from '../edge/visit.ts'
import type { ViewerRequest } from '../message/requests.ts'
import { joinVia } from '../policies/viewer-response.ts'

/**
 * Gives an entry the header block for the hits of one behavior: all that does not differ from hit to hit. Without a
 * Date, which a policy or function may have removed, the block ends with that name, and each hit adds the value.
 */
export function makeBlock(
  entry: CacheEntry,
  request: ViewerRequest,
  selected: CompiledBehavior,
  site: CompiledDistribution,
  place: EdgePlace,
): void {
  const { object } = entry
  const toViewer = selected.viewerHeaders(object.headers).without('age')
  const headers = applyResponseHeadersPolicy(toViewer, request, selected)
  const word = object.status >= 400 ? 'Error' : 'Hit'
  entry.block = [
    ...headers.without('via').pairs,
    'X-Cache',
    `${word} from cloudfront`,
    'Via',
    joinVia(headers, site.via),
    'X-Amz-Cf-Pop',
    place.popHeader,
    ...(site.altSvc === null ? [] : ['Alt-Svc', site.altSvc]),
    ...(headers.has('date') ? [] : ['Date']),
  ]
  entry.head = toHead(entry)
  entry.blockOwner = selected
}

/** False for a block that ends with the bare name. */
export function hasDate(block: readonly string[]): boolean {
  return block.length % 2 === 0
}

/** The block as text up to the value of X-Amz-Cf-Id, or null where it can't be. */
function toHead({ block, object }: CacheEntry): ReadyHead | null {
  if (!hasDate(block!)) return null
  const { text, length } = toHeadText(object.status, object.statusText, block!)
  const isChunked = length === null
  if (!isChunked && length !== object.body.bytes) return null
  const framing = isChunked ? 'Transfer-Encoding: chunked\r\n' : ''
  return { text: `${text}${framing}Connection: keep-alive\r\nX-Amz-Cf-Id: `, isChunked }
}
