// A distribution and everything that stands inside its configuration, in AWS's words.
import type { CacheBehavior, DefaultCacheBehavior } from './cache-behavior.ts'
import type { PriceClass } from './locations.ts'
import type { Origin, OriginGroup } from './origin.ts'
import type { ViewerCertificate } from './viewer-certificate.ts'

/** Seconds, as every TTL and timeout of AWS's configuration. */
export type Seconds = number

/** What to do with an error status of the origin. (API Reference, 'CustomErrorResponse') */
export interface CustomErrorResponse {
  readonly ErrorCode: number
  /** At least this long an error of this code is cached; CloudFront's default is 10 s. */
  readonly ErrorCachingMinTTL: Seconds
  /** Path of the page that replaces the origin's body; comes together with ResponseCode. */
  readonly ResponsePagePath?: string
  readonly ResponseCode?: number
}

/** Which countries are served. (API Reference, 'GeoRestriction') */
export interface GeoRestriction {
  readonly RestrictionType: 'none' | 'blacklist' | 'whitelist'
  /** ISO 3166-1 alpha-2; empty for none. */
  readonly Locations: readonly string[]
}

/** Where the tags of an object stand, by which it can be invalidated. (API Reference, 'CacheTagConfig') */
export interface CacheTagConfig {
  readonly HeaderName: string
}

/** One distribution with defaults filled in. (API Reference, 'DistributionConfig') */
export interface Distribution {
  /** E and 13 letters or digits, or the name the configuration gives it. */
  readonly Id: string
  /** `<lower-case id>.cloudfront.net` unless the configuration names it. */
  readonly DomainName: string
  readonly Aliases: readonly string[]
  readonly Enabled: boolean
  readonly Comment: string
  readonly DefaultRootObject: string
  readonly Origins: readonly Origin[]
  readonly OriginGroups: readonly OriginGroup[]
  readonly DefaultCacheBehavior: DefaultCacheBehavior
  /** In order of precedence. */
  readonly CacheBehaviors: readonly CacheBehavior[]
  readonly CustomErrorResponses: readonly CustomErrorResponse[]
  readonly PriceClass: PriceClass
  readonly GeoRestriction: GeoRestriction
  readonly CacheTagConfig: CacheTagConfig | null
  readonly HttpVersion: 'http1.1' | 'http2' | 'http3' | 'http2and3'
  readonly ViewerCertificate: ViewerCertificate
}
