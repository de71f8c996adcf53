// The closed reasons as sentences: the one place that says in plain words what each of them means.
import type {
  AttemptEnd,
  BypassReason,
  CompressionOutcome,
  CutReason,
  ErrorPageOutcome,
  FailoverReason,
  RegionalSkip,
  CountrySource,
  PopReason,
  StoreReason,
  TierReason,
  TierVerdict,
  TtlRule,
} from '../model/result-types.ts'

/** What a tier's reason means, as the rest of a sentence that starts with the tier. */
export const TIER_SENTENCES: Readonly<Record<TierReason, string>> = {
  fresh: 'a stored copy is within its TTL',
  'stale-while-revalidate':
    'the stored copy has expired; it is served at once and refreshed in the background',
  'stale-if-error': 'the stored copy has expired and the layer behind failed, so the old copy is served',
  'stale-error-pause':
    'the stored copy has expired, but the origin failed moments ago and is not asked again yet',
  'not-modified': 'the stored copy had expired and the layer behind confirmed it with 304',
  expired: 'the stored copy had expired and was replaced by a new one',
  'not-in-cache': 'no copy under this cache key: never requested here, or evicted',
  invalidated: 'the stored copy was taken by an invalidation',
  collapsed: 'another request was already fetching the same object, this one waited for it',
  'range-request': 'nothing of the object is cached; the range is fetched as asked',
  'other-coding':
    'the viewer takes Brotli and gzip, and the copy in one of the two that is cached is within its TTL',
  'part-in-cache': 'every byte that is asked for is cached, as parts of the object',
  'part-missing': 'other parts of the object are cached, not all the bytes that are asked for',
  'if-range-differs': 'If-Range names another version than the one whose parts are cached',
  uncacheable: 'requests that no cache answers go through without being looked up',
}

/** Why the regional edge cache was left out. */
export const REGIONAL_SKIP_SENTENCES: Readonly<Record<RegionalSkip, string>> = {
  'cached-options': 'answers to OPTIONS are kept at the edge location only',
  'bucket-in-region':
    'the S3 bucket is in the Region of this regional edge cache, so the edge location asks it directly',
  'is-origin-shield': "the cache of this Region is the origin's Origin Shield, which is asked at once",
}

/** What each way past the caches means. */
export const BYPASS_SENTENCES: Readonly<Record<BypassReason, string>> = {
  'proxy-method': 'requests with this method always go to the origin',
  'caching-disabled': 'minimum, default and maximum TTL of the behavior are all 0',
  'forwards-all-headers': "the behavior forwards all headers ('*'), which switches caching off",
  grpc: 'a gRPC call is never cached',
  websocket: 'a WebSocket is a tunnel to the origin',
}

/** What an attempt at an origin led to. */
export const ATTEMPT_SENTENCES: Readonly<Record<AttemptEnd, string>> = {
  answered: 'the origin answered',
  retried: 'the same origin is asked again',
  'attempts-used-up': 'as many attempts as ConnectionAttempts allows have failed',
  'not-repeatable': 'only GET and HEAD are sent again once the origin may have seen them',
  'out-of-time': 'ResponseCompletionTimeout has passed',
  'viewer-gone': 'nobody waits for the answer any more',
  unresolved: 'nothing on this machine stands for the origin',
}

/** Why the secondary origin of a group was asked. */
export const FAILOVER_SENTENCES: Readonly<Record<FailoverReason, string>> = {
  status: 'the primary origin answered with a status that the failover criteria list',
  'connect-failed': 'the primary origin could not be connected to, and the failover criteria list 503',
  'timed-out': 'the primary origin did not answer in time, and the failover criteria list 504',
}

/** Why the viewer got something else than the object as it is, or all of it in spite of a Range. */
export const CUT_SENTENCES: Readonly<Record<CutReason, string>> = {
  'if-none-match': 'If-None-Match names the version that is here, so 304',
  'if-modified-since': 'the object has not changed since the date of If-Modified-Since, so 304',
  'if-match': 'If-Match names another version than the one that is here, so 412',
  'if-unmodified-since': 'the object has changed since the date of If-Unmodified-Since, so 412',
  range: 'the part of the object that Range asks for',
  ranges: 'the parts of the object that Range asks for, as multipart/byteranges',
  'range-unsatisfiable': 'Range asks for nothing that the object has, so 416',
  'range-invalid': 'the Range is not valid, so all of the object',
  'range-other-unit': 'the Range counts in another unit than bytes, so all of the object',
  'ranges-not-ascending': 'the ranges do not ascend or they overlap, so all of the object',
  'range-of-nothing': 'the object is empty, so all of it in place of a range',
  'range-if-range-differs': 'If-Range names another version than the one that is here, so all of the object',
  'range-not-answered': 'the origin sent all of the object in place of the range',
  'range-length-unknown': 'the object is still coming in and its length is not known, so all of it',
}

