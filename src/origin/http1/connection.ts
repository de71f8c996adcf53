// One connection to an origin: one request at a time goes out on it, and its response is read off it.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Dialer } from './dial.ts'
import type { Patience, Waiting } from './patience.ts'
import { closedByOrigin, ExchangeError } from './protocol-error.ts'
import { ResponseReader, type Progress, type ResponseSink } from './response-reader.ts'
import type { Connected } from '../../message/trace.ts'

/** A request for a connection, and who waits for its response. */
export interface Job extends ResponseSink {
  readonly head: string
  readonly body: Buffer | null
  readonly isHead: boolean
  readonly serverName: string
  /** Milliseconds for the head, and for each gap in the body. */
  readonly readTimeout: number
  /** Nobody wants it any more. */
  readonly isOver: boolean
  /** The request goes out, or will as soon as the connection is there; `connected` tells of a new one. */
  onConnection(connection: Connection, connected: Connected | null): void
  onEnd(): void
  onFailure(error: Error): void
}

/** Who hands out connections. */
export interface ConnectionOwner {
  readonly patience: Patience
  /** Monotonic milliseconds. */
  readonly tick: () => number
  /** Milliseconds. */
  readonly connectTimeout: number
  readonly keepaliveTimeout: number
  /** Host and port, in words. */
  readonly address: string
  /** The response is complete and the connection may be used again. */
  onFree(connection: Connection): void
  /** The connection is gone, and a request that was to go out on it needs another one. */
  onGone(connection: Connection, unsent: Job | null): void
}

/** undici, too, leaves an idle connection so much earlier than the origin says it would. */
const KEEP_ALIVE_MARGIN_MS = 2000

type State = 'connecting' | 'idle' | 'assigned' | 'busy' | 'gone'

/** Lives from its first dial to the end of its socket. */
export class Connection implements Waiting {
  readonly serverName: string
  due: number
  #state: State = 'connecting'
  #owner: ConnectionOwner
  #socket: Socket
  #reader = new ResponseReader()
  #job: Job | null = null
  /** Until the first request takes it. */
  #connected: Connected | null = null
  #isPaused = false
  #isUnreferenced = false
  #error: Error | null = null

