// One reader's way through a body, or through a part of it.
import type { Body } from './body.ts'

/** Takes the chunks of one reader. */
export interface BodyConsumer {
  /** Returns false when no more is wanted until {@link BodyReader.resume}. */
  onData(chunk: Buffer): boolean
  onEnd(): void
  onError(error: Error): void
}

/** Takes nothing; for whoever only holds a place. */
export const NO_CONSUMER: BodyConsumer = { onData: () => false, onEnd() {}, onError() {} }

/** One reader's position in a body; created by {@link Body.read}, starts with {@link resume}. */
export class BodyReader {
  /** The next byte it takes. */
  at: number
  /** @internal Where {@link Body} looks first: number of a chunk and its first byte. */
  chunk = 0
  chunkStart = 0
  #last: number
  #body: Body
  #consumer: BodyConsumer
  #flowing = false
  #isWaiting = false
  #done = false

  constructor(body: Body, consumer: BodyConsumer, first: number, last: number) {
    this.#body = body
    this.#consumer = consumer
    this.at = first
    this.#last = last
  }

  /** Hands out what is there, then what comes, until the consumer says stop. */
  resume(): void {
    if (this.#flowing || this.#done) return
    this.#flowing = true
    this.#pump()
  }

  /** Leaves. Aborts the source when nobody else wants the body. */
  cancel(): void {
    if (this.#done) return
    this.#done = true
    this.#body.remove(this)
  }

  /** @internal More bytes are there, or the end. */
  onProgress(): void {
    if (this.#flowing) this.#pump()
  }

  #pump(): void {
    while (this.#flowing && !this.#done && !this.#isWaiting) {
      if (this.at > this.#last) return this.#end()
      const chunk = this.#body.chunkFor(this)
      if (chunk === 'later') this.#isWaiting = true
      else if (chunk === null) break
      else this.#give(chunk)
    }
    if (this.#done || this.#isWaiting) return
    const { state } = this.#body
    if (this.at > this.#last || (state === 'complete' && this.at >= this.#body.bytes)) this.#end()
    else if (state === 'failed' && this.#flowing) this.#fail(this.#body.error)
  }

  #give(found: Buffer): void {
    const wanted = this.#last - this.at + 1
    const chunk = found.length > wanted ? found.subarray(0, wanted) : found
    this.at += chunk.length
    this.#flowing = this.#consumer.onData(chunk)
    if (!this.#done) this.#body.onProgress()
  }

  /** @internal The answer to 'later'. */
  onFileRead(error: Error | null, chunk: Buffer): void {
    this.#isWaiting = false
    if (this.#done) return
    if (error !== null) return this.#fail(error)
    this.#give(chunk)
    this.#pump()
  }

  #end(): void {
    this.#done = true
    this.#body.remove(this)
    this.#consumer.onEnd()
  }

  #fail(error: Error | null): void {
    this.#done = true
    this.#body.remove(this)
    this.#consumer.onError(error ?? new Error('the body failed'))
  }
}
