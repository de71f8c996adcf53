// Response headers policies: order, overrides and CORS.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Headers } from '../../src/message/headers.ts'
import type { CorsConfig, ResponseHeadersPolicy } from '../../src/model/policies.ts'
import { compileOriginPatterns } from '../../src/policies/origin-pattern.ts'
import { compileResponseHeaders } from '../../src/policies/response-headers.ts'
import { aResponseHeadersPolicy } from '../unit/policies/builders.ts'

const ORIGIN = 'https://www.example.org'

function apply(
  policy: Partial<ResponseHeadersPolicy>,
  pairs: readonly string[] = [],
  { method = 'GET', origin = null as string | null } = {},
) {
  return compileResponseHeaders(aResponseHeadersPolicy(policy)).apply(new Headers(pairs), { method, origin })
    .pairs
}

function cors(own: Partial<CorsConfig> = {}): CorsConfig {
  return {
    AccessControlAllowOrigins: ['*'],
    AccessControlAllowHeaders: [],
    AccessControlAllowMethods: [],
    AccessControlAllowCredentials: false,
    AccessControlExposeHeaders: [],
    AccessControlMaxAgeSec: null,
    OriginOverride: false,
    ...own,
  }
}

const frame = (Override: boolean) => [{ Header: 'X-Frame-Options', Value: 'DENY', Override }]

describe('3.9 Response headers policy rules: added and removed headers', () => {
  test.each([
    { override: true, origin: 'SAMEORIGIN', expected: 'DENY' },
    { override: false, origin: 'SAMEORIGIN', expected: 'SAMEORIGIN' },
    { override: true, origin: null, expected: 'DENY' },
    { override: false, origin: null, expected: 'DENY' },
  ])(
    'override $override with the origin sending $origin gives $expected',
    ({ override, origin, expected }) => {
      const pairs = origin === null ? [] : ['x-frame-options', origin]
      for (const policy of [{ SecurityHeaders: frame(override) }, { CustomHeaders: frame(override) }]) {
        expect(apply(policy, pairs).filter((_, index) => index % 2 === 1)).toEqual([expected])
      }
    },
  )

  test('headers are removed whatever their case', () => {
    expect(apply({ RemoveHeaders: ['X-POWERED-BY'] }, ['x-Powered-by', 'php', 'X', '1'])).toEqual(['X', '1'])
  })

  test('a header that is both removed and added is present', () => {
    const CustomHeaders = [{ Header: 'X-A', Value: 'new', Override: false }]
    expect(apply({ RemoveHeaders: ['x-a'], CustomHeaders }, ['X-A', 'old'])).toEqual(['X-A', 'new'])
  })

  test("a removed Server is replaced by CloudFront's", () => {
    expect(apply({ RemoveHeaders: ['Server'] }, ['Server', 'nginx'])).toEqual(['Server', 'CloudFront'])
  })

  test('a policy without anything changes nothing', () => {
    expect(apply({}, ['A', '1'])).toEqual(['A', '1'])
  })

  test('without CORS the outcome is the same for every request', () => {
    expect(compileResponseHeaders(aResponseHeadersPolicy()).isConstant).toBe(true)
    expect(compileResponseHeaders(aResponseHeadersPolicy({ CorsConfig: cors() })).isConstant).toBe(false)
  })
})

