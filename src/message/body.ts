// A body that is stored while it streams: one producer, any number of readers of the same chunks.
import { BodyReader, NO_CONSUMER, type BodyConsumer } from './body-reader.ts'

/** Bodies up to this size are joined to one piece when complete, so that a hit is one write. */
const JOIN_BYTES = 1024 * 1024
/** Bodies up to this size are kept as a latin1 string: less memory, and one write together with the header. */
const TEXT_BYTES = 4 * 1024
/** When nobody stores the body, the producer is paused with this much unread by the slowest reader. */
const TRANSIT_BYTES = 256 * 1024

export type BodyState = 'open' | 'complete' | 'failed'

/** Whoever fills a body. Both calls may come at any time and more than once. */
export interface BodySource {
  pause(): void
  resume(): void
  /** Nobody wants the rest: stop producing. The body has failed already when this is called. */
  abort(reason: Error): void
}

/** Message of the error of a body that nobody wanted any more. */
const ABANDONED = 'nobody waits for this body any more'

/** How a kept body ended: all there, broken off, or too large to keep. */
export type KeepOutcome = 'complete' | 'failed' | 'too-large'

interface Keeper {
  readonly maxBytes: number
  readonly onDone: (outcome: KeepOutcome) => void
}

// Most bodies are stored, so that what they do not need is shared.
const NO_CHUNKS: readonly Buffer[] = []
const NO_KEEPERS: readonly Keeper[] = []
const NO_READERS: readonly BodyReader[] = []
const NO_SOURCE: BodySource = { pause() {}, resume() {}, abort() {} }

/**
 * An append-only list of chunks with a state and readers.
 *
 * While somebody retains the body (a cache tier that stores it), every chunk stays and a reader may start at any
 * time. When the last one lets go before the end, chunks that every reader has passed are dropped and the slowest
 * reader's pace reaches the source (backpressure).
 */
export class Body {
  state: BodyState = 'open'
  /** Why the body failed. */
  error: Error | null = null
  /** Bytes received so far; the whole size once complete. */
  bytes = 0
  #chunks: readonly Buffer[] = NO_CHUNKS
  #text: string | null = null
  #joined = false
  /** Number of chunks dropped from the front. */
  #dropped = 0
  #keepers: readonly Keeper[] = NO_KEEPERS
  #readers: readonly BodyReader[] = NO_READERS
  #source: BodySource
  #paused = false

  constructor(source: BodySource = NO_SOURCE) {
    this.#source = source
  }

  /** A complete body made of bytes at hand. */
  static of(content: Buffer | string): Body {
    const body = new Body()
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    if (bytes.length > 0) body.append(bytes)
    body.finish()
    return body
  }

  static readonly empty = Body.of('')

