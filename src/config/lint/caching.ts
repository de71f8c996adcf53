// One view on cache policies and the settings from before them: what is in the key, and what else is forwarded.
import type { CacheSettings } from '../../model/cache-behavior.ts'
import type { ItemSelection } from '../../model/policies.ts'

/** How much of the cookies or query strings. */
export type Share = 'none' | 'some' | 'all'

export interface Caching {
  readonly kind: CacheSettings['kind']
  /** Whether anything is ever stored. */
  readonly isOn: boolean
  readonly MinTTL: number
  readonly DefaultTTL: number
  readonly keyCookies: Share
  readonly keyQueryStrings: Share
  readonly sentCookies: Share
  readonly sentQueryStrings: Share
  /** Listed in the key, in lower case. */
  readonly keyHeaders: readonly string[]
  /** Whether the origin gets this header of viewers; name in lower case. */
  sends(header: string): boolean
  /** Accept-Encoding is normalized and in the key. */
  readonly hasEncodings: boolean
}

/** What the settings of a behavior mean. */
export function toCaching(cache: CacheSettings): Caching {
  return cache.kind === 'policy' ? fromPolicies(cache) : fromLegacy(cache)
}

function fromPolicies({
  CachePolicy,
  OriginRequestPolicy,
}: Extract<CacheSettings, { kind: 'policy' }>): Caching {
  const keyHeaders = CachePolicy.Headers.names.map(lower)
  const keyCookies = shareOf(CachePolicy.Cookies.behavior)
  const keyQueryStrings = shareOf(CachePolicy.QueryStrings.behavior)
  const request = OriginRequestPolicy
  return {
    kind: 'policy',
    isOn: CachePolicy.MaxTTL > 0,
    MinTTL: CachePolicy.MinTTL,
    DefaultTTL: CachePolicy.DefaultTTL,
    keyHeaders,
    keyCookies,
    keyQueryStrings,
    sentCookies: more(keyCookies, shareOf(request?.Cookies.behavior ?? 'none')),
    sentQueryStrings: more(keyQueryStrings, shareOf(request?.QueryStrings.behavior ?? 'none')),
    sends: (header) => keyHeaders.includes(header) || (request !== null && takes(request.Headers, header)),
    hasEncodings: CachePolicy.EnableAcceptEncodingGzip || CachePolicy.EnableAcceptEncodingBrotli,
  }
}

function fromLegacy({ ForwardedValues, ...ttls }: Extract<CacheSettings, { kind: 'legacy' }>): Caching {
  const keyHeaders = ForwardedValues.Headers.map(lower)
  const isAll = keyHeaders.includes('*')
  const { Forward } = ForwardedValues.Cookies
  const cookies = Forward === 'whitelist' ? 'some' : Forward
  const query: Share = ForwardedValues.QueryString ? 'all' : 'none'
  return {
    kind: 'legacy',
    isOn: ttls.MaxTTL > 0 && !isAll,
    MinTTL: ttls.MinTTL,
    DefaultTTL: ttls.DefaultTTL,
    keyHeaders,
    keyCookies: cookies,
    keyQueryStrings: query === 'all' && ForwardedValues.QueryStringCacheKeys.length > 0 ? 'some' : query,
    sentCookies: cookies,
    sentQueryStrings: query,
    sends: (header) => isAll || keyHeaders.includes(header),
    hasEncodings: true,
  }
}

function takes({ behavior, names }: ItemSelection<string>, header: string): boolean {
  const isNamed = names.some((name) => lower(name) === header)
  switch (behavior) {
    case 'allViewer':
      return !header.startsWith('cloudfront-')
    case 'allViewerAndWhitelistCloudFront':
      return isNamed || !header.startsWith('cloudfront-')
    case 'allExcept':
      return !isNamed && !header.startsWith('cloudfront-')
    default:
      return isNamed
  }
}

function shareOf(behavior: string): Share {
  if (behavior === 'none') return 'none'
  return behavior === 'all' ? 'all' : 'some'
}

function more(one: Share, other: Share): Share {
  if (one === 'all' || other === 'all') return 'all'
  return one === 'some' || other === 'some' ? 'some' : 'none'
}

function lower(name: string): string {
  return name.toLowerCase()
}
