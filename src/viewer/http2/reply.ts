// An answer over HTTP/2, written with the calls of one over HTTP/1.1.
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Reply } from '../reply.ts'
import { OF_ONE_CONNECTION } from '../../model/hop-by-hop.ts'

const OF_THE_CONNECTION = new Set(OF_ONE_CONNECTION)

/** Node.js refuses more than one value of these; an origin's further ones are left out. */
const SINGLE = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'age',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'tk',
  'x-content-type-options',
])

/** The fields that are sent after the body. */
export interface TrailerSource {
  readonly trailers: readonly string[] | null
}

/** One stream as a {@link Reply}. The head goes out with the first byte of the body, or closes the stream alone. */
export class Http2Reply implements Reply {
  shouldKeepAlive = true
  sendDate = false
  headersSent = false
  readonly socket: object
  #stream: ServerHttp2Stream
  #head: OutgoingHttpHeaders | null = null
  #trailers: TrailerSource | null = null
  #isEnded = false

  constructor(stream: ServerHttp2Stream, socket: object) {
    this.#stream = stream
    this.socket = socket
    // An upload that nobody wants any more must not keep the stream open.
    stream.on('finish', () => {
      if (!stream.readableEnded) stream.resume()
    })
  }

  get destroyed(): boolean {
    return this.#stream.destroyed || this.#stream.closed
  }

  get writableFinished(): boolean {
    // A stream that its viewer resets is finished by Node.js.
    return this.#isEnded && this.#stream.writableFinished
  }

  writeHead(status: number, _statusText: string, headers: readonly string[]): void {
    this.#head = toHttp2Headers(status, headers)
  }

  /** The source is asked for its trailers when the body has ended. */
  expectTrailers(source: TrailerSource): void {
    this.#trailers = source
  }

  flushHeaders(): void {
    this.#respond(false)
  }

  write(chunk: Buffer): boolean {
    this.#respond(false)
    return this.#stream.write(chunk)
  }

  end(chunk?: string | Buffer, encoding?: BufferEncoding): void {
    this.#isEnded = true
    if (chunk === undefined || chunk.length === 0) {
      const isAlone = !this.headersSent && (this.#trailers?.trailers ?? null) === null
      this.#respond(isAlone)
      if (!isAlone) this.#stream.end()
    } else {
      this.#respond(false)
      if (typeof chunk === 'string') this.#stream.end(chunk, encoding ?? 'utf8')
      else this.#stream.end(chunk)
    }
    if (!this.shouldKeepAlive) this.#endSession()
  }

  /** What the viewer still sends is not waited for (RFC 9113, section 8.1). */
  #endSession(): void {
    const stream = this.#stream
    stream.session?.close()
    if (!stream.endAfterHeaders) stream.on('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
  }

  /** The viewer sees that this is not all. (close() would end the body before it resets the stream.) */
  destroy(): void {
    this.#stream.destroy(new Error('the answer broke off'))
  }

  on(event: 'drain' | 'close' | 'error', listener: () => void): void {
    this.#stream.on(event, listener)
  }

  off(event: 'drain' | 'close' | 'error', listener: () => void): void {
    this.#stream.off(event, listener)
  }

  emit(event: 'close'): void {
    this.#stream.emit(event)
  }

  #respond(endStream: boolean): void {
    if (this.headersSent) return
    const source = this.#trailers
    const waitForTrailers = source !== null && !endStream
    if (waitForTrailers) {
      this.#stream.on('wantTrailers', () => {
        this.#stream.sendTrailers(toHttp2Headers(null, source.trailers ?? []))
      })
    }
    this.#stream.respond(this.#head ?? {}, { endStream, waitForTrailers })
    this.headersSent = true
  }
}

/** Lower-case names without those of a connection; several lines of a name become a list. */
function toHttp2Headers(status: number | null, pairs: readonly string[]): OutgoingHttpHeaders {
  // Names come from anywhere: 'constructor' and '__proto__' are headers as any other.
  const headers = Object.create(null) as OutgoingHttpHeaders
  if (status !== null) headers[':status'] = status
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i]!.toLowerCase()
    const value = pairs[i + 1]!
    const known = headers[name]
    if (OF_THE_CONNECTION.has(name)) continue
    if (known === undefined) headers[name] = value
    else if (SINGLE.has(name)) continue
    else if (Array.isArray(known)) known.push(value)
    else headers[name] = [String(known), value]
  }
  return headers
}
