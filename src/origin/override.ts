// An origin as a CloudFront Function changed it for one request.
import type { ResolveTarget } from './origin.ts'
import type { OriginChanges } from '../message/origin-override.ts'
import type { BucketAccess, CustomOriginConfig, Origin, OriginTarget } from '../model/origin.ts'

/** Bucket names of S3's REST endpoint. */
const S3_NAME = /\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/i
const WEBSITE = /\.s3-website[.-]/i

/** Settings that are not given are those of the assigned origin. ('Helper methods for origin modification') */
export function applyOriginChanges(
  origin: Origin,
  changes: OriginChanges,
  resolveTarget: ResolveTarget,
): Origin {
  const DomainName = changes.domainName ?? origin.DomainName
  const custom = toCustomConfig(origin, changes, DomainName)
  const readTimeout = changes.readTimeout
  return {
    ...origin,
    DomainName,
    OriginPath: changes.originPath ?? origin.OriginPath,
    CustomHeaders: toCustomHeaders(changes) ?? origin.CustomHeaders,
    CustomOriginConfig: custom,
    S3OriginConfig: custom === null ? toS3Config(origin, readTimeout) : null,
    ConnectionAttempts: changes.connectionAttempts ?? origin.ConnectionAttempts,
    ConnectionTimeout: changes.connectionTimeout ?? origin.ConnectionTimeout,
    ResponseCompletionTimeout: changes.responseCompletionTimeout ?? origin.ResponseCompletionTimeout,
    OriginShield: changes.originShield ?? origin.OriginShield,
    target: toTarget(origin, changes, DomainName, custom, resolveTarget),
  }
}

/** null for a bucket. A function may move a request from a bucket to a custom origin, and the other way round. */
function toCustomConfig(
  origin: Origin,
  changes: OriginChanges,
  domainName: string,
): CustomOriginConfig | null {
  const was = origin.CustomOriginConfig
  const isBucket = S3_NAME.test(domainName) && !WEBSITE.test(domainName)
  if (changes.domainName === null ? was === null : isBucket) return null
  const { custom, readTimeout, keepAliveTimeout } = changes
  const base: CustomOriginConfig = was ?? {
    HTTPPort: 80,
    HTTPSPort: 443,
    OriginProtocolPolicy: 'https-only',
    OriginReadTimeout: origin.S3OriginConfig?.OriginReadTimeout ?? 30,
    OriginKeepaliveTimeout: 5,
    OriginSslProtocols: ['TLSv1.2'],
    IpAddressType: 'ipv4',
  }
  return {
    ...base,
    OriginReadTimeout: readTimeout ?? base.OriginReadTimeout,
    OriginKeepaliveTimeout: keepAliveTimeout ?? base.OriginKeepaliveTimeout,
    ...(custom !== null && {
      OriginSslProtocols: custom.sslProtocols,
      IpAddressType: custom.ipAddressType ?? base.IpAddressType,
    }),
    ...(custom?.protocol === 'http' && { OriginProtocolPolicy: 'http-only', HTTPPort: custom.port }),
    ...(custom?.protocol === 'https' && { OriginProtocolPolicy: 'https-only', HTTPSPort: custom.port }),
  }
}

function toS3Config(origin: Origin, readTimeout: number | null): Origin['S3OriginConfig'] {
  const was = origin.S3OriginConfig ?? { OriginAccessIdentity: '', OriginReadTimeout: 30 }
  return readTimeout === null ? was : { ...was, OriginReadTimeout: readTimeout }
}

function toCustomHeaders({ customHeaders }: OriginChanges): Origin['CustomHeaders'] | null {
  if (customHeaders === null) return null
  return [...customHeaders.entries()].map(([, HeaderValue, HeaderName]) => ({ HeaderName, HeaderValue }))
}

/** A target that stands for the assigned origin stands for it whatever port or protocol the function names. */
function toTarget(
  origin: Origin,
  changes: OriginChanges,
  domainName: string,
  custom: CustomOriginConfig | null,
  resolveTarget: ResolveTarget,
): OriginTarget {
  const isNamed = changes.domainName !== null && domainName.toLowerCase() !== origin.DomainName.toLowerCase()
  const isDialled = origin.target.kind === 'http' && origin.target.source === 'production name'
  const isElsewhere = isNamed || (isDialled && (changes.custom !== null || changes.signing !== null))
  if (!isElsewhere) return withSigning(origin.target, changes.signing)
  const isHttp = custom !== null && custom.OriginProtocolPolicy !== 'https-only'
  const port = custom === null ? 443 : isHttp ? custom.HTTPPort : custom.HTTPSPort
  const target = resolveTarget(domainName, port, isHttp ? 'http' : 'https')
  return withSigning(target, changes.signing ?? assignedSigning(origin))
}

/** The assigned origin's access control goes on where the function gives none; null where it is not known. */
function assignedSigning({ target, CustomOriginConfig }: Origin): BucketAccess['signing'] | null {
  if (target.kind === 'http' && target.bucket !== undefined) return target.bucket.signing
  return CustomOriginConfig === null ? null : 'never'
}

/** Only stores that speak S3's language look at signatures. */
function withSigning(target: OriginTarget, signing: BucketAccess['signing'] | null): OriginTarget {
  if (signing === null || target.kind !== 'http' || target.bucket === undefined) return target
  return { ...target, bucket: { ...target.bucket, signing } }
}
