// Every configuration that AWS refuses and that would make an answer ambiguous, with AWS's code and the place.
import { describe, expect, test } from 'vitest'
import { printIssue } from '../../../src/config/issues.ts'
import { issuesOf, loadText } from './harness.ts'

interface Parts {
  origin?: string
  behavior?: string
  /** Further keys of the distribution, one line each. */
  top?: string
  behaviors?: string
}

function join(base: string, more: string): string {
  return more === '' ? base : `${base}, ${more}`
}

/** Lines: 1 Origins, 2 the origin, 3 DefaultCacheBehavior, 4 its keys, 5 CacheBehaviors, from 6 the rest. */
function site({ origin = '', behavior = '', top = '', behaviors = '' }: Parts): string {
  return [
    'Origins:',
    `- { ${origin.includes('DomainName') ? join('Id: app', origin) : join('Id: app, DomainName: localhost', origin)} }`,
    'DefaultCacheBehavior:',
    `  { ${/TargetOriginI[dD]/.test(behavior) ? behavior : join('TargetOriginId: app', behavior)} }`,
    `CacheBehaviors: [${behaviors}]`,
    top,
  ].join('\n')
}

/** A « in the parts marks where the issue points to. */
type Case = [name: string, parts: Parts, code: string | null, path: string]

const UNVERSIONED = 'arn:aws:lambda:us-east-1:123456789012:function:auth'
const LAMBDA = `${UNVERSIONED}:1`
const OTHER = 'arn:aws:lambda:us-east-1:123456789012:function:other:2'
const FUNCTION = 'arn:aws:cloudfront::123456789012:function/rewrite'
const B = 'DefaultCacheBehavior'
const BEHAVIOR = 'TargetOriginId: app'
const OPTIMIZED = 'CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6'

const lambdas = (...items: string[]) => `LambdaFunctionAssociations: [${items.join(', ')}]`
const lambda = (event: string, arn = LAMBDA, more = '') =>
  `{ EventType: ${event}, LambdaFunctionARN: ${arn}${more} }`

