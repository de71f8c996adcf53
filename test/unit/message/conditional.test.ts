// Conditional requests: 304 towards the viewer, validators towards the origin.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findNotModified,
  ifRangeMatches,
  mergeNotModified,
  toConditional,
} from '../../../src/message/conditional.ts'
import { Headers } from '../../../src/message/headers.ts'

const headers = (...pairs: string[]) => new Headers(pairs)
const EARLIER = 'Sun, 06 Nov 1994 08:49:37 GMT'
const LATER = 'Mon, 07 Nov 1994 08:49:37 GMT'

describe('findNotModified', () => {
  test.each([
    { request: ['If-None-Match', '"a"'], response: ['ETag', '"a"'], expected: 'If-None-Match' },
    { request: ['If-None-Match', '"a"'], response: ['ETag', '"A"'], expected: null },
    { request: ['If-None-Match', 'W/"a"'], response: ['ETag', '"a"'], expected: 'If-None-Match' },
    { request: ['If-None-Match', '"a"'], response: ['ETag', 'W/"a"'], expected: 'If-None-Match' },
    { request: ['If-None-Match', '"x", W/"a" ,"y"'], response: ['ETag', '"a"'], expected: 'If-None-Match' },
    {
      request: ['If-None-Match', '"x"', 'If-None-Match', '"a"'],
      response: ['ETag', '"a"'],
      expected: 'If-None-Match',
    },
    { request: ['If-None-Match', '"x,y"'], response: ['ETag', '"x'], expected: null },
    { request: ['If-None-Match', '"x,y"'], response: ['ETag', '"x,y"'], expected: 'If-None-Match' },
    { request: ['If-None-Match', 'a'], response: ['ETag', 'a'], expected: 'If-None-Match' },
    { request: ['If-None-Match', '"never closed'], response: ['ETag', '"a"'], expected: null },
    { request: ['If-None-Match', '*'], response: ['ETag', '"a"'], expected: 'If-None-Match' },
    { request: ['If-None-Match', '*'], response: [], expected: 'If-None-Match' },
    { request: ['If-None-Match', ''], response: ['ETag', '"a"'], expected: null },
    { request: ['If-None-Match', '"a"'], response: [], expected: null },
    {
      request: ['If-Modified-Since', EARLIER],
      response: ['Last-Modified', EARLIER],
      expected: 'If-Modified-Since',
    },
    {
      request: ['If-Modified-Since', LATER],
      response: ['Last-Modified', EARLIER],
      expected: 'If-Modified-Since',
    },
    { request: ['If-Modified-Since', EARLIER], response: ['Last-Modified', LATER], expected: null },
    { request: ['If-Modified-Since', 'yesterday'], response: ['Last-Modified', EARLIER], expected: null },
    { request: ['If-Modified-Since', LATER], response: ['Last-Modified', 'once'], expected: null },
    { request: ['If-Modified-Since', LATER], response: [], expected: null },
    { request: [], response: ['ETag', '"a"', 'Last-Modified', EARLIER], expected: null },
    {
      request: ['If-None-Match', '"other"', 'If-Modified-Since', LATER],
      response: ['ETag', '"a"', 'Last-Modified', EARLIER],
      expected: null,
    },
  ])('$request of an object with $response: $expected', ({ request, response, expected }) => {
    expect(findNotModified(headers(...request), 200, headers(...response))).toBe(expected)
  })

  test.each([301, 404, 500])('%d never becomes 304', (status) => {
    expect(findNotModified(headers('If-None-Match', '"a"'), status, headers('ETag', '"a"'))).toBeNull()
  })

  test('never throws', () => {
    const piece = fc.constantFrom('W/', '"', 'a', ',', ' ', '*')
    const text = fc.array(piece).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, text, (list, etag) => {
        expect(['If-None-Match', null]).toContain(
          findNotModified(headers('If-None-Match', list), 200, headers('ETag', etag)),
        )
      }),
    )
  })
})

