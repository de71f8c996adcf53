// A body that is stored while it streams: one producer, any number of readers of the same bytes.
import { Filing } from './body-files.ts'
import { NO_SOURCE, type BodySource, type Keeper, type KeepOutcome } from './body-parties.ts'
import { countChunksBefore, findChunk, joinChunks } from './chunks.ts'
import { BodyReader, NO_CONSUMER, type BodyConsumer } from './body-reader.ts'

/** Bodies up to this size are joined to one piece when complete, so that a hit is one write. */
const JOIN_BYTES = 1024 * 1024
/** When nobody stores the body, the producer is paused with this much unread by the slowest reader. */
const TRANSIT_BYTES = 256 * 1024
/** When a file takes the body, the producer is paused with this much still to be written. */
const UNWRITTEN_BYTES = 2 * 1024 * 1024

export type BodyState = 'open' | 'complete' | 'failed'

// Most bodies are stored, so that what they do not need is shared.
const NO_CHUNKS: readonly Buffer[] = []
const NO_KEEPERS: readonly Keeper[] = []
const NO_READERS: readonly BodyReader[] = []

/**
 * An append-only list of chunks with a state and readers.
 *
 * While somebody keeps the body (a cache tier that stores it), every byte stays and a reader may start at any time;
 * of a large one the bytes move to a file. When the last one lets go before the end, chunks that every reader has
 * passed are dropped and the slowest reader's pace reaches the source (backpressure).
 */
export class Body {
  state: BodyState = 'open'
  /** Why the body failed. */
  error: Error | null = null
  /** Bytes received so far; the whole size once complete. */
  bytes = 0
  #chunks: readonly Buffer[] = NO_CHUNKS
  #text: string | null = null
  /** Bytes that are no longer in memory, from the start. */
  #base = 0
  #keepers: readonly Keeper[] = NO_KEEPERS
  #readers: readonly BodyReader[] = NO_READERS
  #source: BodySource
  #paused = false
  #filing: Filing | null = null

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

  /** A complete body of few bytes, given as latin1 text. */
  static ofText(latin1: string): Body {
    const body = new Body()
    body.bytes = latin1.length
    body.#text = latin1
    body.state = 'complete'
    return body
  }

  static readonly empty = Body.of('')

