// AWS's quotas: what is too large for a request is refused, what is too much for a configuration is told.
import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { QUOTAS } from '../../src/model/quotas.ts'
import { startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { issuesOf, withFiles } from '../unit/config/harness.ts'

interface Parts {
  readonly origins?: string
  readonly origin?: string
  readonly behavior?: string
  readonly behaviors?: string
  readonly top?: string
}

async function codesOf({
  origins,
  origin = '',
  behavior = '',
  behaviors = '',
  top = '',
}: Parts): Promise<unknown[]> {
  const more = (text: string) => (text === '' ? '' : `, ${text}`)
  const site = [
    `Origins: [${origins ?? `{ Id: a, DomainName: localhost${more(origin)} }`}]`,
    `DefaultCacheBehavior: { TargetOriginId: a${more(behavior)} }`,
    `CacheBehaviors: [${behaviors}]`,
    top,
  ].join('\n')
  const issues = await withFiles({ 'site.yaml': site }, (cwd) => issuesOf({ files: ['site.yaml'], cwd }))
  return issues.map((issue) => issue.code)
}

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(', ')
const origins = (count: number) =>
  times(count, (i) => `{ Id: ${i === 0 ? 'a' : `o${i}`}, DomainName: localhost }`)
const policy = (part: string) => `CachePolicy: { ParametersInCacheKeyAndForwardedToOrigin: { ${part} } }`
const headers = (count: number) =>
  `HeadersConfig: { HeaderBehavior: whitelist, Headers: [${times(count, (i) => `h${i}`)}] }`
const cookies = (count: number) =>
  `CookiesConfig: { CookieBehavior: whitelist, Cookies: [${times(count, (i) => `c${i}`)}] }`
const queries = (count: number) =>
  `QueryStringsConfig: { QueryStringBehavior: whitelist, QueryStrings: [${times(count, (i) => `q${i}`)}] }`
const group = (i: number) =>
  `{ Id: g${i}, FailoverCriteria: { StatusCodes: [500] }, Members: [{ OriginId: a }, { OriginId: o1 }] }`
const legacy = (part: string) => `ForwardedValues: { QueryString: true, ${part} }`
const customHeader = (name: string, value = 'x') => `{ HeaderName: ${name}, HeaderValue: ${value} }`

/** What passes, what is one too many, and AWS's code for it. */
const LIMITS: readonly [string, Parts, Parts, string][] = [
  ['100 origins per distribution', { origins: origins(100) }, { origins: origins(101) }, 'TooManyOrigins'],
  [
    '10 origin groups per distribution',
    { origins: origins(2), top: `OriginGroups: [${times(10, group)}]` },
    { origins: origins(2), top: `OriginGroups: [${times(11, group)}]` },
    'TooManyOriginGroupsPerDistribution',
  ],
  [
    '75 cache behaviors per distribution',
    { behaviors: times(74, (i) => `{ PathPattern: /${i}/*, TargetOriginId: a }`) },
    { behaviors: times(75, (i) => `{ PathPattern: /${i}/*, TargetOriginId: a }`) },
    'TooManyCacheBehaviors',
  ],
  [
    '100 aliases per distribution',
    { top: `Aliases: [${times(100, (i) => `a${i}.example.com`)}]` },
    { top: `Aliases: [${times(101, (i) => `a${i}.example.com`)}]` },
    'TooManyDistributionCNAMEs',
  ],
  [
    '10 headers per cache policy',
    { behavior: policy(headers(10)) },
    { behavior: policy(headers(11)) },
    'TooManyHeadersInCachePolicy',
  ],
  [
    '10 cookies per cache policy',
    { behavior: policy(cookies(10)) },
    { behavior: policy(cookies(11)) },
    'TooManyCookiesInCachePolicy',
  ],
  [
    '10 query strings per cache policy',
    { behavior: policy(queries(10)) },
    { behavior: policy(queries(11)) },
    'TooManyQueryStringsInCachePolicy',
  ],
  [
    '10 headers per origin request policy',
    { behavior: `OriginRequestPolicy: { ${headers(10)} }` },
    { behavior: `OriginRequestPolicy: { ${headers(11)} }` },
    'TooManyHeadersInOriginRequestPolicy',
  ],
  [
    '10 cookies per origin request policy',
    { behavior: `OriginRequestPolicy: { ${cookies(10)} }` },
    { behavior: `OriginRequestPolicy: { ${cookies(11)} }` },
    'TooManyCookiesInOriginRequestPolicy',
  ],
  [
    '10 query strings per origin request policy',
    { behavior: `OriginRequestPolicy: { ${queries(10)} }` },
    { behavior: `OriginRequestPolicy: { ${queries(11)} }` },
    'TooManyQueryStringsInOriginRequestPolicy',
  ],
  [
    '10 headers per behavior in legacy settings',
    { behavior: legacy(`Headers: [${times(10, (i) => `h${i}`)}]`) },
    { behavior: legacy(`Headers: [${times(11, (i) => `h${i}`)}]`) },
    'TooManyHeadersInForwardedValues',
  ],
  [
    '10 cookies per behavior in legacy settings',
    { behavior: legacy(`Cookies: { Forward: whitelist, WhitelistedNames: [${times(10, (i) => `c${i}`)}] }`) },
    { behavior: legacy(`Cookies: { Forward: whitelist, WhitelistedNames: [${times(11, (i) => `c${i}`)}] }`) },
    'TooManyCookieNamesInWhiteList',
  ],
  [
    '10 query string keys per behavior in legacy settings',
    { behavior: legacy(`QueryStringCacheKeys: [${times(10, (i) => `q${i}`)}]`) },
    { behavior: legacy(`QueryStringCacheKeys: [${times(11, (i) => `q${i}`)}]`) },
    'TooManyQueryStringParameters',
  ],
  [
    '30 custom headers per origin',
    { origin: `CustomHeaders: [${times(30, (i) => customHeader(`X-${i}`))}]` },
    { origin: `CustomHeaders: [${times(31, (i) => customHeader(`X-${i}`))}]` },
    'TooManyOriginCustomHeaders',
  ],
  [
    '256 characters in the name of a custom header',
    { origin: `CustomHeaders: [${customHeader('x'.repeat(256))}]` },
    { origin: `CustomHeaders: [${customHeader('x'.repeat(257))}]` },
    'InvalidArgument',
  ],
  [
    '1,783 characters in the value of a custom header',
    { origin: `CustomHeaders: [${customHeader('X-A', 'x'.repeat(1783))}]` },
    { origin: `CustomHeaders: [${customHeader('X-A', 'x'.repeat(1784))}]` },
    'InvalidArgument',
  ],
  [
    '10,240 characters in all custom headers of an origin',
    { origin: `CustomHeaders: [${times(10, (i) => customHeader(`X-${i}`, 'x'.repeat(1021)))}]` },
    { origin: `CustomHeaders: [${times(10, (i) => customHeader(`X-${i}`, 'x'.repeat(1022)))}]` },
    'InvalidArgument',
  ],
  [
    '1,024 characters in all names of a policy',
    {
      behavior: policy(
        `CookiesConfig: { CookieBehavior: whitelist, Cookies: [${'a'.repeat(512)}, ${'b'.repeat(512)}] }`,
      ),
    },
    {
      behavior: policy(
        `CookiesConfig: { CookieBehavior: whitelist, Cookies: [${'a'.repeat(512)}, ${'b'.repeat(513)}] }`,
      ),
    },
    'InvalidArgument',
  ],
  [
    '255 characters in the default root object',
    { top: `DefaultRootObject: ${'a'.repeat(255)}` },
    { top: `DefaultRootObject: ${'a'.repeat(256)}` },
    'InvalidDefaultRootObject',
  ],
  [
    '255 characters in a path pattern',
    { behaviors: `{ PathPattern: ${'a'.repeat(255)}, TargetOriginId: a }` },
    { behaviors: `{ PathPattern: ${'a'.repeat(256)}, TargetOriginId: a }` },
    'InvalidArgument',
  ],
  [
    '3 connection attempts',
    { origin: 'ConnectionAttempts: 3' },
    { origin: 'ConnectionAttempts: 4' },
    'InvalidArgument',
  ],
  [
    '10 s to connect',
    { origin: 'ConnectionTimeout: 10' },
    { origin: 'ConnectionTimeout: 11' },
    'InvalidArgument',
  ],
  [
    '120 s to respond',
    { origin: 'CustomOriginConfig: { OriginReadTimeout: 120 }' },
    { origin: 'CustomOriginConfig: { OriginReadTimeout: 121 }' },
    'InvalidOriginReadTimeout',
  ],
  [
    '120 s of an idle connection',
    { origin: 'CustomOriginConfig: { OriginKeepaliveTimeout: 120 }' },
    { origin: 'CustomOriginConfig: { OriginKeepaliveTimeout: 121 }' },
    'InvalidOriginKeepaliveTimeout',
  ],
]

describe('7 Quotas', () => {
  test.each(LIMITS)('%s pass, and more is told of', async (_, enough, tooMuch, code) => {
    expect(await codesOf(enough)).not.toContain(code)
    expect(await codesOf(tooMuch)).toContain(code)
  })

  test.each([
    ['10 custom headers per response headers policy', 10, false],
    ['10 custom headers per response headers policy', 11, true],
  ])('%s: %d of them are told of: %s', async (_, count, isTold) => {
    const items = times(count, (i) => `{ Header: X-${i}, Value: x, Override: true }`)
    const codes = await codesOf({ behavior: `ResponseHeadersPolicy: { CustomHeadersConfig: [${items}] }` })
    expect(codes.includes('TooManyCustomHeadersInResponseHeadersPolicy')).toBe(isTold)
  })

  test.each([
    ['a URL of 8,192 bytes', `GET /${'a'.repeat(8191)} HTTP/1.1\r\nHost: localhost\r\n`, 200],
    ['a URL of 8,193 bytes', `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: localhost\r\n`, 414],
    ['headers of 33,000 bytes', `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(33_000)}\r\n`, 494],
  ])('A request with %s', async (_, head, status) => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const socket = connect(front.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.write(`${head}Connection: close\r\n\r\n`)
    await once(socket, 'close')
    expect(text.slice(9, 12)).toBe(String(status))
  })

  test.each([
    ['the headers of an origin have 32,768 bytes', QUOTAS.originResponseHeaderBytes, 32_768],
    ['a request body has 64 GB', QUOTAS.requestBodyBytes, 64 * 1024 ** 3],
    ['an object to cache, or a range of one, has 50 GB', QUOTAS.cacheableObjectBytes, 50 * 1024 ** 3],
    ['a form is compressed from 1,000 bytes', QUOTAS.compressMinBytes, 1000],
    ['a form is compressed to 10,000,000 bytes', QUOTAS.compressMaxBytes, 10_000_000],
    ['a request passes two distributions', QUOTAS.distributionsInChain, 2],
    ['3,000 files are invalidated at a time', QUOTAS.invalidationFilesInProgress, 3000],
    ['15 paths with wildcards are invalidated at a time', QUOTAS.invalidationWildcardsInProgress, 15],
    ['a path to invalidate has 4,000 characters', QUOTAS.invalidationPathCharacters, 4000],
    ['a WebSocket is idle for 10 minutes', QUOTAS.webSocketIdleSeconds, 600],
    ['a viewer event of Lambda@Edge answers with 40 KB', QUOTAS.lambdaViewerBytes, 40 * 1024],
    ['an origin event of Lambda@Edge answers with 1 MB', QUOTAS.lambdaOriginBytes, 1024 ** 2],
    ['a CloudFront function has 10 KB of code', QUOTAS.functionCodeBytes, 10 * 1024],
  ])('At most, or at least, %s', (_, limit, bytes) => expect(limit).toBe(bytes))
})