describe('3.9 Response headers policy rules: CORS', () => {
  const full = cors({
    AccessControlAllowOrigins: [ORIGIN],
    AccessControlAllowHeaders: ['X-A', 'x-b-*'],
    AccessControlAllowMethods: ['GET', 'PUT'],
    AccessControlAllowCredentials: true,
    AccessControlExposeHeaders: ['X-C', 'X-D'],
    AccessControlMaxAgeSec: 600,
  })
  const onEvery = [
    ...['Access-Control-Allow-Origin', ORIGIN],
    ...['Access-Control-Allow-Credentials', 'true'],
    ...['Access-Control-Expose-Headers', 'X-C, X-D'],
  ]
  const onPreflight = [
    ...['Access-Control-Allow-Methods', 'GET, PUT'],
    ...['Access-Control-Allow-Headers', 'X-A, x-b-*'],
    ...['Access-Control-Max-Age', '600'],
  ]

  test('only a request with an allowed Origin gets the headers, a preflight gets all of them', () => {
    expect(apply({ CorsConfig: full })).toEqual([])
    expect(apply({ CorsConfig: full }, [], { origin: 'https://evil.example' })).toEqual([])
    expect(apply({ CorsConfig: full }, [], { origin: ORIGIN })).toEqual([...onEvery, 'Vary', 'Origin'])
    expect(apply({ CorsConfig: full }, [], { origin: ORIGIN, method: 'OPTIONS' })).toEqual([
      ...onEvery,
      ...onPreflight,
      ...['Vary', 'Origin'],
    ])
  })

  test('any origin is answered with a star, and the answer does not vary', () => {
    const CorsConfig = cors()
    expect(apply({ CorsConfig }, [], { origin: ORIGIN })).toEqual(['Access-Control-Allow-Origin', '*'])
    expect(apply({ CorsConfig }, [], { origin: 'null' })).toEqual(['Access-Control-Allow-Origin', '*'])
  })

  test('ALL stands for seven methods', () => {
    const CorsConfig = cors({ AccessControlAllowMethods: ['ALL'] })
    expect(apply({ CorsConfig }, [], { origin: ORIGIN, method: 'OPTIONS' })).toContain(
      'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    )
  })

  test("without override any CORS header of the origin keeps out all of the policy's", () => {
    const pairs = ['access-control-max-age', '5']
    expect(apply({ CorsConfig: full }, pairs, { origin: ORIGIN })).toEqual(pairs)
  })

  test("with override the policy's headers replace the origin's of the same name", () => {
    const CorsConfig = cors({ OriginOverride: true })
    const pairs = ['access-control-allow-origin', 'https://other', 'access-control-max-age', '5']
    expect(apply({ CorsConfig }, pairs, { origin: ORIGIN })).toEqual([
      ...['access-control-allow-origin', '*'],
      ...['access-control-max-age', '5'],
    ])
  })

  test('Vary is extended once', () => {
    const CorsConfig = cors({ AccessControlAllowOrigins: [ORIGIN] })
    const vary = (value: string) =>
      new Headers(apply({ CorsConfig }, ['Vary', value], { origin: ORIGIN })).all('vary')
    expect(vary('Accept-Encoding')).toEqual(['Accept-Encoding, Origin'])
    expect(vary('origin')).toEqual(['origin'])
  })

  test('CORS headers are added before security and custom ones, which may replace them', () => {
    const CustomHeaders = [{ Header: 'Access-Control-Allow-Origin', Value: 'custom', Override: true }]
    expect(apply({ CorsConfig: cors(), CustomHeaders }, [], { origin: ORIGIN })).toEqual([
      'Access-Control-Allow-Origin',
      'custom',
    ])
  })
})

describe('3.9 Response headers policy rules: Access-Control-Allow-Origin patterns', () => {
  test.each([
    ['*', 'null', true],
    ['http://*.example.org', 'http://www.example.org', true],
    ['http://*.example.org', 'http://a.b.example.org', true],
    ['http://*.example.org', 'https://www.example.org', false],
    ['http://*.example.org', 'http://www.example.org:123', false],
    ['http://*.example.org', 'http://example.org', false],
    ['*.example.org', 'https://a.b.example.org', true],
    ['*.example.org', 'http://test.example.org:123', true],
    ['*.example.org', 'http://example.org', false],
    ['*.example.org', 'http://badexample.org', false],
    ['example.org', 'http://example.org', true],
    ['example.org', 'https://example.org', true],
    ['example.org', 'https://www.example.org', false],
    ['http://example.org', 'http://example.org', true],
    ['http://example.org', 'https://example.org', false],
    ['http://example.org', 'http://example.org:123', false],
    ['http://example.org:*', 'http://example.org:123', true],
    ['http://example.org:*', 'http://example.org', true],
    ['http://example.org:1*3', 'http://example.org:123', true],
    ['http://example.org:1*3', 'http://example.org:1893', true],
    ['http://example.org:1*3', 'http://example.org:13', true],
    ['http://example.org:1*3', 'http://example.org:124', false],
    ['http://example.org:1*3', 'http://example.org', false],
    ['*.example.org:1*', 'https://test.example.org:123', true],
    ['*.example.org:1*', 'https://test.example.org:223', false],
    ['http://localhost:3000', 'http://localhost:3000', true],
    ['HTTP://Example.org', 'http://EXAMPLE.org', true],
    ['http://[::1]:3000', 'http://[::1]:3000', true],
    ['example.org', 'null', false],
    ['example.org', 'http://example.org/path', false],
    ['example.org', 'http://example.org.evil.com', false],
    ['not a pattern/', 'http://example.org', false],
  ])('%s takes %s: %s', (pattern, origin, expected) => {
    expect(compileOriginPatterns([pattern])(origin)).toBe(expected)
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, origin) => {
        expect(compileOriginPatterns([pattern])(origin)).toBe(pattern === '*')
      }),
    )
  })
})
