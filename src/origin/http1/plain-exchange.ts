// One exchange over a connection of our own: a request whose body, if any, is at hand, for origins that speak HTTP/1.1.
import type { Connection, Job } from './connection.ts'
import type { ResponseHead } from './head.ts'
import type { PlainPool } from './plain-pool.ts'
import { toRequestHead } from './request-head.ts'
import type { Deadline } from '../deadline.ts'
import type { ExchangeRequest, ExchangeResponse } from '../exchange.ts'
import { toBrokenBody } from '../failures.ts'
import { Body } from '../../message/body.ts'
import type { BodySource } from '../../message/body-parties.ts'
import type { CancelToken } from '../../message/clock.ts'
import type { Connected } from '../../message/trace.ts'

/** True for a request that goes out in one piece. */
export function isPlain({ method, body }: Pick<ExchangeRequest, 'method' | 'body'>): boolean {
  if (method === 'GET' || method === 'HEAD') return body === null
  return body === null || body.kind === 'bytes'
}

/**
 * Sends a request and resolves with the response as soon as its head is there. Rejects when there is no head; later
 * errors fail the body.
 */
export function exchangePlain(
  pool: PlainPool,
  request: ExchangeRequest,
  token: CancelToken,
  deadline: Deadline | null,
): Promise<ExchangeResponse> {
  return new Promise((resolve, reject) => {
    const isHead = request.method === 'HEAD'
    const { method, target, headers } = request
    const body = request.body?.kind === 'bytes' ? request.body.bytes : null
    const head = toRequestHead({ method, target, headers, bodyBytes: body?.length ?? null })
    if (typeof head !== 'string') return reject(head)
    const name = pool.toServerName(request.serverName, headers)
    const job = new PlainExchange(head, body, isHead, name, request.readTimeout, deadline, resolve, reject)
    token.onCancel(() => job.cancel())
    deadline?.watch((error) => job.abort(error))
    if (!job.isOver) pool.send(job)
  })
}

class PlainExchange implements Job, BodySource {
  readonly head: string
  readonly body: Buffer | null
  readonly isHead: boolean
  readonly serverName: string
  readonly readTimeout: number
  /** Nobody wants the response any more, or it is there. */
  isOver = false
  #deadline: Deadline | null
  #resolve: (response: ExchangeResponse) => void
  #reject: (error: unknown) => void
  #connection: Connection | null = null
  #connected: Connected | null = null
  #body: Body | null = null

  constructor(
    head: string,
    body: Buffer | null,
    isHead: boolean,
    serverName: string,
    readTimeout: number,
    deadline: Deadline | null,
    resolve: (response: ExchangeResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.head = head
    this.body = body
    this.isHead = isHead
    this.serverName = serverName
    this.readTimeout = readTimeout
    this.#deadline = deadline
    this.#resolve = resolve
    this.#reject = reject
  }

  onConnection(connection: Connection, connected: Connected | null): void {
    this.#connection = connection
    this.#connected = connected
  }

  onHead({ status, statusText, headers }: ResponseHead, whole: string | null): void {
    const body = whole === null ? new Body(this) : Body.ofText(whole)
    this.#body = body
    this.#resolve({ status, statusText, headers, body, connected: this.#connected })
  }

  onBody(chunk: Buffer): void {
    this.#body?.append(chunk)
  }

  onEnd(): void {
    this.#end()
    this.#body?.finish()
  }

  onFailure(error: Error): void {
    if (this.#body === null) {
      // The attempts that may follow have the same deadline.
      this.isOver = true
      this.#connection = null
      return this.#reject(error)
    }
    this.#end()
    this.#body.fail(toBrokenBody(error))
  }

  /** The last one that waited has left. Once there is a body, its readers decide. */
  cancel(): void {
    if (this.#body === null) this.abort(new Error('nobody waits for this response any more'))
  }

  pause(): void {
    this.#connection?.pause()
  }

  resume(): void {
    this.#connection?.resume()
  }

  abort(reason: Error): void {
    if (this.isOver) return
    const connection = this.#connection
    this.onFailure(reason)
    connection?.abandon(this)
  }

  #end(): void {
    this.isOver = true
    this.#connection = null
    this.#deadline?.clear()
  }
}
