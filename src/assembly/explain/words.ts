// Settings of CloudFront in a few words.
import type { HttpMethod } from '../../model/cache-behavior.ts'
import type { Seconds } from '../../model/distribution.ts'
import type { CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } from '../../model/policies.ts'
import type { TtlBounds } from '../../policies/selections.ts'

const UNITS: readonly [seconds: number, unit: string][] = [
  [31_536_000, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
]

/** `86400` → 1 d, `90` → 90 s: the largest unit that leaves nothing over. */
export function toDurationText(seconds: Seconds): string {
  const found = UNITS.find(([length]) => seconds >= length && seconds % length === 0)
  return found === undefined ? `${seconds} s` : `${seconds / found[0]} ${found[1]}`
}

/** Minimum, default and maximum. */
export function toTtlText({ MinTTL, DefaultTTL, MaxTTL }: TtlBounds): string {
  if (MaxTTL === 0) return 'not cached'
  if (MinTTL === DefaultTTL && DefaultTTL === MaxTTL)
    return `${toDurationText(MinTTL)}, whatever the origin says`
  return [MinTTL, DefaultTTL, MaxTTL].map(toDurationText).join(' / ')
}

/** The three sets of methods that CloudFront knows; in brackets the cached one that is more than usual. */
export function toMethodsText(allowed: readonly HttpMethod[], cached: readonly HttpMethod[]): string {
  const all = allowed.length === 7 ? 'all' : allowed.join(', ')
  return cached.includes('OPTIONS') ? `${all} (OPTIONS cached)` : all
}

interface Selection {
  readonly behavior: string
  readonly names: readonly string[]
}

/** `query strings page, sort`; null for none. */
export function toSelectionText(noun: string, { behavior, names }: Selection): string | null {
  const list = names.join(', ')
  switch (behavior) {
    case 'none':
      return null
    case 'all':
      return `all ${noun}`
    case 'allViewer':
      return `all ${noun} of the viewer`
    case 'allViewerAndWhitelistCloudFront':
      return `all ${noun} of the viewer, and ${list}`
    case 'allExcept':
      return `all ${noun} except ${list}`
    default:
      return `${noun} ${list}`
  }
}

/** What makes a cached object another one. */
export function toKeyText(policy: CachePolicy): string {
  if (policy.MaxTTL === 0) return 'nothing is cached'
  const encodings = [
    policy.EnableAcceptEncodingGzip ? 'gzip' : null,
    policy.EnableAcceptEncodingBrotli ? 'br' : null,
  ].filter((each) => each !== null)
  return join([
    'path',
    toSelectionText('query strings', policy.QueryStrings),
    toSelectionText('headers', policy.Headers),
    toSelectionText('cookies', policy.Cookies),
    encodings.length === 0 ? null : encodings.join(' and '),
  ])
}

/** What an origin gets besides the cache key. */
export function toForwardedText(policy: OriginRequestPolicy): string {
  return join([
    toSelectionText('headers', policy.Headers),
    toSelectionText('cookies', policy.Cookies),
    toSelectionText('query strings', policy.QueryStrings),
  ])
}

/** What viewers get besides the origin's headers. */
export function toResponseHeadersText(policy: ResponseHeadersPolicy): string {
  const { CorsConfig: cors, SecurityHeaders, CustomHeaders, RemoveHeaders, ServerTiming } = policy
  const set = [...SecurityHeaders, ...CustomHeaders].map(({ Header }) => Header)
  return join([
    cors === null ? null : `CORS for ${cors.AccessControlAllowOrigins.join(', ')}`,
    set.length === 0 ? null : `sets ${set.join(', ')}`,
    RemoveHeaders.length === 0 ? null : `removes ${RemoveHeaders.join(', ')}`,
    ServerTiming.Enabled ? `Server-Timing on ${ServerTiming.SamplingRate} %` : null,
  ])
}

/** A policy's name without AWS's prefix; policies that are written out have none. */
export function toPolicyName({ Id, Name }: { readonly Id: string; readonly Name: string }): string | null {
  return Id.startsWith('inline:') ? null : Name.replace(/^Managed-/, '')
}

function join(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join('; ')
}
