// Writes an answer to the viewer: CloudFront's own headers, the error page, the body at the viewer's pace.
import { toAnswerFields, toAnswerText, toStatusText } from './answer-head.ts'
import { renderErrorPage } from './error-page.ts'
import { internalError } from './refused.ts'
import type { Reply } from './reply.ts'
import type { ViewerAnswer } from '../edge/visit.ts'
import type { BodyConsumer } from '../message/body-reader.ts'
import { BrokenBodyError } from '../message/broken-body.ts'
import type { Clock } from '../message/clock.ts'
import type { Trace } from '../message/trace.ts'
import { TrailedBody } from '../message/trailed-body.ts'
import type { DetailedResultType } from '../model/result-types.ts'

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
  const content = selectContent(answer, page, delivery)
  if (content === null) return streamBody(answer, delivery, toAnswerFields(answer, page, delivery))
  if (page !== null || content.length === 0) answer.body.discard()
  writeWhole(answer, page, content, delivery)
  trace.bytes = content.length
  endDelivery(answer, delivery, 'complete')
}

/** Head and body at once; as text where that is possible, which costs less than a list of fields. */
function writeWhole(
  answer: ViewerAnswer,
  page: string | null,
  content: string | Buffer,
  delivery: Delivery,
): void {
  const { response, trace, tick } = delivery
  if (page === null && content.length > 0 && response.endReady !== undefined && response.shouldKeepAlive) {
    const head = toAnswerText(answer, content.length, delivery)
    if (head !== null) {
      trace.firstByteMs = tick() - trace.startedTick
      return response.endReady(head.text, content, head.isChunked)
    }
  }
  writeHead(answer, toAnswerFields(answer, page, delivery), delivery)
  if (typeof content === 'string') response.end(content, 'latin1')
  else response.end(content)
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
