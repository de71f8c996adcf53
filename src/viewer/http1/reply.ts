// The answer to a plain request, written to its socket: head and body in as few pieces as there are.
import type { Socket } from 'node:net'
import { toHeadText } from './head-text.ts'
import type { Reply } from '../reply.ts'

/** Who is told that an answer is out, and whether the connection stays. */
export interface ReplyOwner {
  onReplied(keepsAlive: boolean): void
}

type Event = 'drain' | 'close' | 'error'
type Listener = () => void

/** How the end of the body is told (RFC 9112, section 6.3); 'none' has no body. */
type Framing = 'none' | 'length' | 'chunked'

const LAST_CHUNK = '0\r\n\r\n'

/**
 * One answer over a connection of HTTP/1.1. The head goes out together with the first bytes of the body. A body that is
 * shorter than the head says closes the connection, since what follows would be taken for a part of it; so does a longer
 * one, of which no more goes out than was announced.
 */
export class PlainReply implements Reply {
  shouldKeepAlive: boolean
  sendDate = false
  headersSent = false
  readonly socket: Socket
  #owner: ReplyOwner
  #isHead: boolean
  #head = ''
  #framing: Framing = 'none'
  /** Bytes of the body that are still to come, where the head says how many there are; below 0 when there are more. */
  #missing = 0
  #isEnded = false
  /** Event, listener, event, listener, …; most answers have none. */
  #listeners: (Event | Listener)[] | null = null

  constructor(socket: Socket, owner: ReplyOwner, isHead: boolean, shouldKeepAlive: boolean) {
    this.socket = socket
    this.#owner = owner
    this.#isHead = isHead
    this.shouldKeepAlive = shouldKeepAlive
  }

  /** The viewer has gone, or takes nothing any more. */
  get destroyed(): boolean {
    return this.socket.destroyed || (!this.#isEnded && this.socket.writableEnded)
  }

  get writableFinished(): boolean {
    return this.#isEnded && this.socket.writableLength === 0
  }

  /** Throws where a field may not be sent, with nothing sent. */
  writeHead(status: number, statusText: string, headers: readonly string[]): void {
    const { text, length } = toHeadText(status, statusText, headers)
    this.#missing = length ?? 0
    if (this.#isHead || status === 204 || status === 304) this.#framing = 'none'
    else this.#framing = length === null ? 'chunked' : 'length'
    this.#head = this.#framing === 'chunked' ? `${text}Transfer-Encoding: chunked\r\n\r\n` : `${text}\r\n`
  }

  endReady(head: string, body: string | Buffer, isChunked: boolean): void {
    this.#head = head
    this.#framing = isChunked ? 'chunked' : 'length'
    this.#missing = body.length
    this.end(body)
  }

  flushHeaders(): void {
    if (this.#head !== '') this.socket.write(this.#takeHead(), 'latin1')
  }

  write(chunk: Buffer): boolean {
    if (this.#isEnded || chunk.length === 0 || this.#framing === 'none') return true
    const { socket } = this
    socket.cork()
    this.flushHeaders()
    const takesMore = this.#writeChunk(chunk)
    socket.uncork()
    return takesMore
  }

  /** A string is latin1. */
  end(chunk: string | Buffer = ''): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#listeners = null
    const { socket } = this
    if (chunk.length === 0 || this.#framing === 'none') {
      const last = this.#framing === 'chunked' ? LAST_CHUNK : ''
      if (this.#head !== '' || last !== '') socket.write(this.#takeHead() + last, 'latin1')
    } else if (typeof chunk === 'string') {
      const body =
        this.#framing === 'length'
          ? this.#take(chunk)
          : `${chunk.length.toString(16)}\r\n${chunk}\r\n${LAST_CHUNK}`
      socket.write(this.#takeHead() + body, 'latin1')
    } else {
      socket.cork()
      this.flushHeaders()
      this.#writeChunk(chunk)
      if (this.#framing === 'chunked') socket.write(LAST_CHUNK, 'latin1')
      socket.uncork()
    }
    const isWhole = this.#framing !== 'length' || this.#missing === 0
    this.#owner.onReplied(this.shouldKeepAlive && isWhole)
  }

  /** The viewer sees that this is not all. */
  destroy(): void {
    this.socket.destroy()
  }

  on(event: Event, listener: Listener): void {
    ;(this.#listeners ??= []).push(event, listener)
  }

  off(event: Event, listener: Listener): void {
    const listeners = this.#listeners
    if (listeners === null) return
    for (let i = 0; i < listeners.length; i += 2) {
      if (listeners[i] === event && listeners[i + 1] === listener) return void listeners.splice(i, 2)
    }
  }

  /** What happens to the socket before the answer has ended. */
  emit(event: Event): void {
    if (this.#listeners === null) return
    const listeners = [...this.#listeners]
    for (let i = 0; i < listeners.length; i += 2) {
      if (listeners[i] === event) (listeners[i + 1] as Listener)()
    }
  }

  #takeHead(): string {
    const head = this.#head
    this.#head = ''
    this.headersSent = true
    return head
  }

  /** As much of the body as was announced. */
  #take<T extends string | Buffer>(chunk: T): T {
    const room = Math.max(0, this.#missing)
    this.#missing -= chunk.length
    return chunk.length <= room ? chunk : (chunk.slice(0, room) as T)
  }

  #writeChunk(chunk: Buffer): boolean {
    const { socket } = this
    if (this.#framing === 'length') return socket.write(this.#take(chunk))
    socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
    socket.write(chunk)
    return socket.write('\r\n', 'latin1')
  }
}
