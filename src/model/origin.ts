// Origins and origin groups, as configured; where they are really reached is the target.
import type { Distribution, Seconds } from './distribution.ts'
import type { HandlerOrigin } from './handler-origin.ts'
import type { WebsiteConfiguration } from './website.ts'

/** (API Reference, 'CustomOriginConfig') */
export interface CustomOriginConfig {
  readonly HTTPPort: number
  readonly HTTPSPort: number
  readonly OriginProtocolPolicy: 'http-only' | 'match-viewer' | 'https-only'
  readonly OriginReadTimeout: Seconds
  readonly OriginKeepaliveTimeout: Seconds
  /** The oldest of them is the oldest that a connection may have. */
  readonly OriginSslProtocols: readonly OriginSslProtocol[]
  /** Which addresses of the real origin's name are dialled. */
  readonly IpAddressType: IpAddressType
}

/** (API Reference, 'OriginSslProtocols') */
export const ORIGIN_SSL_PROTOCOLS = ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2'] as const
export type OriginSslProtocol = (typeof ORIGIN_SSL_PROTOCOLS)[number]

/** (API Reference, 'CustomOriginConfig', IpAddressType) */
export const IP_ADDRESS_TYPES = ['ipv4', 'ipv6', 'dualstack'] as const
export type IpAddressType = (typeof IP_ADDRESS_TYPES)[number]

/** For which origins an access control signs. (API Reference, 'OriginAccessControlConfig') */
export const ACCESS_CONTROL_TYPES = ['s3', 'lambda', 'mediastore', 'mediapackagev2'] as const
export type AccessControlType = (typeof ACCESS_CONTROL_TYPES)[number]

export interface OriginAccessControl {
  readonly SigningBehavior: 'always' | 'never' | 'no-override'
  /** null where the configuration names an access control that it does not have. */
  readonly OriginAccessControlOriginType: AccessControlType | null
}

/** A bucket reached through S3's REST endpoint. (API Reference, 'S3OriginConfig') */
export interface S3OriginConfig {
  readonly OriginAccessIdentity: string
  readonly OriginReadTimeout: Seconds
}

export interface OriginCustomHeader {
  readonly HeaderName: string
  readonly HeaderValue: string
}

/** One origin with defaults filled in; exactly one of the two configurations is set. (API Reference, 'Origin') */
export interface Origin {
  readonly Id: string
  readonly DomainName: string
  /** '' or '/production': starts with a slash, does not end with one. */
  readonly OriginPath: string
  readonly CustomHeaders: readonly OriginCustomHeader[]
  readonly CustomOriginConfig: CustomOriginConfig | null
  readonly S3OriginConfig: S3OriginConfig | null
  /** Of an origin in a private subnet, which is reached as a custom origin; left out for all others. */
  readonly VpcOriginId?: string
  /** How requests are signed; left out where none is named. */
  readonly OriginAccessControl?: OriginAccessControl
  readonly ConnectionAttempts: number
  readonly ConnectionTimeout: Seconds
  /** null: no limit on the whole origin phase. */
  readonly ResponseCompletionTimeout: Seconds | null
  readonly OriginShield: { readonly Enabled: boolean; readonly OriginShieldRegion: string | null }
  /** Where requests for this origin really go. */
  readonly target: OriginTarget
}

/** Why an origin has the target it has; printed in the origin table at start. */
export type TargetSource =
  | 'command line'
  | 'environment'
  | 'configuration'
  | 'api option'
  | 'template'
  | 'production name'
  | 'unresolved'

/** A folder whose files are the objects below a prefix: '' or 'assets/'. */
export interface FolderLayer {
  readonly prefix: string
  readonly folder: string
}

/**
 * Where an origin is reached from this machine.
 *
 * - `http`: dial this URL; `pathPrefix` ('' or '/x') comes before OriginPath. `sendHost: 'production'` keeps the
 *   Host header computed from the production name, `'target'` sends the URL's own authority.
 * - `folder`: a folder served as an S3-like bucket; `folder` is absolute.
 * - `website`: a folder served as a bucket's website endpoint, which takes plain HTTP alone.
 * - `handler`: functions on this machine that stand behind a Function URL or an API.
 * - `unresolved`: nothing is reached; requests get CloudFront's 502 and `hint` says which option to add.
 */
export type OriginTarget =
  | {
      readonly kind: 'http'
      readonly protocol: 'http' | 'https'
      readonly hostname: string
      readonly port: number
      readonly pathPrefix: string
      readonly sendHost: 'production' | 'target'
      readonly source: TargetSource
      /** Only for buckets; `pathPrefix` then starts with the bucket, except at S3 itself. */
      readonly bucket?: BucketAccess
    }
  | {
      readonly kind: 'folder'
      readonly folder: string
      /** Where a bucket is filled from several folders: their keys' prefixes, the last that has a key wins. */
      readonly layers?: readonly FolderLayer[]
      readonly source: TargetSource
    }
  | {
      readonly kind: 'website'
      readonly folder: string
      readonly website: WebsiteConfiguration
      readonly source: TargetSource
    }
  | { readonly kind: 'handler'; readonly handler: HandlerOrigin; readonly source: TargetSource }
  | { readonly kind: 'unresolved'; readonly hint: string; readonly source: TargetSource }

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
}

/** How requests to a bucket are made where S3 itself, or a store that speaks its language, is the target. */
export interface BucketAccess {
  /** Of the origin access control; `never` for an origin without one. */
  readonly signing: 'always' | 'never' | 'no-override'
  /** `reads`: others are not signed, as these credentials may have more rights than a distribution has. */
  readonly methods: 'all' | 'reads'
  readonly region: string
  readonly credentials: AwsCredentials | null
  /** What a missing object is answered with; null leaves it as the store answers. */
  readonly missingKey: 403 | null
}

/** Two origins, the second for when the first fails. (API Reference, 'OriginGroup') */
export interface OriginGroup {
  readonly Id: string
  readonly StatusCodes: readonly number[]
  /** Primary and secondary origin id, in this order. */
  readonly Members: readonly [string, string]
}

/** `bucket.s3.eu-west-1.amazonaws.com` → eu-west-1; '' for names without a Region. */
export function toBucketRegion(domainName: string): string {
  return /\.s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(domainName)?.[1] ?? ''
}

/** The origin that a behavior's TargetOriginId means; of an origin group its members, the primary one first. */
export function selectOrigins(
  { Id, Origins, OriginGroups }: Distribution,
  targetOriginId: string,
): readonly [Origin, ...Origin[]] {
  const group = OriginGroups.find((each) => each.Id === targetOriginId)
  const [first, ...others] = (group?.Members ?? [targetOriginId]).map((id) => {
    const origin = Origins.find((each) => each.Id === id)
    // Readers refuse unknown ids, so that this is a bug of ours.
    if (origin === undefined) throw new Error(`${Id} has no origin ${id}`)
    return origin
  })
  return [first!, ...others]
}