const ORIGINS: Case[] = [
  [
    'a scheme in DomainName',
    { origin: "DomainName: «'http://x'" },
    'InvalidArgument',
    'Origins[0].DomainName',
  ],
  [
    'a port in DomainName',
    { origin: "DomainName: «'localhost:3000'" },
    'InvalidArgument',
    'Origins[0].DomainName',
  ],
  [
    'a bad port',
    { origin: 'CustomOriginConfig: { HTTPPort: «22 }' },
    'InvalidArgument',
    'Origins[0].CustomOriginConfig.HTTPPort',
  ],
  [
    'a port that is no number',
    { origin: 'CustomOriginConfig: { HTTPPort: «x }' },
    'InvalidArgument',
    'Origins[0].CustomOriginConfig.HTTPPort',
  ],
  [
    'an unknown protocol policy',
    { origin: 'CustomOriginConfig: { OriginProtocolPolicy: «https }' },
    'InvalidArgument',
    'Origins[0].CustomOriginConfig.OriginProtocolPolicy',
  ],
  [
    'a read timeout of 121',
    { origin: 'CustomOriginConfig: { OriginReadTimeout: «121 }' },
    'InvalidOriginReadTimeout',
    'Origins[0].CustomOriginConfig.OriginReadTimeout',
  ],
  [
    'a protocol that TLS never had',
    { origin: 'CustomOriginConfig: { OriginSslProtocols: [TLSv1.2, «TLSv1.4] }' },
    'InvalidArgument',
    'Origins[0].CustomOriginConfig.OriginSslProtocols[1]',
  ],
  [
    'a kind of address that IP has not',
    { origin: 'CustomOriginConfig: { IpAddressType: «ipv5 }' },
    'InvalidArgument',
    'Origins[0].CustomOriginConfig.IpAddressType',
  ],
  [
    'a keep-alive timeout of 0',
    { origin: 'CustomOriginConfig: { OriginKeepaliveTimeout: «0 }' },
    'InvalidOriginKeepaliveTimeout',
    'Origins[0].CustomOriginConfig.OriginKeepaliveTimeout',
  ],
  [
    '4 connection attempts',
    { origin: 'ConnectionAttempts: «4' },
    'InvalidArgument',
    'Origins[0].ConnectionAttempts',
  ],
  [
    'a connection timeout of 11 s',
    { origin: 'ConnectionTimeout: «11' },
    'InvalidArgument',
    'Origins[0].ConnectionTimeout',
  ],
  [
    'a completion timeout below the read timeout',
    { origin: 'ResponseCompletionTimeout: «29' },
    'InvalidArgument',
    'Origins[0].ResponseCompletionTimeout',
  ],
  ['an origin path without slash', { origin: 'OriginPath: «x' }, 'InvalidArgument', 'Origins[0].OriginPath'],
  [
    'an origin path with a slash at the end',
    { origin: 'OriginPath: «/x/' },
    'InvalidArgument',
    'Origins[0].OriginPath',
  ],
  [
    'two origin types',
    { origin: 'DomainName: b.s3.amazonaws.com, CustomOriginConfig: «{}, S3OriginConfig: {}' },
    'InvalidArgument',
    'Origins[0].CustomOriginConfig',
  ],
  [
    'S3OriginConfig on another host',
    { origin: 'DomainName: «localhost, S3OriginConfig: {}' },
    'InvalidArgument',
    'Origins[0].DomainName',
  ],
  [
    'a malformed access identity',
    { origin: 'DomainName: b.s3.amazonaws.com, S3OriginConfig: { OriginAccessIdentity: «E1 }' },
    'InvalidOriginAccessIdentity',
    'Origins[0].S3OriginConfig.OriginAccessIdentity',
  ],
  [
    'access control and access identity at once',
    {
      origin:
        'DomainName: b.s3.amazonaws.com, OriginAccessControlId: «E1, S3OriginConfig: { OriginAccessIdentity: origin-access-identity/cloudfront/E2 }',
    },
    'IllegalOriginAccessConfiguration',
    'Origins[0].OriginAccessControlId',
  ],
  [
    'a custom header that CloudFront sets itself',
    { origin: 'CustomHeaders: [{ HeaderName: «Host, HeaderValue: x }]' },
    'InvalidArgument',
    'Origins[0].CustomHeaders[0].HeaderName',
  ],
  [
    'Origin Shield without Region',
    { origin: 'OriginShield: «{ Enabled: true }' },
    'InvalidArgument',
    'Origins[0].OriginShield.OriginShieldRegion',
  ],
  [
    'Origin Shield in a Region that has none',
    { origin: 'OriginShield: { Enabled: true, OriginShieldRegion: «eu-north-1 }' },
    'InvalidArgument',
    'Origins[0].OriginShield.OriginShieldRegion',
  ],
  [
    'two origins with one id',
    { origin: 'DomainName: localhost }\n- { Id: «app, DomainName: localhost' },
    'InvalidArgument',
    'Origins[1].Id',
  ],
  [
    'a single text where a list is expected',
    { top: 'Aliases: «shop.example.com' },
    'InvalidArgument',
    'Aliases',
  ],
]

const GROUP = (members: string, codes = '[502]') =>
  `OriginGroups: [{ Id: group, FailoverCriteria: { StatusCodes: ${codes} }, Members: [${members}] }]`

