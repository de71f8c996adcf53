// Cache, origin request and response headers policies, and the legacy settings they replaced.
import type { Seconds } from './distribution.ts'

/** Which items of a request a policy takes. Names as configured; header names compare case-blind. */
export interface ItemSelection<Behavior extends string> {
  readonly behavior: Behavior
  readonly names: readonly string[]
}

/** (API Reference, 'CachePolicyConfig', with `ParametersInCacheKeyAndForwardedToOrigin` laid flat) */
export interface CachePolicy {
  readonly Id: string
  readonly Name: string
  readonly MinTTL: Seconds
  readonly DefaultTTL: Seconds
  readonly MaxTTL: Seconds
  readonly EnableAcceptEncodingGzip: boolean
  readonly EnableAcceptEncodingBrotli: boolean
  readonly Headers: ItemSelection<'none' | 'whitelist'>
  readonly Cookies: ItemSelection<'none' | 'whitelist' | 'allExcept' | 'all'>
  readonly QueryStrings: ItemSelection<'none' | 'whitelist' | 'allExcept' | 'all'>
}

/** (API Reference, 'OriginRequestPolicyConfig') */
export interface OriginRequestPolicy {
  readonly Id: string
  readonly Name: string
  readonly Headers: ItemSelection<
    'none' | 'whitelist' | 'allViewer' | 'allViewerAndWhitelistCloudFront' | 'allExcept'
  >
  readonly Cookies: ItemSelection<'none' | 'whitelist' | 'all' | 'allExcept'>
  readonly QueryStrings: ItemSelection<'none' | 'whitelist' | 'all' | 'allExcept'>
}

/** (API Reference, 'ForwardedValues') `Headers: ['*']` forwards all and switches caching off. */
export interface ForwardedValues {
  readonly QueryString: boolean
  readonly QueryStringCacheKeys: readonly string[]
  readonly Cookies: {
    readonly Forward: 'none' | 'whitelist' | 'all'
    readonly WhitelistedNames: readonly string[]
  }
  readonly Headers: readonly string[]
}

/** (API Reference, 'ResponseHeadersPolicyCorsConfig') */
export interface CorsConfig {
  readonly AccessControlAllowOrigins: readonly string[]
  readonly AccessControlAllowHeaders: readonly string[]
  readonly AccessControlAllowMethods: readonly string[]
  readonly AccessControlAllowCredentials: boolean
  readonly AccessControlExposeHeaders: readonly string[]
  readonly AccessControlMaxAgeSec: Seconds | null
  readonly OriginOverride: boolean
}

/** A header that the policy adds; security headers are brought to this form, too. */
export interface PolicyHeader {
  readonly Header: string
  readonly Value: string
  readonly Override: boolean
}

/** (API Reference, 'ResponseHeadersPolicyConfig') */
export interface ResponseHeadersPolicy {
  readonly Id: string
  readonly Name: string
  readonly CorsConfig: CorsConfig | null
  /** Security headers as name, value and override. */
  readonly SecurityHeaders: readonly PolicyHeader[]
  readonly CustomHeaders: readonly PolicyHeader[]
  readonly RemoveHeaders: readonly string[]
  readonly ServerTiming: { readonly Enabled: boolean; readonly SamplingRate: number }
}
