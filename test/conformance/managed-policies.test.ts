// AWS's managed policies, as they are in every account.
import { describe, expect, test } from 'vitest'
import { managedPolicies } from '../../src/config/managed-policies.ts'
import { startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'

const { CachePolicies, OriginRequestPolicies, ResponseHeadersPolicies } = managedPolicies()
const five = ['Host', 'Origin', 'X-HTTP-Method', 'X-HTTP-Method-Override', 'X-Method-Override']
const amplify = ['Accept', 'Authorization', 'CloudFront-Viewer-Country', 'Host']
const manifest = ['aws.manifestfilter', 'start', 'end', 'm']
const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase()).toSorted()
const plainName = (name: string) => name.replace(/^Managed-/, '')

interface CacheRow {
  readonly name: string
  readonly id: string
  /** Min, default and max. */
  readonly ttls: readonly [number, number, number]
  readonly gzip: boolean
  readonly brotli: boolean
  readonly headers: readonly string[]
  readonly cookies: 'none' | 'all'
  readonly query: 'none' | 'all' | readonly string[]
}

const OPTIMIZED = [1, 86_400, 31_536_000] as const
const BY_ORIGIN = [0, 0, 31_536_000] as const

/** The last four exist in Amplify's accounts only. */
const cacheRows: readonly CacheRow[] = [
  row('CachingOptimized', '658327ea-f89d-4fab-a63d-7e88639e58f6', OPTIMIZED, [true, true]),
  row('CachingOptimizedForUncompressedObjects', 'b2884449-e4de-46a7-ac36-70bc7f1ddd6d', OPTIMIZED, [
    false,
    false,
  ]),
  row('CachingDisabled', '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', [0, 0, 0], [false, false]),
  row(
    'Elemental-MediaPackage',
    '08627262-05a9-4f76-9ded-b50ca2e3a84f',
    [0, 86_400, 31_536_000],
    [true, false],
    {
      headers: ['Origin'],
      query: manifest,
    },
  ),
  row('Amplify', '2e54312d-136d-493c-8eb9-b001f22f67d2', [2, 2, 600], [true, true], {
    headers: amplify.slice(1),
    cookies: 'all',
    query: 'all',
  }),
  row('UseOriginCacheControlHeaders', '83da9c7e-98b4-4e11-a168-04f0df8e2c65', BY_ORIGIN, [true, true], {
    headers: five,
    cookies: 'all',
  }),
  row(
    'UseOriginCacheControlHeaders-QueryStrings',
    '4cc15a8a-d715-48a4-82b8-cc0b614638fe',
    BY_ORIGIN,
    [true, true],
    {
      headers: five,
      cookies: 'all',
      query: 'all',
    },
  ),
]

const amplifyRows: readonly CacheRow[] = [
  row('Amplify-Default', '4d1d2f1d-3a71-49ad-9e08-7ea5d843a556', BY_ORIGIN, [true, true], {
    headers: amplify,
    cookies: 'all',
    query: 'all',
  }),
  row('Amplify-DefaultNoCookies', 'a6bad946-36c3-4c33-aa98-362c74a7fb13', BY_ORIGIN, [true, true], {
    headers: amplify,
    query: 'all',
  }),
  row('Amplify-ImageOptimization', '1c6db51a-a33f-469a-8245-dae26771f530', BY_ORIGIN, [true, true], {
    headers: ['Accept', 'Authorization', 'Host'],
    query: 'all',
  }),
  row('Amplify-StaticContent', '7e5fad67-ee98-4ad0-b05a-394999eefc1a', BY_ORIGIN, [true, true], {
    headers: ['Authorization', 'Host'],
  }),
]

function row(
  name: string,
  id: string,
  ttls: CacheRow['ttls'],
  [gzip, brotli]: readonly [boolean, boolean],
  own: Partial<Pick<CacheRow, 'headers' | 'cookies' | 'query'>> = {},
): CacheRow {
  return { name, id, ttls, gzip, brotli, headers: [], cookies: 'none', query: 'none', ...own }
}

function expectCachePolicy({ name, id, ttls, gzip, brotli, headers, cookies, query }: CacheRow): void {
  const policy = CachePolicies.find((each) => each.Id === id)!
  expect(plainName(policy.Name)).toBe(name)
  expect([policy.MinTTL, policy.DefaultTTL, policy.MaxTTL]).toEqual(ttls)
  expect([policy.EnableAcceptEncodingGzip, policy.EnableAcceptEncodingBrotli]).toEqual([gzip, brotli])
  expect(lower(policy.Headers.names)).toEqual(lower(headers))
  expect(policy.Cookies.behavior).toBe(cookies)
  expect(policy.QueryStrings.behavior).toBe(typeof query === 'string' ? query : 'whitelist')
  if (typeof query !== 'string') expect(policy.QueryStrings.names).toEqual(query)
}

describe('3.6 Managed cache policies', () => {
  test.each(cacheRows)('$name is $id with TTLs $ttls', expectCachePolicy)
  test.each(amplifyRows)('$name is $id with TTLs $ttls (observed)', expectCachePolicy)

  test('names in the API carry Managed- except the two UseOrigin ones (observed)', () => {
    const bare = CachePolicies.map((each) => each.Name).filter((name) => !name.startsWith('Managed-'))
    expect(bare).toEqual(['UseOriginCacheControlHeaders', 'UseOriginCacheControlHeaders-QueryStrings'])
  })

  test.each(['CachingOptimized', 'Managed-CachingOptimized', '658327ea-f89d-4fab-a63d-7e88639e58f6'])(
    'a behavior may call it %s (choice)',
    async (CachePolicy) => {
      await using origin = await startOrigin()
      await using front = await startFront({ origin, behavior: { CachePolicy } })
      expect((await front.get('/a')).trace?.settlement?.ttl).toBe(86_400)
    },
  )

  test("UseOriginCacheControlHeaders keys on Host and so forwards the viewer's", async () => {
    await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' } })
    await using front = await startFront({
      origin,
      behavior: { CachePolicy: 'UseOriginCacheControlHeaders' },
    })
    await front.get('/a', { Host: 'localhost' })
    expect(origin.requests[0]!.headers.host).toBe('localhost')
    expect(await front.get('/a', { Host: '127.0.0.1' })).toBeMiss()
  })
})

