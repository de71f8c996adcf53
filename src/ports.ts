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

/** Milliseconds of a monotonic clock. */
export function monotonicTick(): number {
  return performance.now()
}

/** Makes the values of X-Amz-Cf-Id. */
export type RequestIds = () => string

const POOLED_IDS = 256
const ID_CHARACTERS = 54

/** 56 characters: base64url of random bytes that ends with '=='; taken from a pool, since each hit needs one. */
export function randomRequestIds(): RequestIds {
  let pool = ''
  let at = 0
  return () => {
    if (at >= pool.length) {
      pool = randomBytes((POOLED_IDS * ID_CHARACTERS * 3) / 4).toString('base64url')
      at = 0
    }
    const id = `${pool.slice(at, at + ID_CHARACTERS)}==`
    at += ID_CHARACTERS
    return id
  }
}

/** 32 hexadecimal digits for the Via header of a distribution; the same for the life of the process. */
export function randomViaHost(): string {
  return `${randomBytes(16).toString('hex')}.cloudfront.net`
}
