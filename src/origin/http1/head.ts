// The head of an origin's response: latin1 text in; status, headers to pass on, and framing out.
import {
  NOT_PASSED_ON,
  PLAIN_FRAMING,
  SHARED_VALUE_BYTES,
  SHARED_VALUES,
  sharedValue,
  toNames,
  toPhrase,
} from '../end-to-end.ts'
import { headTooLarge, MalformedResponse, type ExchangeError } from './protocol-error.ts'
import { Headers } from '../../message/headers.ts'
import { headerName } from '../../message/header-names.ts'
import { STATUS_CODES } from '../../message/node-http.ts'
import { toOwnString } from '../../message/own-string.ts'
import { QUOTAS } from '../../model/quotas.ts'

/** What of a response head concerns its message, not its connection. */
export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
}

/** What a head says of its body and its connection (RFC 9112, sections 6 and 9.3); filled in place. */
export interface Framing {
  /** Content-Length; -1 without one. */
  length: number
  /** Transfer-Encoding as one list; null without one. */
  coding: string | null
  /** Whether it may be used again; before HTTP/1.1 only where the origin says so. */
  connection: 'persistent' | 'by-request' | 'closing'
  /** Seconds for which the origin keeps an idle connection; null where it does not say. */
  keepAliveSeconds: number | null
}

type Kind = 'passed-on' | 'content-length' | 'transfer-encoding' | 'connection' | 'keep-alive' | 'dropped'

/** A header name that was met before, and what is done with its values. */
interface Field {
  readonly wire: string
  readonly kind: Kind
  readonly isShared: boolean
  /** The value it had last, where values are shared, and the length that this says. */
  last: string
  length: number
}

/** Neither text nor a line end; of line ends the parser makes sure itself. */
const UNWANTED = /[^\t\r\n\x20-\x7e\x80-\xff]/
const LENGTH = /^\d{1,40}$/
const KEEP_ALIVE = /timeout=(\d{1,10})/
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i
const KEPT = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i
const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32

/** Parses a head whose empty line ends before `end`. The text may go on after that. */
export function parseHead(
  text: string,
  end: number,
  framing: Framing,
): ResponseHead | MalformedResponse | ExchangeError {
  const lineEnd = text.indexOf('\r')
  const start = skipProtocol(text, framing)
  const status = start === -1 ? -1 : toStatus(text, start)
  if (status === -1) return new MalformedResponse('Invalid status line')
  const afterStatus = text.charCodeAt(start + 3)
  if (afterStatus !== SPACE && afterStatus !== CR) return new MalformedResponse('Invalid status line')
  if (text.charCodeAt(lineEnd + 1) !== LF || text.indexOf('\n') !== lineEnd + 1)
    return new MalformedResponse('Missing expected CR or LF after status line')
  if (UNWANTED.test(text.slice(0, end))) return new MalformedResponse('Invalid character in the head')
  const pairs = parseFields(text, lineEnd + 2, end - 2, framing)
  if (!Array.isArray(pairs)) return pairs
  const usual = STATUS_CODES[status]
  const isUsual =
    usual !== undefined && lineEnd === start + 4 + usual.length && text.startsWith(usual, start + 4)
  const statusText = isUsual ? usual : toPhrase(status, toAscii(text.slice(start + 4, lineEnd)))
  return { status, statusText, headers: toHeaders(pairs) }
}

/** Where the status code starts; -1 for another protocol. Versions other than 1.1 have their say over the connection. */
function skipProtocol(text: string, framing: Framing): number {
  framing.length = -1
  framing.coding = null
  framing.keepAliveSeconds = null
  framing.connection = 'persistent'
  if (text.startsWith('HTTP/1.1 ')) return 9
  framing.connection = 'by-request'
  return /^HTTP\/(?:1\.0|0\.9|2\.0) /.test(text) ? 9 : -1
}

/** Nobody knows the encoding of anything else in a phrase. */
function toAscii(phrase: string): string {
  return /[\x80-\xff]/.test(phrase) ? '' : phrase
}

function toStatus(text: string, at: number): number {
  let status = 0
  for (let i = at; i < at + 3; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    status = status * 10 + digit
  }
  return status >= 100 ? status : -1
}

/** The names that Connection has, for the head that is being parsed; a head is parsed in one go. */
let named: Set<string> | null = null