describe('3.7 Managed origin request policies', () => {
  test.each([
    ['AllViewer', '216adef6-5c7f-47e4-b989-5492eafa07d3', 'allViewer', 0, 'all', 'all'],
    [
      'AllViewerAndCloudFrontHeaders-2022-06',
      '33f36d7e-f396-46d9-90e0-52428a34d9dc',
      'allViewerAndWhitelistCloudFront',
      21,
      'all',
      'all',
    ],
    ['AllViewerExceptHostHeader', 'b689b0a8-53d0-40ab-baf2-68738e2966ac', 'allExcept', 1, 'all', 'all'],
    ['CORS-CustomOrigin', '59781a5b-3903-41f3-afcb-af62929ccde1', 'whitelist', 1, 'none', 'none'],
    ['CORS-S3Origin', '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf', 'whitelist', 3, 'none', 'none'],
    [
      'Elemental-MediaTailor-PersonalizedManifests',
      '775133bc-15f2-49f9-abea-afb2e0bf67d2',
      'whitelist',
      5,
      'none',
      'all',
    ],
    ['HostHeaderOnly', 'bf0718e1-ba1e-49d1-88b1-f726733018ae', 'whitelist', 1, 'none', 'none'],
    ['UserAgentRefererHeaders', 'acba4595-bd28-49b8-b9fe-13317c0390fa', 'whitelist', 2, 'none', 'none'],
  ])(
    '%s is %s: headers %s (%d named), cookies %s, query strings %s',
    (name, id, headers, count, cookies, query) => {
      const policy = OriginRequestPolicies.find((each) => each.Id === id)!
      expect(plainName(policy.Name)).toBe(name)
      expect([policy.Headers.behavior, policy.Headers.names.length]).toEqual([headers, count])
      expect([policy.Cookies.behavior, policy.QueryStrings.behavior]).toEqual([cookies, query])
    },
  )
})

describe('3.8 Managed response headers policies', () => {
  const ids = {
    SimpleCORS: '60669652-455b-4ae9-85a4-c4c02393f86c',
    'CORS-With-Preflight': '5cc3b908-e619-4b99-88e5-2cf7f45965bd',
    SecurityHeadersPolicy: '67f7725c-6f97-4210-82d7-5512b31e9d03',
    'CORS-and-SecurityHeadersPolicy': 'e61eb60c-9c35-4d20-a928-2b84e02af89c',
    'CORS-with-preflight-and-SecurityHeadersPolicy': 'eaab4381-ed33-4a86-88ca-d9558dc6cd63',
  }

  test.each(Object.entries(ids))('%s is %s', (name, id) => {
    const policy = ResponseHeadersPolicies.find((each) => each.Id === id)!
    expect(plainName(policy.Name).toLowerCase()).toBe(name.toLowerCase())
  })

  test.each([ids.SimpleCORS, ids['CORS-and-SecurityHeadersPolicy']])(
    '%s adds Access-Control-Allow-Origin: * to requests with Origin only',
    async (ResponseHeadersPolicyId) => {
      await using origin = await startOrigin()
      await using front = await startFront({ origin, behavior: { ResponseHeadersPolicyId } })
      expect((await front.get('/a')).headers).not.toHaveProperty('access-control-allow-origin')
      const cors = await front.get('/a', { Origin: 'https://example.org' })
      expect(cors.headers).toMatchObject({ 'access-control-allow-origin': '*' })
      expect(cors.headers).not.toHaveProperty('access-control-allow-methods')
    },
  )

  test.each([ids['CORS-With-Preflight'], ids['CORS-with-preflight-and-SecurityHeadersPolicy']])(
    '%s adds methods and exposed headers to a preflight',
    async (ResponseHeadersPolicyId) => {
      const AllowedMethods = ['GET', 'HEAD', 'OPTIONS']
      await using origin = await startOrigin()
      await using front = await startFront({ origin, behavior: { ResponseHeadersPolicyId, AllowedMethods } })
      const answer = await front.ask('/a', { method: 'OPTIONS', headers: { Origin: 'https://example.org' } })
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
        'access-control-expose-headers': '*',
      })
    },
  )

  test.each([
    ['Referrer-Policy', 'strict-origin-when-cross-origin', 'no'],
    ['Strict-Transport-Security', 'max-age=31536000', 'no'],
    ['X-Content-Type-Options', 'nosniff', 'yes'],
    ['X-Frame-Options', 'SAMEORIGIN', 'no'],
    ['X-XSS-Protection', '1; mode=block', 'no'],
  ])('SecurityHeadersPolicy adds %s: %s, override %s', async (header, value, override) => {
    await using origin = await startOrigin()
    origin.on('/own', { headers: { [header]: 'own' } })
    const behavior = { ResponseHeadersPolicyId: ids.SecurityHeadersPolicy }
    await using front = await startFront({ origin, behavior })
    expect((await front.get('/a')).headers[header.toLowerCase()]).toBe(value)
    expect((await front.get('/own')).headers[header.toLowerCase()]).toBe(override === 'yes' ? value : 'own')
  })
})
