// What is in the cache key: the rules of the cache key, query string, header, cookie and compression pages.
import { describe, expect, test } from 'vitest'
import { compileCacheKey, compileInvalidationUrl, describeKey } from '../../src/policies/cache-key.ts'
import { UNKNOWN_GEO } from '../../src/message/viewer-geo.ts'
import type { DefaultCacheBehavior } from '../../src/model/cache-behavior.ts'
import {
  aBehavior,
  aDistribution,
  ALL,
  aRequest,
  except,
  listed,
  withLegacy,
  withPolicies,
} from '../unit/policies/builders.ts'

type RequestParts = Parameters<typeof aRequest>[0]

function keyOf(behavior: DefaultCacheBehavior, request: RequestParts = {}, country: string | null = null) {
  const geo = { ...UNKNOWN_GEO, country }
  return compileCacheKey(aDistribution(), behavior)(aRequest({ geo, ...request }))
}

const START = 'd111.cloudfront.net\n/index.html'
const optimized = withPolicies({})
const plain = { EnableAcceptEncodingGzip: false, EnableAcceptEncodingBrotli: false }

describe('3.1 Parts of the cache key', () => {
  test('by default the key is distribution and path; headers, cookies and query string do not matter', () => {
    const headers = ['Host', 'www.example.com', 'Cookie', 'a=1', 'User-Agent', 'x', 'Accept-Language', 'de']
    expect(keyOf(optimized, { headers, queryString: 'a=1' })).toBe(START)
  })

  test.each(['/Index.html', '/index.html/', '/a/../index.html', '/%69ndex.html', '//index.html'])(
    'the raw path counts: %s is another object than /index.html',
    (path) => {
      expect(keyOf(optimized, { path })).not.toBe(keyOf(optimized))
      expect(describeKey(keyOf(optimized, { path })).path).toBe(path)
    },
  )

  test('GET and HEAD, http and https share an object; a cached OPTIONS has its own', () => {
    expect(keyOf(optimized, { method: 'HEAD' })).toBe(keyOf(optimized))
    expect(keyOf(optimized, { scheme: 'http' })).toBe(keyOf(optimized))
    expect(keyOf(optimized, { method: 'OPTIONS' })).toBe(`OPTIONS\n${START}`)
    const withQuery = withPolicies({ QueryStrings: ALL })
    expect(keyOf(withQuery, { method: 'OPTIONS', queryString: 'a' })).toBe(`OPTIONS\n${START}\n?a`)
  })

  test('two distributions never share an object', () => {
    const other = compileCacheKey(aDistribution({ DomainName: 'd222.cloudfront.net' }), optimized)
    expect(other(aRequest())).not.toBe(keyOf(optimized))
  })
})

describe('3.2 Cache policy fields: query strings', () => {
  test.each([
    { selection: ALL, query: 'b=2&a=1', key: '?b=2&a=1' },
    { selection: ALL, query: '', key: null },
    { selection: listed('a', 'c'), query: 'c=3&b=2&a=1', key: '?c=3&a=1' },
    { selection: listed('a'), query: 'A=1', key: null },
    { selection: listed('a'), query: 'a', key: '?a' },
    { selection: listed('a'), query: 'a=1;b=2&b=3', key: '?a=1;b=2' },
    { selection: listed('a'), query: 'a=1&a=2', key: '?a=1&a=2' },
    { selection: except('a'), query: 'b=2&a=1&c', key: '?b=2&c' },
  ])('$selection.behavior $selection.names of ?$query', ({ selection, query, key }) => {
    const expected = key === null ? START : `${START}\n${key}`
    expect(keyOf(withPolicies({ QueryStrings: selection }), { queryString: query })).toBe(expected)
  })

  test('legacy settings key on all parameters or on the listed ones', () => {
    const queryString = 'b=2&a=1'
    expect(keyOf(withLegacy(), { queryString })).toBe(START)
    expect(keyOf(withLegacy({ QueryString: true }), { queryString })).toBe(`${START}\n?b=2&a=1`)
    const some = withLegacy({ QueryString: true, QueryStringCacheKeys: ['a'] })
    expect(keyOf(some, { queryString })).toBe(`${START}\n?a=1`)
  })
})

