// Writes an answer to the viewer: CloudFront's own headers, the error page, the body at the viewer's pace.
import type { ServerResponse } from 'node:http'
import { reasonPhrase, renderErrorPage } from './error-page.ts'
import type { ViewerAnswer, Visit } from '../edge/visit.ts'
import type { Body, BodyReader } from '../message/body.ts'
import { Headers } from '../message/headers.ts'
import { toHttpDate } from '../message/http-date.ts'
import { joinVia } from '../policies/viewer-response.ts'

/** Called once, when the answer is out or its viewer gone. */
export type OnDelivered = () => void

/** Everything a response needs beside the answer. */
export interface Delivery {
  readonly response: ServerResponse
  readonly visit: Pick<Visit, 'trace' | 'clock'> & { readonly popHeader: string; readonly via: string }
  readonly isHead: boolean
  /** The viewer asked for the trace id. */
  readonly explain: boolean
  readonly tick: () => number
  readonly onDelivered: OnDelivered
}

/** Starts writing; what remains happens at the viewer's pace. */
export function deliver(answer: ViewerAnswer, delivery: Delivery): void {
  const { response, visit } = delivery
  const { trace } = visit
  trace.status = answer.status
  trace.resultType = answer.resultType
  trace.detailedResultType = answer.detailedResultType
  if (response.destroyed || response.socket === null) return endDelivery(answer, delivery, 'client-gone')

  const page =
    answer.failure === null ? null : renderErrorPage(answer.status, answer.failure.message, trace.id)
  const headers = toOutgoingHeaders(answer, page, delivery)
  trace.firstByteMs = delivery.tick() - trace.startedTick
  if (headers.has('date')) response.sendDate = false
  response.writeHead(
    answer.status,
    answer.statusText || reasonPhrase(answer.status),
    headers.pairs as string[],
  )

  if (page !== null || delivery.isHead || answer.delivered.kind === 'none' || hasNoBody(answer.status)) {
    answer.body.discard()
    if (page !== null && !delivery.isHead) {
      trace.bytes = page.length
      response.end(page, 'latin1')
    } else response.end()
    return endDelivery(answer, delivery, 'complete')
  }
  const { whole } = answer.body
  if (whole !== null && answer.delivered.kind === 'whole') {
    trace.bytes = whole.length
    if (typeof whole === 'string') response.end(whole, 'latin1')
    else response.end(whole)
    return endDelivery(answer, delivery, 'complete')
  }
  streamBody(answer, delivery)
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304
}

/** X-Cache, Via, X-Amz-Cf-Pop, X-Amz-Cf-Id and Age after the origin's headers, as CloudFront orders them. */
function toOutgoingHeaders(answer: ViewerAnswer, page: string | null, delivery: Delivery): Headers {
  const { visit, response } = delivery
  const own = ['X-Cache', `${answer.resultType} from cloudfront`]
  own.push(
    'Via',
    joinVia(answer.headers, visit.via),
    'X-Amz-Cf-Pop',
    visit.popHeader,
    'X-Amz-Cf-Id',
    visit.trace.id,
  )
  if (answer.age !== null && page === null) own.push('Age', String(answer.age))
  if (delivery.explain) own.push('X-Pocketfront-Trace', visit.trace.id)
  const first = page === null ? [] : pageHeaders(page, visit)
  const connection = response.shouldKeepAlive ? 'keep-alive' : 'close'
  const rest = answer.headers.without('via')
  return new Headers([...first, ...rest.pairs, 'Connection', connection, ...own])
}

function pageHeaders(page: string, visit: Delivery['visit']): string[] {
  const date = toHttpDate(visit.clock.now())
  return [
    'Server',
    'CloudFront',
    'Date',
    date,
    'Content-Type',
    'text/html',
    'Content-Length',
    String(page.length),
  ]
}

function streamBody(answer: ViewerAnswer, delivery: Delivery): void {
  const { response, visit } = delivery
  let done = false
  const finish = (how: 'complete' | 'client-gone' | 'broken'): void => {
    if (done) return
    done = true
    response.off('drain', onDrain)
    response.off('close', onClose)
    endDelivery(answer, delivery, how)
  }
  const window = toWindow(answer)
  const reader: BodyReader = readFrom(answer.body, {
    onData(chunk) {
      const part = window(chunk)
      if (part.length === 0) return true
      visit.trace.bytes += part.length
      return response.write(part)
    },
    onEnd() {
      response.end()
      finish('complete')
    },
    onError(error) {
      // The head is out: only a broken connection tells the viewer that this is not all.
      visit.trace.problem ??= error.message
      response.destroy()
      finish('broken')
    },
  })
  const onDrain = (): void => reader.resume()
  const onClose = (): void => {
    if (response.writableFinished) return finish('complete')
    reader.cancel()
    finish('client-gone')
  }
  response.on('drain', onDrain)
  response.on('close', onClose)
  reader.resume()
}

function readFrom(body: Body, consumer: Parameters<Body['read']>[0]): BodyReader {
  return body.read(consumer)
}

/** Cuts the chunks of a body to the range that goes out. */
function toWindow(answer: ViewerAnswer): (chunk: Buffer) => Buffer {
  const { delivered } = answer
  if (delivered.kind !== 'part') return (chunk) => chunk
  let at = 0
  return (chunk) => {
    const from = Math.max(0, delivered.first - at)
    const to = Math.min(chunk.length, delivered.last + 1 - at)
    at += chunk.length
    return from >= to ? chunk.subarray(0, 0) : chunk.subarray(from, to)
  }
}

function endDelivery(
  answer: ViewerAnswer,
  delivery: Delivery,
  how: 'complete' | 'client-gone' | 'broken',
): void {
  const { trace } = delivery.visit
  if (how !== 'complete') {
    answer.body.discard()
    trace.resultType = 'Error'
    trace.detailedResultType = how === 'broken' ? 'OriginReadError' : 'ClientCommError'
  }
  trace.delivery = how
  trace.totalMs = delivery.tick() - trace.startedTick
  delivery.onDelivered()
}
