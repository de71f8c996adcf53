// One exchange with an origin over HTTP/2: bodies stream both ways at once, and trailers follow the answer.
import {
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { countCall } from './http2-sessions.ts'
import type { ExchangeRequest, ExchangeResponse } from './exchange.ts'
import type { CancelToken } from '../message/clock.ts'
import { Headers } from '../message/headers.ts'
import { OF_ONE_CONNECTION } from '../model/hop-by-hop.ts'
import { TrailedBody } from '../message/trailed-body.ts'
import { STATUS_CODES } from '../message/node-http.ts'

/** Resolves with the head of the answer; later errors fail the body. Rejects when there is no head. */
export function exchangeHttp2(
  session: ClientHttp2Session,
  request: ExchangeRequest,
  token: CancelToken,
): Promise<ExchangeResponse> {
  const call = new AbortController()
  // Aborted with CANCEL: close() would first end the body, as if it were whole.
  const stream = session.request(toHeaders(request, session), {
    endStream: request.body === null,
    signal: call.signal,
  })
  countCall(session, stream)
  sendBody(stream, request.body)
  return new Promise((resolve, reject) => {
    let body: TrailedBody | null = null
    let problem: Error | null = null
    const end = (error: Error): void => {
      problem ??= error
      if (body === null) reject(problem)
      else body.fail(problem)
    }
    token.onCancel(() => {
      if (body === null) call.abort()
    })
    stream.setTimeout(request.readTimeout, () => {
      end(Object.assign(new Error('the origin was silent for too long'), { code: 'UND_ERR_HEADERS_TIMEOUT' }))
      call.abort()
    })
    stream.on('error', end)
    stream.on('close', () => {
      const code = stream.rstCode ?? constants.NGHTTP2_NO_ERROR
      if (body === null || body.state === 'open') {
        end(
          Object.assign(new Error(`the origin reset the call with code ${code}`), { code: 'UND_ERR_SOCKET' }),
        )
      }
    })
    stream.on('response', (headers, flags, raw: string[]) => {
      const received = receiveBody(stream, () => call.abort())
      body = received
      const status = headers[':status'] ?? 502
      const isWhole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
      if (isWhole) received.finish()
      resolve({
        status,
        statusText: STATUS_CODES[status] ?? '',
        headers: new Headers(toFields(raw)),
        body: received,
      })
    })
  })
}

function receiveBody(stream: ClientHttp2Stream, abort: () => void): TrailedBody {
  const body = new TrailedBody({
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    abort,
  })
  stream.on('trailers', (_headers, _flags, raw: string[]) => {
    body.trailers = toFields(raw)
  })
  stream.on('data', (chunk: Buffer) => body.append(chunk))
  stream.on('end', () => {
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted) body.finish()
  })
  return body
}

function sendBody(stream: ClientHttp2Stream, body: ExchangeRequest['body']): void {
  if (body === null) return
  if (body.kind === 'bytes') return void stream.end(body.bytes)
  const source = body.stream
  source.on('error', (error) => stream.destroy(error))
  stream.on('close', () => source.destroy())
  source.pipe(stream)
}

/** Host has become :authority, and te is the one that gRPC needs. */
const LEFT_OUT = new Set([...OF_ONE_CONNECTION, 'host', 'te'])

function toHeaders(
  { method, target, headers }: ExchangeRequest,
  { encrypted }: ClientHttp2Session,
): OutgoingHttpHeaders {
  // Names come from anywhere: 'constructor' and '__proto__' are headers as any other.
  const out = Object.assign(Object.create(null) as OutgoingHttpHeaders, {
    ':method': method,
    ':scheme': encrypted ? 'https' : 'http',
    ':path': target,
    te: 'trailers',
  })
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase()
    const value = headers[i + 1]!
    if (name === 'host') out[':authority'] = value
    if (LEFT_OUT.has(name)) continue
    const known = out[name]
    if (known === undefined) out[name] = value
    else out[name] = Array.isArray(known) ? [...known, value] : [String(known), value]
  }
  return out
}

/** Names and values without pseudo-headers. */
function toFields(raw: readonly string[]): string[] {
  const fields: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    if (!raw[i]!.startsWith(':')) fields.push(raw[i]!, raw[i + 1]!)
  }
  return fields
}
