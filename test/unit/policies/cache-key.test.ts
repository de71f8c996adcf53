// A cache key as people read it: every part told, no two requests mistaken for each other.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALL, aDistribution, aRequest, listed, withPolicies } from './builders.ts'
import type { DefaultCacheBehavior } from '../../../src/model/cache-behavior.ts'
import { compileCacheKey, describeKey } from '../../../src/policies/cache-key.ts'

type RequestParts = Parameters<typeof aRequest>[0]

function keyOf(behavior: DefaultCacheBehavior, request: RequestParts = {}) {
  return compileCacheKey(aDistribution(), behavior)(aRequest(request))
}

const optimized = withPolicies({})

describe('A key as people read it', () => {
  const behavior = withPolicies({
    QueryStrings: ALL,
    Headers: listed('X-One', 'X-Two'),
    Cookies: ALL,
  })

  test('every part is told', () => {
    const headers = ['X-Two', 'a=b', 'Cookie', 'c=1; b=2', 'Accept-Encoding', 'br']
    expect(describeKey(keyOf(behavior, { headers, queryString: 'q', method: 'OPTIONS' }))).toEqual({
      method: 'OPTIONS',
      distribution: 'd111.cloudfront.net',
      path: '/index.html',
      queryString: 'q',
      headers: [['x-two', 'a=b']],
      cookies: 'b=2; c=1',
      acceptEncoding: 'br',
    })
    expect(describeKey(keyOf(optimized))).toEqual({
      method: 'GET',
      distribution: 'd111.cloudfront.net',
      path: '/index.html',
      queryString: '',
      headers: [],
      cookies: null,
      acceptEncoding: '',
    })
  })

  /** Texts made of what could be mistaken for the structure of a key. */
  const tricky = fc.string({
    unit: fc.constantFrom('a', 'b', '\n', '\\', 'n', '=', '?', '&', 'h', 'c', 'e', ':', '/'),
    maxLength: 8,
  })
  const parts = fc.record({
    path: tricky.map((text) => `/${text}`),
    queryString: tricky,
    one: fc.option(tricky),
    two: fc.option(tricky),
    accept: fc.constantFrom('', 'gzip', 'br', 'br,gzip'),
    method: fc.constantFrom('GET', 'OPTIONS'),
  })

  test('no two requests that differ in a keyed part share a key, and the key tells the parts', () => {
    const build = ({
      path,
      queryString,
      one,
      two,
      accept,
      method,
    }: typeof parts extends fc.Arbitrary<infer T> ? T : never) => {
      const headers: string[] = ['Accept-Encoding', accept]
      if (one !== null) headers.push('X-One', one)
      if (two !== null) headers.push('X-Two', two)
      return keyOf(behavior, { path, queryString, headers, method })
    }
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const described = describeKey(build(one))
        expect(described).toMatchObject({
          method: one.method,
          path: one.path,
          queryString: one.queryString,
          acceptEncoding: one.accept,
        })
        const told = new Map(described.headers)
        expect([told.get('x-one') ?? null, told.get('x-two') ?? null]).toEqual([one.one, one.two])
        expect(build(one) === build(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 500 },
    )
  })
})
