// Cache behaviors: which requests they take and how those are cached and forwarded.
import type { Seconds } from './distribution.ts'
import type { FunctionAssociation, LambdaFunctionAssociation } from './functions.ts'
import type { CachePolicy, ForwardedValues, OriginRequestPolicy, ResponseHeadersPolicy } from './policies.ts'

/** The methods CloudFront knows. (Developer Guide, 'Cache behavior settings') */
export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'

/**
 * Where a behavior's caching rules come from: a cache policy, or the legacy settings.
 * Policies are resolved: the object stands here, not its id.
 */
export type CacheSettings =
  | {
      readonly kind: 'policy'
      readonly CachePolicy: CachePolicy
      readonly OriginRequestPolicy: OriginRequestPolicy | null
    }
  | {
      readonly kind: 'legacy'
      readonly ForwardedValues: ForwardedValues
      readonly MinTTL: Seconds
      readonly DefaultTTL: Seconds
      readonly MaxTTL: Seconds
    }

/** The behavior for `*`. (API Reference, 'DefaultCacheBehavior') */
export interface DefaultCacheBehavior {
  /** Id of an origin or of an origin group. */
  readonly TargetOriginId: string
  readonly ViewerProtocolPolicy: 'allow-all' | 'https-only' | 'redirect-to-https'
  readonly AllowedMethods: readonly HttpMethod[]
  readonly CachedMethods: readonly HttpMethod[]
  readonly Compress: boolean
  readonly GrpcConfig: { readonly Enabled: boolean }
  readonly Cache: CacheSettings
  readonly ResponseHeadersPolicy: ResponseHeadersPolicy | null
  readonly FunctionAssociations: readonly FunctionAssociation[]
  readonly LambdaFunctionAssociations: readonly LambdaFunctionAssociation[]
  /** Ids of the key groups whose signatures are asked for; left out where none are. */
  readonly TrustedKeyGroups?: readonly string[]
  /** Accounts, or `self`; left out where none are trusted. */
  readonly TrustedSigners?: readonly string[]
}

/** A behavior with a path pattern. (API Reference, 'CacheBehavior') */
export interface CacheBehavior extends DefaultCacheBehavior {
  readonly PathPattern: string
}