  constructor(dialer: Dialer, owner: ConnectionOwner, job: Job) {
    this.serverName = job.serverName
    this.#owner = owner
    this.#job = job
    this.due = owner.patience.after(owner.connectTimeout)
    const started = owner.tick()
    let dnsMs = 0
    const socket = dialer.dial(job.serverName, (bytes, length) => this.#read(bytes, length))
    this.#socket = socket
    // Not emitted for an address, which needs no look-up.
    socket.once('lookup', () => void (dnsMs = owner.tick() - started))
    socket.once(isTls(socket) ? 'secureConnect' : 'connect', () =>
      this.#onConnect({ dnsMs, connectMs: owner.tick() - started - dnsMs }),
    )
    socket.on('error', (error) => void (this.#error ??= error))
    socket.on('end', () => this.#onEnd())
    socket.on('close', () => this.#onClose())
    owner.patience.add(this)
  }

  get isIdle(): boolean {
    return this.#state === 'idle'
  }

  /** Takes a job for its next {@link send}. */
  assign(job: Job): void {
    this.#state = 'assigned'
    this.#job = job
    this.due = Infinity
    if (this.#isUnreferenced) {
      this.#isUnreferenced = false
      this.#socket.ref()
    }
  }

  /** Sends what was assigned, if the connection is still good and somebody still wants it. */
  send(): void {
    if (this.#state !== 'assigned' || this.#socket.destroyed) return
    const job = this.#job!
    if (job.isOver) {
      this.#job = null
      return this.#free()
    }
    this.#start(job)
  }

  pause(): void {
    if (this.#isPaused || this.#state !== 'busy') return
    this.#isPaused = true
    this.due = Infinity
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#isPaused || this.#state !== 'busy') return
    this.#isPaused = false
    this.#touch()
    this.#socket.resume()
  }

  /** Nobody wants the rest of the response; what comes of it has no end that could be waited for. */
  abandon(job: Job): void {
    if (this.#job !== job) return
    this.#job = null
    this.#socket.destroy()
  }

  destroy(error: Error | null): void {
    this.#error ??= error
    this.#socket.destroy()
  }

  onDue(): void {
    switch (this.#state) {
      case 'connecting':
        return this.destroy(connectTimedOut(this.#owner))
      case 'busy':
        return this.destroy(
          this.#reader.isInHead
            ? new ExchangeError('UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error')
            : new ExchangeError('UND_ERR_BODY_TIMEOUT', 'Body Timeout Error'),
        )
      case 'idle':
        return this.destroy(null)
      case 'assigned':
      case 'gone':
        return
    }
  }

  /** An idle connection does not keep the process running. */
  onTick(): void {
    if (this.#state !== 'idle' || this.#isUnreferenced) return
    this.#isUnreferenced = true
    this.#socket.unref()
  }

  #onConnect(connected: Connected): void {
    const job = this.#job
    this.#connected = connected
    if (job !== null && !job.isOver) return this.#start(job)
    this.#job = null
    this.#free()
  }

  #start(job: Job): void {
    this.#state = 'busy'
    this.#isPaused = false
    this.#reader.expect(job, job.isHead)
    this.#touch()
    job.onConnection(this, this.#connected)
    this.#connected = null
    if (job.body === null) return void this.#socket.write(job.head, 'latin1')
    this.#socket.cork()
    this.#socket.write(job.head, 'latin1')
    this.#socket.write(job.body)
    this.#socket.uncork()
  }

  /** The time for what comes next starts now. */
  #touch(): void {
    this.due = this.#isPaused ? Infinity : this.#owner.patience.after(this.#job?.readTimeout ?? 0)
  }

  #read(bytes: Buffer, length: number): void {
    // Bytes that nobody has asked for: whatever comes after them would be taken for an answer.
    if (this.#state !== 'busy') return this.destroy(null)
    try {
      this.#follow(this.#reader.read(bytes, length))
    } catch (error) {
      // Of whoever takes the response: it ends here, and the process goes on.
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #follow(progress: Progress): void {
    // Of a head all must come in time, of a body the next piece.
    if (progress === 'head') return
    if (progress === 'body' || progress === 'interim') return this.#touch()
    if (progress instanceof Error) return this.destroy(progress)
    const job = this.#job
    this.#job = null
    // Its last piece may have been one too many for a slow reader.
    if (this.#isPaused) this.resume()
    const { framing } = this.#reader
    const isSent = this.#socket.writableLength === 0
    if (progress === 'junk' || framing.connection !== 'persistent' || job === null || job.isHead || !isSent)
      this.#socket.destroy()
    else this.#free()
    job?.onEnd()
  }

  #free(): void {
    this.#state = 'idle'
    this.due = this.#owner.patience.after(this.#idleTime())
    if (this.#idleTime() <= 0) return this.destroy(null)
    this.#owner.onFree(this)
  }

  /** The origin may shorten the time that it is kept, not lengthen it. */
  #idleTime(): number {
    const { keepaliveTimeout } = this.#owner
    const { keepAliveSeconds } = this.#reader.framing
    if (keepAliveSeconds === null) return keepaliveTimeout
    return Math.min(keepAliveSeconds * 1000 - KEEP_ALIVE_MARGIN_MS, keepaliveTimeout)
  }

  #onEnd(): void {
    if (this.#state === 'busy' && this.#reader.finish() === 'ended') {
      const job = this.#job
      this.#job = null
      this.#socket.destroy()
      job?.onEnd()
    } else this.destroy(null)
  }

  #onClose(): void {
    // The request has not gone out: another connection may take it.
    const isUnsent = this.#state === 'assigned'
    const job = this.#job?.isOver === false ? this.#job : null
    this.#job = null
    this.#state = 'gone'
    this.#owner.patience.remove(this)
    this.#owner.onGone(this, isUnsent ? job : null)
    if (!isUnsent) job?.onFailure(this.#error ?? closedByOrigin())
  }
}

function connectTimedOut({ address, connectTimeout }: ConnectionOwner): ExchangeError {
  const message = `Connect Timeout Error (attempted address: ${address}, timeout: ${connectTimeout}ms)`
  return new ExchangeError('UND_ERR_CONNECT_TIMEOUT', message)
}

function isTls(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket
}
