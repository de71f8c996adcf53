// The latest traces, in a ring.
import type { Trace } from '../message/trace.ts'

/** The latest traces, and where new ones go. */
export interface WritableTraceStore {
  /** The newest first. */
  last(count: number): Trace[]
  get(id: string): Trace | null
  /** Keeps one trace, in the place of the oldest one when the ring is full. */
  add(trace: Trace): void
}

/** Keeps the latest `size` traces. Adding is one array store; look-ups walk the ring. */
export function createTraceStore(size: number): WritableTraceStore {
  const ring: Trace[] = []
  /** Where the next trace goes; the newest one is right before it. */
  let next = 0

  /** The trace that came `age` traces before the newest one. */
  const at = (age: number): Trace => ring[(next - 1 - age + 2 * ring.length) % ring.length]!

  return {
    add(trace) {
      if (size === 0) return
      ring[next] = trace
      next = next + 1 === size ? 0 : next + 1
    },

    last(count) {
      const length = Math.max(0, Math.min(count, ring.length))
      return Array.from({ length }, (_, age) => at(age))
    },

    get(id) {
      for (let age = 0; age < ring.length; age++) {
        const trace = at(age)
        if (trace.id === id) return trace
      }
      return null
    },
  }
}
