// Writes an answer to the viewer: CloudFront's own headers, the error page, the body at the viewer's pace.
import { reasonPhrase, renderErrorPage } from './error-page.ts'
import { internalError } from './refused.ts'
import type { Reply } from './reply.ts'
import type { ViewerAnswer } from '../edge/visit.ts'
import type { BodyConsumer } from '../message/body-reader.ts'
import { BrokenBodyError } from '../message/broken-body.ts'
import type { Clock } from '../message/clock.ts'
import { headerName } from '../message/header-names.ts'
import { Headers } from '../message/headers.ts'
import { toHttpDate } from '../message/http-date.ts'
import type { Trace } from '../message/trace.ts'
import { TrailedBody } from '../message/trailed-body.ts'
import type { DetailedResultType } from '../model/result-types.ts'
import { joinVia } from '../policies/viewer-response.ts'

/** Called once, when the answer is out or its viewer gone. */
export type OnDelivered = () => void

/** Everything a response needs beside the answer. */
export interface Delivery {
  readonly response: Reply
  readonly trace: Trace
  readonly clock: Clock
  readonly popHeader: string
  readonly via: string
  /** Value of Alt-Svc, where the distribution has HTTP/3. */
  readonly altSvc?: string | null
  readonly isHead: boolean
  /** The viewer asked for the trace id. */
  readonly explain: boolean
  readonly tick: () => number
  readonly onDelivered: OnDelivered
  /** An answer that could not be written. */
  readonly onBug: (error: unknown) => void
}

/** Starts writing; what remains happens at the viewer's pace. An answer that cannot be written becomes a 500. */
export function deliver(answer: ViewerAnswer, delivery: Delivery): void {
  try {
    write(answer, delivery)
  } catch (error) {
    delivery.onBug(error)
    delivery.trace.problem = String(error)
    answer.body.discard()
    replace(internalError(error), delivery)
  }
}

function replace(page: ViewerAnswer, delivery: Delivery): void {
  const { response } = delivery
  try {
    if (!response.headersSent) return write(page, delivery)
  } catch (error) {
    delivery.onBug(error)
  }
  response.destroy()
  endDelivery(page, delivery, 'broken')
}

function write(answer: ViewerAnswer, delivery: Delivery): void {
  const { response, trace } = delivery
  trace.status = answer.status
  trace.resultType = answer.resultType
  trace.detailedResultType = answer.detailedResultType
  // No socket is no reason: a pipelined response gets its own only after the one before it.
  if (response.destroyed) return endDelivery(answer, delivery, 'client-gone')

  if (answer.closes === true) response.shouldKeepAlive = false
  if (answer.body instanceof TrailedBody) response.expectTrailers?.(answer.body)
  const page =
    answer.failure === null ? null : renderErrorPage(answer.status, answer.failure.message, trace.id)
  const headers = toOutgoingHeaders(answer, page, delivery)
  const content = selectContent(answer, page, delivery)
  if (content === null) return streamBody(answer, delivery, headers)
  if (page !== null || content.length === 0) answer.body.discard()
  writeHead(answer, headers, delivery)
  if (typeof content === 'string') response.end(content, 'latin1')
  else response.end(content)
  trace.bytes = content.length
  endDelivery(answer, delivery, 'complete')
}

function toStatusText({ status, statusText }: ViewerAnswer): string {
  return statusText || reasonPhrase(status)
}

function writeHead(answer: ViewerAnswer, headers: string[], { response, trace, tick }: Delivery): void {
  trace.firstByteMs = tick() - trace.startedTick
  // The date is that of the product's clock, and there already.
  response.sendDate = false
  response.writeHead(answer.status, toStatusText(answer), headers)
}

/** What goes out in one write, or null for a body that streams. */
function selectContent(
  answer: ViewerAnswer,
  page: string | null,
  { isHead }: Delivery,
): string | Buffer | null {
  const { body, delivered, status } = answer
  if (isHead) return ''
  if (page !== null) return page
  if (delivered.kind === 'none' || hasNoBody(status)) return ''
  return delivered.kind === 'whole' ? body.whole : null
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304
}

