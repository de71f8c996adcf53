// Behaviors, policies, distributions and requests for tests of rules; every test names only what it is about.
import { Headers } from '../../../src/message/headers.ts'
import type { ViewerRequest } from '../../../src/message/requests.ts'
import type { DefaultCacheBehavior } from '../../../src/model/cache-behavior.ts'
import type { Distribution } from '../../../src/model/distribution.ts'
import type {
  CachePolicy,
  ForwardedValues,
  ItemSelection,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
} from '../../../src/model/policies.ts'
import { UNKNOWN_GEO } from '../../../src/message/viewer-geo.ts'
import { DEFAULT_CERTIFICATE } from '../../../src/model/viewer-certificate.ts'

export const NONE: ItemSelection<'none'> = { behavior: 'none', names: [] }
export const ALL: ItemSelection<'all'> = { behavior: 'all', names: [] }

export function listed(...names: string[]): ItemSelection<'whitelist'> {
  return { behavior: 'whitelist', names }
}

export function except(...names: string[]): ItemSelection<'allExcept'> {
  return { behavior: 'allExcept', names }
}

/** CachingOptimized unless told otherwise. */
function aCachePolicy(own: Partial<CachePolicy> = {}): CachePolicy {
  return {
    Id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
    Name: 'CachingOptimized',
    MinTTL: 1,
    DefaultTTL: 86_400,
    MaxTTL: 31_536_000,
    EnableAcceptEncodingGzip: true,
    EnableAcceptEncodingBrotli: true,
    Headers: NONE,
    Cookies: NONE,
    QueryStrings: NONE,
    ...own,
  }
}

function anOriginRequestPolicy(own: Partial<OriginRequestPolicy> = {}): OriginRequestPolicy {
  return { Id: 'orp', Name: 'test', Headers: NONE, Cookies: NONE, QueryStrings: NONE, ...own }
}

export function aResponseHeadersPolicy(own: Partial<ResponseHeadersPolicy> = {}): ResponseHeadersPolicy {
  return {
    Id: 'rhp',
    Name: 'test',
    CorsConfig: null,
    SecurityHeaders: [],
    CustomHeaders: [],
    RemoveHeaders: [],
    ServerTiming: { Enabled: false, SamplingRate: 0 },
    ...own,
  }
}

export function aBehavior(own: Partial<DefaultCacheBehavior> = {}): DefaultCacheBehavior {
  return {
    TargetOriginId: 'origin',
    ViewerProtocolPolicy: 'allow-all',
    AllowedMethods: ['GET', 'HEAD'],
    CachedMethods: ['GET', 'HEAD'],
    Compress: true,
    GrpcConfig: { Enabled: false },
    Cache: { kind: 'policy', CachePolicy: aCachePolicy(), OriginRequestPolicy: null },
    ResponseHeadersPolicy: null,
    FunctionAssociations: [],
    LambdaFunctionAssociations: [],
    ...own,
  }
}

/** A behavior with these differences from CachingOptimized, and an origin request policy. */
export function withPolicies(
  cache: Partial<CachePolicy>,
  originRequest: Partial<OriginRequestPolicy> | null = null,
): DefaultCacheBehavior {
  return aBehavior({
    Cache: {
      kind: 'policy',
      CachePolicy: aCachePolicy(cache),
      OriginRequestPolicy: originRequest === null ? null : anOriginRequestPolicy(originRequest),
    },
  })
}

/** A behavior with legacy settings: nothing forwarded, the default TTLs. */
export function withLegacy(own: Partial<ForwardedValues> = {}, ttls = {}): DefaultCacheBehavior {
  return aBehavior({
    Cache: {
      kind: 'legacy',
      ForwardedValues: {
        QueryString: false,
        QueryStringCacheKeys: [],
        Cookies: { Forward: 'none', WhitelistedNames: [] },
        Headers: [],
        ...own,
      },
      MinTTL: 0,
      DefaultTTL: 86_400,
      MaxTTL: 31_536_000,
      ...ttls,
    },
  })
}

export function aDistribution(own: Partial<Distribution> = {}): Distribution {
  return {
    Id: 'E2EXAMPLE12345',
    DomainName: 'd111.cloudfront.net',
    Aliases: [],
    Enabled: true,
    Comment: '',
    DefaultRootObject: '',
    Origins: [],
    OriginGroups: [],
    DefaultCacheBehavior: aBehavior(),
    CacheBehaviors: [],
    CustomErrorResponses: [],
    PriceClass: 'PriceClass_All',
    GeoRestriction: { RestrictionType: 'none', Locations: [] },
    CacheTagConfig: null,
    HttpVersion: 'http2',
    ViewerCertificate: DEFAULT_CERTIFICATE,
    ...own,
  }
}

export function aRequest({
  headers = [],
  ...own
}: Partial<Omit<ViewerRequest, 'headers'>> & { headers?: readonly string[] } = {}): ViewerRequest {
  return {
    method: 'GET',
    path: '/index.html',
    queryString: '',
    headers: new Headers(headers),
    clientIp: '192.0.2.2',
    clientPort: 46_532,
    geo: UNKNOWN_GEO,
    httpVersion: '1.1',
    scheme: 'https',
    body: null,
    ...own,
  }
}
