// Range headers against the size of an object.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseContentRange, selectRange, toContentRange } from '../../../src/message/range.ts'

const part = (first: number, last: number) => ({ kind: 'part', first, last })
const whole = (because: string) => ({ kind: 'whole', because })
const parts = (...spans: [number, number][]) => ({
  kind: 'parts',
  parts: spans.map(([first, last]) => ({ first, last })),
})
const unsatisfiable = { kind: 'unsatisfiable' }

describe('selectRange', () => {
  test.each([
    [null, 10, whole('no-range')],
    ['bytes=0-0', 10, part(0, 0)],
    ['bytes=2-5', 10, part(2, 5)],
    ['bytes=2-', 10, part(2, 9)],
    ['bytes=2-99', 10, part(2, 9)],
    ['bytes=2-99999999999999999999999', 10, part(2, 9)],
    ['bytes=-3', 10, part(7, 9)],
    ['bytes=-99', 10, part(0, 9)],
    ['BYTES=0-1', 10, part(0, 1)],
    ['bytes= 0-1 ', 10, part(0, 1)],
    ['bytes=0-1,', 10, part(0, 1)],
    ['bytes=9-', 10, part(9, 9)],
    ['bytes=10-', 10, unsatisfiable],
    ['bytes=10-20', 10, unsatisfiable],
    ['bytes=-0', 10, unsatisfiable],
    ['bytes=0-', 0, unsatisfiable],
    ['bytes=-5', 0, whole('empty-object')],
    ['bytes=5-2', 10, whole('invalid')],
    ['bytes=', 10, whole('invalid')],
    ['bytes=-', 10, whole('invalid')],
    ['bytes=a-b', 10, whole('invalid')],
    ['bytes=1-2-3', 10, whole('invalid')],
    ['bytes=+1-2', 10, whole('invalid')],
    ['bytes', 10, whole('invalid')],
    ['', 10, whole('invalid')],
    ['lines=1-2', 10, whole('other-unit')],
    ['bytes=0-1,4-5', 10, parts([0, 1], [4, 5])],
    ['bytes=0-1, 2-3 ,-2', 10, parts([0, 1], [2, 3], [8, 9])],
    ['bytes=4-5,0-1', 10, whole('not-ascending')],
    ['bytes=0-4,4-5', 10, whole('not-ascending')],
    ['bytes=0-1,a', 10, whole('invalid')],
    ['bytes=0-1,10-12', 10, whole('invalid')],
  ])('%s of %d bytes', (header, size, expected) => {
    expect(selectRange(header, size)).toEqual(expected)
  })

  test('a part lies within the object', () => {
    const number = fc.oneof(fc.nat(20).map(String), fc.constant(''))
    fc.assert(
      fc.property(number, number, fc.nat(20), (first, last, size) => {
        const selected = selectRange(`bytes=${first}-${last}`, size)
        if (selected.kind !== 'part') return
        expect(selected.first).toBeGreaterThanOrEqual(0)
        expect(selected.first).toBeLessThanOrEqual(selected.last)
        expect(selected.last).toBeLessThan(size)
      }),
    )
  })
})

describe('Range and Content-Range, whatever they say', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('bytes', '=', '-', ',', ' ', '/', '*', '0', '7', '99999999999999999999'))
      .map((pieces) => pieces.join('')),
  )

  test('several parts are ascending, apart and within the object', () => {
    const spec = fc.tuple(fc.nat(30), fc.nat(30)).map(([first, last]) => `${first}-${last}`)
    const header = fc.oneof(
      text,
      fc.array(spec, { minLength: 2 }).map((specs) => `bytes=${specs.join(',')}`),
    )
    fc.assert(
      fc.property(header, fc.nat(40), (range, size) => {
        const selected = selectRange(range, size)
        if (selected.kind !== 'parts') return
        let after = -1
        for (const { first, last } of selected.parts) {
          expect([first > after, first <= last, last < size]).toEqual([true, true, true])
          after = last
        }
      }),
    )
  })

  test('a Content-Range that is written is read back', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (first, length, rest) => {
        const span = { first, last: first + length, total: first + length + rest + 1 }
        expect(parseContentRange(toContentRange(span, span.total))).toEqual(span)
      }),
    )
  })

  test.each(['bytes */10', 'bytes 0-4/*', 'bytes 4-0/10', 'bytes 0-10/10', 'items 0-1/2', 'bytes 0-1', ''])(
    'Content-Range: %s says no place of a part',
    (value) => {
      expect(parseContentRange(value)).toBeNull()
    },
  )

  test('nothing throws', () => {
    fc.assert(
      fc.property(text, fc.nat(), (value, size) => {
        expect(['whole', 'part', 'parts', 'unsatisfiable']).toContain(selectRange(value, size).kind)
        const place = parseContentRange(value)
        if (place !== null) expect(place.last).toBeLessThan(place.total)
      }),
    )
  })
})
