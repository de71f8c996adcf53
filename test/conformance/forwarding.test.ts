// What the origin gets of a viewer's request: the tables of the custom origin and origin request policy pages.
import { describe, expect, test } from 'vitest'
import type { DefaultCacheBehavior } from '../../src/model/cache-behavior.ts'
import type { ItemSelection, OriginRequestPolicy } from '../../src/model/policies.ts'
import { compileForwarding } from '../../src/policies/origin-request.ts'
import {
  aDistribution,
  ALL,
  aRequest,
  except,
  listed,
  NONE,
  withLegacy,
  withPolicies,
} from '../unit/policies/builders.ts'

const GERMANY = { country: 'DE', countryFrom: 'address', details: null } as const
const FACTS = { requestId: 'id==', via: '1.1 abc.cloudfront.net (CloudFront)' }
const OFF = { EnableAcceptEncodingGzip: false, EnableAcceptEncodingBrotli: false }

function forward(
  behavior: DefaultCacheBehavior,
  request: Parameters<typeof aRequest>[0],
  { originIsS3 = false, isCached = false } = {},
) {
  const compiled = compileForwarding(aDistribution(), behavior, { originIsS3, isCached })
  return compiled(aRequest({ geo: GERMANY, ...request }), FACTS)
}

/** What of one header arrives; null when it does not. */
function arriving(
  behavior: DefaultCacheBehavior,
  name: string,
  value: string,
  { method = 'GET', ...options }: { method?: string; originIsS3?: boolean; isCached?: boolean } = {},
) {
  return forward(behavior, { method, headers: [name, value] }, options).headers.list(name.toLowerCase())
}

const BODY = { kind: 'bytes', bytes: Buffer.from('{}') } as const
const policies = withPolicies({})
const legacy = withLegacy()
const named = (name: string) => withPolicies({}, { Headers: listed(name) })
const allViewer = withPolicies({}, { Headers: { behavior: 'allViewer', names: [] } })

interface HeaderCase {
  readonly header: string
  readonly value?: string
  readonly method?: string
  /** What arrives under the legacy settings, under policies that do not name it, and when it is named. */
  readonly arrives: readonly [legacy: string | null, policies: string | null, named: string | null]
}

const SAME = 'as sent'
const headerCases: readonly HeaderCase[] = [
  { header: 'X-Anything', arrives: [SAME, null, SAME] },
  { header: 'Accept', arrives: [null, null, SAME] },
  { header: 'Accept-Charset', arrives: [null, null, SAME] },
  { header: 'Accept-Language', arrives: [null, null, SAME] },
  { header: 'Referer', arrives: [null, null, SAME] },
  { header: 'Authorization', method: 'GET', arrives: [null, null, SAME] },
  { header: 'Authorization', method: 'HEAD', arrives: [null, null, SAME] },
  { header: 'Authorization', method: 'OPTIONS', arrives: [SAME, SAME, SAME] },
  { header: 'Authorization', method: 'POST', arrives: [SAME, SAME, SAME] },
  { header: 'Authorization', method: 'DELETE', arrives: [SAME, SAME, SAME] },
  { header: 'Cache-Control', arrives: [SAME, SAME, SAME] },
  { header: 'Pragma', arrives: [SAME, SAME, SAME] },
  { header: 'Max-Forwards', arrives: [SAME, SAME, SAME] },
  { header: 'Request-Range', arrives: [SAME, SAME, SAME] },
  { header: 'Date', arrives: [SAME, SAME, SAME] },
  { header: 'From', arrives: [SAME, SAME, SAME] },
  { header: 'Warning', arrives: [SAME, SAME, SAME] },
  { header: 'Range', value: 'bytes=0-1', arrives: [SAME, SAME, SAME] },
  { header: 'If-Range', arrives: [SAME, SAME, SAME] },
  { header: 'If-None-Match', arrives: [SAME, SAME, SAME] },
  { header: 'If-Modified-Since', arrives: [SAME, SAME, SAME] },
  { header: 'If-Match', arrives: [SAME, SAME, SAME] },
  { header: 'If-Unmodified-Since', arrives: [SAME, SAME, SAME] },
  { header: 'Origin', arrives: [SAME, null, SAME] },
  { header: 'Host', arrives: [null, null, SAME] },
  { header: 'X-HTTP-Method-Override', arrives: [null, null, SAME] },
  { header: 'User-Agent', arrives: ['Amazon CloudFront', 'Amazon CloudFront', SAME] },
  { header: 'Connection', arrives: [null, null, null] },
  { header: 'Keep-Alive', arrives: [null, null, null] },
  { header: 'Expect', arrives: [null, null, null] },
  { header: 'Proxy-Authenticate', arrives: [null, null, null] },
  { header: 'Proxy-Authorization', arrives: [null, null, null] },
  { header: 'Proxy-Connection', arrives: [null, null, null] },
  { header: 'TE', arrives: [null, null, null] },
  { header: 'Trailer', arrives: [null, null, null] },
  { header: 'Transfer-Encoding', arrives: [null, null, null] },
  { header: 'Upgrade', arrives: [null, null, null] },
  { header: 'X-Edge-Location', arrives: [null, null, null] },
  { header: 'X-Forwarded-Proto', arrives: [null, null, null] },
  { header: 'X-Real-IP', arrives: [null, null, null] },
  { header: 'X-Pocketfront-Pop', arrives: [null, null, null] },
  { header: 'CloudFront-Viewer-City', arrives: [null, null, null] },
  { header: 'CloudFront-Made-Up', arrives: [null, null, null] },
  { header: 'X-Amz-Cf-Id', arrives: ['id==', 'id==', 'id=='] },
]

