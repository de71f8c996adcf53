// Cache-Control as it is found in the wild.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LONGEST_AGE, parseCacheControl } from '../../../src/message/cache-control.ts'
import type { CacheControl } from '../../../src/message/cache-control.ts'

const NOTHING: CacheControl = parseCacheControl(null)

describe('parseCacheControl', () => {
  test.each<[string, Partial<CacheControl>]>([
    ['', {}],
    ['public, immutable, no-transform', {}],
    ['max-age=30', { maxAge: 30 }],
    ['MAX-AGE=30 , S-MaxAge=40', { maxAge: 30, sMaxAge: 40 }],
    ['max-age = 30', { maxAge: 30 }],
    ['max-age="30"', { maxAge: 30 }],
    ['max-age=30, max-age=60', { maxAge: 30 }],
    ['max-age=99999999999999999999', { maxAge: LONGEST_AGE }],
    ['max-age=0', { maxAge: 0 }],
    ['max-age', { maxAge: 0 }],
    ['max-age=', { maxAge: 0 }],
    ['max-age=-1', { maxAge: 0 }],
    ['max-age=1.5', { maxAge: 0 }],
    ['max-age=soon, s-maxage=5', { maxAge: 0, sMaxAge: 5 }],
    ['x-max-age=5', {}],
    ['no-store', { noStore: true }],
    [',,no-store,,', { noStore: true }],
    ['no-cache', { noCache: true }],
    ['no-cache=""', { noCache: true }],
    ['no-cache="Set-Cookie, X-A"', { noCacheFields: ['set-cookie', 'x-a'] }],
    ['no-cache=Set-Cookie', { noCacheFields: ['set-cookie'] }],
    ['no-cache="a", no-cache="b"', { noCacheFields: ['a', 'b'] }],
    ['no-cache="a", no-cache', { noCache: true, noCacheFields: ['a'] }],
    ['private', { isPrivate: true }],
    ['private="x, no-store"', { privateFields: ['x', 'no-store'] }],
    ['foo="bar, no-store", max-age=1', { maxAge: 1 }],
    ['foo="a\\", no-store", max-age=1', { maxAge: 1 }],
    ['foo="never closed, no-store', { noStore: true }],
    ['must-revalidate', { mustRevalidate: true }],
    ['stale-while-revalidate=5, stale-if-error=0', { staleWhileRevalidate: 5, staleIfError: 0 }],
    ['stale-while-revalidate=soon, stale-if-error', {}],
  ])('%s', (value, expected) => {
    expect(parseCacheControl(value)).toEqual({ ...NOTHING, ...expected })
  })

  test('never throws, and ages stay within 100 years', () => {
    const piece = fc.constantFrom(
      'max-age',
      's-maxage',
      'no-cache',
      '=',
      '"',
      '\\',
      ',',
      ' ',
      '5',
      'private',
      '\t',
      'é',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (value) => {
          const { maxAge, sMaxAge } = parseCacheControl(value)
          for (const age of [maxAge, sMaxAge]) {
            if (age !== null) expect(Number.isInteger(age) && age >= 0 && age <= LONGEST_AGE).toBe(true)
          }
        },
      ),
    )
  })

  test('no-store is found behind whatever stands in quotes before it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quoted = text.replace(/["\\]/g, '\\$&')
        expect(parseCacheControl(`x="${quoted}", no-store`)).toEqual({ ...NOTHING, noStore: true })
      }),
    )
  })
})
