// The two forms of an answer's head: what goes out as text is what a list of fields would have said.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Body } from '../../../src/message/body.ts'
import { Headers } from '../../../src/message/headers.ts'
import { Trace } from '../../../src/message/trace.ts'
import { compileViewerHeaders } from '../../../src/policies/viewer-response.ts'
import { toAnswerFields, toAnswerText } from '../../../src/viewer/answer-head.ts'
import { toHeadText } from '../../../src/viewer/http1/head-text.ts'
import { aDistribution } from '../policies/builders.ts'

const toViewer = compileViewerHeaders(aDistribution().DefaultCacheBehavior, false)

const date = ['Date', 'Sun, 22 Nov 2026 10:00:00 GMT']
const field = fc.oneof(
  fc.constantFrom(
    date,
    ['Content-Length', '4'],
    ['content-length', '5'],
    ['Vary', 'Accept-Encoding, Accept'],
    ['Vary', 'Cookie'],
    ['Via', '1.1 origin'],
    ['Set-Cookie', 'a=b'],
    ['X-Cache', 'Hit'],
    ['X-Broken', 'a\r\nX-Injected: b'],
    ['X Broken', 'a'],
    ['ETag', '"x"'],
  ),
  fc.tuple(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.stringMatching(/^[\x20-\x7e\xe9]{0,12}$/)),
)

const delivery = {
  response: { shouldKeepAlive: true } as never,
  trace: new Trace('id-of-the-request', 0, 0),
  clock: { now: () => 0 },
  popHeader: 'FRA56-P1',
  via: '1.1 x.cloudfront.net (CloudFront)',
  isHead: false,
  explain: false,
  tick: () => 0,
  onDelivered() {},
  onBug() {},
}

test('A head as text has the fields of the list, in their order, and nothing that may not be sent', () => {
  let texts = 0
  const answers = fc.record({
    fields: fc.tuple(fc.array(field, { maxLength: 6 }), fc.constantFrom([], [date])),
    status: fc.constantFrom(200, 404, 299),
    statusText: fc.constantFrom('OK', '', 'So so', 'a\r\nb'),
    resultType: fc.constantFrom('Miss' as const, 'RefreshHit' as const, 'Error' as const),
    age: fc.constantFrom(null, 0, 77),
    /** Checked on the way, or by nobody. */
    isFiltered: fc.boolean(),
  })
  fc.assert(
    fc.property(answers, ({ fields, isFiltered, ...rest }) => {
      const given = new Headers(fields.flat(2))
      const headers = isFiltered ? toViewer(given) : given
      const common = { body: Body.empty, delivered: { kind: 'whole' }, failure: null } as const
      const answer = { ...rest, ...common, headers, detailedResultType: 'Miss' } as const
      const head = toAnswerText(answer, 4, delivery)
      if (head === null) return
      texts++
      const { text, length } = toHeadText(
        rest.status,
        answer.statusText || reasonOf(rest.status),
        toAnswerFields(answer, null, delivery),
      )
      expect(head).toEqual({
        text: `${text}${length === null ? 'Transfer-Encoding: chunked\r\n' : ''}\r\n`,
        isChunked: length === null,
      })
      expect([null, 4]).toContain(length)
    }),
    { numRuns: 2000, seed: 1 },
  )
  expect(texts).toBeGreaterThan(100)
})

function reasonOf(status: number): string {
  return status === 404 ? 'Not Found' : status === 200 ? 'OK' : 'Unknown'
}