describe('3.2 Cache policy fields: headers', () => {
  const behavior = withPolicies({ Headers: listed('Accept-Language', 'X-Empty', 'Missing') })

  test('names ignore case and order, values are exact, a missing header is not an empty one', () => {
    const headers = ['x-empty', '', 'ACCEPT-LANGUAGE', 'en-US,en']
    expect(keyOf(behavior, { headers })).toBe(`${START}\nh:accept-language=en-US,en\nh:x-empty=`)
    expect(keyOf(behavior, { headers: ['Accept-Language', 'en-US, en', 'X-Empty', ''] })).not.toBe(
      keyOf(behavior, { headers }),
    )
  })

  test('several lines of a header count as one list', () => {
    const headers = ['Accept-Language', 'de', 'Accept-Language', 'en']
    expect(keyOf(behavior, { headers })).toBe(`${START}\nh:accept-language=de, en`)
  })

  test('legacy header lists are keyed', () => {
    const legacy = withLegacy({ Headers: ['Host', 'host'] })
    expect(keyOf(legacy, { headers: ['Host', 'a.example'] })).toBe(`${START}\nh:host=a.example`)
  })

  test('CloudFront-* headers are made by CloudFront, whatever the viewer sends', () => {
    const names = ['CloudFront-Viewer-Country', 'CloudFront-Is-Mobile-Viewer', 'CloudFront-Forwarded-Proto']
    const generated = withPolicies({ Headers: listed(...names) })
    const headers = [
      'User-Agent',
      'iPhone',
      'CloudFront-Viewer-Country',
      'XX',
      'CloudFront-Forwarded-Proto',
      'x',
    ]
    const lines = [
      'h:cloudfront-viewer-country=DE',
      'h:cloudfront-is-mobile-viewer=true',
      'h:cloudfront-forwarded-proto=https',
    ]
    expect(keyOf(generated, { headers }, 'DE')).toBe([START, ...lines].join('\n'))
    expect(keyOf(generated, { headers })).not.toContain('country')
  })
})

describe('3.2 Cache policy fields: cookies', () => {
  test.each([
    { selection: ALL, cookie: 'b=2; a=1', key: 'c:a=1; b=2' },
    { selection: ALL, cookie: '$Version=1; a=1', key: 'c:a=1' },
    { selection: ALL, cookie: 'a=1; broken', key: null },
    { selection: listed('a'), cookie: 'b=2; a=1; A=3', key: 'c:a=1' },
    { selection: listed('a*'), cookie: 'ab=2', key: null },
    { selection: except('a'), cookie: 'c=3; b=2; a=1', key: 'c:b=2; c=3' },
  ])('$selection.behavior $selection.names of $cookie', ({ selection, cookie, key }) => {
    const expected = key === null ? START : `${START}\n${key}`
    expect(keyOf(withPolicies({ Cookies: selection }), { headers: ['Cookie', cookie] })).toBe(expected)
  })

  test('legacy cookie names may hold wildcards', () => {
    const legacy = withLegacy({ Cookies: { Forward: 'whitelist', WhitelistedNames: ['sess*', 'a?'] } })
    const headers = ['Cookie', 'session=1; ab=2; abc=3; other=4']
    expect(keyOf(legacy, { headers })).toBe(`${START}\nc:ab=2; session=1`)
  })

  test('cookies in several lines, as HTTP/2 viewers may send them, count as one header', () => {
    const behavior = withPolicies({ Cookies: ALL })
    expect(keyOf(behavior, { headers: ['cookie', 'b=2', 'cookie', 'a=1'] })).toBe(`${START}\nc:a=1; b=2`)
  })
})

