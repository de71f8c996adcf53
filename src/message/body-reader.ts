// One reader's way through a body.
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
  /** Chunks read so far. */
  position = 0
  #body: Body
  #consumer: BodyConsumer
  #flowing = false
  #done = false

  constructor(body: Body, consumer: BodyConsumer) {
    this.#body = body
    this.#consumer = consumer
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

  /** @internal */
  onChunk(): void {
    if (this.#flowing) this.#pump()
  }

  /** @internal */
  onEnd(): void {
    if (this.#flowing) this.#pump()
  }

  #pump(): void {
    while (this.#flowing && !this.#done) {
      const chunk = this.#body.chunkAt(this.position)
      if (chunk === null) break
      this.position++
      this.#flowing = this.#consumer.onData(chunk)
      if (!this.#done) this.#body.onProgress()
    }
    if (this.#done || this.#body.state === 'open') return
    if (this.#body.state === 'failed') {
      this.#finish()
      this.#consumer.onError(this.#body.error ?? new Error('the body failed'))
    } else if (this.#body.chunkAt(this.position) === null) {
      this.#finish()
      this.#consumer.onEnd()
    }
  }

  #finish(): void {
    this.#done = true
    this.#body.remove(this)
  }
}
