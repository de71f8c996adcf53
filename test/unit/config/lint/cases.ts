// For each trap rule: configurations that trip it, with the place a « marks, and configurations that do not.

export interface LintCase {
  readonly rule: string
  readonly trips: readonly string[]
  readonly passes: readonly string[]
}

const S3 = 'site.s3.eu-central-1.amazonaws.com'
const BUCKET = `{ Id: site, DomainName: ${S3} }`
const APP = '{ Id: app, DomainName: app.example.com }'
const DEFAULTS = 'TargetOriginId: app, ViewerProtocolPolicy: https-only'
const ALL = 'AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]'
const LAMBDA = (event: string, more = '') =>
  `LambdaFunctionAssociations: [{ EventType: ${event}, Handler: ./f.js${more} }]`

/** A distribution with one custom origin, `app`; each argument replaces a part. */
function site(parts: {
  readonly origins?: string
  readonly behavior?: string
  readonly behaviors?: string
  readonly top?: string
}): string {
  const { origins = APP, behavior = '', behaviors = '', top = '' } = parts
  const main = behavior.includes('TargetOriginId') ? behavior : `${DEFAULTS}, ${behavior}`
  return [
    `Origins: [${origins}]`,
    `DefaultCacheBehavior: { ${main} }`,
    `CacheBehaviors: [${behaviors}]`,
    top,
  ].join('\n')
}

const bucket = (behavior: string, more = '') =>
  site({
    origins: BUCKET,
    behavior: `TargetOriginId: site, ${behavior}`,
    top: `DefaultRootObject: index.html\n${more}`,
  })
const FUNCTION_URL = (auth: string, origin: string, behavior = '', controls = '') => `Resources:
  Fn: { Type: AWS::Lambda::Function, Properties: { Handler: index.handler, Runtime: nodejs22.x, Code: { ZipFile: 'exports.handler = 1' } } }
  Url: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !GetAtt Fn.Arn, AuthType: ${auth} } }
  Control: { Type: AWS::CloudFront::OriginAccessControl, Properties: { OriginAccessControlConfig: { Name: c, OriginAccessControlOriginType: lambda, SigningBehavior: ${controls === '' ? 'always' : controls}, SigningProtocol: sigv4 } } }
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        HttpVersion: http2
        Origins:
          - ${origin}
        DefaultCacheBehavior: { TargetOriginId: api, ViewerProtocolPolicy: https-only, CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad, OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac${behavior} }
`
const URL_ORIGIN = (more = '') =>
  `{ Id: api, DomainName: !Select [2, !Split ['/', !GetAtt Url.FunctionUrl]], CustomOriginConfig: { OriginProtocolPolicy: https-only }${more} }`
const SIGNED_URL_ORIGIN = URL_ORIGIN(', OriginAccessControlId: !Ref Control')

const behavior = (text: string) => site({ behavior: text })
const pattern = (...patterns: string[]) =>
  site({ behaviors: patterns.map((each) => `{ PathPattern: ${each}, ${DEFAULTS} }`).join(', ') })
const cachePolicy = (key: string, ttls = '') =>
  `CachePolicy: «{ ${ttls}ParametersInCacheKeyAndForwardedToOrigin: { ${key} } }`
const headers = (...names: string[]) =>
  `HeadersConfig: { HeaderBehavior: whitelist, Headers: [${names.join(', ')}] }`
const errorPage = (code: number, more: string) => `CustomErrorResponses: [{ ErrorCode: ${code}, ${more} }]`
const shown = (text: string) => text.replace('«', '')

const SPA = 'ResponsePagePath: /index.html, ResponseCode: «200'
const VIEWER = 'OriginRequestPolicy: «AllViewer'
const cors = (methods: string, override = false) =>
  `ResponseHeadersPolicy: { CorsConfig: { AccessControlAllowOrigins: ['*'], AccessControlAllowHeaders: ['*'], AccessControlAllowMethods: [${methods}], AccessControlAllowCredentials: false, OriginOverride: ${override} } }`
const PREFLIGHT = ['Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers']
const LISTED = cachePolicy(headers(...PREFLIGHT))
const OPTIONS = 'AllowedMethods: [GET, HEAD, OPTIONS]'

