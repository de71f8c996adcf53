// What a behavior's settings select of a request, the same for cache policies and the legacy settings.
import { NO_ENCODING, normalizeAcceptEncoding } from '../message/accept-encoding.ts'
import type { NormalizedEncoding } from '../message/accept-encoding.ts'
import type { NameSelection } from '../message/query.ts'
import type { ViewerRequest } from '../message/requests.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution, Seconds } from '../model/distribution.ts'
import type { OriginCustomHeader } from '../model/origin.ts'
import type { ForwardedValues } from '../model/policies.ts'

const NONE: NameSelection = { behavior: 'none', names: [] }
const ALL: NameSelection = { behavior: 'all', names: [] }

/** The three TTLs of a behavior, wherever they are configured. */
export interface TtlBounds {
  readonly MinTTL: Seconds
  readonly DefaultTTL: Seconds
  readonly MaxTTL: Seconds
}

export function toTtlBounds({ Cache }: DefaultCacheBehavior): TtlBounds {
  return Cache.kind === 'policy' ? Cache.CachePolicy : Cache
}

/** Query parameters in the cache key. (Developer Guide, 'Cache content based on query string parameters') */
export function selectKeyedQuery({ Cache }: DefaultCacheBehavior): NameSelection {
  if (Cache.kind === 'policy') return Cache.CachePolicy.QueryStrings
  const { QueryString, QueryStringCacheKeys } = Cache.ForwardedValues
  if (!QueryString) return NONE
  return QueryStringCacheKeys.length === 0 ? ALL : { behavior: 'whitelist', names: QueryStringCacheKeys }
}

/** Query parameters the origin gets. (Developer Guide, 'Understand how origin request policies and cache policies work together') */
export function selectForwardedQuery({ Cache }: DefaultCacheBehavior): NameSelection {
  if (Cache.kind === 'legacy') return Cache.ForwardedValues.QueryString ? ALL : NONE
  return unite(Cache.CachePolicy.QueryStrings, Cache.OriginRequestPolicy?.QueryStrings ?? NONE)
}

/** Cookies in the cache key. (Developer Guide, 'Cache content based on cookies') */
export function selectKeyedCookies({ Cache }: DefaultCacheBehavior): NameSelection {
  if (Cache.kind === 'policy') return Cache.CachePolicy.Cookies
  const { Forward, WhitelistedNames } = Cache.ForwardedValues.Cookies
  return { behavior: Forward, names: WhitelistedNames }
}

/** Cookies the origin gets: those of the key and those of the origin request policy. */
export function selectForwardedCookies(behavior: DefaultCacheBehavior): NameSelection {
  const { Cache } = behavior
  if (Cache.kind === 'legacy') return selectKeyedCookies(behavior)
  return unite(Cache.CachePolicy.Cookies, Cache.OriginRequestPolicy?.Cookies ?? NONE)
}

/** Whether any cookie can reach the origin: then nothing is collapsed or revalidated. */
export function forwardsCookies(behavior: DefaultCacheBehavior): boolean {
  return selectForwardedCookies(behavior).behavior !== 'none'
}

/** Headers in the cache key, in lower case and in the order of the policy, each once. */
export function selectKeyedHeaders({ Cache }: DefaultCacheBehavior): readonly string[] {
  if (Cache.kind === 'legacy') {
    return [...new Set(Cache.ForwardedValues.Headers.map(toLower))].filter((name) => name !== '*')
  }
  const { Headers, EnableAcceptEncodingGzip, EnableAcceptEncodingBrotli } = Cache.CachePolicy
  if (Headers.behavior === 'none') return []
  const isNormalized = EnableAcceptEncodingGzip || EnableAcceptEncodingBrotli
  return [...new Set(Headers.names.map(toLower))].filter(
    (name) => !isNormalized || name !== 'accept-encoding',
  )
}

/** What takes either of two selections' names. Where both withhold some, only what both name stays withheld (choice). */
function unite(one: NameSelection, other: NameSelection): NameSelection {
  if (one.behavior === 'none') return other
  if (other.behavior === 'none') return one
  if (one.behavior === 'all' || other.behavior === 'all') return ALL
  if (one.behavior === 'whitelist' && other.behavior === 'whitelist') {
    return { behavior: 'whitelist', names: [...new Set([...one.names, ...other.names])] }
  }
  if (one.behavior === 'allExcept' && other.behavior === 'allExcept') {
    return { behavior: 'allExcept', names: one.names.filter((name) => other.names.includes(name)) }
  }
  const [withheld, listed] =
    one.behavior === 'allExcept' ? [one.names, other.names] : [other.names, one.names]
  return { behavior: 'allExcept', names: withheld.filter((name) => !listed.includes(name)) }
}

type EncodingInput = Pick<ViewerRequest, 'headers' | 'httpVersion'>

/** Compiled by {@link compileEncodings}. */
export type EncodingSelector = (request: EncodingInput) => NormalizedEncoding

/**
 * Compiles a behavior to a function from a request to its normalized Accept-Encoding: the key part, what the
 * origin gets and what may be compressed. HTTP/1.0 viewers have none. (Developer Guide, 'Understand cache policies')
 */
export function compileEncodings(
  distribution: Distribution,
  behavior: DefaultCacheBehavior,
): EncodingSelector {
  const { Cache } = behavior
  const gzip =
    Cache.kind === 'legacy'
      ? !listsAcceptEncoding(Cache.ForwardedValues)
      : Cache.CachePolicy.EnableAcceptEncodingGzip
  const brotli = Cache.kind === 'policy' && Cache.CachePolicy.EnableAcceptEncodingBrotli
  if ((!gzip && !brotli) || emptiesAcceptEncoding(distribution, behavior.TargetOriginId))
    return () => NO_ENCODING
  const normalize = ({ headers, httpVersion }: EncodingInput) =>
    // Of several lines the first counts, in the key and towards the origin alike (choice).
    httpVersion === '1.0'
      ? NO_ENCODING
      : normalizeAcceptEncoding(headers.get('accept-encoding'), gzip, brotli)
  if (Cache.kind === 'policy') return normalize
  // Legacy settings know gzip only and send nothing in place of the rest. It is always in the key, so that no
  // viewer gets a form it cannot read (choice).
  return (request) => {
    const encoding = normalize(request)
    return encoding.key === '' ? NO_ENCODING : encoding
  }
}

/** A header list that names Accept-Encoding forwards and keys it as it is. */
function listsAcceptEncoding({ Headers }: ForwardedValues): boolean {
  return Headers.some((name) => name === '*' || toLower(name) === 'accept-encoding')
}

/** An empty custom header Accept-Encoding takes it out of key and origin request. (Developer Guide, 'Add custom headers to origin requests') */
function emptiesAcceptEncoding({ Origins, OriginGroups }: Distribution, targetId: string): boolean {
  const originId = OriginGroups.find((group) => group.Id === targetId)?.Members[0] ?? targetId
  const origin = Origins.find((each) => each.Id === originId)
  return origin?.CustomHeaders.some(isEmptyAcceptEncoding) ?? false
}

function isEmptyAcceptEncoding({ HeaderName, HeaderValue }: OriginCustomHeader): boolean {
  return HeaderValue === '' && toLower(HeaderName) === 'accept-encoding'
}

function toLower(name: string): string {
  return name.toLowerCase()
}