const DISTRIBUTION: Case[] = [
  [
    'a group with one member',
    { top: GROUP('{ OriginId: app }').replace('Members: ', 'Members: «') },
    'InvalidArgument',
    'OriginGroups[0].Members',
  ],
  [
    'a group with an unknown member',
    { top: GROUP('{ OriginId: app }, { OriginId: «ap }') },
    'NoSuchOrigin',
    'OriginGroups[0].Members[1].OriginId',
  ],
  [
    'a group without status codes',
    { top: GROUP('{ OriginId: app }, { OriginId: app }', '«[]') },
    'InvalidArgument',
    'OriginGroups[0].FailoverCriteria.StatusCodes',
  ],
  [
    'a group for status 418',
    { top: GROUP('{ OriginId: app }, { OriginId: app }', '[«418]') },
    'InvalidArgument',
    'OriginGroups[0].FailoverCriteria.StatusCodes[0]',
  ],
  [
    'a group with the id of an origin',
    { top: GROUP('{ OriginId: app }, { OriginId: app }').replace('group', '«app') },
    'InvalidArgument',
    'OriginGroups[0].Id',
  ],
  [
    'a root object with a slash',
    { top: 'DefaultRootObject: «/index.html' },
    'InvalidDefaultRootObject',
    'DefaultRootObject',
  ],
  [
    'a root object with a space',
    { top: 'DefaultRootObject: «a b' },
    'InvalidDefaultRootObject',
    'DefaultRootObject',
  ],
  ['an unknown price class', { top: 'PriceClass: «100' }, 'InvalidArgument', 'PriceClass'],
  ['an unknown HTTP version', { top: 'HttpVersion: «http4' }, 'InvalidArgument', 'HttpVersion'],
  [
    'gRPC without POST',
    { behavior: 'GrpcConfig: «{ Enabled: true }' },
    'InvalidArgument',
    'DefaultCacheBehavior.GrpcConfig',
  ],
  [
    'gRPC without HTTP/2',
    {
      behavior:
        'AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE], GrpcConfig: { Enabled: true }',
      top: 'HttpVersion: «http1.1',
    },
    'InvalidArgument',
    'HttpVersion',
  ],
  ['Enabled that is no boolean', { top: 'Enabled: «5' }, 'InvalidArgument', 'Enabled'],
  ['a comment of 129 characters', { top: `Comment: «${'x'.repeat(129)}` }, 'InvalidArgument', 'Comment'],
  ['an alias twice', { top: 'Aliases: [a.example.com, «A.example.com]' }, 'CNAMEAlreadyExists', 'Aliases[1]'],
  ['an alias with a wildcard inside', { top: "Aliases: [«'a.*.com']" }, 'InvalidArgument', 'Aliases[0]'],
  [
    'an error code outside the list',
    { top: 'CustomErrorResponses: [{ ErrorCode: «418 }]' },
    'InvalidErrorCode',
    'CustomErrorResponses[0].ErrorCode',
  ],
  [
    'an error code twice',
    { top: 'CustomErrorResponses: [{ ErrorCode: 404 }, { ErrorCode: «404 }]' },
    'InvalidArgument',
    'CustomErrorResponses[1].ErrorCode',
  ],
  [
    'a response code outside the list',
    { top: 'CustomErrorResponses: [{ ErrorCode: 404, ResponseCode: «201, ResponsePagePath: /x }]' },
    'InvalidResponseCode',
    'CustomErrorResponses[0].ResponseCode',
  ],
  [
    'a response code without page',
    { top: 'CustomErrorResponses: [{ ErrorCode: 404, ResponseCode: «200 }]' },
    'InvalidArgument',
    'CustomErrorResponses[0].ResponseCode',
  ],
  [
    'a page without response code',
    { top: 'CustomErrorResponses: [{ ErrorCode: 404, ResponsePagePath: «/x }]' },
    'InvalidArgument',
    'CustomErrorResponses[0].ResponsePagePath',
  ],
  [
    'a page without slash',
    { top: 'CustomErrorResponses: [{ ErrorCode: 404, ResponseCode: 200, ResponsePagePath: «x }]' },
    'InvalidRelativePath',
    'CustomErrorResponses[0].ResponsePagePath',
  ],
  [
    'a geo restriction without countries',
    { top: 'Restrictions: { GeoRestriction: «{ RestrictionType: whitelist, Locations: [] } }' },
    'InvalidGeoRestrictionParameter',
    'Restrictions.GeoRestriction',
  ],
  [
    'a country in words',
    { top: 'Restrictions: { GeoRestriction: { RestrictionType: whitelist, Items: [«Germany] } }' },
    'InvalidLocationCode',
    'Restrictions.GeoRestriction[0]',
  ],
]