  /** Adds a chunk. The caller gives the chunk away: it must not change it later. */
  append(chunk: Buffer): void {
    if (this.state !== 'open' || chunk.length === 0) return
    this.bytes += chunk.length
    if (this.#chunks === NO_CHUNKS) this.#chunks = [chunk]
    else (this.#chunks as Buffer[]).push(chunk)
    if (this.#keepers.length > 0) this.#dropKeepersBelow(this.bytes)
    for (const reader of this.#readers) reader.onProgress()
    if (this.#keepers.length > 0) this.#writeFile()
    this.#applyBackpressure()
  }

  finish(): void {
    if (this.state !== 'open') return
    this.state = 'complete'
    this.#join()
    for (const reader of this.#readers) reader.onProgress()
    // What still has to be written decides how it ends for those who keep the body.
    if (this.#filing === null || !this.#filing.isWriting) this.#settle('complete')
  }

  fail(error: Error): void {
    if (this.state !== 'open') return
    this.state = 'failed'
    this.error = error
    for (const reader of this.#readers) reader.onProgress()
    // Readers that lag behind still get what came.
    if (this.#readers.length === 0) this.#chunks = NO_CHUNKS
    this.#settle('failed')
  }

  /** True while a reader can still start at the first byte. */
  get isReadableFromStart(): boolean {
    if (this.state === 'failed') return false
    if (this.#base === 0) return true
    return this.#filing !== null && this.#filing.error === null && this.#filing.bytes === this.#base
  }

  /** True for a stored body whose bytes lie in a file. */
  get isFiled(): boolean {
    return this.#filing !== null && this.state === 'complete'
  }

  /** The whole body as one piece if it is complete and small enough, for the one-write answer. */
  get whole(): string | Buffer | null {
    if (this.state !== 'complete' || this.#base > 0) return null
    if (this.#text !== null) return this.#text
    if (this.#chunks.length === 0) return ''
    return this.#chunks.length === 1 && this.#filing === null ? this.#chunks[0]! : null
  }

  /** Keeps every byte for somebody who stores the body, and says once how it ended. False when the start is gone. */
  keep(keeper: Keeper): boolean {
    if (!this.isReadableFromStart) return false
    if (this.bytes > keeper.maxBytes) keeper.onDone('too-large')
    else if (this.state === 'complete' && !this.#filing?.isWriting) keeper.onDone('complete')
    else {
      this.#keepers = [...this.#keepers, keeper]
      this.#writeFile()
      this.#applyBackpressure()
    }
    return true
  }

  /**
   * Keeps the body readable from its start for somebody who reads later; the function that comes back ends that
   * without stopping the source.
   */
  hold(): () => void {
    const holder = new BodyReader(this, NO_CONSUMER, 0, Infinity)
    this.#add(holder)
    return () => {
      this.#drop(holder)
      this.#removeUnused()
    }
  }

  /** A cache has an entry for this body: its file stays. */
  addEntry(): void {
    if (this.#filing !== null) this.#filing.entries++
  }

  /** An entry is gone; with the last one goes the file, once its readers are done. */
  dropEntry(): void {
    if (this.#filing === null) return
    this.#filing.entries--
    this.#removeUnused()
  }

  /** Nobody will read this body: stops its source unless somebody reads or keeps it. */
  discard(): void {
    if (this.state === 'open' && this.#keepers.length === 0 && this.#readers.length === 0) this.#abort()
  }

  /** Starts reading, at the first byte or for a part of the body. Throws when the start is gone. */
  read(consumer: BodyConsumer, first = 0, last = Infinity): BodyReader {
    if (!this.isReadableFromStart && this.state !== 'failed')
      throw new Error('the start of this body is gone')
    const reader = new BodyReader(this, consumer, first, last)
    this.#add(reader)
    return reader
  }

  /** @internal The next bytes of a reader: null when there are none (yet), 'later' when a file has them. */
  chunkFor(reader: BodyReader): Buffer | 'later' | null {
    const { at } = reader
    if (at >= this.bytes) return null
    if (this.#text !== null) return Buffer.from(this.#text, 'latin1').subarray(at)
    if (at < this.#base) return this.#readFile(reader)
    return findChunk(this.#chunks, this.#base, reader)
  }

  #readFile(reader: BodyReader): Buffer | 'later' | null {
    const filing = this.#filing
    if (filing === null || filing.bytes <= reader.at) return null
    const ready = filing.peek(reader.at)
    if (ready !== null) return ready
    filing.read(reader.at, (error, chunk) => reader.onFileRead(error, chunk))
    return 'later'
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
    this.#removeUnused()
    if (this.state !== 'open') return
    this.onProgress()
    // A viewer that leaves ends what nobody else reads, stored or not; a refresh without any viewer goes on.
    if (this.#readers.length === 0) this.#abort()
  }

  #add(reader: BodyReader): void {
    if (this.state === 'open' || this.#filing !== null) this.#readers = [...this.#readers, reader]
  }

  #drop(reader: BodyReader): void {
    const others = this.#readers.filter((each) => each !== reader)
    this.#readers = others.length === 0 ? NO_READERS : others
  }

  #settle(outcome: KeepOutcome): void {
    const keepers = this.#keepers
    this.#keepers = NO_KEEPERS
    // A stored body lives long; its source, with socket and request behind it, must not live with it.
    if (this.state !== 'open') this.#source = NO_SOURCE
    for (const keeper of keepers) keeper.onDone(outcome)
    this.#removeUnused()
  }

  #dropKeepersBelow(bytes: number): void {
    const tooSmall = this.#keepers.filter((keeper) => keeper.maxBytes < bytes)
    if (tooSmall.length === 0) return
    this.#keepers = this.#keepers.filter((keeper) => keeper.maxBytes >= bytes)
    for (const keeper of tooSmall) keeper.onDone('too-large')
    if (this.#keepers.length === 0) this.onProgress()
    this.discard()
  }

  #join(): void {
    if (this.bytes > JOIN_BYTES || this.#base > 0 || this.#chunks.length === 0 || this.#filing !== null)
      return
    const joined = joinChunks(this.#chunks, this.bytes)
    if (typeof joined === 'string') this.#text = joined
    this.#chunks = typeof joined === 'string' ? NO_CHUNKS : [joined]
  }

  #dropPassed(): void {
    if (this.#readers.length === 0 || this.#filing?.isWriting === true) return
    let passed = Infinity
    for (const reader of this.#readers) passed = Math.min(passed, reader.at)
    const count = countChunksBefore(this.#chunks, this.#base, passed)
    if (count > 0) this.#dropFirst(count)
  }

  #dropFirst(count: number): void {
    for (const chunk of (this.#chunks as Buffer[]).splice(0, count)) this.#base += chunk.length
    for (const reader of this.#readers) reader.chunk -= count
  }

  /** Moves to a file what has come so far of a large body, and then what comes while the file is being written. */
  #writeFile(): void {
    this.#filing ??= this.#createFiling()
    const filing = this.#filing
    if (filing === null || filing.isWriting || filing.error !== null || this.#chunks.length === 0) return
    const chunks = this.#chunks.slice()
    filing.write(chunks, (error) => {
      if (error === null) {
        this.#dropFirst(chunks.length)
        filing.bytes = this.#base
        if (this.#keepers.length > 0) this.#writeFile()
        if (this.state === 'complete' && !filing.isWriting) this.#settle('complete')
      } else {
        // The disk takes no more: nobody can keep the body, its readers go on.
        this.#settle('disk-error')
        this.discard()
      }
      this.onProgress()
      this.#applyBackpressure()
      this.#removeUnused()
    })
  }

  #createFiling(): Filing | null {
    if (this.bytes === 0 || this.state !== 'open') return null
    for (const { files, expectedBytes } of this.#keepers) {
      if (files !== null && Math.max(expectedBytes, this.bytes) > files.memoryObject) {
        return new Filing(files.create())
      }
    }
    return null
  }

  #removeUnused(): void {
    if (this.#filing === null || this.state === 'open') return
    this.#filing.removeUnless(() => this.#readers.length > 0 || this.#keepers.length > 0)
  }

  #applyBackpressure(): void {
    if (this.state !== 'open') return
    const keptLimit = this.#filing === null ? Infinity : UNWRITTEN_BYTES
    const limit = this.#keepers.length === 0 ? TRANSIT_BYTES : keptLimit
    const tooFull = this.bytes - this.#base > limit
    if (tooFull === this.#paused) return
    this.#paused = tooFull
    if (tooFull) this.#source.pause()
    else this.#source.resume()
  }

  #abort(): void {
    const source = this.#source
    const reason = new Error('nobody waits for this body any more')
    this.fail(reason)
    source.abort(reason)
  }
}
