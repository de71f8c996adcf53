// One connection of a viewer over HTTP/1.1 for as long as it carries plain requests, one after the other.
import type { Socket } from 'node:net'
import { parsePlainHead } from './head.ts'
import { PlainMessage } from './message.ts'
import { PlainReply } from './reply.ts'

/** What a connection needs from whoever holds it. */
export interface ConnectionParts {
  readonly onRequest: (message: PlainMessage, reply: PlainReply) => void
  /** Takes the socket, paused, with what has come put back into it; the connection has no more to do with it. */
  readonly onOther: (connection: PlainConnection) => void
  /** Nothing has come since the start, for as long as a head may take. */
  readonly onSilent: (connection: PlainConnection) => void
  readonly onClosed: (connection: PlainConnection) => void
  /** Real milliseconds for the first request. */
  readonly headMs: number
  /** Real milliseconds between two requests. */
  readonly idleMs: number
}

/** What is read ahead while an answer is under way. */
const MAX_WAITING_BYTES = 64 * 1024

/**
 * Reads requests that are plain and come one by one: the whole head in one piece, and nothing behind it. Whatever
 * else comes goes to Node.js' server with the connection, which stays there. Nothing is lost or read twice, since
 * that happens between two requests only.
 */
export class PlainConnection {
  readonly socket: Socket
  #parts: ConnectionParts
  #reply: PlainReply | null = null
  /** What came while an answer was under way, put together when it is read: it may come byte by byte. */
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #isFirst = true
  #isClosing = false
  #onData = (chunk: Buffer): void => this.#read(chunk)
  #onDrain = (): void => {
    if (this.#reply === null) this.#next()
    else this.#reply.emit('drain')
  }
  #onTimeout = (): void => {
    if (this.#reply !== null || this.socket.writableLength > 0) return
    if (this.#isFirst) this.#parts.onSilent(this)
    else this.socket.destroy()
  }
  #onEnd = (): void => void this.socket.end()
  #onError = (): void => void this.socket.destroy()
  #onClose = (): void => {
    this.#parts.onClosed(this)
    this.#reply?.emit('close')
  }

  constructor(socket: Socket, parts: ConnectionParts) {
    this.socket = socket
    this.#parts = parts
    socket.setTimeout(parts.headMs)
    socket.on('timeout', this.#onTimeout)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    socket.on('drain', this.#onDrain)
    socket.on('data', this.#onData)
  }

  /** The answer under way is the last one; without one, the connection ends when all is out. */
  close(): void {
    this.#isClosing = true
    if (this.#reply === null) this.socket.destroySoon()
  }

  /** Listens no more. */
  release(): void {
    const { socket } = this
    socket.setTimeout(0)
    socket.off('timeout', this.#onTimeout)
    socket.off('end', this.#onEnd)
    socket.off('error', this.#onError)
    socket.off('close', this.#onClose)
    socket.off('drain', this.#onDrain)
    socket.off('data', this.#onData)
  }

  onReplied(keepsAlive: boolean): void {
    this.#reply = null
    if (!keepsAlive || this.#isClosing) this.socket.destroySoon()
    // A viewer that does not take its answers gets no others.
    else if (!this.socket.writableNeedDrain) this.#next()
  }

  #read(chunk: Buffer): void {
    if (this.#reply !== null || this.socket.writableNeedDrain) return this.#wait(chunk)
    const { socket } = this
    // It ends, or has ended, and no request gets an answer any more.
    if (!socket.writable) return
    const head = parsePlainHead(chunk)
    if (head === null) return this.#giveAway(chunk)
    if (this.#isFirst) {
      this.#isFirst = false
      socket.setTimeout(this.#parts.idleMs)
    }
    this.#reply = new PlainReply(socket, this, head.method === 'HEAD', !head.closes)
    this.#parts.onRequest(new PlainMessage(head, socket), this.#reply)
  }

  #next(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    this.#waitingBytes = 0
    if (this.socket.isPaused()) this.socket.resume()
    this.#read(waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting))
  }

  #wait(chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.socket.pause()
  }

  #giveAway(chunk: Buffer): void {
    this.release()
    this.socket.pause()
    this.socket.unshift(chunk)
    this.#parts.onOther(this)
  }
}
