// What the origin of the soak answers, as a function of the path: whoever gets it whole can check it.
import { createHash } from 'node:crypto'

/** Random numbers from 0 to 1 that a seed determines. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Bytes of the object of a path: its name over and over, up to a length that its hash gives. */
export function contentOf(path: string, most: number): Buffer {
  const hash = createHash('sha1').update(path).digest()
  const length = hash.readUInt32BE(0) % most
  return Buffer.alloc(length, `${path} `)
}

export const MOST_BYTES = { small: 8000, large: 200_000 } as const
