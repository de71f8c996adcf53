// A clock that stands still until a test moves it.
import type { SteerableClock } from '../../src/message/clock.ts'

/** Starts at an instant and moves only when told. */
export function fakeClock(
  start = '2030-01-01T00:00:00Z',
): SteerableClock & { advanceSeconds(seconds: number): void } {
  let now = Date.parse(start)
  return {
    now: () => now,
    set: (milliseconds) => void (now = milliseconds),
    advance: (milliseconds) => void (now += milliseconds),
    advanceSeconds: (seconds) => void (now += seconds * 1000),
  }
}
