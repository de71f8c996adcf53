// Which of the origin's headers reach the viewer.
import { describe, expect, test } from 'vitest'
import { Headers } from '../../src/message/headers.ts'
import { compileViewerHeaders, joinVia } from '../../src/policies/viewer-response.ts'
import { ALL, listed, withLegacy, withPolicies } from '../unit/policies/builders.ts'

const plain = withPolicies({})
const filter = (pairs: readonly string[], behavior = plain, s3 = false) =>
  compileViewerHeaders(behavior, s3)(new Headers(pairs)).pairs

describe('5.1 Response headers', () => {
  test.each([
    ['Accept-Encoding', plain, 'Accept-Encoding'],
    ['Cookie, accept-encoding', plain, 'Cookie, accept-encoding'],
    ['Origin', plain, null],
    ['Origin, Accept-Encoding , X-A', plain, 'Accept-Encoding'],
    ['Origin', withPolicies({}, { Headers: listed('origin') }), 'Origin'],
    ['X-A', withPolicies({ Headers: listed('X-A') }), 'X-A'],
    ['X-A, Host', withPolicies({}, { Headers: { behavior: 'allViewer', names: [] } }), 'X-A, Host'],
    ['User-Agent', plain, null],
    ['User-Agent', withPolicies({ Headers: listed('CloudFront-Is-Mobile-Viewer') }), 'User-Agent'],
    ['User-Agent', withPolicies({ Headers: listed('CloudFront-Viewer-Country') }), null],
    [
      'CloudFront-Viewer-Country',
      withPolicies({ Headers: listed('CloudFront-Viewer-Country') }),
      'CloudFront-Viewer-Country',
    ],
    ['CloudFront-Viewer-Country', plain, null],
    ['X-A, Accept', withLegacy(), 'X-A'],
    ['*', withLegacy({ Headers: ['*'] }), null],
  ])('of Vary: %s the viewer gets what the origin could see', (vary, behavior, expected) => {
    expect(filter(['Vary', vary], behavior)).toEqual(expected === null ? [] : ['Vary', expected])
  })

  test.each([
    ['no cookies are forwarded', plain, false],
    ['the cache policy forwards some', withPolicies({ Cookies: ALL }), true],
    ['the origin request policy forwards some', withPolicies({}, { Cookies: listed('a') }), true],
    ['the legacy settings forward none', withLegacy(), false],
    [
      'the legacy settings forward all',
      withLegacy({ Cookies: { Forward: 'all', WhitelistedNames: [] } }),
      true,
    ],
  ])('Set-Cookie where %s', (_, behavior, isKept) => {
    const cookies = ['Set-Cookie', 'a=1', 'set-cookie', 'b=2']
    expect(filter(cookies, behavior)).toEqual(isKept ? cookies : [])
  })

  test.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'X-Cache',
    'X-Amz-Cf-Id',
    'X-Pocketfront-Trace',
  ])('%s of the origin is removed', (name) => {
    expect(filter([name, 'x', 'X-Kept', '1'])).toEqual(['X-Kept', '1'])
  })

  test('the ids of S3 are removed for buckets only', () => {
    const ids = ['x-amz-id-2', '1', 'X-Amz-Request-Id', '2']
    expect(filter(ids, plain, true)).toEqual([])
    expect(filter(ids, plain, false)).toEqual(ids)
  })

  test('everything else goes through unchanged, in order and case', () => {
    const pairs = [
      'cache-CONTROL',
      'no-store',
      'Via',
      '1.1 x',
      'Age',
      '1',
      'X-Amz-Cf-Pop',
      'FRA',
      'Server',
      'nginx',
      'X',
      '',
    ]
    expect(filter(pairs)).toEqual(pairs)
  })

  test.each([
    ['X-A', 'a\r\nSet-Cookie: b=1'],
    ['X-A', 'a\nb'],
    ['X-A', 'a\0b'],
    ['X-A', 'caf\u2603'],
    ['X A', 'a'],
    ['X-A\r\nX-B', 'a'],
    ['', 'a'],
  ])('%j: %j cannot be sent and is dropped', (name, value) => {
    expect(filter([name, value, 'X-Tab', 'a\tb\u00e9'])).toEqual(['X-Tab', 'a\tb\u00e9'])
  })

  test('Via names the layers before CloudFront first', () => {
    expect(joinVia(Headers.none, 'own')).toBe('own')
    expect(joinVia(new Headers(['via', '1.0 a', 'Via', '1.1 b']), 'own')).toBe('1.0 a, 1.1 b, own')
  })
})