const BEHAVIORS: Case[] = [
  ['an unknown target', { behavior: 'TargetOriginId: «ap' }, 'NoSuchOrigin', `${B}.TargetOriginId`],
  [
    'an unknown target of an ordered behavior',
    { behaviors: '{ PathPattern: /x, TargetOriginId: «xyz }' },
    'NoSuchOrigin',
    'CacheBehaviors[0].TargetOriginId',
  ],
  [
    'a behavior without pattern',
    { behaviors: `«{ ${BEHAVIOR} }` },
    'InvalidArgument',
    'CacheBehaviors[0].PathPattern',
  ],
  [
    'a pattern with a space',
    { behaviors: `{ PathPattern: «/a b, ${BEHAVIOR} }` },
    'InvalidArgument',
    'CacheBehaviors[0].PathPattern',
  ],
  [
    'one pattern twice',
    { behaviors: `{ PathPattern: /a, ${BEHAVIOR} }, { PathPattern: «a, ${BEHAVIOR} }` },
    'InvalidArgument',
    'CacheBehaviors[1].PathPattern',
  ],
  [
    'an unknown viewer protocol policy',
    { behavior: 'ViewerProtocolPolicy: «redirect-to-htps' },
    'InvalidArgument',
    `${B}.ViewerProtocolPolicy`,
  ],
  [
    'four methods',
    { behavior: 'AllowedMethods: «[GET, HEAD, OPTIONS, PUT]' },
    'InvalidArgument',
    `${B}.AllowedMethods`,
  ],
  [
    'a method that is none',
    { behavior: 'AllowedMethods: [GET, HEAD, «BREW]' },
    'InvalidArgument',
    `${B}.AllowedMethods[2]`,
  ],
  [
    'cached methods that are not allowed',
    { behavior: 'CachedMethods: «[GET, HEAD, OPTIONS]' },
    'InvalidArgument',
    `${B}.CachedMethods`,
  ],
  [
    'POST as a cached method',
    { behavior: 'AllowedMethods: { Items: [GET, HEAD], CachedMethods: «[GET, POST] }' },
    'InvalidArgument',
    `${B}.AllowedMethods.CachedMethods`,
  ],
  [
    'a cache policy beside ForwardedValues',
    { behavior: `${OPTIMIZED}, ForwardedValues: «{}` },
    'InvalidArgument',
    `${B}.ForwardedValues`,
  ],
  [
    'a cache policy beside MinTTL',
    { behavior: `CachePolicy: CachingOptimized, MinTTL: «1` },
    'InvalidArgument',
    `${B}.MinTTL`,
  ],
  [
    'a policy by id and by name',
    { behavior: `${OPTIMIZED}, CachePolicy: «CachingOptimized` },
    'InvalidArgument',
    `${B}.CachePolicy`,
  ],
  ['a TTL beside nothing', { behavior: 'DefaultTTL: «5' }, 'InvalidArgument', `${B}.DefaultTTL`],
  [
    'an origin request policy beside ForwardedValues',
    { behavior: 'ForwardedValues: {}, OriginRequestPolicy: «AllViewer' },
    'InvalidArgument',
    `${B}.OriginRequestPolicy`,
  ],
  [
    'an unknown cache policy id',
    { behavior: 'CachePolicyId: «1' },
    'NoSuchCachePolicy',
    `${B}.CachePolicyId`,
  ],
  [
    'an unknown origin request policy id',
    { behavior: 'OriginRequestPolicyId: «1' },
    'NoSuchOriginRequestPolicy',
    `${B}.OriginRequestPolicyId`,
  ],
  [
    'an unknown response headers policy id',
    { behavior: 'ResponseHeadersPolicyId: «1' },
    'NoSuchResponseHeadersPolicy',
    `${B}.ResponseHeadersPolicyId`,
  ],
  [
    'an unknown policy name',
    { behavior: 'CachePolicy: «CachingOptimised' },
    'NoSuchCachePolicy',
    `${B}.CachePolicy`,
  ],
  [
    'DefaultTTL below MinTTL',
    { behavior: 'ForwardedValues: {}, MinTTL: 9, DefaultTTL: «5' },
    'InvalidTTLOrder',
    `${B}.DefaultTTL`,
  ],
  [
    'MaxTTL below DefaultTTL',
    { behavior: 'ForwardedValues: {}, DefaultTTL: 5, MaxTTL: «4' },
    'InvalidTTLOrder',
    `${B}.MaxTTL`,
  ],
  [
    'a whitelist of cookies without names',
    { behavior: 'ForwardedValues: { Cookies: «{ Forward: whitelist } }' },
    'InvalidForwardCookies',
    `${B}.ForwardedValues.Cookies.WhitelistedNames`,
  ],
  [
    'names of cookies without whitelist',
    { behavior: 'ForwardedValues: { Cookies: { Forward: all, WhitelistedNames: «[a] } }' },
    'InvalidForwardCookies',
    `${B}.ForwardedValues.Cookies.WhitelistedNames`,
  ],
  [
    'cache keys without query strings',
    { behavior: 'ForwardedValues: { QueryStringCacheKeys: «[a] }' },
    'InvalidQueryStringParameters',
    `${B}.ForwardedValues.QueryStringCacheKeys`,
  ],
  [
    'all headers with a MinTTL',
    { behavior: "ForwardedValues: { Headers: ['*'] }, MinTTL: «1" },
    'InvalidArgument',
    `${B}.MinTTL`,
  ],
]

