import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTraceStore } from '../../../src/observe/trace-store.ts'
import { hitTrace } from './traces.ts'

function storeOf(size: number, count: number) {
  const store = createTraceStore(size)
  for (let number = 1; number <= count; number++) store.add(hitTrace(String(number)))
  return store
}

const ids = (store: ReturnType<typeof storeOf>, count: number) => store.last(count).map((trace) => trace.id)

test.each([
  { size: 3, added: 0, asked: 5, last: [] },
  { size: 3, added: 2, asked: 5, last: ['2', '1'] },
  { size: 3, added: 3, asked: 2, last: ['3', '2'] },
  { size: 3, added: 5, asked: 5, last: ['5', '4', '3'] },
  { size: 3, added: 6, asked: 3, last: ['6', '5', '4'] },
  { size: 1, added: 2, asked: 1, last: ['2'] },
  { size: 0, added: 2, asked: 1, last: [] },
  { size: 3, added: 2, asked: -1, last: [] },
])('of $added requests a store for $size tells the last $asked as $last', ({ size, added, asked, last }) => {
  expect(ids(storeOf(size, added), asked)).toEqual(last)
})

test('a trace is found by its id until newer ones took its place', () => {
  const store = storeOf(3, 5)
  expect(store.get('3')?.id).toBe('3')
  expect(store.get('2')).toBeNull()
  expect(storeOf(0, 2).get('1')).toBeNull()
})

test('a store holds the newest traces, newest first, whatever its size', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(60), (size, count) => {
      const expected = Array.from({ length: Math.min(size, count) }, (_, age) => String(count - age))
      expect(ids(storeOf(size, count), 1000)).toEqual(expected)
    }),
  )
})
