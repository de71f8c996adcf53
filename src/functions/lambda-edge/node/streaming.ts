// Response streaming as Lambda offers it to Node.js functions: streamifyResponse, and a stream that waits for its reader.
import { Writable } from 'node:stream'

/** Marks a handler that writes its response instead of returning it. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
/** Between the metadata of an HTTP response and its body. */
const PRELUDE_END = Buffer.alloc(8)
/** Bytes on their way before the function has to wait. */
const MAX_ON_THE_WAY = 1024 * 1024

/** What `responseStream` is. (AWS Lambda Developer Guide, 'Writing response streaming-enabled Lambda functions') */
export class ResponseStream extends Writable {
  #send: (bytes: Uint8Array) => void
  #onTheWay = 0
  #go: (() => void) | null = null
  #prelude: Buffer | null = null
  hasStarted = false

  constructor(send: (bytes: Uint8Array) => void) {
    super({ highWaterMark: 64 * 1024 })
    this.#send = send
  }

  /** Without metadata: the type of the body, which is told as metadata. */
  setContentType(type: string): void {
    this.setPrelude({ statusCode: 200, headers: { 'Content-Type': type } })
  }

  setPrelude(metadata: unknown): void {
    this.#prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata ?? {})), PRELUDE_END])
  }

  /** The reader has taken so many bytes. */
  acknowledge(bytes: number): void {
    this.#onTheWay -= bytes
    if (this.#onTheWay > MAX_ON_THE_WAY || this.#go === null) return
    const go = this.#go
    this.#go = null
    go()
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#start()
    this.#post(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
    if (this.#onTheWay > MAX_ON_THE_WAY) this.#go = () => done()
    else done()
  }

  override _final(done: () => void): void {
    this.#start()
    done()
  }

  #start(): void {
    if (this.hasStarted) return
    this.hasStarted = true
    // A function without metadata sends an empty one, so that its body can't be taken for metadata.
    this.#post(this.#prelude ?? PRELUDE_END)
  }

  #post(bytes: Buffer): void {
    this.#onTheWay += bytes.length
    // A copy: the function may use its buffer again, and a pool's memory cannot travel.
    this.#send(new Uint8Array(bytes))
  }
}

const HttpResponseStream = {
  from(stream: ResponseStream, metadata: unknown): ResponseStream {
    stream.setPrelude(metadata)
    return stream
  },
}

function streamifyResponse(handler: object, options?: { readonly highWaterMark?: number }): object {
  return Object.assign(handler, { [STREAMING]: options ?? {} })
}

/** Puts `awslambda` where functions look for it. */
export function installStreaming(): void {
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } })
}

/** Whether {@link installStreaming}'s streamifyResponse made this handler. */
export function isStreaming(handler: object): boolean {
  return STREAMING in handler
}