  /** Adds a chunk. The caller gives the chunk away: it must not change it later. */
  append(chunk: Buffer): void {
    if (this.state !== 'open') return
    this.bytes += chunk.length
    if (this.#chunks === NO_CHUNKS) this.#chunks = [chunk]
    else (this.#chunks as Buffer[]).push(chunk)
    if (this.#keepers.length > 0) this.#dropKeepersBelow(this.bytes)
    for (const reader of this.#readers) reader.onChunk()
    this.#applyBackpressure()
  }

  finish(): void {
    if (this.state !== 'open') return
    this.state = 'complete'
    this.#join()
    for (const reader of this.#readers) reader.onEnd()
    this.#settle('complete')
  }

  fail(error: Error): void {
    if (this.state !== 'open') return
    this.state = 'failed'
    this.error = error
    for (const reader of this.#readers) reader.onEnd()
    // Readers that lag behind still get what came.
    if (this.#readers.length === 0) this.#chunks = NO_CHUNKS
    this.#settle('failed')
  }

  /** True while a reader can still start at the first byte. */
  get isReadableFromStart(): boolean {
    return this.#dropped === 0 && this.state !== 'failed'
  }

  /** The whole body as one piece if it is complete and small enough, for the one-write answer. */
  get whole(): string | Buffer | null {
    if (this.state !== 'complete' || this.#dropped > 0) return null
    if (this.#text !== null) return this.#text
    if (this.#chunks.length === 0) return ''
    return this.#chunks.length === 1 ? this.#chunks[0]! : null
  }

  /**
   * Keeps every chunk for somebody who stores the body, and says once how it ended. False when the start is gone.
   * A body that grows beyond `maxBytes` is let go.
   */
  keep(maxBytes: number, onDone: (outcome: KeepOutcome) => void): boolean {
    if (!this.isReadableFromStart) return false
    if (this.bytes > maxBytes) onDone('too-large')
    else if (this.state === 'complete') onDone('complete')
    else {
      this.#keepers = [...this.#keepers, { maxBytes, onDone }]
      this.#applyBackpressure()
    }
    return true
  }

  /**
   * Keeps the body readable from its start for somebody who reads later; the function that comes back ends that
   * without stopping the source.
   */
  hold(): () => void {
    const holder = new BodyReader(this, NO_CONSUMER)
    if (this.state === 'open') this.#readers = [...this.#readers, holder]
    return () => {
      this.#drop(holder)
    }
  }

  /** Nobody will read this body: stops its source unless somebody reads or keeps it. */
  discard(): void {
    if (this.state === 'open' && this.#keepers.length === 0 && this.#readers.length === 0) this.#abort()
  }

  /** Starts reading at the first byte. Throws when the start is gone. */
  read(consumer: BodyConsumer): BodyReader {
    if (!this.isReadableFromStart && this.state !== 'failed')
      throw new Error('the start of this body is gone')
    const reader = new BodyReader(this, consumer)
    if (this.state === 'open') this.#readers = [...this.#readers, reader]
    return reader
  }

  /** @internal Chunk number `index` from the first, or null when there is none (yet). */
  chunkAt(index: number): Buffer | null {
    if (this.#text !== null && index === 0) return Buffer.from(this.#text, 'latin1')
    return this.#chunks[index - this.#dropped] ?? null
  }

  /** @internal */
  onProgress(): void {
    if (this.state !== 'open' || this.#keepers.length > 0) return
    this.#dropPassed()
    this.#applyBackpressure()
  }

  /** @internal */
  remove(reader: BodyReader): void {
    this.#drop(reader)
    if (this.state === 'complete') this.#join()
    if (this.state !== 'open') return
    this.onProgress()
    // A viewer that leaves ends what nobody else reads, stored or not; a refresh without any viewer goes on.
    if (this.#readers.length === 0) this.#abort()
  }

  #drop(reader: BodyReader): void {
    const others = this.#readers.filter((each) => each !== reader)
    this.#readers = others.length === 0 ? NO_READERS : others
  }

  #settle(outcome: 'complete' | 'failed'): void {
    const keepers = this.#keepers
    this.#keepers = NO_KEEPERS
    // A stored body lives long; its source, with socket and request behind it, must not live with it.
    this.#source = NO_SOURCE
    for (const keeper of keepers) keeper.onDone(outcome)
  }

  #dropKeepersBelow(bytes: number): void {
    const tooSmall = this.#keepers.filter((keeper) => keeper.maxBytes < bytes)
    if (tooSmall.length === 0) return
    this.#keepers = this.#keepers.filter((keeper) => keeper.maxBytes >= bytes)
    for (const keeper of tooSmall) keeper.onDone('too-large')
    if (this.#keepers.length === 0) this.onProgress()
    this.discard()
  }

  /**
   * A chunk may be a slice of a much larger read buffer; what stays for long gets memory of its own.
   * Waits while a reader stands between two chunks.
   */
  #join(): void {
    if (this.#joined || this.bytes > JOIN_BYTES || this.#dropped > 0 || this.#chunks.length === 0) return
    const count = this.#chunks.length
    for (const reader of this.#readers) if (reader.position > 0 && reader.position < count) return
    for (const reader of this.#readers) if (reader.position > 0) reader.position = 1
    this.#joined = true
    if (this.bytes <= TEXT_BYTES) {
      this.#text = toFlatText(this.#chunks)
      this.#chunks = NO_CHUNKS
      return
    }
    const one = Buffer.allocUnsafeSlow(this.bytes)
    let at = 0
    for (const chunk of this.#chunks) at += chunk.copy(one, at)
    this.#chunks = [one]
  }

  #dropPassed(): void {
    if (this.#readers.length === 0) return
    let passed = Infinity
    for (const reader of this.#readers) passed = Math.min(passed, reader.position)
    const count = Math.min(passed, this.#dropped + this.#chunks.length) - this.#dropped
    if (count > 0) {
      ;(this.#chunks as Buffer[]).splice(0, count)
      this.#dropped += count
    }
  }

  #applyBackpressure(): void {
    const tooFull = this.#keepers.length === 0 && this.#unreadBytes() > TRANSIT_BYTES
    if (tooFull === this.#paused || this.state !== 'open') return
    this.#paused = tooFull
    if (tooFull) this.#source.pause()
    else this.#source.resume()
  }

  #unreadBytes(): number {
    let sum = 0
    for (const chunk of this.#chunks) sum += chunk.length
    return sum
  }

  #abort(): void {
    const source = this.#source
    const reason = new Error(ABANDONED)
    this.fail(reason)
    source.abort(reason)
  }
}

function toFlatText(chunks: readonly Buffer[]): string {
  return (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('latin1')
}