function parseFields(
  text: string,
  from: number,
  to: number,
  framing: Framing,
): string[] | MalformedResponse | ExchangeError {
  const pairs: string[] = []
  named = null
  let bytes = 0
  for (let at = from; at < to;) {
    const lineEnd = text.indexOf('\r', at)
    if (text.indexOf('\n', at) !== lineEnd + 1)
      return new MalformedResponse('Missing expected CR or LF after header value')
    const colon = text.indexOf(':', at)
    const field = colon === -1 || colon > lineEnd ? null : fieldAt(text, at, colon)
    if (field === null) return new MalformedResponse('Invalid header token')
    const value = toValue(text, colon + 1, lineEnd, field)
    bytes += field.wire.length + value.length
    if (field.kind === 'passed-on') pairs.push(field.wire, value)
    else {
      const problem = takeField(field, value, framing, pairs)
      if (problem !== null) return new MalformedResponse(problem)
    }
    at = lineEnd + 2
  }
  if (bytes >= QUOTAS.originResponseHeaderBytes) return headTooLarge()
  // What nobody undoes here is left for the one who refuses it.
  if (framing.coding !== null && !PLAIN_FRAMING.test(framing.coding))
    pairs.push('Transfer-Encoding', framing.coding)
  return pairs
}

/** A header of framing or connection; what is wrong with it, or null. */
function takeField(field: Field, value: string, framing: Framing, pairs: string[]): string | null {
  switch (field.kind) {
    case 'content-length':
      if (framing.length !== -1) return 'Content-Length already present'
      if (field.length === -1 || value !== field.last) field.length = toLength(value)
      framing.length = field.length
      if (framing.length === -1) return 'Invalid Content-Length'
      pairs.push(field.wire, value)
      break
    case 'transfer-encoding':
      framing.coding = framing.coding === null ? value : `${framing.coding}, ${value}`
      break
    case 'connection':
      // What almost every origin says that says anything.
      if (value === 'keep-alive' && framing.connection === 'persistent') break
      if (value !== 'keep-alive' && value !== 'close') named = new Set([...(named ?? []), ...toNames(value)])
      if (CLOSE.test(value)) framing.connection = 'closing'
      else if (framing.connection === 'by-request' && KEPT.test(value)) framing.connection = 'persistent'
      break
    case 'keep-alive': {
      const seconds = KEEP_ALIVE.exec(value)?.[1]
      if (seconds !== undefined) framing.keepAliveSeconds = Number(seconds)
      break
    }
    case 'passed-on':
    case 'dropped':
      break
  }
  return framing.length !== -1 && framing.coding !== null
    ? "Content-Length can't be present with Transfer-Encoding"
    : null
}

function toLength(value: string): number {
  const length = LENGTH.test(value) ? Number(value) : -1
  return length > Number.MAX_SAFE_INTEGER ? -1 : length
}

function toValue(text: string, colonEnd: number, lineEnd: number, field: Field): string {
  let from = colonEnd
  let to = lineEnd
  while (isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  if (!field.isShared || to - from > SHARED_VALUE_BYTES) return text.slice(from, to)
  const { last } = field
  if (last.length === to - from && text.startsWith(last, from)) return last
  field.length = -1
  field.last = sharedValue(text.slice(from, to))
  return field.last
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

/**
 * Of tokens and of characters that may be sent: that is what was checked. A list that has grown by pushes has room for
 * half as many again, and these are stored by the thousand.
 */
function toHeaders(pairs: readonly string[]): Headers {
  const headers = new Headers(pairs.slice())
  headers.areSendable = true
  if (named === null) return headers
  const listed = named
  named = null
  return headers.filter((name) => !listed.has(name) || name === 'cache-control')
}

/** Names by length and three of their characters; almost every name that comes in is the one found there. */
const slots: (Field | undefined)[] = Array.from({ length: 1024 })
/** All that were met lately, for those whose place in `slots` another one has. */
const fields = new Map<string, Field>()
const MEMO_SIZE = 2048
/** Longer names are not remembered: they are no names that come again. */
const MEMO_LENGTH = 128

/** The name between two places, or null for none that is valid (RFC 9110, section 5.1). */
function fieldAt(text: string, start: number, end: number): Field | null {
  const length = end - start
  const first = text.charCodeAt(start)
  const slot =
    (first * 53 + text.charCodeAt(start + (length >> 1)) * 19 + text.charCodeAt(end - 1) * 97 + length) & 1023
  const known = slots[slot]
  if (known !== undefined && known.wire.length === length && text.startsWith(known.wire, start)) return known
  const name = text.slice(start, end)
  const field = fields.get(name) ?? toField(name)
  if (field !== null && length <= MEMO_LENGTH) slots[slot] = field
  return field
}

function toField(name: string): Field | null {
  const { wire, lower, isValid } = headerName(toOwnString(name))
  if (!isValid) return null
  const field: Field = { wire, kind: toKind(lower), isShared: SHARED_VALUES.has(lower), last: '', length: -1 }
  if (wire.length > MEMO_LENGTH) return field
  if (fields.size >= MEMO_SIZE) fields.clear()
  fields.set(wire, field)
  return field
}

function toKind(lower: string): Kind {
  switch (lower) {
    case 'content-length':
    case 'transfer-encoding':
    case 'connection':
    case 'keep-alive':
      return lower
    default:
      return NOT_PASSED_ON.has(lower) ? 'dropped' : 'passed-on'
  }
}