describe('toConditional', () => {
  test('asks with all validators the copy has, in place of what the viewer asked; If-Range stays with its Range', () => {
    const request = headers('Accept', '*/*', 'If-None-Match', '"viewer"', 'If-Range', '"x"', 'If-Match', '*')
    const stored = headers('ETag', 'W/"a"', 'Last-Modified', EARLIER)
    expect(toConditional(request, stored)?.pairs).toEqual([
      ...['Accept', '*/*'],
      ...['If-Range', '"x"'],
      ...['If-None-Match', 'W/"a"'],
      ...['If-Modified-Since', EARLIER],
    ])
  })

  test.each([
    { stored: [], expected: null },
    { stored: ['ETag', ''], expected: null },
    { stored: ['Last-Modified', 'once'], expected: null },
    { stored: ['Last-Modified', EARLIER], expected: ['If-Modified-Since', EARLIER] },
    { stored: ['ETag', '"a"', 'Last-Modified', 'once'], expected: ['If-None-Match', '"a"'] },
  ])('a copy with $stored gives $expected', ({ stored, expected }) => {
    expect(toConditional(Headers.none, headers(...stored))?.pairs ?? null).toEqual(expected)
  })
})

describe('mergeNotModified', () => {
  test('replaces by name, all lines of a header at once', () => {
    const stored = headers('X-A', '1', 'x-a', '2', 'X-B', '3', 'Cache-Control', 'max-age=1')
    const merged = mergeNotModified(stored, headers('cache-control', 'max-age=9', 'X-A', '4', 'X-C', '5'))
    expect(merged.pairs).toEqual(['X-B', '3', 'cache-control', 'max-age=9', 'X-A', '4', 'X-C', '5'])
  })

  test.each([
    'Content-Length',
    'Content-Encoding',
    'Content-Range',
    'Transfer-Encoding',
    'Connection',
    'Trailer',
  ])('%s is that of the stored body', (name) => {
    expect(mergeNotModified(headers(name, 'stored'), headers(name, 'fresh')).all(name.toLowerCase())).toEqual(
      ['stored'],
    )
    expect(mergeNotModified(Headers.none, headers(name, 'fresh')).pairs).toEqual([])
  })

  test('the age starts anew', () => {
    expect(mergeNotModified(headers('Age', '50'), headers('Date', LATER)).has('age')).toBe(false)
    expect(mergeNotModified(headers('Age', '50'), headers('Age', '3')).all('age')).toEqual(['3'])
  })

  test('a tag and Vary that compression changed stay changed', () => {
    const stored = headers('ETag', 'W/"a"', 'Vary', 'Origin, Accept-Encoding', 'Content-Encoding', 'br')
    expect(mergeNotModified(stored, headers('ETag', '"a"', 'Vary', 'Origin')).pairs).toEqual(stored.pairs)
    expect(mergeNotModified(headers('ETag', '"a"'), headers('ETag', '"b"')).get('etag')).toBe('"b"')
    expect(mergeNotModified(headers('Vary', 'A'), headers('Vary', 'B')).all('vary')).toEqual(['B'])
  })
})

describe('ifRangeMatches', () => {
  test.each([
    { request: [], response: [], expected: true },
    { request: ['If-Range', '"a"'], response: ['ETag', '"a"'], expected: true },
    { request: ['If-Range', '"a"'], response: ['ETag', '"b"'], expected: false },
    { request: ['If-Range', 'W/"a"'], response: ['ETag', 'W/"a"'], expected: false },
    { request: ['If-Range', '"a"'], response: ['ETag', 'W/"a"'], expected: false },
    { request: ['If-Range', '"a"'], response: [], expected: false },
    { request: ['If-Range', EARLIER], response: ['Last-Modified', EARLIER], expected: true },
    { request: ['If-Range', LATER], response: ['Last-Modified', EARLIER], expected: false },
    { request: ['If-Range', 'soon'], response: ['Last-Modified', 'soon'], expected: false },
  ])('$request of an object with $response: $expected', ({ request, response, expected }) => {
    expect(ifRangeMatches(headers(...request), headers(...response))).toBe(expected)
  })
})
