// The origin that a CloudFront Function chose in place of the behavior's. ('Helper methods for origin modification')
import type { Headers } from './headers.ts'
import type { BucketAccess, IpAddressType, OriginSslProtocol } from '../model/origin.ts'

/** Settings of an origin that differ from the assigned one's; null leaves a setting as it is. */
export interface OriginChanges {
  readonly domainName: string | null
  /** Host towards the origin; null: by the rules of the assigned origin, or the new domain name. */
  readonly hostHeader: string | null
  readonly originPath: string | null
  /** Replaces all of the assigned origin's; empty means none. */
  readonly customHeaders: Headers | null
  readonly connectionAttempts: number | null
  /** Seconds. */
  readonly connectionTimeout: number | null
  readonly readTimeout: number | null
  readonly keepAliveTimeout: number | null
  readonly responseCompletionTimeout: number | null
  readonly custom: {
    readonly port: number
    readonly protocol: 'http' | 'https'
    readonly sslProtocols: readonly OriginSslProtocol[]
    readonly ipAddressType: IpAddressType | null
  } | null
  readonly originShield: { readonly Enabled: boolean; readonly OriginShieldRegion: string | null } | null
  /** Server name of the TLS handshake; null: the Host header, then the domain name. */
  readonly sni: string | null
  /** Names that the origin's certificate may have. */
  readonly allowedCertificateNames: readonly string[] | null
  /** How requests to a bucket are signed; `never` without origin access control. */
  readonly signing: BucketAccess['signing'] | null
}

/** One origin of the distribution, with changes. */
export interface ChosenOrigin {
  /** null: the behavior's own target. */
  readonly originId: string | null
  readonly changes: OriginChanges
}

/** What the helper methods of a run come to. */
export type OriginOverride =
  | ({ readonly kind: 'origin' } & ChosenOrigin)
  | {
      readonly kind: 'group'
      readonly members: readonly [ChosenOrigin & { originId: string }, ChosenOrigin & { originId: string }]
      readonly statusCodes: readonly number[]
    }

export const NO_CHANGES: OriginChanges = {
  domainName: null,
  hostHeader: null,
  originPath: null,
  customHeaders: null,
  connectionAttempts: null,
  connectionTimeout: null,
  readTimeout: null,
  keepAliveTimeout: null,
  responseCompletionTimeout: null,
  custom: null,
  originShield: null,
  sni: null,
  allowedCertificateNames: null,
  signing: null,
}