const POLICY = 'ParametersInCacheKeyAndForwardedToOrigin'
const POLICIES: Case[] = [
  [
    'a cache policy with MaxTTL below MinTTL',
    { behavior: 'CachePolicy: { MinTTL: 5, MaxTTL: «4 }' },
    'InvalidArgument',
    `${B}.CachePolicy.MaxTTL`,
  ],
  [
    'MaxTTL 0 with gzip',
    { behavior: `CachePolicy: { MaxTTL: 0, ${POLICY}: { EnableAcceptEncodingGzip: «true } }` },
    'InvalidArgument',
    `${B}.CachePolicy.${POLICY}.EnableAcceptEncodingGzip`,
  ],
  [
    'a whitelist without names',
    { behavior: `CachePolicy: { ${POLICY}: { CookiesConfig: «{ CookieBehavior: whitelist } } }` },
    'InvalidArgument',
    `${B}.CachePolicy.${POLICY}.CookiesConfig.Cookies`,
  ],
  [
    'names with none',
    { behavior: `OriginRequestPolicy: { HeadersConfig: { HeaderBehavior: none, Headers: «[a] } }` },
    'InvalidArgument',
    `${B}.OriginRequestPolicy.HeadersConfig.Headers`,
  ],
  [
    'all headers in a cache policy',
    { behavior: `CachePolicy: { ${POLICY}: { HeadersConfig: { HeaderBehavior: «allViewer } } }` },
    'InvalidArgument',
    `${B}.CachePolicy.${POLICY}.HeadersConfig.HeaderBehavior`,
  ],
  [
    'Accept-Encoding in a cache policy that enables a compressed form',
    {
      behavior: `CachePolicy: { ${POLICY}: { EnableAcceptEncodingGzip: true, HeadersConfig: { HeaderBehavior: whitelist, Headers: [«accept-encoding] } } }`,
    },
    'InvalidArgument',
    `${B}.CachePolicy.${POLICY}.HeadersConfig.Headers[0]`,
  ],
  [
    'Authorization in an origin request policy',
    {
      behavior:
        'OriginRequestPolicy: { HeadersConfig: { HeaderBehavior: whitelist, Headers: [A, «Authorization] } }',
    },
    'InvalidArgument',
    `${B}.OriginRequestPolicy.HeadersConfig.Headers[1]`,
  ],
  [
    'credentials for every origin',
    {
      behavior:
        "ResponseHeadersPolicy: { CorsConfig: { AccessControlAllowCredentials: true, AccessControlAllowOrigins: «['*'] } }",
    },
    'InvalidArgument',
    `${B}.ResponseHeadersPolicy.CorsConfig.AccessControlAllowOrigins`,
  ],
  [
    'ALL beside a method',
    { behavior: 'ResponseHeadersPolicy: { CorsConfig: { AccessControlAllowMethods: «[ALL, GET] } }' },
    'InvalidArgument',
    `${B}.ResponseHeadersPolicy.CorsConfig.AccessControlAllowMethods`,
  ],
  [
    'a report URI with block mode',
    {
      behavior:
        'ResponseHeadersPolicy: { SecurityHeadersConfig: { XSSProtection: { Override: true, Protection: true, ModeBlock: true, ReportUri: «/r } } }',
    },
    'InvalidArgument',
    `${B}.ResponseHeadersPolicy.SecurityHeadersConfig.XSSProtection.ReportUri`,
  ],
  [
    'a custom header that is read-only',
    {
      behavior:
        'ResponseHeadersPolicy: { CustomHeadersConfig: [{ Header: «Via, Value: x, Override: true }] }',
    },
    'InvalidArgument',
    `${B}.ResponseHeadersPolicy.CustomHeadersConfig[0].Header`,
  ],
]