/** `Accept: removed with legacy settings and policies, sent when named`. */
function toRule({ header, method, arrives }: (typeof headerCases)[number]): string {
  const [byLegacy, byPolicies, whenNamed] = arrives.map((value) => {
    if (value === null) return 'removed'
    return value === SAME ? 'kept' : `set to ${value}`
  })
  const subject = method === undefined ? header : `${header} of ${method}`
  const isUnsure = UNSURE_WITH_POLICIES.has(header.toLowerCase())
  return `${subject}: ${byLegacy} by legacy settings, ${byPolicies} by policies, ${whenNamed} when named${isUnsure ? ' (unverified)' : ''}`
}

/** The guide says so of the legacy settings alone. */
const UNSURE_WITH_POLICIES = new Set([
  'cache-control',
  'date',
  'from',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'pragma',
  'request-range',
  'warning',
])

describe('4.1 Request headers', () => {
  test.each(headerCases.map((each) => [toRule(each), each] as const))('%s', (_, each) => {
    const { header, method = 'GET', value = 'value', arrives } = each
    const behaviors = [legacy, policies, named(header)]
    const found = behaviors.map((behavior) => arriving(behavior, header, value, { method }))
    expect(found).toEqual(arrives.map((expected) => (expected === SAME ? value : expected)))
  })

  test.each(headerCases)('allViewer and legacy Headers: * send $header as if it were named', (each) => {
    const { header, method = 'GET', value = 'value', arrives } = each
    const expected = arrives[2] === SAME ? value : arrives[2]
    expect(arriving(allViewer, header, value, { method })).toBe(expected)
    expect(arriving(withLegacy({ Headers: ['*'] }), header, value, { method })).toBe(expected)
  })

  test('Authorization of an OPTIONS that is cached is removed', () => {
    const cached = { ...policies, CachedMethods: ['GET', 'HEAD', 'OPTIONS'] as const }
    expect(arriving(cached, 'Authorization', 'Basic x', { method: 'OPTIONS' })).toBeNull()
  })

  test('a body brings its type, and its length as it is now', () => {
    const headers = ['Content-Type', 'application/json', 'Content-MD5', 'x', 'Content-Length', '999']
    const sent = forward(policies, { method: 'POST', headers, body: BODY }).headers
    expect(sent.get('content-type')).toBe('application/json')
    expect(sent.get('content-md5')).toBe('x')
    expect(sent.all('content-length')).toEqual(['2'])
    const none = forward(policies, { headers }).headers
    expect([none.has('content-type'), none.has('content-length')]).toEqual([false, false])
  })

  test('names keep the case in which the viewer sent them', () => {
    expect(forward(allViewer, { headers: ['x-lOWER', '1'] }).headers.pairs.slice(0, 2)).toEqual([
      'x-lOWER',
      '1',
    ])
  })

  test("an S3 bucket never gets the viewer's Host", () => {
    expect(arriving(allViewer, 'Host', 'www.example.com', { originIsS3: true })).toBeNull()
  })

  test("X-Forwarded-For ends with the viewer's address, Via with CloudFront's element", () => {
    const { headers } = forward(policies, {
      headers: ['X-Forwarded-For', '192.0.2.4,192.0.2.3', 'Via', '1.0 proxy'],
    })
    expect(headers.list('x-forwarded-for')).toBe('192.0.2.4,192.0.2.3,192.0.2.2')
    expect(headers.list('via')).toBe(`1.0 proxy, ${FACTS.via}`)
    const alone = forward(policies, {}).headers
    expect([alone.get('x-forwarded-for'), alone.get('via')]).toEqual(['192.0.2.2', FACTS.via])
  })

  test('headers named by Connection end at CloudFront, unless the cache key holds them', () => {
    const behavior = withPolicies(
      { Headers: listed('X-Keyed'), Cookies: ALL },
      { Headers: { behavior: 'allViewer', names: [] } },
    )
    const headers = [
      'Connection',
      'close, X-Hop, X-Keyed, Cookie',
      'X-Hop',
      '1',
      'X-Keyed',
      '2',
      'Cookie',
      'a=1',
    ]
    const sent = forward(behavior, { headers }).headers
    expect([sent.get('x-hop'), sent.get('x-keyed'), sent.get('cookie')]).toEqual([null, '2', 'a=1'])
  })

  test("on the way to a cache a viewer's conditions are left out, a range stays", () => {
    const conditions = ['If-None-Match', 'If-Modified-Since', 'If-Match', 'If-Unmodified-Since']
    for (const name of conditions) expect(arriving(policies, name, 'x', { isCached: true })).toBeNull()
    expect(arriving(policies, 'Range', 'bytes=0-1', { isCached: true })).toBe('bytes=0-1')
    expect(arriving(policies, 'If-Range', '"x"', { isCached: true })).toBe('"x"')
  })
})