/** Whether an answer of the origin was compressed, or why not. */
export const COMPRESSION_SENTENCES: Readonly<Record<CompressionOutcome, string>> = {
  br: 'compressed with Brotli, and stored like that',
  gzip: 'compressed with gzip, and stored like that',
  'compress-off': 'Compress is off in the behavior',
  'encodings-off': 'the cache policy enables neither gzip nor Brotli',
  'http-1.0': 'viewers of HTTP/1.0 get no compressed form',
  'not-accepted': 'Accept-Encoding of the viewer names no coding that the cache policy enables',
  status: 'only 200, 403 and 404 are compressed',
  'already-encoded': 'the origin has encoded it already',
  'no-content-length': 'the origin sent no Content-Length',
  'too-small': 'fewer than 1,000 bytes',
  'too-large': 'more than 10,000,000 bytes',
  'content-type': 'its Content-Type is not among those that CloudFront compresses',
}

/** How the fetch of a custom error page ended. */
export const ERROR_PAGE_SENTENCES: Readonly<Record<ErrorPageOutcome, string>> = {
  shown: 'the custom error page stands in for the error',
  'page-status': 'the fetch of the custom error page came to another status, which the viewer gets',
  'page-failed': 'the custom error page could not be fetched, and the viewer gets that error',
}

/** Why a response may be stored, or not. */
export const STORE_SENTENCES: Readonly<Record<StoreReason, string>> = {
  cacheable: 'the response may be cached',
  'error-cacheable': 'errors of this status are cached for a short time',
  'no-store': 'Cache-Control: no-store, and the minimum TTL is 0',
  private: 'Cache-Control: private, and the minimum TTL is 0',
  status: 'responses with this status are not cached',
  'error-vetoed': 'Cache-Control of the error response forbids it',
  'error-without-max-age': 'errors of this status are cached only with max-age or s-maxage',
  'partial-content':
    'a partial response (206) is stored only with one valid Content-Range and a strong ETag or Last-Modified',
  'caching-disabled': 'minimum, default and maximum TTL of the behavior are all 0',
  'vary-star': 'Vary: * makes every response different',
  'too-large': 'the object is larger than the largest object a cache takes',
  'no-room': 'the budget of the place is taken by objects that are still coming in',
  'disk-error': 'the disk took no more of it',
  truncated: 'the body ended before it was complete',
  'invalidated-meanwhile': 'an invalidation came while the object was being fetched',
  abandoned: 'the viewer left before the end and nobody else waited for the object',
}

/** Why a viewer met this edge location. */
export const POP_SENTENCES: Readonly<Record<PopReason, string>> = {
  default: "nothing is known of the viewer's place, so it is the default edge location",
  'default-in-price-class':
    "nothing is known of the viewer's place, and the default edge location is not in the price class: the nearest to it that is",
  'nearest-to-country': "the nearest one to the viewer's country",
  'nearest-in-price-class':
    "the nearest one to the viewer's country within the price class; without it there is a nearer one",
  'asked-for': 'the request asked for it with x-pocketfront-pop',
  'asked-for-outside-price-class':
    'the request asked for it with x-pocketfront-pop, though it is not in the price class',
}

/** Where the viewer's country comes from. */
export const COUNTRY_SENTENCES: Readonly<Record<CountrySource, string>> = {
  request: 'the request names it with x-pocketfront-viewer-country',
  address: "looked up by the viewer's address",
  default: 'the default for private addresses',
  unknown: "the viewer's address tells no country",
}

/** Where a TTL comes from. */
export const TTL_SENTENCES: Readonly<Record<TtlRule, string>> = {
  's-maxage': "the origin's s-maxage",
  'max-age': "the origin's max-age",
  Expires: "the origin's Expires",
  DefaultTTL: 'the default TTL of the behavior, as the origin says nothing',
  MinTTL: 'the minimum TTL of the behavior, as the origin asks for less',
  MaxTTL: 'the maximum TTL of the behavior, as the origin asks for more',
  ErrorCachingMinTTL: 'the error caching minimum TTL',
  'no-cache': 'no-cache: kept, and revalidated on every request',
  none: 'not stored',
}

/** A tier's verdict as it is read aloud. */
export const VERDICT_WORDS: Readonly<Record<TierVerdict, string>> = {
  hit: 'hit',
  refresh: 'refresh hit',
  miss: 'miss',
  pass: 'passed through',
}