const FUNCTIONS: Case[] = [
  [
    'two functions for one event',
    { behavior: lambdas(lambda('viewer-request'), lambda('«viewer-request', OTHER)) },
    'InvalidLambdaFunctionAssociation',
    `${B}.LambdaFunctionAssociations[1].EventType`,
  ],
  [
    'a body for a response event',
    { behavior: lambdas(lambda('origin-response', LAMBDA, ', IncludeBody: «true')) },
    'InvalidLambdaFunctionAssociation',
    `${B}.LambdaFunctionAssociations[0].IncludeBody`,
  ],
  [
    '$LATEST',
    { behavior: lambdas(lambda('viewer-request', `«${UNVERSIONED}:$LATEST`)) },
    'InvalidLambdaFunctionAssociation',
    `${B}.LambdaFunctionAssociations[0].LambdaFunctionARN`,
  ],
  [
    'a function without version',
    { behavior: lambdas(lambda('viewer-request', `«${UNVERSIONED}`)) },
    'InvalidLambdaFunctionAssociation',
    `${B}.LambdaFunctionAssociations[0].LambdaFunctionARN`,
  ],
  [
    'something that is no ARN',
    { behavior: lambdas(lambda('viewer-request', '«auth')) },
    'InvalidLambdaFunctionAssociation',
    `${B}.LambdaFunctionAssociations[0].LambdaFunctionARN`,
  ],
  [
    'an unknown event',
    { behavior: lambdas(lambda('«viewer')) },
    'InvalidLambdaFunctionAssociation',
    `${B}.LambdaFunctionAssociations[0].EventType`,
  ],
  [
    'a handler that is not there',
    { behavior: lambdas('{ EventType: viewer-request, Handler: «./gone.ts }') },
    null,
    `${B}.LambdaFunctionAssociations[0].Handler`,
  ],
  [
    'neither ARN nor handler',
    { behavior: lambdas('«{ EventType: viewer-request }') },
    'InvalidLambdaFunctionAssociation',
    `${B}.LambdaFunctionAssociations[0].Handler`,
  ],
  [
    'a CloudFront function on an origin event',
    { behavior: `FunctionAssociations: [{ EventType: «origin-request, FunctionARN: '${FUNCTION}' }]` },
    'InvalidFunctionAssociation',
    `${B}.FunctionAssociations[0].EventType`,
  ],
  [
    'two CloudFront functions for one event',
    {
      behavior: `FunctionAssociations: [{ EventType: viewer-request, FunctionARN: a }, { EventType: «viewer-request, FunctionARN: b }]`,
    },
    'InvalidFunctionAssociation',
    `${B}.FunctionAssociations[1].EventType`,
  ],
  [
    'both kinds of function on the viewer side',
    {
      behavior: `${lambdas(lambda('viewer-response'))}, FunctionAssociations: [{ EventType: «viewer-request, FunctionARN: a }]`,
    },
    'InvalidFunctionAssociation',
    `${B}.FunctionAssociations[0].EventType`,
  ],
]

describe.each([
  ['origins', ORIGINS],
  ['the distribution', DISTRIBUTION],
  ['behaviors', BEHAVIORS],
  ['policies', POLICIES],
  ['functions', FUNCTIONS],
])('%s', (_part, cases) => {
  test.each(cases)('AWS refuses %s', async (_name, parts, code, path) => {
    const marked = site(parts)
    const before = marked.slice(0, marked.indexOf('«')).split('\n')
    const result = await loadText(marked.replace('«', ''))
    const errors = result.ok ? [] : result.issues.filter((issue) => issue.severity === 'error')
    const place = [before.length, before.at(-1)!.length + 1]
    expect(errors.map((it) => [it.code, it.line, it.column, it.path])).toEqual([[code, ...place, path]])
  })
})

test('all problems of a file are reported at once, in the order of its lines', async () => {
  const text = site({ origin: 'OriginPath: x', behavior: 'TargetOriginId: ap', top: 'PriceClass: 100' })
  const result = await loadText(text)
  expect(!result.ok && result.issues.map((issue) => issue.line)).toEqual([2, 4, 6])
})

test('one alias belongs to one distribution', async () => {
  const one =
    '- { Origins: [{ Id: a, DomainName: localhost }], DefaultCacheBehavior: { TargetOriginId: a }, Aliases: [x.test] }'
  const result = await loadText(`Distributions:\n${one}\n${one}`)
  expect(!result.ok && result.issues).toMatchObject([
    { code: 'CNAMEAlreadyExists', line: 3, path: 'Distributions[1].Aliases' },
  ])
})

