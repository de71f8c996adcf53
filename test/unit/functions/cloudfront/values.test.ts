// Messages that a CloudFront Function leaves alone go on byte for byte, whatever is in them; CBOR is read and written.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCbor, encodeCbor, Tagged, type CborValue } from '../../../../src/functions/cloudfront/cbor.ts'
import { toCffEvent, toRequestParts, toResponseParts } from '../../../../src/functions/cloudfront/event.ts'
import {
  parseViewerRequestResult,
  parseViewerResponseResult,
} from '../../../../src/functions/cloudfront/result.ts'
import { Headers } from '../../../../src/message/headers.ts'
import { context, viewerRequest } from '../messages.ts'

const latin1 = fc
  .array(
    fc.constantFrom('a', 'B', '1', ' ', ';', '=', ',', '"', '\u00e9', '\u00c3', '\u00a9', '\u00ff', '%'),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))
const headerName = fc.constantFrom('X-A', 'x-b', 'ACCEPT', 'Cookie', 'X-Edge-A', '__proto__', 'constructor')
const headers = fc.array(fc.tuple(headerName, latin1), { maxLength: 8 })
const queryString = fc
  .array(fc.constantFrom('a', 'b', '=', '&', '1', '%41', '__proto__', '10', '+'), { maxLength: 12 })
  .map((parts) => parts.join(''))
const path = fc
  .array(fc.constantFrom('a', '/', '%20', '.', '?'), { maxLength: 8 })
  .map((parts) => `/${parts.join('').replaceAll('?', '')}`)

describe('a function that changes nothing', () => {
  test('leaves path, query string and header values of a request as they were', () => {
    fc.assert(
      fc.property(headers, queryString, path, (lines, query, uri) => {
        const request = viewerRequest({ path: uri, queryString: query, headers: new Headers(lines.flat()) })
        const parts = toRequestParts(request, [])
        const event = toCffEvent(parts, null, context())
        const result = parseViewerRequestResult(JSON.parse(event.json).request, parts)
        if (!('kind' in result) || result.kind !== 'continue') throw new Error(JSON.stringify(result))
        expect([result.request.path, result.request.queryString]).toEqual([uri, query])
        const values = (list: Headers) =>
          [...list.entries()].map(([name, value]) => `${name}: ${value}`).toSorted()
        expect(values(result.request.headers)).toEqual(values(request.headers))
      }),
    )
  })

  test('leaves headers and cookies of a response as they were', () => {
    const lines = fc.array(fc.tuple(fc.constantFrom('X-A', 'Set-Cookie', 'etag', 'X-Cache'), latin1), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(lines, (pairs) => {
        const head = { status: 200, statusText: '', headers: new Headers(pairs.flat()) }
        const parts = toResponseParts(head)
        const event = toCffEvent(toRequestParts(viewerRequest(), []), parts, context())
        const result = parseViewerResponseResult(JSON.parse(event.json).response, parts)
        if ('problem' in result) throw new Error(result.problem)
        for (const name of ['x-a', 'set-cookie', 'etag', 'x-cache']) {
          expect(result.headers.all(name)).toEqual(head.headers.all(name))
        }
        expect([result.status, result.statusText, result.body]).toEqual([200, '', null])
      }),
    )
  })
})

test('whatever a function returns is a request, a response or a problem, never an exception', () => {
  const request = viewerRequest({
    headers: new Headers(['Host', 'x', 'X-A', '1', 'X-A', '2', 'Cookie', 'a=1']),
  })
  const parts = toRequestParts(request, [])
  const responseParts = toResponseParts({ status: 200, statusText: '', headers: new Headers(['X-A', '1']) })
  const item = fc.record(
    { value: fc.anything(), multiValue: fc.anything(), attributes: fc.anything() },
    { requiredKeys: [] },
  )
  const map = fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.oneof(item, fc.anything())))
  const returned = fc.record(
    {
      method: fc.constantFrom('GET', 'PUT', 7),
      uri: fc.oneof(fc.string(), fc.anything()),
      querystring: map,
      headers: map,
      cookies: map,
      statusCode: fc.oneof(fc.integer(), fc.anything()),
      statusDescription: fc.anything(),
      body: fc.anything(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(returned, fc.anything()), (value) => {
      parseViewerRequestResult(value, parts)
      parseViewerResponseResult(value, responseParts)
    }),
    { numRuns: 500 },
  )
})

describe('CBOR', () => {
  const { value } = fc.letrec<{ value: CborValue; list: CborValue; map: CborValue; tagged: CborValue }>(
    (tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.maxSafeInteger(),
        fc.bigInt(2n ** 60n, 2n ** 64n - 1n),
        fc.string(),
        fc.boolean(),
        fc.constantFrom(null, undefined, 1.5, Number.MAX_VALUE, Infinity),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        tie('list'),
        tie('map'),
        tie('tagged'),
      ),
      list: fc.array(tie('value'), { maxLength: 5 }),
      map: fc
        .array(fc.tuple(fc.oneof(fc.integer(), fc.string()), tie('value')), { maxLength: 5 })
        .map((entries) => new Map(entries)),
      tagged: fc.tuple(fc.nat(), tie('value')).map(([tag, content]) => new Tagged(tag, content)),
    }),
  )

  test('reads what it writes', () => {
    fc.assert(
      fc.property(value, (any) => {
        expect(decodeCbor(encodeCbor(any))).toEqual(any)
      }),
    )
  })

  test('refuses bytes that are no value with a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeCbor(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 1000 },
    )
  })

  // RFC 8949, appendix A.
  test.each([
    ['00', 0],
    ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
    ['3903e7', -1000],
    ['f93c00', 1],
    ['f90001', 5.960_464_477_539_063e-8],
    ['f97c00', Infinity],
    ['fa47c35000', 100_000],
    ['6161', 'a'],
    ['83010203', [1, 2, 3]],
  ])('%s is the value of the RFC', (hex, expected) => {
    expect(decodeCbor(Buffer.from(hex, 'hex'))).toEqual(expected)
  })
})
