// Range headers against the size of an object.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { selectRange } from '../../../src/message/range.ts'

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
