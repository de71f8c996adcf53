// The head of an answer: CloudFront's own headers after the origin's, as a list of fields or as text.
import { reasonPhrase } from './error-page.ts'
import type { Delivery } from './respond.ts'
import type { ReadyHead } from '../cache/entry.ts'
import type { ViewerAnswer } from '../edge/visit.ts'
import { headerName, isSendableValue } from '../message/header-names.ts'
import { Headers } from '../message/headers.ts'
import type { Clock } from '../message/clock.ts'
import { toHttpDate } from '../message/http-date.ts'
import type { ResultType } from '../model/result-types.ts'
import { joinVia } from '../policies/viewer-response.ts'

/** X-Cache, Via, X-Amz-Cf-Pop, X-Amz-Cf-Id and Age after the origin's headers, as CloudFront orders them. */
export function toAnswerFields(answer: ViewerAnswer, page: string | null, delivery: Delivery): string[] {
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
  const allVia = hasVia ? joinVia(answer.headers, via) : via
  out.push('Connection', response.shouldKeepAlive ? 'keep-alive' : 'close')
  out.push(...toOwnFields(answer.resultType, allVia, popHeader), 'X-Amz-Cf-Id', trace.id)
  if (answer.age !== null && page === null) out.push('Age', String(answer.age))
  if (delivery.altSvc) out.push('Alt-Svc', delivery.altSvc)
  if (delivery.explain) out.push('X-Pocketfront-Trace', trace.id)
  // A policy or a function may have removed it.
  if (!hasDate) out.push('Date', toHttpDate(clock.now()))
  return out
}

function toOwnFields(resultType: ResultType, via: string, popHeader: string): string[] {
  return ['X-Cache', `${resultType} from cloudfront`, 'Via', via, 'X-Amz-Cf-Pop', popHeader]
}

/**
 * The same as text with its empty line, for an answer of so many bytes over a connection that stays; null where fields
 * have still to be checked, or a list is needed for another reason.
 */
export function toAnswerText(answer: ViewerAnswer, bytes: number, delivery: Delivery): ReadyHead | null {
  if (delivery.explain || delivery.altSvc) return null
  const own = toOwnText(answer.resultType, delivery)
  const head = toOriginText(answer.status, toStatusText(answer), answer.headers, bytes)
  if (head === null) return null
  let text = head.text + own
  text += delivery.trace.id
  if (answer.age !== null) text += `\r\nAge: ${answer.age}`
  text += head.isChunked ? '\r\nTransfer-Encoding: chunked\r\n\r\n' : '\r\n\r\n'
  return { text, isChunked: head.isChunked }
}

/**
 * Status line and origin's fields of an answer of so many bytes, without a line end behind them. Null where fields
 * have still to be checked or need more than to be written down, with the unwanted one, and without a Date.
 */
export function toOriginText(
  status: number,
  statusText: string,
  headers: Headers,
  bytes: number,
  unwanted: string | null = null,
): ReadyHead | null {
  if (!headers.areSendable) return null
  let text = toStatusLine(status, statusText)
  if (text === null) return null
  let length: number | null = null
  let hasDate = false
  const { pairs } = headers
  for (let i = 0; i < pairs.length; i += 2) {
    const { lower, lead } = headerName(pairs[i]!)
    const value = pairs[i + 1]!
    if (lower === 'via' || lower === 'transfer-encoding' || lower === unwanted) return null
    if (lower === 'date') hasDate = true
    else if (lower === 'content-length') {
      // Whoever writes a list sees to a length that is wrong.
      if (length !== null || Number(value) !== bytes) return null
      length = bytes
    }
    text += lead
    text += value
  }
  return hasDate ? { text, isChunked: length === null } : null
}

const OK = 'HTTP/1.1 200 OK'

function toStatusLine(status: number, statusText: string): string | null {
  if (status === 200 && statusText === 'OK') return OK
  return isSendableValue(statusText) ? `HTTP/1.1 ${status} ${statusText}` : null
}

/** What the origin said, or what is usual. */
export function toStatusText({ status, statusText }: Pick<ViewerAnswer, 'status' | 'statusText'>): string {
  return statusText || reasonPhrase(status)
}

/** The latest text for each result: between two answers of one place and distribution nothing of it changes. */
const ownTexts = new Map<ResultType, { via: string; popHeader: string; text: string }>()

/** CloudFront's own fields up to the value of X-Amz-Cf-Id. */
export function toOwnText(
  resultType: ResultType,
  { via, popHeader }: Pick<Delivery, 'via' | 'popHeader'>,
): string {
  const known = ownTexts.get(resultType)
  if (known !== undefined && known.via === via && known.popHeader === popHeader) return known.text
  const fields = toOwnFields(resultType, via, popHeader)
  let text = '\r\nConnection: keep-alive'
  for (let i = 0; i < fields.length; i += 2) text += `\r\n${fields[i]}: ${fields[i + 1]}`
  text += '\r\nX-Amz-Cf-Id: '
  ownTexts.set(resultType, { via, popHeader, text })
  return text
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
