import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinChunks } from '../../../src/message/chunks.ts'

const filled = (length: number): Buffer => {
  const room = Buffer.allocUnsafeSlow(length)
  for (let i = 0; i < length; i++) room[i] = i % 251
  return room
}

/** A piece cut into parts at these places. */
function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % whole.length))].toSorted((a, b) => a - b)
  return [...at, whole.length]
    .map((to, i) => whole.subarray(at[i - 1] ?? 0, to))
    .filter((each) => each.length > 0)
}

test('Chunks that are the parts of one piece are that piece, without a copy', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4097, max: 9000 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      (length, places) => {
        const whole = filled(length)
        const joined = joinChunks(cut(whole, places), length) as Buffer
        expect(joined.equals(whole)).toBe(true)
        expect(joined.buffer).toBe(whole.buffer)
      },
    ),
  )
})

test('All other chunks are copied into memory of just their size', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4097, max: 9000 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      (length, places) => {
        const whole = filled(length)
        const inLarger = Buffer.concat([Buffer.alloc(10), whole]).subarray(10)
        const swapped = cut(whole, places).toReversed()
        for (const chunks of [cut(inLarger, places), swapped, swapped.map((each) => Buffer.from(each))]) {
          const joined = joinChunks(chunks, length) as Buffer
          expect(joined.equals(Buffer.concat(chunks))).toBe(true)
          expect(joined.buffer.byteLength).toBe(length)
        }
      },
    ),
  )
})

test('Few bytes become text', () => {
  expect(joinChunks([Buffer.from('a\xff', 'latin1'), Buffer.from('b')], 3)).toBe('a\xffb')
})
