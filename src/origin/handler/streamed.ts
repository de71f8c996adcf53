// The response that a function streams: first its head, then a body at the pace of its readers.
import { parsePrelude, type Prelude } from './prelude.ts'
import { Body } from '../../message/body.ts'
import type { BodySource } from '../../message/body-parties.ts'

/** (AWS Lambda Developer Guide, 'Lambda quotas') */
const MAX_BYTES = 200 * 1024 * 1024

export type StreamedHead = Exclude<Prelude, { kind: 'more' }>

export class StreamedAnswer implements BodySource {
  readonly body: Body
  #onHead: (head: StreamedHead) => void
  #onChunk: () => void
  #start: Buffer | null = Buffer.alloc(0)
  #paused = false
  #waiting: (() => void)[] = []
  #bytes = 0

  /** `onHead` is called once, when the metadata is there; `onProgress` with every part. */
  constructor(onHead: (head: StreamedHead) => void, onProgress: () => void) {
    this.body = new Body(this)
    this.#onHead = onHead
    this.#onChunk = onProgress
  }

  /** Whether the function streams at all. */
  get hasStarted(): boolean {
    return this.#start === null
  }

  /** A part as it comes from the function; it is taken when the readers have room for more. */
  take(bytes: Buffer, taken: () => void): void {
    this.#onChunk()
    this.#bytes += bytes.length
    if (this.#bytes > MAX_BYTES)
      this.body.fail(new Error(`the function streamed more than ${MAX_BYTES} bytes`))
    if (this.#start === null) this.body.append(bytes)
    else this.#takeHead(Buffer.concat([this.#start, bytes]))
    if (this.#paused && this.body.state === 'open') this.#waiting.push(taken)
    else taken()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    for (const taken of this.#waiting.splice(0)) taken()
  }

  /** Nobody reads any more. The function runs to its end, as it does in Lambda. */
  abort(): void {
    this.resume()
  }

  #takeHead(start: Buffer): void {
    const prelude = parsePrelude(start)
    if (prelude.kind === 'more') {
      this.#start = start
      return
    }
    this.#start = null
    if (prelude.kind === 'head') this.body.append(prelude.rest)
    this.#onHead(prelude)
  }
}
