// A whole distribution from nothing but a URL or a folder.
import { basename } from 'node:path'
import type { Distribution } from '../../model/distribution.ts'
import type { Origin, OriginTarget } from '../../model/origin.ts'
import type { OriginRequestPolicy } from '../../model/policies.ts'
import { DEFAULT_CERTIFICATE } from '../../model/viewer-certificate.ts'
import { toDistributionId, toDomainName } from '../ids.ts'
import { managedCachePolicy } from '../managed-policies.ts'
import { toBucketName } from './host-names.ts'
import type { Override } from './overrides.ts'

/** CloudFront's own defaults for what a file would say about the origin. */
const CONNECTION = {
  OriginReadTimeout: 30,
  OriginKeepaliveTimeout: 5,
  OriginSslProtocols: ['TLSv1.2'],
  IpAddressType: 'ipv4',
} as const
const PLAIN = {
  Id: 'origin',
  OriginPath: '',
  CustomHeaders: [],
  ConnectionAttempts: 3,
  ConnectionTimeout: 10,
  ResponseCompletionTimeout: null,
  OriginShield: { Enabled: false, OriginShieldRegion: null },
} as const

/**
 * CloudFront keeps the headers of a WebSocket handshake from the origin unless a policy forwards them. Here nobody could
 * write such a policy, and the hot reload of dev servers needs it; ordinary requests lack these headers, so they are
 * forwarded as by CachingOptimized alone. (Developer Guide, 'Use WebSockets with CloudFront distributions')
 */
const WEBSOCKET_HANDSHAKE: OriginRequestPolicy = {
  Id: 'zero-config-websocket',
  Name: 'zero-config-websocket',
  Headers: {
    behavior: 'whitelist',
    names: [
      'Sec-WebSocket-Key',
      'Sec-WebSocket-Version',
      'Sec-WebSocket-Protocol',
      'Sec-WebSocket-Extensions',
    ],
  },
  Cookies: { behavior: 'none', names: [] },
  QueryStrings: { behavior: 'none', names: [] },
}

/** What the target of the only origin can be when there is no configuration. */
export type ZeroConfigTarget = Exclude<Override['target'], { kind: 'remote' }>

/** Resolves the target under the name that its origin gets. */
export type ResolveStand = (domainName: string) => OriginTarget

/** One origin, CachingOptimized, compression, every method, WebSocket; a folder shows its index.html at `/`. */
export function zeroConfig(
  target: ZeroConfigTarget,
  source: Override['source'],
  resolve: ResolveStand,
): Distribution {
  const Id = toDistributionId('zero-config', 0)
  return {
    Id,
    DomainName: toDomainName(Id),
    Aliases: [],
    Enabled: true,
    Comment: '',
    DefaultRootObject: target.kind === 'folder' || target.kind === 's3' ? 'index.html' : '',
    Origins: [toOrigin(target, source, resolve)],
    OriginGroups: [],
    DefaultCacheBehavior: {
      TargetOriginId: PLAIN.Id,
      ViewerProtocolPolicy: 'allow-all',
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
      CachedMethods: ['GET', 'HEAD'],
      Compress: true,
      GrpcConfig: { Enabled: false },
      Cache: {
        kind: 'policy',
        CachePolicy: managedCachePolicy('CachingOptimized'),
        OriginRequestPolicy: target.kind === 'http' ? WEBSOCKET_HANDSHAKE : null,
      },
      ResponseHeadersPolicy: null,
      FunctionAssociations: [],
      LambdaFunctionAssociations: [],
    },
    CacheBehaviors: [],
    CustomErrorResponses: [],
    PriceClass: 'PriceClass_All',
    GeoRestriction: { RestrictionType: 'none', Locations: [] },
    CacheTagConfig: null,
    HttpVersion: 'http2',
    ViewerCertificate: DEFAULT_CERTIFICATE,
  }
}

function toOrigin(target: ZeroConfigTarget, source: Override['source'], resolve: ResolveStand): Origin {
  switch (target.kind) {
    case 'http':
      return toCustomOrigin(target, source)
    case 'folder':
      return toBucketOrigin(toBucketName(basename(target.folder)), resolve)
    case 's3':
      return toBucketOrigin(target.bucket ?? 'bucket', resolve)
    case 'handler':
      return toPlainOrigin('local.lambda-url.us-east-1.on.aws', resolve)
    case 'website':
      return toPlainOrigin(
        `${toBucketName(basename(target.folder))}.s3-website-us-east-1.amazonaws.com`,
        resolve,
      )
  }
}

function toBucketOrigin(bucket: string, resolve: ResolveStand): Origin {
  const DomainName = `${bucket}.s3.us-east-1.amazonaws.com`
  return {
    ...PLAIN,
    DomainName,
    CustomOriginConfig: null,
    S3OriginConfig: { OriginAccessIdentity: '', OriginReadTimeout: CONNECTION.OriginReadTimeout },
    target: resolve(DomainName),
  }
}

/** A custom origin over plain HTTP. */
function toPlainOrigin(DomainName: string, resolve: ResolveStand): Origin {
  return {
    ...PLAIN,
    DomainName,
    CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only', ...CONNECTION },
    S3OriginConfig: null,
    target: resolve(DomainName),
  }
}

/** The origin's name is the host that the user named, so it is also the Host it expects, with its port. */
function toCustomOrigin(
  target: Extract<ZeroConfigTarget, { kind: 'http' }>,
  source: Override['source'],
): Origin {
  const isHttps = target.protocol === 'https'
  return {
    ...PLAIN,
    DomainName: target.hostname,
    CustomOriginConfig: {
      HTTPPort: isHttps ? 80 : target.port,
      HTTPSPort: isHttps ? target.port : 443,
      OriginProtocolPolicy: isHttps ? 'https-only' : 'http-only',
      ...CONNECTION,
    },
    S3OriginConfig: null,
    target: { ...target, sendHost: 'target', source },
  }
}
