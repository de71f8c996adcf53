import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRefusal } from '../../../src/functions/failures.ts'
import { parseHeaderMap, toHeaderMap, toHeaderText } from '../../../src/functions/header-maps.ts'
import { isDisallowed } from '../../../src/functions/header-rules.ts'
import { ORIGIN_LIMITS, VIEWER_LIMITS } from '../../../src/functions/request-body.ts'
import {
  parseOriginRequestResult,
  parseOriginResponseResult,
  parseViewerRequestResult,
  parseViewerResponseResult,
} from '../../../src/functions/rules.ts'
import { Headers } from '../../../src/message/headers.ts'
import { outgoingRequest, viewerRequest } from './messages.ts'

const name = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/)
const value = fc.stringMatching(/^[\t -~\u0080-\u00ff]{0,20}$/)

test('headers that a function hands back unchanged keep their names, values and count', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (lines) => {
      const headers = new Headers(lines.flat())
      const back = parseHeaderMap(JSON.parse(JSON.stringify(toHeaderMap(headers))))
      if (isRefusal(back)) throw new Error(back.detail)
      const sorted = (each: Headers): string[] =>
        [...each.entries()].map((line) => line.join('\n')).toSorted()
      expect(sorted(back)).toEqual(sorted(headers.filter((each) => !isDisallowed(each))))
      for (const [lower] of back.entries()) expect(back.all(lower)).toEqual(headers.all(lower))
    }),
  )
})

test('headers as text are the same as their objects, also of a name that comes several times', () => {
  const few = fc.constantFrom('Host', 'host', 'Cookie', 'X-A', 'Connection', '__proto__', 'constructor', '1')
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(few, name), fc.oneof(value, fc.string()))), (lines) => {
      const headers = new Headers(lines.flat())
      expect(JSON.parse(toHeaderText(headers))).toEqual(JSON.parse(JSON.stringify(toHeaderMap(headers))))
    }),
  )
})

test('whatever a function returns is accepted or refused, and nothing accepted can break a message apart', () => {
  const headers = fc.dictionary(
    fc.oneof(name, fc.string()),
    fc.oneof(fc.jsonValue(), fc.array(fc.record({ key: fc.oneof(name, fc.string()), value: fc.string() }))),
  )
  const result = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        status: fc.oneof(fc.integer(), fc.constant('200'), fc.jsonValue()),
        statusDescription: fc.string(),
        uri: fc.string().map((text) => `/${text}`),
        querystring: fc.string(),
        headers,
        body: fc.jsonValue(),
        origin: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  )
  const none = Headers.none
  const response = { status: 200, statusText: '', headers: none }
  fc.assert(
    fc.property(result, (returned) => {
      const outcomes = [
        parseViewerRequestResult(returned, viewerRequest({ headers: none }), null, VIEWER_LIMITS),
        parseOriginRequestResult(returned, outgoingRequest({ headers: none }), 'x', null, ORIGIN_LIMITS),
        parseOriginResponseResult(returned, response, ORIGIN_LIMITS),
        parseViewerResponseResult(returned, response),
      ]
      for (const outcome of outcomes) {
        if (isRefusal(outcome)) continue
        const message =
          'request' in outcome ? outcome.request : 'response' in outcome ? outcome.response : outcome
        expect(message.headers.pairs.join('')).not.toMatch(/[\r\n\0]|[^\u0000-\u00ff]/)
        if ('path' in message) expect(`${message.path}?${message.queryString}`).toMatch(/^\/[!-~]*$/)
        else expect(message.statusText).not.toMatch(/[\r\n\0]/)
      }
    }),
    { numRuns: 500 },
  )
})
