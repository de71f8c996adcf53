// Small deployments for tests of what the CLI tells.
import type { Started } from '../../../src/cli/start-lines.ts'
import type { ConfigIssue } from '../../../src/config/issues.ts'
import type { Distribution } from '../../../src/model/distribution.ts'
import type { OriginTarget } from '../../../src/model/origin.ts'
import { DEFAULT_CERTIFICATE } from '../../../src/model/viewer-certificate.ts'

const LOCAL: OriginTarget = {
  kind: 'http',
  protocol: 'http',
  hostname: '127.0.0.1',
  port: 3000,
  pathPrefix: '',
  sendHost: 'production',
  source: 'environment',
}

export const UNRESOLVED: OriginTarget = {
  kind: 'unresolved',
  hint: 'add --origin api=URL',
  source: 'unresolved',
}

export function distribution(
  changes: Partial<Distribution> = {},
  target: OriginTarget = LOCAL,
): Distribution {
  return {
    Id: 'E1ABC',
    DomainName: 'e1abc.cloudfront.net',
    Aliases: [],
    Enabled: true,
    Comment: '',
    DefaultRootObject: '',
    Origins: [
      {
        Id: 'api',
        DomainName: 'api.example.com',
        OriginPath: '',
        CustomHeaders: [],
        CustomOriginConfig: null,
        S3OriginConfig: null,
        ConnectionAttempts: 3,
        ConnectionTimeout: 10,
        ResponseCompletionTimeout: null,
        OriginShield: { Enabled: false, OriginShieldRegion: null },
        target,
      },
    ],
    OriginGroups: [],
    DefaultCacheBehavior: {
      TargetOriginId: 'api',
      ViewerProtocolPolicy: 'allow-all',
      AllowedMethods: ['GET', 'HEAD'],
      CachedMethods: ['GET', 'HEAD'],
      Compress: false,
      GrpcConfig: { Enabled: false },
      Cache: {
        kind: 'legacy',
        ForwardedValues: {
          QueryString: false,
          QueryStringCacheKeys: [],
          Cookies: { Forward: 'none', WhitelistedNames: [] },
          Headers: [],
        },
        MinTTL: 0,
        DefaultTTL: 0,
        MaxTTL: 0,
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
    ...changes,
  }
}

export const WARNING: ConfigIssue = {
  severity: 'warning',
  file: '/home/me/site.yaml',
  line: 12,
  column: 7,
  path: 'Origins[0].Nmae',
  code: null,
  message: 'unknown key, did you mean Name?',
  hint: null,
}

export function started(
  Distributions: readonly Distribution[],
  changes: Partial<Started['front']['loaded']> = {},
): Started {
  return {
    version: '1.2.3',
    host: '127.0.0.1',
    pop: 'FRA56',
    isDemo: false,
    insecureOrigins: false,
    simulateLatency: false,
    front: {
      url: 'http://127.0.0.1:8080',
      port: 8080,
      httpsUrl: null,
      httpsPort: null,
      caFile: null,
      adminUrl: 'http://127.0.0.1:8081',
      adminPort: 8081,
      budgets: {
        edge: 2 ** 27,
        regional: 2 ** 29,
        shield: 2 ** 29,
        disk: { edge: 2 ** 31, regional: 2 ** 33, shield: 2 ** 33 },
        largestObject: 2 ** 32,
        memoryObject: 2 ** 22,
      },
      loaded: {
        deployment: { Distributions, LambdaFunctions: [], Functions: [], KeyGroups: [] },
        watched: [],
        warnings: [],
        notes: [],
        findings: [],
        files: [],
        ...changes,
      },
    },
  }
}
