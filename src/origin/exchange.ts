// One exchange with an HTTP origin: a request out, a response head and a streaming body back.
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { ConnectionTimes } from './connecting.ts'
import type { Deadline } from './deadline.ts'
import {
  NOT_PASSED_ON,
  PLAIN_FRAMING,
  SHARED_VALUE_BYTES,
  SHARED_VALUES,
  sharedValue,
  toNames,
  toPhrase,
} from './end-to-end.ts'
import { toBrokenBody } from './failures.ts'
import { Body } from '../message/body.ts'
import type { BodySource } from '../message/body-parties.ts'
import type { CancelToken } from '../message/clock.ts'
import { headerNameOf } from '../message/header-names.ts'
import { Headers } from '../message/headers.ts'
import type { RequestBody } from '../message/requests.ts'
import type { Connected } from '../message/trace.ts'

export interface ExchangeRequest {
  readonly method: string
  /** Origin path, path and query string as they go on the request line. */
  readonly target: string
  /** Name, value, …; Content-Length and body framing are ours. */
  readonly headers: readonly string[]
  readonly body: RequestBody | null
  /** Milliseconds for the first byte and for each gap between packets. */
  readonly readTimeout: number
  /** Of the TLS handshake; undefined for the name that the Host header has. */
  readonly serverName?: string | undefined
}

export interface ExchangeResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: Body
  /** Of the connection, when this is the first response on it. */
  readonly connected?: Connected | null
  /** What is wrong with it in words, for the trace; null or left out where nothing is known. */
  readonly problem?: string | null
}

/**
 * Sends a request and resolves with the response as soon as its head is there. Rejects with the error of undici
 * or of the socket when there is no head; later errors fail the body.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
  token: CancelToken,
  deadline: Deadline | null,
): Promise<ExchangeResponse> {
  return new Promise((resolve, reject) => {
    const handler = new ExchangeHandler(request.method, token, deadline, resolve, reject)
    try {
      dispatcher.dispatch(
        {
          path: request.target,
          method: request.method,
          headers: request.headers as string[],
          body: toDispatchBody(request.body),
          headersTimeout: request.readTimeout,
          bodyTimeout: request.readTimeout,
          servername: request.serverName ?? '',
        } as Dispatcher.DispatchOptions,
        handler,
      )
    } catch (error) {
      reject(error)
    }
  })
}

function toDispatchBody(body: RequestBody | null): Buffer | Readable | null {
  if (body === null) return null
  return body.kind === 'bytes' ? body.bytes : body.stream
}

/** undici's handler with raw header buffers: no header object, no Readable, one call per event. */
class ExchangeHandler extends ConnectionTimes implements BodySource {
  #isHead: boolean
  #deadline: Deadline | null
  #resolve: (response: ExchangeResponse) => void
  #reject: (error: unknown) => void
  #body: Body | null = null
  #abort: ((error: Error) => void) | null = null
  /** Why nobody wants the response any more. */
  #stopped: Error | null = null
  #resumeSocket: (() => void) | null = null
  #paused = false

  constructor(
    method: string,
    token: CancelToken,
    deadline: Deadline | null,
    resolve: (response: ExchangeResponse) => void,
    reject: (error: unknown) => void,
  ) {
    super()
    this.#isHead = method === 'HEAD'
    this.#deadline = deadline
    this.#resolve = resolve
    this.#reject = reject
    token.onCancel(() => {
      // Once there is a body, its readers decide.
      if (this.#body === null) this.abort(new Error('nobody waits for this response any more'))
    })
    deadline?.watch((error) => this.abort(error))
  }

  onConnect(abort: (error: Error) => void): void {
    this.#abort = abort
    this.expectResponse()
    if (this.#stopped !== null) abort(this.#stopped)
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200) return true
    this.#resumeSocket = resume
    const body = new Body(this)
    this.#body = body
    const phrase = toPhrase(status, statusText)
    const connected = this.takeConnected()
    this.#resolve({ status, statusText: phrase, headers: toEndToEnd(rawHeaders), body, connected })
    // Such a response ends with its head; undici takes the length that it claims for one of a body that is missing.
    if (status === 204 || status === 304) body.finish()
    return true
  }

  onData(chunk: Buffer): boolean {
    if (!this.#isHead) this.#body?.append(chunk)
    return !this.#paused
  }

  onComplete(): void {
    this.#deadline?.clear()
    this.#body?.finish()
  }

  onError(error: Error): void {
    if (this.#body === null) return this.#reject(error)
    this.#deadline?.clear()
    this.#body.fail(toBrokenBody(error))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#resumeSocket?.()
  }

  abort(reason: Error): void {
    this.#stopped = reason
    if (this.#abort !== null) return this.#abort(reason)
    // Still without a connection, which may take as long as it likes; the request will not go out on it.
    this.#reject(reason)
  }
}

function toEndToEnd(raw: readonly Buffer[]): Headers {
  const pairs: string[] = []
  let named: Set<string> | null = null
  for (let i = 0; i < raw.length; i += 2) {
    const name = headerNameOf(raw[i]!)
    const value = raw[i + 1]!.toString('latin1')
    if (NOT_PASSED_ON.has(name.lower)) {
      if (name.lower === 'connection' && value !== 'keep-alive' && value !== 'close') named = toNames(value)
      // What nobody undoes here is left for the one who refuses it.
      if (name.lower === 'transfer-encoding' && !PLAIN_FRAMING.test(value)) pairs.push(name.wire, value)
      continue
    }
    const isShared = value.length <= SHARED_VALUE_BYTES && SHARED_VALUES.has(name.lower)
    pairs.push(name.wire, isShared ? sharedValue(value) : value)
  }
  // A list that has grown by pushes has room for half as many again, and these are stored by the thousand.
  const headers = new Headers(pairs.slice())
  if (named === null) return headers
  const listed = named
  return headers.filter((name) => !listed.has(name) || name === 'cache-control')
}