export const LINT_CASES: readonly LintCase[] = [
  {
    rule: 'pattern-shadowed',
    trips: [
      pattern('/img/*', '«/img/*.png'),
      pattern("'*.png'", '«/a/b.png'),
      pattern('/a?c', '«/abc'),
      pattern('/a*', '«/a?c*'),
      site({
        behavior: 'TargetOriginId: «app, ViewerProtocolPolicy: https-only',
        behaviors: `{ PathPattern: '*', ${DEFAULTS} }`,
      }),
    ],
    passes: [pattern('/img/*.png', '/img/*'), pattern('/a?c', '/a*c'), pattern("'*.png'", "'*.jpg'")],
  },
  {
    rule: 'pattern-with-query-string',
    trips: [pattern("«'/search?*'")],
    passes: [pattern("'/search?'"), pattern("'/a?b/*'")],
  },
  {
    rule: 'pattern-never-matches',
    trips: [pattern('«/a//b'), pattern('«/a/../b'), pattern('«/a/.')],
    passes: [pattern('/a/.well-known/*'), pattern('/a/b..c')],
  },
  {
    rule: 'authorization-not-in-key',
    trips: [behavior(`CachePolicy: CachingOptimized, ${VIEWER}`)],
    passes: [
      behavior(`CachePolicy: CachingDisabled, ${shown(VIEWER)}`),
      behavior(`${shown(cachePolicy(headers('authorization')))}, ${shown(VIEWER)}`),
      behavior('CachePolicy: CachingOptimized, OriginRequestPolicy: CORS-CustomOrigin'),
    ],
  },
  {
    rule: 'cookies-not-in-key',
    trips: [behavior(`CachePolicy: CachingOptimized, ${VIEWER}`)],
    passes: [
      behavior(
        `${shown(cachePolicy('CookiesConfig: { CookieBehavior: whitelist, Cookies: [lang] }'))}, ${shown(VIEWER)}`,
      ),
      behavior(`CachePolicy: CachingDisabled, ${shown(VIEWER)}`),
    ],
  },
  {
    rule: 'query-strings-not-in-key',
    trips: [behavior(`CachePolicy: CachingOptimized, ${VIEWER}`)],
    passes: [
      behavior(`${shown(cachePolicy('QueryStringsConfig: { QueryStringBehavior: all }'))}, ${shown(VIEWER)}`),
      behavior('CachePolicy: CachingOptimized'),
    ],
  },
  {
    rule: 'origin-header-not-in-key',
    trips: [bucket('CachePolicy: CachingOptimized, OriginRequestPolicy: «CORS-S3Origin')],
    passes: [
      bucket(`${shown(cachePolicy(headers('Origin')))}, OriginRequestPolicy: CORS-S3Origin`),
      bucket(`CachePolicy: CachingOptimized, OriginRequestPolicy: CORS-S3Origin, ${cors('GET', true)}`),
      behavior('CachePolicy: CachingOptimized, OriginRequestPolicy: CORS-CustomOrigin'),
    ],
  },
  {
    rule: 'user-agent-in-key',
    trips: [
      behavior(cachePolicy(headers('user-agent'))),
      behavior('ForwardedValues: «{ Headers: [User-Agent] }'),
    ],
    passes: [behavior(shown(cachePolicy(headers('CloudFront-Is-Mobile-Viewer'))))],
  },
  {
    rule: 'viewer-header-in-key',
    trips: [
      behavior(cachePolicy(headers('Referer'))),
      behavior(cachePolicy(headers('CloudFront-Viewer-Latitude'))),
    ],
    passes: [behavior(shown(cachePolicy(headers('CloudFront-Viewer-Country', 'User-Agent'))))],
  },
  {
    rule: 'all-cookies-in-key',
    trips: [behavior(cachePolicy('CookiesConfig: { CookieBehavior: all }'))],
    passes: [
      behavior(shown(cachePolicy('CookiesConfig: { CookieBehavior: all }', 'DefaultTTL: 0, '))),
      behavior(shown(cachePolicy('CookiesConfig: { CookieBehavior: whitelist, Cookies: [lang] }'))),
    ],
  },
  {
    rule: 'query-strings-of-bucket',
    trips: [bucket(cachePolicy('QueryStringsConfig: { QueryStringBehavior: all }'))],
    passes: [
      bucket(
        `${shown(cachePolicy('QueryStringsConfig: { QueryStringBehavior: all }'))}, ${LAMBDA('origin-request')}`,
      ),
      behavior(shown(cachePolicy('QueryStringsConfig: { QueryStringBehavior: all }'))),
    ],
  },
  {
    rule: 'uncached-forwards-nothing',
    trips: [behavior('CachePolicy: «CachingDisabled')],
    passes: [
      behavior('CachePolicy: CachingDisabled, OriginRequestPolicy: AllViewer'),
      bucket('CachePolicy: CachingDisabled'),
      behavior('CachePolicy: CachingOptimized'),
    ],
  },
  {
    rule: 'min-ttl-over-private',
    trips: [behavior('CachePolicy: «{ MinTTL: 60 }'), behavior('ForwardedValues: {}, MinTTL: «60')],
    passes: [
      behavior('CachePolicy: CachingOptimized'),
      bucket('CachePolicy: { MinTTL: 60 }'),
      behavior('CachePolicy: { MinTTL: 0 }'),
    ],
  },
  {
    rule: 'set-cookie-cached',
    trips: [behavior(cachePolicy('CookiesConfig: { CookieBehavior: whitelist, Cookies: [a] }'))],
    passes: [
      behavior(shown(cachePolicy('CookiesConfig: { CookieBehavior: all }', 'DefaultTTL: 0, '))),
      behavior('CachePolicy: CachingOptimized'),
    ],
  },
  {
    rule: 'default-root-object-missing',
    trips: [`«${site({ origins: BUCKET, behavior: 'TargetOriginId: site' })}`],
    passes: [
      bucket(''),
      behavior(''),
      site({ origins: BUCKET, behavior: `TargetOriginId: site, ${LAMBDA('viewer-request')}` }),
    ],
  },
  {
    rule: 'legacy-settings',
    trips: [behavior('ForwardedValues: «{}')],
    passes: [behavior('CachePolicy: CachingOptimized')],
  },
  {
    rule: 'all-headers-disable-caching',
    trips: [behavior("ForwardedValues: { Headers: «['*'] }")],
    passes: [
      behavior("ForwardedValues: { Headers: ['*'] }, DefaultTTL: 0, MaxTTL: 0"),
      behavior('ForwardedValues: { Headers: [Host] }'),
    ],
  },
  {
    rule: 'compress-without-encodings',
    trips: [behavior('Compress: «true, CachePolicy: CachingOptimizedForUncompressedObjects')],
    passes: [
      behavior('Compress: true, CachePolicy: CachingOptimized'),
      behavior('Compress: true, CachePolicy: CachingDisabled'),
      behavior('Compress: true, ForwardedValues: {}'),
    ],
  },
  {
    rule: 'encodings-without-compress',
    trips: [bucket('CachePolicy: «CachingOptimized')],
    passes: [
      bucket('CachePolicy: CachingOptimized, Compress: true'),
      bucket('CachePolicy: CachingOptimizedForUncompressedObjects'),
      behavior('CachePolicy: CachingOptimized'),
    ],
  },
  {
    rule: 'error-page-hides-api-errors',
    trips: [
      site({ behaviors: `{ PathPattern: /api/*, ${DEFAULTS} }`, top: errorPage(404, SPA) }),
      site({ behavior: ALL, top: errorPage(403, SPA) }),
      site({
        origins: '{ Id: app, DomainName: x.lambda-url.eu-west-1.on.aws }',
        top: errorPage(403, SPA),
      }),
    ],
    passes: [
      bucket('', errorPage(404, shown(SPA))),
      site({
        behavior: ALL,
        top: errorPage(404, 'ResponsePagePath: /404.html, ResponseCode: 404'),
      }),
    ],
  },
  {
    rule: 'error-page-for-assets',
    trips: [bucket('', errorPage(403, SPA))],
    passes: [
      bucket('', errorPage(403, 'ResponsePagePath: /404.html, ResponseCode: 404')),
      site({ behavior: ALL, top: errorPage(403, shown(SPA)) }),
    ],
  },
  {
    rule: 'error-caching-long',
    trips: [
      site({ top: errorPage(404, 'ErrorCachingMinTTL: «86401') }),
      site({ top: errorPage(503, 'ErrorCachingMinTTL: «301') }),
    ],
    passes: [
      site({ top: errorPage(404, 'ErrorCachingMinTTL: 86400') }),
      site({ top: errorPage(503, 'ErrorCachingMinTTL: 300') }),
    ],
  },
  {
    rule: 'error-caching-off',
    trips: [site({ top: errorPage(503, 'ErrorCachingMinTTL: «0') })],
    passes: [
      site({ top: errorPage(404, 'ErrorCachingMinTTL: 0') }),
      site({ top: errorPage(503, 'ErrorCachingMinTTL: 1') }),
    ],
  },
  {
    rule: 'error-page-on-failing-origin',
    trips: [site({ top: errorPage(502, 'ResponsePagePath: «/e/502.html, ResponseCode: 502') })],
    passes: [
      site({
        origins: `${APP}, ${BUCKET}`,
        behaviors: '{ PathPattern: e/*, TargetOriginId: site }',
        top: errorPage(502, 'ResponsePagePath: /e/502.html, ResponseCode: 502'),
      }),
      site({ top: errorPage(404, 'ResponsePagePath: /e/404.html, ResponseCode: 404') }),
    ],
  },
  {
    rule: 'preflight-refused',
    trips: [behavior(`${cors('GET, PUT')}, AllowedMethods: «[GET, HEAD]`)],
    passes: [behavior(`${cors('GET, PUT')}, ${ALL}`), behavior(cors('GET, HEAD')), behavior('')],
  },
  {
    rule: 'bucket-cors-not-forwarded',
    trips: [bucket('AllowedMethods: «[GET, HEAD, OPTIONS]')],
    passes: [
      bucket(`${OPTIONS}, ${cors('GET')}`),
      bucket(`${OPTIONS}, OriginRequestPolicy: CORS-S3Origin`),
      behavior(OPTIONS),
      bucket(''),
    ],
  },
  {
    rule: 'preflights-shared',
    trips: [behavior(`${OPTIONS}, CachedMethods: [GET, HEAD, OPTIONS], ${cachePolicy(headers('Origin'))}`)],
    passes: [
      behavior(`${OPTIONS}, CachedMethods: [GET, HEAD, OPTIONS], ${shown(LISTED)}`),
      behavior(OPTIONS),
      behavior(`${OPTIONS}, CachedMethods: [GET, HEAD, OPTIONS], ${cors('GET', true)}`),
    ],
  },
  {
    rule: 'cors-overrides-origin',
    trips: [behavior(`${ALL}, ${cors('ALL', true).replace(': {', ': «{')}`)],
    passes: [
      behavior(`${ALL}, ${cors('ALL', false)}`),
      behavior(cors('GET', true)),
      bucket(`${ALL}, ${cors('ALL', true)}`),
    ],
  },
  {
    rule: 'host-forwarded',
    trips: [
      bucket(`CachePolicy: CachingDisabled, ${VIEWER}`),
      bucket(cachePolicy(headers('Host'))),
      site({
        origins: '{ Id: app, DomainName: x.execute-api.eu-west-1.amazonaws.com }',
        behavior: `CachePolicy: CachingDisabled, ${VIEWER}`,
      }),
    ],
    passes: [
      behavior(`CachePolicy: CachingDisabled, ${shown(VIEWER)}`),
      bucket('CachePolicy: CachingDisabled, OriginRequestPolicy: AllViewerExceptHostHeader'),
    ],
  },
  {
    rule: 'secret-over-http',
    trips: [
      site({
        origins:
          '{ Id: app, DomainName: app.example.com, CustomHeaders: [{ HeaderName: X-Origin-Secret, HeaderValue: s }], CustomOriginConfig: { OriginProtocolPolicy: «http-only } }',
      }),
      site({
        origins:
          '{ Id: app, DomainName: app.example.com, CustomHeaders: [{ HeaderName: X-Origin-Verify, HeaderValue: s }], CustomOriginConfig: { OriginProtocolPolicy: «match-viewer } }',
        behavior: 'TargetOriginId: app, ViewerProtocolPolicy: allow-all',
      }),
    ],
    passes: [
      site({
        origins:
          '{ Id: app, DomainName: app.example.com, CustomHeaders: [{ HeaderName: X-Origin-Verify, HeaderValue: s }], CustomOriginConfig: { OriginProtocolPolicy: match-viewer } }',
      }),
      site({
        origins:
          '{ Id: app, DomainName: app.example.com, CustomHeaders: [{ HeaderName: X-Env, HeaderValue: s }], CustomOriginConfig: { OriginProtocolPolicy: http-only } }',
      }),
      site({
        origins:
          '{ Id: app, DomainName: api, CustomHeaders: [{ HeaderName: X-Token, HeaderValue: s }], CustomOriginConfig: { OriginProtocolPolicy: http-only } }',
      }),
    ],
  },
  {
    rule: 'http-to-https-origin',
    trips: [
      site({
        origins:
          '{ Id: app, DomainName: x.lambda-url.eu-west-1.on.aws, CustomOriginConfig: { OriginProtocolPolicy: «http-only } }',
      }),
    ],
    passes: [
      site({
        origins:
          '{ Id: app, DomainName: x.lambda-url.eu-west-1.on.aws, CustomOriginConfig: { OriginProtocolPolicy: https-only } }',
      }),
      site({
        origins:
          '{ Id: app, DomainName: app.example.com, CustomOriginConfig: { OriginProtocolPolicy: http-only } }',
      }),
    ],
  },
  {
    rule: 'https-to-website',
    trips: [
      site({
        origins:
          '{ Id: app, DomainName: b.s3-website.eu-west-1.amazonaws.com, CustomOriginConfig: { OriginProtocolPolicy: «https-only } }',
      }),
      site({
        origins:
          '{ Id: app, DomainName: b.s3-website-eu-west-1.amazonaws.com, CustomOriginConfig: { OriginProtocolPolicy: «match-viewer } }',
      }),
    ],
    passes: [
      site({
        origins:
          '{ Id: app, DomainName: b.s3-website.eu-west-1.amazonaws.com, CustomOriginConfig: { OriginProtocolPolicy: http-only } }',
      }),
    ],
  },
  {
    rule: 'shield-far-away',
    trips: [
      site({
        origins: `{ Id: app, DomainName: ${S3}, OriginShield: { Enabled: true, OriginShieldRegion: «us-east-1 } }`,
      }),
      site({
        origins:
          '{ Id: app, DomainName: lb-1.eu-north-1.elb.amazonaws.com, OriginShield: { Enabled: true, OriginShieldRegion: «us-east-1 } }',
      }),
    ],
    passes: [
      site({
        origins: `{ Id: app, DomainName: ${S3}, OriginShield: { Enabled: true, OriginShieldRegion: eu-central-1 } }`,
      }),
      site({
        origins:
          '{ Id: app, DomainName: app.example.com, OriginShield: { Enabled: true, OriginShieldRegion: us-east-1 } }',
      }),
    ],
  },
  {
    rule: 'origin-path-twice',
    trips: [
      site({
        origins: '{ Id: app, DomainName: app.example.com, OriginPath: /api }',
        behaviors: '{ PathPattern: api/*, TargetOriginId: «app }',
      }),
    ],
    passes: [
      site({
        origins: '{ Id: app, DomainName: app.example.com, OriginPath: /api }',
        behaviors: `{ PathPattern: /api/*, TargetOriginId: app, ${LAMBDA('origin-request')} }`,
      }),
      site({
        origins: '{ Id: app, DomainName: app.example.com, OriginPath: /prod }',
        behaviors: '{ PathPattern: /api/*, TargetOriginId: app }',
      }),
    ],
  },
  {
    rule: 'unused-origin',
    trips: [site({ origins: `${APP}, { Id: «other, DomainName: other.example.com }` })],
    passes: [
      site({
        origins: `${APP}, { Id: other, DomainName: other.example.com }`,
        behavior: 'TargetOriginId: g',
        top: 'OriginGroups: [{ Id: g, FailoverCriteria: { StatusCodes: [502] }, Members: [{ OriginId: app }, { OriginId: other }] }]',
      }),
    ],
  },
  {
    rule: 'slow-failover',
    trips: [
      site({
        origins: `{ Id: app, DomainName: app.example.com, ConnectionTimeout: «9 }, ${BUCKET}`,
        behavior: 'TargetOriginId: g',
        top: 'OriginGroups: [{ Id: g, FailoverCriteria: { StatusCodes: [502] }, Members: [{ OriginId: app }, { OriginId: site }] }]',
      }),
    ],
    passes: [
      site({
        origins: `{ Id: app, DomainName: app.example.com, ConnectionTimeout: 3 }, ${BUCKET}`,
        behavior: 'TargetOriginId: g',
        top: 'OriginGroups: [{ Id: g, FailoverCriteria: { StatusCodes: [502] }, Members: [{ OriginId: app }, { OriginId: site }] }]',
      }),
      behavior(''),
    ],
  },
  {
    rule: 'writes-to-bucket',
    trips: [bucket(ALL.replace('[', '«['))],
    passes: [
      bucket(`${ALL}, TrustedKeyGroups: [k]`),
      bucket(`${ALL}, ${LAMBDA('viewer-request')}`),
      behavior(ALL),
      bucket(OPTIONS),
    ],
  },
  {
    rule: 'signed-over-http',
    trips: [
      behavior(
        'TargetOriginId: app, ViewerProtocolPolicy: «allow-all, TrustedSigners: { Enabled: true, Items: [self] }',
      ),
    ],
    passes: [
      behavior(
        'TargetOriginId: app, ViewerProtocolPolicy: allow-all, TrustedSigners: { Enabled: false, Items: [] }',
      ),
      behavior('TrustedSigners: { Enabled: true, Items: [self] }'),
    ],
  },
  {
    rule: 'old-tls',
    trips: [
      site({
        top: 'ViewerCertificate: { IAMCertificateId: x, SSLSupportMethod: sni-only, MinimumProtocolVersion: «TLSv1.2_2018 }',
      }),
    ],
    passes: [
      site({
        top: 'ViewerCertificate: { IAMCertificateId: x, SSLSupportMethod: sni-only, MinimumProtocolVersion: TLSv1.2_2021 }',
      }),
      site({ top: 'ViewerCertificate: { CloudFrontDefaultCertificate: true }' }),
    ],
  },
  {
    rule: 'alias-overlap',
    trips: [
      `Distributions:\n- { Origins: [${APP}], DefaultCacheBehavior: { ${DEFAULTS} }, Aliases: «['*.example.com'] }\n- { Origins: [${APP}], DefaultCacheBehavior: { ${DEFAULTS} }, Aliases: [www.example.com] }`,
    ],
    passes: [
      `Distributions:\n- { Origins: [${APP}], DefaultCacheBehavior: { ${DEFAULTS} }, Aliases: ['*.example.com'] }\n- { Origins: [${APP}], DefaultCacheBehavior: { ${DEFAULTS} }, Aliases: [www.example.org] }`,
      site({ top: "Aliases: ['*.example.com', www.example.com]" }),
    ],
  },
  {
    rule: 'function-body-truncated',
    trips: [behavior(`${ALL}, ${LAMBDA('origin-request', ', IncludeBody: true').replace('[', '«[')}`)],
    passes: [behavior(`${ALL}, ${LAMBDA('origin-request')}`)],
  },
  {
    rule: 'function-body-never-comes',
    trips: [behavior(LAMBDA('viewer-request', ', IncludeBody: true').replace('[', '«['))],
    passes: [behavior(`${ALL}, ${LAMBDA('viewer-request', ', IncludeBody: true')}`)],
  },
  {
    rule: 'viewer-response-skips-errors',
    trips: [behavior(LAMBDA('viewer-response').replace('[', '«['))],
    passes: [
      behavior(`${LAMBDA('viewer-response')}, ResponseHeadersPolicy: SecurityHeadersPolicy`),
      behavior(LAMBDA('viewer-request')),
    ],
  },
  {
    rule: 'origin-request-skips-hits',
    trips: [
      behavior(
        `CachePolicy: CachingOptimized, OriginRequestPolicy: AllViewer, ${LAMBDA('origin-request').replace('[', '«[')}`,
      ),
    ],
    passes: [
      behavior(`CachePolicy: CachingDisabled, OriginRequestPolicy: AllViewer, ${LAMBDA('origin-request')}`),
      behavior(`CachePolicy: CachingOptimized, ${LAMBDA('origin-request')}`),
    ],
  },
  {
    rule: 'function-url-refuses',
    trips: [
      FUNCTION_URL('AWS_IAM', `«${URL_ORIGIN()}`),
      FUNCTION_URL('AWS_IAM', URL_ORIGIN(', OriginAccessControlId: !Ref «Control'), '', 'never'),
    ],
    passes: [
      FUNCTION_URL('NONE', URL_ORIGIN()),
      FUNCTION_URL('AWS_IAM', SIGNED_URL_ORIGIN),
      FUNCTION_URL('AWS_IAM', SIGNED_URL_ORIGIN, '', 'no-override'),
    ],
  },
  {
    rule: 'function-url-body-unsigned',
    trips: [
      FUNCTION_URL(
        'AWS_IAM',
        SIGNED_URL_ORIGIN,
        ', AllowedMethods: «[GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]',
      ),
    ],
    passes: [FUNCTION_URL('AWS_IAM', SIGNED_URL_ORIGIN), FUNCTION_URL('NONE', URL_ORIGIN(), `, ${ALL}`)],
  },
]
