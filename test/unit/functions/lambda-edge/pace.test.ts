import { expect, test } from 'vitest'
import { Pace } from '../../../../src/functions/lambda-edge/pace.ts'

function after(...runs: readonly (readonly [count: number, microseconds: number])[]): Pace {
  const pace = new Pace()
  for (const [count, microseconds] of runs) for (let i = 0; i < count; i++) pace.note(microseconds)
  return pace
}

test.each<[what: string, pace: Pace, size: number]>([
  ['nothing is known of', after(), 1],
  ['took 10 µs a few times', after([3, 10]), 1],
  ['always takes 10 µs', after([100, 10]), 32],
  ['always takes 100 µs', after([100, 100]), 4],
  ['takes a millisecond', after([100, 1000]), 1],
  ['was quick and took 100 ms once', after([100, 10], [1, 100_000]), 1],
  ['was slow once, and quick 20 times since', after([100, 10], [1, 100_000], [20, 10]), 1],
  ['was slow once, and quick 100 times since', after([100, 10], [1, 100_000], [100, 10]), 32],
  ['said that a run took no time at all', after([100, 10], [1, Number.NaN], [1, Infinity], [1, -1]), 32],
])('An instance of a function that %s is given a number of invocations', (_what, pace, size) => {
  expect(pace.size).toBe(size)
})

test('A function whose output cannot be told apart gets one invocation at a time', () => {
  const pace = after([100, 10])
  pace.walk()
  expect(pace.size).toBe(1)
})