describe('3.5 Origin request policy', () => {
  test('allExcept withholds the listed headers, keyed ones excepted', () => {
    const behavior = withPolicies(
      { Headers: listed('X-Keyed') },
      { Headers: except('Host', 'X-Keyed', 'Pragma') },
    )
    expect(arriving(behavior, 'Host', 'x')).toBeNull()
    expect(arriving(behavior, 'Pragma', 'x')).toBeNull()
    expect(arriving(behavior, 'X-Keyed', 'x')).toBe('x')
    expect(arriving(behavior, 'Accept', 'x')).toBe('x')
  })

  test('AllViewerExceptHostHeader brings device, protocol and country headers', () => {
    const Id = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'
    const { headers } = forward(withPolicies({}, { Id, Headers: except('Host') }), { headers: ['Host', 'a'] })
    expect(headers.get('host')).toBeNull()
    expect(headers.get('cloudfront-viewer-country')).toBe('DE')
    expect(headers.get('cloudfront-is-desktop-viewer')).toBe('true')
    expect(headers.get('cloudfront-forwarded-proto')).toBe('https')
    expect(headers.get('cloudfront-viewer-address')).toBeNull()
  })

  test.each([
    { name: 'codings on', behavior: policies, expected: 'br,gzip' },
    { name: 'codings on and allViewer', behavior: allViewer, expected: 'br,gzip' },
    { name: 'codings off', behavior: withPolicies(OFF), expected: null },
    {
      name: 'codings off and allViewer',
      behavior: withPolicies(OFF, { Headers: { behavior: 'allViewer', names: [] } }),
      expected: 'gzip, deflate, br',
    },
    {
      name: 'codings off and the header in the key',
      behavior: withPolicies({ ...OFF, Headers: listed('accept-encoding') }),
      expected: 'gzip, deflate, br',
    },
    { name: 'legacy settings', behavior: legacy, expected: 'gzip' },
    { name: 'legacy Headers: *', behavior: withLegacy({ Headers: ['*'] }), expected: 'gzip, deflate, br' },
  ])('Accept-Encoding with $name is $expected', ({ behavior, expected }) => {
    expect(arriving(behavior, 'Accept-Encoding', 'gzip, deflate, br')).toBe(expected)
  })

  test.each([
    { behavior: policies, accept: 'deflate', expected: 'identity' },
    { behavior: legacy, accept: 'br', expected: null },
  ])(
    'Accept-Encoding: $accept without an enabled coding is sent as $expected',
    ({ behavior, accept, expected }) => {
      expect(arriving(behavior, 'Accept-Encoding', accept)).toBe(expected)
    },
  )
})

