// When CloudFront compresses: the conditions of the compression page.
import { describe, expect, test } from 'vitest'
import { Headers } from '../../src/message/headers.ts'
import type { DefaultCacheBehavior } from '../../src/model/cache-behavior.ts'
import { planCompression, toCompressedHeaders } from '../../src/policies/compression.ts'
import { withLegacy, withPolicies } from '../unit/policies/builders.ts'

const TEXT = ['Content-Type', 'text/html; charset=utf-8', 'Content-Length', '5000']
const both = withPolicies({})
const gzipOnly = withPolicies({ EnableAcceptEncodingBrotli: false })
const neither = withPolicies({ EnableAcceptEncodingGzip: false, EnableAcceptEncodingBrotli: false })

interface Case {
  readonly name: string
  readonly behavior?: DefaultCacheBehavior
  readonly accept?: string
  readonly httpVersion?: string
  readonly status?: number
  readonly headers?: readonly string[]
  readonly expected: string
}

const sized = (length: string) => ['Content-Type', 'text/css', 'Content-Length', length]
const typed = (type: string) => ['Content-Type', type, 'Content-Length', '5000']

const cases: readonly Case[] = [
  { name: 'a viewer that accepts both', expected: 'br' },
  { name: 'a viewer that accepts gzip', accept: 'gzip', expected: 'gzip' },
  { name: 'a viewer that accepts Brotli', accept: 'br', expected: 'br' },
  { name: 'a viewer that accepts neither', accept: '', expected: 'not-accepted' },
  { name: 'a policy with gzip only', behavior: gzipOnly, expected: 'gzip' },
  { name: 'a policy with neither', behavior: neither, expected: 'encodings-off' },
  { name: 'legacy settings', behavior: withLegacy(), expected: 'gzip' },
  { name: 'legacy settings and Brotli', behavior: withLegacy(), accept: 'br', expected: 'not-accepted' },
  { name: 'Compress switched off', behavior: { ...both, Compress: false }, expected: 'compress-off' },
  { name: 'HTTP/1.0', httpVersion: '1.0', expected: 'http-1.0' },
  { name: 'HTTP/2', httpVersion: '2.0', expected: 'br' },
  { name: 'status 403', status: 403, expected: 'br' },
  { name: 'status 404', status: 404, expected: 'br' },
  { name: 'status 206', status: 206, expected: 'status' },
  { name: 'status 301', status: 301, expected: 'status' },
  { name: 'status 500', status: 500, expected: 'status' },
  { name: 'an encoded body', headers: [...TEXT, 'Content-Encoding', 'gzip'], expected: 'already-encoded' },
  {
    name: 'an identity body',
    headers: [...TEXT, 'content-encoding', 'identity'],
    expected: 'already-encoded',
  },
  { name: 'no length', headers: TEXT.slice(0, 2), expected: 'no-content-length' },
  { name: 'a length that is none', headers: sized('5e3'), expected: 'no-content-length' },
  { name: '999 bytes', headers: sized('999'), expected: 'too-small' },
  { name: '1,000 bytes', headers: sized('1000'), expected: 'br' },
  { name: '10,000,000 bytes', headers: sized('10000000'), expected: 'br' },
  { name: '10,000,001 bytes', headers: sized('10000001'), expected: 'too-large' },
  { name: 'no type', headers: TEXT.slice(2), expected: 'content-type' },
  ...[
    'application/json',
    'APPLICATION/JSON ;x=y',
    'image/svg+xml',
    'application/wasm',
    'font/ttf',
    'text/x-script',
    'application/pdf',
    'application/x-mpegurl',
    'vnd.apple.mpegurl',
  ].map((type) => ({ name: type, headers: typed(type), expected: 'br' })),
  ...['image/png', 'font/woff2', 'application/manifest+json', 'application/ld+json', 'text/markdown'].map(
    (type) => ({
      name: type,
      headers: typed(type),
      expected: 'content-type',
    }),
  ),
]

describe('5.4 Compression', () => {
  test.each(cases)('what becomes of $name: $expected', (each) => {
    const { behavior = both, accept = 'br,gzip', httpVersion = '1.1', status = 200, headers = TEXT } = each
    const plan = planCompression(
      behavior,
      { acceptEncodingKey: accept, httpVersion },
      status,
      new Headers(headers),
    )
    expect(plan.kind === 'compress' ? plan.encoding : plan.because).toBe(each.expected)
  })

  test.each([
    { etag: '"a"', expected: ['W/"a"'] },
    { etag: 'W/"a"', expected: ['W/"a"'] },
    { etag: 'a', expected: [] },
  ])('the tag $etag becomes $expected', ({ etag, expected }) => {
    expect(toCompressedHeaders(new Headers(['ETag', etag]), 'gzip').all('etag')).toEqual(expected)
  })

  test.each([
    { vary: [], expected: ['Accept-Encoding'] },
    { vary: ['Vary', 'Origin'], expected: ['Origin, Accept-Encoding'] },
    { vary: ['Vary', 'A', 'vary', 'B'], expected: ['A, B, Accept-Encoding'] },
    { vary: ['Vary', 'accept-encoding, Origin'], expected: ['accept-encoding, Origin'] },
  ])('Vary of $vary becomes $expected', ({ vary, expected }) => {
    expect(toCompressedHeaders(new Headers(vary), 'gzip').all('vary')).toEqual(expected)
  })

  test('the length is gone, the coding is told, the rest stays', () => {
    const headers = new Headers(['Content-Length', '5000', 'X-A', '1', 'Vary', 'Accept-Encoding'])
    expect(toCompressedHeaders(headers, 'br').pairs).toEqual([
      ...['X-A', '1'],
      ...['Vary', 'Accept-Encoding'],
      ...['Content-Encoding', 'br'],
    ])
  })
})
