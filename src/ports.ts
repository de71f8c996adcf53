// The default ports: this machine's clock, randomness and monotonic time. Nothing else reads them.
import { randomBytes } from 'node:crypto'
import type { SteerableClock } from './message/clock.ts'

/** The system's clock with an offset that tests and the admin port set. */
export function systemClock(): SteerableClock {
  let offset = 0
  return {
    now: () => Date.now() + offset,
    set(milliseconds) {
      offset = milliseconds - Date.now()
    },
    advance(milliseconds) {
      offset += milliseconds
    },
  }
}

/** Milliseconds since 1970 by the clock on the wall, which nobody steers. */
export function wallClock(): number {
  return Date.now()
}

/** Milliseconds of a monotonic clock. */
export function monotonicTick(): number {
  return performance.now()
}

/** The dice: from 0 up to 1. */
export function randomUnit(): number {
  return Math.random()
}

/** When this process began, in milliseconds since 1970; in a worker thread as well. */
export function processStartedAt(): number {
  return Date.now() - process.uptime() * 1000
}

/** Makes the values of X-Amz-Cf-Id. */
export type RequestIds = () => string

const HALVES = 256
const HALF_CHARACTERS = 27

/**
 * 56 characters: base64url of random bytes that ends with '=='. Each hit needs one, so that they are put together
 * from two sets of random halves, every pair once, before new ones are made.
 */
export function randomRequestIds(): RequestIds {
  let heads: string[] = []
  let tails: string[] = []
  let pair = HALVES * HALVES
  return () => {
    if (pair === HALVES * HALVES) {
      heads = randomHalves()
      tails = randomHalves()
      pair = 0
    }
    // Neighbours differ in both halves.
    const id = `${heads[pair & 255]!}${tails[((pair >> 8) + pair) & 255]!}==`
    pair++
    return id
  }
}

function randomHalves(): string[] {
  const text = randomBytes((HALVES * HALF_CHARACTERS * 3) / 4).toString('base64url')
  return Array.from({ length: HALVES }, (_, i) => text.slice(i * HALF_CHARACTERS, (i + 1) * HALF_CHARACTERS))
}

/** 32 hexadecimal digits for the Via header of a distribution; the same for the life of the process. */
export function randomViaHost(): string {
  return `${randomBytes(16).toString('hex')}.cloudfront.net`
}