describe("the API's form says more than ours has to", () => {
  const config = {
    CallerReference: 'x',
    Origins: { Quantity: 1, Items: [{ Id: 'a', DomainName: 'localhost', CustomOriginConfig: {} }] },
    DefaultCacheBehavior: { TargetOriginId: 'a' },
  }
  test('ports, protocol policies and a cache policy are required', async () => {
    const issues = await issuesOf({ inline: config })
    expect(issues.map((issue) => [issue.code, issue.path])).toEqual([
      ['InvalidArgument', 'Origins[0].CustomOriginConfig.HTTPPort'],
      ['InvalidArgument', 'Origins[0].CustomOriginConfig.HTTPSPort'],
      ['InvalidArgument', 'Origins[0].CustomOriginConfig.OriginProtocolPolicy'],
      ['InvalidArgument', 'DefaultCacheBehavior.ViewerProtocolPolicy'],
      ['InvalidArgument', 'DefaultCacheBehavior.CachePolicyId'],
    ])
  })
})

describe('warnings', () => {
  test.each([
    ['TargetOriginID', 'behavior', 'TargetOriginID: app', 'unknown key, did you mean TargetOriginId?'],
    ['compres', 'behavior', 'TargetOriginId: app, compres: true', 'unknown key, did you mean Compress?'],
    ['origin', 'top', 'origin: {}', 'unknown key, did you mean origins?'],
    ['Banana', 'behavior', 'TargetOriginId: app, Banana: true', 'unknown key'],
    ['DefaultRootObjct', 'top', 'DefaultRootObjct: x', 'unknown key, did you mean DefaultRootObject?'],
    ['OrginPath', 'origin', 'OrginPath: /x', 'unknown key, did you mean OriginPath?'],
  ])('the unknown key %s is named with the nearest known one', async (key, part, text, message) => {
    const result = await loadText(site({ [part]: text }))
    const issues = result.ok ? result.warnings : result.issues
    expect(
      issues.filter((it) => it.severity === 'warning').map((it) => [it.path.split('.').at(-1), it.message]),
    ).toEqual([[key, message]])
  })

  test('a Quantity that does not count the Items is no obstacle', async () => {
    const result = await loadText(site({ top: 'Aliases: { Quantity: 2, Items: [a.example.com] }' }))
    expect(result.ok && result.warnings).toMatchObject([
      { code: 'InconsistentQuantities', line: 6, column: 22 },
    ])
    expect(result.ok && result.deployment.Distributions[0]?.Aliases).toEqual(['a.example.com'])
  })
})

test('an issue prints file, line, column, name and advice', async () => {
  const result = await loadText(
    site({ behavior: 'TargetOriginId: app, CachePolicyId: CachingOptimized, compres: true' }),
  )
  const issues = result.ok ? [] : result.issues
  const cwd = issues[0]?.file.replace(/site\.yaml$/, '') ?? ''
  expect(issues.map((issue) => printIssue(issue, cwd))).toEqual([
    "site.yaml:4:41 CachePolicyId: no policy has the id 'CachingOptimized' (NoSuchCachePolicy)\n" +
      '  this is a name: write CachePolicy: CachingOptimized, or CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6',
    'site.yaml:4:59 compres: unknown key, did you mean Compress?',
  ])
})

test.each([
  [
    'eu-centrl-1',
    "Origin Shield is not offered in 'eu-centrl-1', did you mean eu-central-1?",
    /^it is offered in us-east-1, /,
  ],
  [
    'eu-north-1',
    "Origin Shield is not offered in 'eu-north-1'",
    /^for an origin in eu-north-1 AWS advises eu-west-2$/,
  ],
])('the OriginShieldRegion %s is refused with a better one', async (region, message, hint) => {
  const result = await loadText(
    site({ origin: `OriginShield: { Enabled: true, OriginShieldRegion: ${region} }` }),
  )
  const issue = result.ok ? undefined : result.issues[0]
  expect(issue?.message).toBe(message)
  expect(issue?.hint).toMatch(hint)
})

test.each([
  ['TargetOriginId', "DefaultCacheBehavior: { TargetOriginId: '' }", ''],
  [
    'OriginId',
    'DefaultCacheBehavior: { TargetOriginId: both }',
    "OriginGroups: [{ Id: both, FailoverCriteria: { StatusCodes: [500] }, Members: [{ OriginId: a }, { OriginId: '' }] }]",
  ],
])('an empty %s names no origin', async (_, behavior, more) => {
  const text = `Origins: [{ Id: a, DomainName: localhost }]\n${behavior}\n${more}`
  const result = await loadText(text)
  expect(result.ok ? [] : result.issues).toMatchObject([
    { code: 'NoSuchOrigin', message: "no origin has the id ''" },
  ])
})
