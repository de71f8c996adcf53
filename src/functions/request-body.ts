// The request body for functions with IncludeBody: the start is shown, the whole still goes on.
import { Readable } from 'node:stream'
import { isRefusal, refuse, refuseBody } from './failures.ts'
import { isObject } from './header-maps.ts'
import { QUOTAS } from '../model/quotas.ts'
import type { EventBody } from './events.ts'
import type { Refusal } from './failures.ts'
import type { RequestBody } from '../message/requests.ts'

/** Sizes of one kind of event. (Developer Guide, 'Restrictions on Lambda@Edge') */
export interface EventLimits {
  /** Request body shown, request body returned as text, generated response with its headers. */
  readonly bytes: number
  /** Request body returned as base64. */
  readonly base64Bytes: number
  /** Whole result as JSON; only there to protect this process. */
  readonly resultBytes: number
}

export const VIEWER_LIMITS: EventLimits = {
  bytes: QUOTAS.lambdaViewerBytes,
  base64Bytes: QUOTAS.lambdaViewerBase64Bytes,
  resultBytes: 1024 * 1024,
}

export const ORIGIN_LIMITS: EventLimits = {
  bytes: QUOTAS.lambdaOriginBytes,
  base64Bytes: QUOTAS.lambdaOriginBase64Bytes,
  resultBytes: 6 * 1024 * 1024,
}

/** What an event shows of a body, and the body as it can still be sent. */
export interface PeekedBody {
  readonly shown: EventBody
  readonly body: RequestBody | null
}

/**
 * Reads a body until it ends or is larger than `maxBytes`; never holds more than that and one chunk. Rejects when
 * the stream fails.
 */
export async function peekBody(body: RequestBody | null, maxBytes: number): Promise<PeekedBody> {
  if (body === null) return { shown: show(Buffer.alloc(0), maxBytes), body }
  if (body.kind === 'bytes') return { shown: show(body.bytes, maxBytes), body }
  const iterator = body.stream.iterator() as AsyncIterableIterator<Buffer>
  const chunks: Buffer[] = []
  let bytes = 0
  while (bytes <= maxBytes) {
    const next = await iterator.next()
    if (next.done === true) {
      const whole = Buffer.concat(chunks)
      return { shown: show(whole, maxBytes), body: { kind: 'bytes', bytes: whole } }
    }
    chunks.push(next.value)
    bytes += next.value.length
  }
  const stream = Readable.from(chain(chunks, iterator), { objectMode: false })
  return { shown: show(Buffer.concat(chunks), maxBytes), body: { kind: 'stream', stream } }
}

/** The bytes a function returned in place of a body; null when the original goes on. */
export function parseReturnedBody(value: unknown, limits: EventLimits): Buffer | null | Refusal {
  if (value === undefined) return null
  if (!isObject(value)) return refuseBody('request.body is not an object')
  const { action = 'read-only', encoding = 'base64', data } = value
  if (action === 'read-only') return null
  if (action !== 'replace') return refuse(`request.body.action is ${JSON.stringify(action)}.`)
  if (typeof data !== 'string') return refuseBody('request.body.data is not a string')
  const maxBytes = encoding === 'text' ? limits.bytes : limits.base64Bytes
  const bytes = decodeBody(data, encoding, 'request.body.encoding')
  if (isRefusal(bytes)) return bytes
  if (Buffer.byteLength(data) > maxBytes || bytes.length > limits.bytes) {
    return refuseBody(
      `request.body.data has ${Buffer.byteLength(data)} bytes, more than the ${maxBytes} allowed`,
    )
  }
  return bytes
}

/** Text or base64 to bytes. */
export function decodeBody(data: string, encoding: unknown, place: string): Buffer | Refusal {
  if (encoding === 'text') return Buffer.from(data, 'utf8')
  if (encoding !== 'base64') return refuse(`${place} is ${JSON.stringify(encoding)}, not text or base64.`)
  return isBase64(data) ? Buffer.from(data, 'base64') : refuse('The body is not valid base64.')
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

function show(bytes: Buffer, maxBytes: number): EventBody {
  const data = bytes.subarray(0, maxBytes).toString('base64')
  return { inputTruncated: bytes.length > maxBytes, action: 'read-only', encoding: 'base64', data }
}

async function* chain(
  chunks: readonly Buffer[],
  rest: AsyncIterableIterator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    yield* chunks
    yield* rest
  } finally {
    await rest.return?.()
  }
}
