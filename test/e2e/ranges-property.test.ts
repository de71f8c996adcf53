// Whatever parts of an object lie in the caches, a range answers with the bytes that the object has there.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cachePolicy, startFront, type Answer } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { rangeScript } from '../support/ranges.ts'

const BODY = 'abcdefghijklmnopqrstuvwxyz'
const span = fc
  .tuple(fc.nat(BODY.length - 1), fc.nat(BODY.length - 1))
  .map(([a, b]) => [a, b].toSorted(byNumber))
const ranges = fc.array(span, { minLength: 1, maxLength: 3 })
const step = fc.oneof(
  { weight: 4, arbitrary: ranges.map((spans) => ({ kind: 'ranges' as const, spans })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'whole' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'head' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'invalidate' as const }) },
)

function byNumber(a: number, b: number): number {
  return a - b
}

/** The parts of an answer, as `first-last/total bytes`. */
function partsOf({ headers, text }: Answer): string[] {
  const type = String(headers['content-type'] ?? '')
  if (!type.startsWith('multipart/byteranges')) return [`${String(headers['content-range'])} ${text}`]
  const boundary = /boundary=(.+)$/.exec(type)![1]!
  return text
    .split(`\r\n--${boundary}`)
    .slice(1, -1)
    .map((part) => part.replace(/^\r\nContent-Range: (.*)\r\n\r\n/, '$1 '))
}

test('parts, whole objects and HEAD never tell two stories of one object', async () => {
  const version = { body: BODY, headers: { ETag: '"v1"', 'Cache-Control': 'max-age=60' } }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await using origin = await startOrigin(rangeScript(version))
      await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(0, 60, 3600) } })
      for (const each of steps) {
        switch (each.kind) {
          case 'wait':
            front.clock.advanceSeconds(61)
            break
          case 'invalidate':
            front.pocketfront.invalidate(['/a'])
            break
          case 'whole':
            expect((await front.get('/a')).text).toBe(BODY)
            break
          case 'head': {
            const { status, headers } = await front.ask('/a', { method: 'HEAD' })
            expect([status, headers['content-length']]).toEqual([200, '26'])
            break
          }
          case 'ranges': {
            const Range = `bytes=${each.spans.map(([first, last]) => `${first}-${last}`).join(',')}`
            const answer = await front.get('/a', { Range })
            expect(answer.broken).toBe(false)
            expect(answer.headers['content-length']).toBe(String(answer.body.length))
            if (answer.status === 200) expect(answer.text).toBe(BODY)
            else {
              const wanted = each.spans.map(
                ([first, last]) => `bytes ${first}-${last}/26 ${BODY.slice(first, last! + 1)}`,
              )
              expect([answer.status, partsOf(answer)]).toEqual([206, wanted])
            }
          }
        }
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)