describe('4.2 Headers CloudFront can add', () => {
  test('listed headers are made from the request and replace what a viewer sends', () => {
    const names = [
      'cloudfront-viewer-address',
      'CloudFront-Viewer-Country',
      'CloudFront-Viewer-Country-Name',
      'CloudFront-Viewer-Http-Version',
      'CloudFront-Viewer-Header-Order',
      'CloudFront-Viewer-Header-Count',
      'CloudFront-Viewer-City',
    ]
    const policy: Partial<OriginRequestPolicy> = {
      Headers: { behavior: 'allViewerAndWhitelistCloudFront', names },
    }
    const { headers } = forward(withPolicies({}, policy), {
      headers: ['Host', 'a', 'CloudFront-Viewer-Country', 'XX', 'X-Pocketfront-Pop', 'FRA'],
    })
    const made = headers.pairs.filter((_, index, all) => all[index - (index % 2)]!.startsWith('CloudFront-'))
    expect(made).toEqual([
      ...['CloudFront-Viewer-Address', '192.0.2.2:46532'],
      ...['CloudFront-Viewer-Country', 'DE'],
      ...['CloudFront-Viewer-Country-Name', 'Germany'],
      ...['CloudFront-Viewer-Http-Version', '1.1'],
      ...['CloudFront-Viewer-Header-Order', 'Host:CloudFront-Viewer-Country'],
      ...['CloudFront-Viewer-Header-Count', '2'],
    ])
  })

  test('headers of a cache policy or a legacy list are sent too', () => {
    const name = 'CloudFront-Viewer-Country'
    expect(arriving(withPolicies({ Headers: listed(name) }), name, 'XX')).toBe('DE')
    expect(arriving(withLegacy({ Headers: [name] }), name, 'XX')).toBe('DE')
  })

  const AGENTS = {
    iPhone:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1',
    iPad: 'Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1',
    pixel: 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36',
    tablet: 'Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 Chrome/120.0 Safari/537.36',
    tv: 'Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 Version/6.0 TV Safari/537.36',
    mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/120.0 Safari/537.36',
    curl: 'curl/8.5.0',
  }
  test.each([
    { agent: 'iPhone', flags: ['IOS', 'Mobile'] },
    { agent: 'iPad', flags: ['IOS', 'Mobile', 'Tablet'] },
    { agent: 'pixel', flags: ['Android', 'Mobile'] },
    { agent: 'tablet', flags: ['Android', 'Mobile', 'Tablet'] },
    { agent: 'tv', flags: ['SmartTV'] },
    { agent: 'mac', flags: ['Desktop'] },
    { agent: 'curl', flags: ['Desktop'] },
  ] as const)('$agent is $flags', ({ agent, flags }) => {
    const kinds = ['Android', 'Desktop', 'IOS', 'Mobile', 'SmartTV', 'Tablet']
    const behavior = named('x')
    const all = kinds.map((kind) => `CloudFront-Is-${kind}-Viewer`)
    const listing = withPolicies({}, { Headers: listed(...all) })
    const { headers } = forward(listing, { headers: ['User-Agent', AGENTS[agent]] })
    expect(
      kinds.filter((kind) => headers.get(`cloudfront-is-${kind.toLowerCase()}-viewer`) === 'true'),
    ).toEqual(flags)
    expect(forward(behavior, {}).headers.has('cloudfront-is-desktop-viewer')).toBe(false)
  })
})

const toPairs = (letters: string) => (letters === '' ? [] : letters.split('').map((letter) => `${letter}=1`))

type Selection = ItemSelection<'none' | 'whitelist' | 'allExcept' | 'all'>

describe('3.5 Origin request policy: with a cache policy', () => {
  const unions: readonly { cache: Selection; originRequest: Selection; sent: string }[] = [
    { cache: NONE, originRequest: NONE, sent: '' },
    { cache: NONE, originRequest: ALL, sent: 'abcd' },
    { cache: NONE, originRequest: listed('a'), sent: 'a' },
    { cache: NONE, originRequest: except('a'), sent: 'bcd' },
    { cache: ALL, originRequest: NONE, sent: 'abcd' },
    { cache: ALL, originRequest: listed('a'), sent: 'abcd' },
    { cache: ALL, originRequest: except('a'), sent: 'abcd' },
    { cache: listed('a'), originRequest: NONE, sent: 'a' },
    { cache: listed('a'), originRequest: ALL, sent: 'abcd' },
    { cache: listed('a'), originRequest: listed('b'), sent: 'ab' },
    { cache: listed('a'), originRequest: except('a', 'b'), sent: 'acd' },
    { cache: except('a'), originRequest: NONE, sent: 'bcd' },
    { cache: except('a'), originRequest: ALL, sent: 'abcd' },
    { cache: except('a', 'b'), originRequest: listed('a'), sent: 'acd' },
    { cache: except('a', 'b'), originRequest: except('b', 'c'), sent: 'acd' },
  ]
  test.each(unions)(
    'cache policy $cache.behavior $cache.names and origin request policy $originRequest.behavior $originRequest.names send $sent',
    ({ cache, originRequest, sent }) => {
      const query = withPolicies({ QueryStrings: cache }, { QueryStrings: originRequest })
      expect(forward(query, { queryString: 'a=1&b=1&c=1&d=1' }).queryString).toBe(toPairs(sent).join('&'))
      const cookies = withPolicies({ Cookies: cache }, { Cookies: originRequest })
      const { headers } = forward(cookies, { headers: ['Cookie', 'd=1; c=1; b=1; a=1'] })
      expect(headers.get('cookie') ?? '').toBe(toPairs(sent).join('; '))
    },
  )

  test('legacy settings forward the whole query string even when they key on a part', () => {
    const behavior = withLegacy({ QueryString: true, QueryStringCacheKeys: ['a'] })
    expect(forward(behavior, { queryString: 'b=2&a=1' }).queryString).toBe('b=2&a=1')
    expect(forward(legacy, { queryString: 'a=1' }).queryString).toBe('')
  })
})
