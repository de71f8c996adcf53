// Which headers a cache policy, an origin request policy or a legacy list may not name.
import { HOP_BY_HOP } from '../../model/hop-by-hop.ts'
import type { LocatedText } from '../nodes/fields.ts'
import type { Report } from '../nodes/report.ts'

/** A header that cannot be named, with the reason and what to do instead. */
interface Refusal {
  readonly because: string
  readonly hint: string
}

const OF_THE_CONNECTION: Refusal = {
  because: 'concerns one connection and cannot be in the cache key',
  hint: 'leave it out; it never goes on to the origin',
}
const OF_CLOUDFRONT: Refusal = {
  because: 'is made by CloudFront and cannot be in the cache key',
  hint: 'leave it out',
}
const SENT_ANYWAY: Refusal = {
  because: 'cannot be in the cache key',
  hint: 'leave it out; it goes to the origin without being named',
}
const FOR_THE_ORIGIN_ALONE: Refusal = {
  because: 'cannot be in the cache key',
  hint: 'list it in an origin request policy',
}

/** ('Understand cache policies'; the column on caching in 'Request and response behavior for custom origins') */
const NOT_IN_KEYS = new Map<string, Refusal>([
  ...HOP_BY_HOP.map((name) => [name, OF_THE_CONNECTION] as const),
  ['cache-control', SENT_ANYWAY],
  ['content-length', SENT_ANYWAY],
  ['max-forwards', SENT_ANYWAY],
  ['pragma', SENT_ANYWAY],
  ['request-range', SENT_ANYWAY],
  ['x-amz-cf-id', OF_CLOUDFRONT],
  ['x-forwarded-proto', { because: OF_CLOUDFRONT.because, hint: 'list CloudFront-Forwarded-Proto' }],
  ['x-real-ip', { because: OF_CLOUDFRONT.because, hint: 'forward CloudFront-Viewer-Address' }],
  ['cookie', { because: 'is no header of a list', hint: 'name the cookies in the settings for cookies' }],
  ['cloudfront-viewer-address', FOR_THE_ORIGIN_ALONE],
  ['cloudfront-viewer-asn', FOR_THE_ORIGIN_ALONE],
  ['cloudfront-viewer-ja3-fingerprint', FOR_THE_ORIGIN_ALONE],
  ['cloudfront-viewer-ja4-fingerprint', FOR_THE_ORIGIN_ALONE],
  ['cloudfront-viewer-tls', FOR_THE_ORIGIN_ALONE],
])

/** ('Control origin requests with a policy') */
const NOT_IN_ORIGIN_REQUESTS = new Map<string, Refusal>([
  [
    'authorization',
    {
      because: 'cannot be listed in an origin request policy',
      hint: 'list it in the cache policy, or forward all viewer headers',
    },
  ],
  [
    'accept-encoding',
    {
      because: 'cannot be listed in an origin request policy',
      hint: 'set EnableAcceptEncodingGzip and EnableAcceptEncodingBrotli in the cache policy',
    },
  ],
])

/** Reports each name that cannot be in a cache key; `codings` says whether a policy normalizes Accept-Encoding. */
export function checkKeyHeaders(names: readonly LocatedText[], codings: boolean, report: Report): void {
  check(names, report, (lower) => {
    if (codings && lower === 'accept-encoding') {
      return {
        because: 'has no effect where a compressed form is enabled',
        hint: 'EnableAcceptEncodingGzip and EnableAcceptEncodingBrotli put it into the key',
      }
    }
    if (lower.startsWith('x-edge-')) return OF_CLOUDFRONT
    return NOT_IN_KEYS.get(lower)
  })
}

/** Reports each name that an origin request policy cannot list. */
export function checkOriginRequestHeaders(names: readonly LocatedText[], report: Report): void {
  check(names, report, (lower) => NOT_IN_ORIGIN_REQUESTS.get(lower))
}

function check(
  names: readonly LocatedText[],
  report: Report,
  refusalOf: (lowerName: string) => Refusal | undefined,
): void {
  for (const { text, node } of names) {
    const refusal = refusalOf(text.toLowerCase())
    if (refusal !== undefined)
      report.error(node, 'InvalidArgument', `${text} ${refusal.because}`, refusal.hint)
  }
}