describe('3.3 Accept-Encoding normalization', () => {
  test.each([
    { flags: [true, true], accept: 'gzip, deflate, br, zstd', key: 'br,gzip', forwarded: 'br,gzip' },
    { flags: [true, true], accept: 'br;q=1.0, GZIP;q=0.5', key: 'br,gzip', forwarded: 'br,gzip' },
    { flags: [true, true], accept: 'gzip', key: 'gzip', forwarded: 'gzip' },
    { flags: [true, true], accept: 'br', key: 'br', forwarded: 'br' },
    { flags: [true, true], accept: 'deflate', key: '', forwarded: 'identity' },
    { flags: [true, true], accept: 'gzip;q=0, br', key: 'br', forwarded: 'br' },
    { flags: [true, true], accept: null, key: '', forwarded: null },
    { flags: [true, false], accept: 'gzip, br', key: 'gzip', forwarded: 'gzip' },
    { flags: [true, false], accept: 'br', key: '', forwarded: 'identity' },
    { flags: [false, true], accept: 'gzip, br', key: 'br', forwarded: 'br' },
    { flags: [false, false], accept: 'gzip, br', key: '', forwarded: null },
  ])('gzip and Brotli $flags, viewer sends $accept: key part "$key"', ({ flags, accept, key }) => {
    const [EnableAcceptEncodingGzip = false, EnableAcceptEncodingBrotli = false] = flags
    const behavior = withPolicies({ EnableAcceptEncodingGzip, EnableAcceptEncodingBrotli })
    const headers = accept === null ? [] : ['Accept-Encoding', accept]
    expect(keyOf(behavior, { headers })).toBe(key === '' ? START : `${START}\ne:${key}`)
  })

  test('HTTP/1.0 viewers have no Accept-Encoding', () => {
    const headers = ['Accept-Encoding', 'gzip']
    expect(keyOf(optimized, { headers, httpVersion: '1.0' })).toBe(START)
    expect(keyOf(withLegacy(), { headers, httpVersion: '1.0' })).toBe(START)
  })

  test('a listed Accept-Encoding counts as sent only while both codings are off', () => {
    const headers = ['Accept-Encoding', 'gzip, deflate']
    const Headers = listed('Accept-Encoding')
    expect(keyOf(withPolicies({ Headers }), { headers })).toBe(`${START}\ne:gzip`)
    const raw = withPolicies({ Headers, ...plain })
    expect(keyOf(raw, { headers })).toBe(`${START}\nh:accept-encoding=gzip, deflate`)
  })

  test('legacy settings know gzip only', () => {
    expect(keyOf(withLegacy(), { headers: ['Accept-Encoding', 'gzip, br'] })).toBe(`${START}\ne:gzip`)
    expect(keyOf(withLegacy(), { headers: ['Accept-Encoding', 'br'] })).toBe(START)
    const raw = withLegacy({ Headers: ['accept-encoding'] })
    expect(keyOf(raw, { headers: ['Accept-Encoding', 'br'] })).toBe(`${START}\nh:accept-encoding=br`)
  })

  test('an empty custom header Accept-Encoding of the origin takes it out of the key', () => {
    const origin = {
      Id: 'origin',
      DomainName: 'example.com',
      OriginPath: '',
      CustomHeaders: [{ HeaderName: 'Accept-Encoding', HeaderValue: '' }],
      CustomOriginConfig: null,
      S3OriginConfig: null,
      ConnectionAttempts: 3,
      ConnectionTimeout: 10,
      ResponseCompletionTimeout: null,
      OriginShield: { Enabled: false, OriginShieldRegion: null },
      target: { kind: 'unresolved', hint: '', source: 'unresolved' },
    } as const
    const request = aRequest({ headers: ['Accept-Encoding', 'gzip'] })
    expect(compileCacheKey(aDistribution({ Origins: [origin] }), optimized)(request)).toBe(START)
    const group = { Id: 'group', StatusCodes: [500], Members: ['origin', 'other'] as const }
    const distribution = aDistribution({ Origins: [origin], OriginGroups: [group] })
    expect(compileCacheKey(distribution, aBehavior({ TargetOriginId: 'group' }))(request)).toBe(START)
    expect(
      compileCacheKey(aDistribution({ Origins: [{ ...origin, Id: 'x' }] }), optimized)(request),
    ).not.toBe(START)
  })
})

describe('5.11 Invalidation', () => {
  test.each([
    { name: 'the query string is not in the key', behavior: optimized, url: '/index.html' },
    { name: 'all of it is', behavior: withPolicies({ QueryStrings: ALL }), url: '/index.html?b=2&a=1' },
    { name: 'a part is', behavior: withPolicies({ QueryStrings: listed('a') }), url: '/index.html?a=1' },
    {
      name: 'none of the listed is there',
      behavior: withPolicies({ QueryStrings: listed('x') }),
      url: '/index.html',
    },
  ])('where $name, an object is invalidated as $url', ({ behavior, url }) => {
    expect(compileInvalidationUrl(behavior)(aRequest({ queryString: 'b=2&a=1' }))).toBe(url)
  })
})
