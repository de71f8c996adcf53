// Who takes part in a body beside its readers: the source that fills it, and those who keep it.
import type { BodyFiles } from './body-files.ts'

/** Whoever fills a body. Both calls may come at any time and more than once. */
export interface BodySource {
  pause(): void
  resume(): void
  /** Nobody wants the rest: stop producing. The body has failed already when this is called. */
  abort(reason: Error): void
}

/** The source of a body that is made of bytes at hand, or that has ended. */
export const NO_SOURCE: BodySource = { pause() {}, resume() {}, abort() {} }

/** How a kept body ended: all there, broken off, too large to keep, or not taken by the disk. */
export type KeepOutcome = 'complete' | 'failed' | 'too-large' | 'disk-error'

/** Somebody who stores a body. */
export interface Keeper {
  readonly maxBytes: number
  /** Where large bodies go; null keeps all of it in memory. */
  readonly files: BodyFiles | null
  /** Bytes that are announced; 0 when nobody knows. */
  readonly expectedBytes: number
  readonly onDone: (outcome: KeepOutcome) => void
}