/** X-Cache, Via, X-Amz-Cf-Pop, X-Amz-Cf-Id and Age after the origin's headers, as CloudFront orders them. */
function toOutgoingHeaders(answer: ViewerAnswer, page: string | null, delivery: Delivery): string[] {
  const { response, trace, clock, popHeader, via } = delivery
  const out = page === null ? [] : pageHeaders(page, answer.headers, clock)
  const { pairs } = answer.headers
  let hasDate = page !== null
  let hasVia = false
  for (let i = 0; i < pairs.length; i += 2) {
    const { lower } = headerName(pairs[i]!)
    if (lower === 'via') hasVia = true
    else {
      if (lower === 'date') hasDate = true
      out.push(pairs[i]!, pairs[i + 1]!)
    }
  }
  const xCache = `${answer.resultType} from cloudfront`
  const allVia = hasVia ? joinVia(answer.headers, via) : via
  out.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close', 'X-Cache', xCache)
  out.push('Via', allVia, 'X-Amz-Cf-Pop', popHeader, 'X-Amz-Cf-Id', trace.id)
  if (answer.age !== null && page === null) out.push('Age', String(answer.age))
  if (delivery.altSvc) out.push('Alt-Svc', delivery.altSvc)
  if (delivery.explain) out.push('X-Pocketfront-Trace', trace.id)
  // A policy or a function may have removed it.
  if (!hasDate) out.push('Date', toHttpDate(clock.now()))
  return out
}

/** The headers of a page, less those that a response headers policy has set. */
function pageHeaders(page: string, given: Headers, clock: Clock): string[] {
  const own = new Headers([
    'Server',
    'CloudFront',
    'Date',
    toHttpDate(clock.now()),
    'Content-Type',
    'text/html',
    'Content-Length',
    String(page.length),
  ])
  return [...own.filter((name) => !given.has(name)).pairs]
}

/** The reader is there before the head goes out: a body that has lost its start must not follow a 200. */
function streamBody(answer: ViewerAnswer, delivery: Delivery, headers: string[]): void {
  const { response, trace } = delivery
  let done = false
  const finish = (how: 'complete' | 'client-gone' | 'broken'): void => {
    if (done) return
    done = true
    response.off('drain', onDrain)
    response.off('close', onClose)
    endDelivery(answer, delivery, how)
  }
  const consumer: BodyConsumer = {
    onData(chunk) {
      trace.bytes += chunk.length
      return response.write(chunk)
    },
    onEnd() {
      response.end()
      finish('complete')
    },
    onError(error) {
      // The head is out: only a broken connection tells the viewer that this is not all.
      trace.problem ??= error.message
      if (trace.bytes === 0) response.flushHeaders()
      response.destroy()
      finish('broken')
    },
  }
  const { body, delivered } = answer
  const reader =
    delivered.kind === 'part' ? body.read(consumer, delivered.first, delivered.last) : body.read(consumer)
  const onDrain = (): void => reader.resume()
  const onClose = (): void => {
    if (response.writableFinished) return finish('complete')
    reader.cancel()
    finish('client-gone')
  }
  try {
    writeHead(answer, headers, delivery)
  } catch (error) {
    reader.cancel()
    throw error
  }
  response.on('drain', onDrain)
  response.on('close', onClose)
  const sentBefore = trace.bytes
  reader.resume()
  // The head goes out with what is there of the body, and without it when nothing is: the first byte may take as long
  // as an event stream likes.
  if (trace.bytes === sentBefore && !done) response.flushHeaders()
}

function endDelivery(
  answer: ViewerAnswer,
  delivery: Delivery,
  how: 'complete' | 'client-gone' | 'broken',
): void {
  const { trace } = delivery
  if (trace.delivery !== 'open') return
  if (how !== 'complete') {
    answer.body.discard()
    trace.resultType = 'Error'
    trace.detailedResultType = how === 'broken' ? whyBroken(answer) : 'ClientCommError'
  }
  trace.delivery = how
  trace.totalMs = delivery.tick() - trace.startedTick
  delivery.onDelivered()
}

function whyBroken({ body }: ViewerAnswer): DetailedResultType {
  return body.error instanceof BrokenBodyError ? body.error.detailedResultType : 'OriginReadError'
}
