// What the cache key is made of, and what policies and origins may name.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { issuesOf, withFiles } from '../unit/config/harness.ts'

const KEY = 'ParametersInCacheKeyAndForwardedToOrigin'

/** `CODE at PATH` of each problem with a site that has these keys. */
async function problemsOf({ behavior = '', origin = '' }): Promise<string[]> {
  const site = [
    'Origins:',
    `- { Id: a, DomainName: localhost${origin === '' ? '' : `, ${origin}`} }`,
    'DefaultCacheBehavior:',
    `  { TargetOriginId: a${behavior === '' ? '' : `, ${behavior}`} }`,
  ].join('\n')
  const issues = await withFiles({ 'site.yaml': site }, (cwd) => issuesOf({ files: ['site.yaml'], cwd }))
  return issues.filter((issue) => issue.severity === 'error').map((issue) => `${issue.code} at ${issue.path}`)
}

const keyed = (header: string, flags = '') =>
  `CachePolicy: { ${KEY}: { ${flags}HeadersConfig: { HeaderBehavior: whitelist, Headers: [${header}] } } }`

describe('3.1 Parts of the cache key', () => {
  test('alternate names of a distribution share its entries', async () => {
    await using origin = await startOrigin()
    const Aliases = ['www.example.com', 'example.com']
    await using front = await startFront({ origin, distribution: { Aliases } })
    await front.get('/a', { host: 'www.example.com' })
    expect(await front.get('/a', { host: 'example.com' })).toBeHit('edge')
  })

  test('CloudFront-Forwarded-Proto in the policy splits HTTP and HTTPS', async () => {
    await using origin = await startOrigin()
    const HeadersConfig = { HeaderBehavior: 'whitelist', Headers: ['CloudFront-Forwarded-Proto'] }
    const CachePolicy = cachePolicy(0, 60, 600, { HeadersConfig })
    await using front = await startFront({ origin, httpsPort: 0, behavior: { CachePolicy } })
    await front.get('/a')
    expect(await front.ask('/a', { https: true })).toBeMissBecause('not-in-cache')
    expect(origin.requests.map((each) => each.headers['cloudfront-forwarded-proto'])).toEqual([
      'http',
      'https',
    ])
  })

  test('OriginPath and the member of an origin group are not in the key', async () => {
    await using origin = await startOrigin({ status: 500 })
    await using backup = await startOrigin({ body: 'backup' })
    const custom = { CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' } }
    await using front = await startFront({
      origins: { origin: origin.url, backup: backup.url },
      distribution: {
        Origins: [
          { Id: 'origin', DomainName: 'a.example.com', OriginPath: '/one', ...custom },
          { Id: 'backup', DomainName: 'b.example.com', OriginPath: '/two', ...custom },
        ],
        OriginGroups: [
          {
            Id: 'group',
            FailoverCriteria: { StatusCodes: [500] },
            Members: [{ OriginId: 'origin' }, { OriginId: 'backup' }],
          },
        ],
      },
      behavior: { TargetOriginId: 'group' },
    })
    await front.get('/a')
    expect(backup.requests[0]!.url).toBe('/two/a')
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.trace?.key).not.toMatch(/one|two|backup/)
  })
})

describe('3.2 Cache policy fields', () => {
  test.each([
    'Cookie',
    'Connection',
    'Proxy-Authorization',
    'TE',
    'Upgrade',
    'CloudFront-Viewer-Address',
    'CloudFront-Viewer-ASN',
    'CloudFront-Viewer-JA3-Fingerprint',
    'CloudFront-Viewer-JA4-Fingerprint',
    'CloudFront-Viewer-TLS',
  ])('%s cannot be in a cache policy', async (header) => {
    const at = `DefaultCacheBehavior.CachePolicy.${KEY}.HeadersConfig.Headers[0]`
    expect(await problemsOf({ behavior: keyed(header) })).toEqual([`InvalidArgument at ${at}`])
    expect(await problemsOf({ behavior: keyed(header.toLowerCase()) })).toHaveLength(1)
  })

  test('Accept-Encoding may be listed only while both compressed forms are off', async () => {
    expect(await problemsOf({ behavior: keyed('Accept-Encoding') })).toEqual([])
    expect(
      await problemsOf({ behavior: keyed('Accept-Encoding', 'EnableAcceptEncodingBrotli: true, ') }),
    ).toHaveLength(1)
  })

  test.each([
    'EnableAcceptEncodingGzip: true',
    'EnableAcceptEncodingBrotli: true',
    'HeadersConfig: { HeaderBehavior: whitelist, Headers: [A] }',
    'CookiesConfig: { CookieBehavior: all }',
    'QueryStringsConfig: { QueryStringBehavior: all }',
  ])('with all TTLs 0 there is no key to set: %s is refused (observed)', async (part) => {
    const behavior = `CachePolicy: { MinTTL: 0, DefaultTTL: 0, MaxTTL: 0, ${KEY}: { ${part} } }`
    expect(await problemsOf({ behavior })).toEqual([
      `InvalidArgument at DefaultCacheBehavior.CachePolicy.${KEY}.${part.split(':', 1)[0]}`,
    ])
  })

  test('header values are compared exactly, header names in any case', async () => {
    await using origin = await startOrigin()
    const HeadersConfig = { HeaderBehavior: 'whitelist', Headers: ['accept-LANGUAGE'] }
    await using front = await startFront({
      origin,
      behavior: { CachePolicy: cachePolicy(0, 60, 600, { HeadersConfig }) },
    })
    await front.get('/a', { 'Accept-Language': 'en-US,en' })
    expect(await front.get('/a', { 'ACCEPT-language': 'en-US,en' })).toBeHit('edge')
    expect(await front.get('/a', { 'Accept-Language': 'en-US, en' })).toBeMissBecause('not-in-cache')
    expect(await front.get('/a', { 'Accept-Language': 'en-us,en' })).toBeMissBecause('not-in-cache')
  })

  test('a header that is missing and one that is empty are two keys (choice)', async () => {
    await using origin = await startOrigin()
    const HeadersConfig = { HeaderBehavior: 'whitelist', Headers: ['X-A'] }
    await using front = await startFront({
      origin,
      behavior: { CachePolicy: cachePolicy(0, 60, 600, { HeadersConfig }) },
    })
    await front.get('/a')
    expect(await front.get('/a', { 'X-A': '' })).toBeMissBecause('not-in-cache')
  })

  test('what is in the key goes to the origin', async () => {
    await using origin = await startOrigin()
    const parameters = {
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['X-A'] },
      CookiesConfig: { CookieBehavior: 'whitelist', Cookies: ['c'] },
      QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['q'] },
    }
    await using front = await startFront({
      origin,
      behavior: { CachePolicy: cachePolicy(0, 60, 600, parameters) },
    })
    await front.get('/a?p=1&q=2', { 'X-A': '1', 'X-B': '2', cookie: 'c=1; d=2' })
    const [seen] = origin.requests
    expect([seen!.url, seen!.headers['x-a'], seen!.headers['x-b'], seen!.headers.cookie]).toEqual([
      '/a?q=2',
      '1',
      undefined,
      'c=1',
    ])
  })
})

describe('3.5 Origin request policy', () => {
  test.each(['Authorization', 'Accept-Encoding'])('%s cannot be listed one by one', async (header) => {
    for (const kind of ['whitelist', 'allViewerAndWhitelistCloudFront']) {
      const behavior = `OriginRequestPolicy: { HeadersConfig: { HeaderBehavior: ${kind}, Headers: [${header}] } }`
      expect(await problemsOf({ behavior })).toEqual([
        'InvalidArgument at DefaultCacheBehavior.OriginRequestPolicy.HeadersConfig.Headers[0]',
      ])
    }
  })

  test('it needs a cache policy on the same behavior', async () => {
    const behavior =
      'ForwardedValues: { QueryString: false }, OriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3'
    expect(await problemsOf({ behavior })).toEqual([
      'InvalidArgument at DefaultCacheBehavior.OriginRequestPolicyId',
    ])
  })

  test('its values go to the origin and are not in the key', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin, behavior: { OriginRequestPolicy: 'AllViewer' } })
    await front.get('/a?x=1', { 'X-A': '1' })
    expect([origin.requests[0]!.url, origin.requests[0]!.headers['x-a']]).toEqual(['/a?x=1', '1'])
    expect(await front.get('/a?x=2', { 'X-A': '2' })).toBeHit('edge')
  })

  test("allExcept Host sends the origin's own name as Host", async () => {
    await using origin = await startOrigin()
    await using front = await startFront({
      origin,
      behavior: { OriginRequestPolicy: 'AllViewerExceptHostHeader' },
    })
    await front.get('/a', { 'X-A': '1' })
    expect(origin.requests[0]!.headers).toMatchObject({ host: 'origin.example.com', 'x-a': '1' })
  })
})

const REFUSED = [
  'Cache-Control',
  'Connection',
  'Content-Length',
  'Cookie',
  'Host',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Max-Forwards',
  'Pragma',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Range',
  'Request-Range',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Via',
  'X-Amz-Anything',
  'X-Edge-Anything',
  'X-Real-Ip',
]

describe('4.4 Origin custom headers', () => {
  test.each(REFUSED)('%s is not allowed', async (name) => {
    const origin = `CustomHeaders: [{ HeaderName: ${name}, HeaderValue: x }]`
    expect(await problemsOf({ origin })).toEqual([
      'InvalidArgument at Origins[0].CustomHeaders[0].HeaderName',
    ])
    expect(await problemsOf({ origin: origin.replace(name, name.toLowerCase()) })).toHaveLength(1)
  })

  test.each(['Accept-Encoding', 'Authorization', 'X-Api-Key', 'Origin'])('%s is allowed', async (name) => {
    expect(await problemsOf({ origin: `CustomHeaders: [{ HeaderName: ${name}, HeaderValue: x }]` })).toEqual(
      [],
    )
  })

  test('They are sent with every request, and replace a header of the viewer with the same name', async () => {
    await using origin = await startOrigin()
    const CustomHeaders = [
      { HeaderName: 'X-Api-Key', HeaderValue: 'secret' },
      { HeaderName: 'Authorization', HeaderValue: 'Basic origin' },
    ]
    await using front = await startFront({
      origin,
      originConfig: { CustomHeaders },
      behavior: {
        OriginRequestPolicy: 'AllViewer',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
      },
    })
    await front.get('/a', { 'x-api-key': 'mine', authorization: 'Basic viewer' })
    await front.ask('/b', { method: 'POST', body: 'x' })
    for (const { headers } of origin.requests) {
      expect(headers).toMatchObject({ 'x-api-key': 'secret', authorization: 'Basic origin' })
    }
  })
})
