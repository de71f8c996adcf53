// What a CloudFront Function may return, checked field by field and turned into outcomes.
import { REQUEST_COOKIES, RESPONSE_COOKIES } from './cookies.ts'
import type { RequestParts, ResponseParts } from './event.ts'
import { applyHeaderItems, toHeaders } from './headers.ts'
import type { CffEventType } from './headers.ts'
import { QUERY } from './query.ts'
import { checkHeaderText, toUrlText, toWireUtf8 } from './text.ts'
import { applyEventItems } from './values.ts'
import type { Item, ValueProblem } from './values.ts'
import { isObject } from '../header-maps.ts'
import type { HookResponded } from '../hooks.ts'
import { Headers } from '../../message/headers.ts'
import { withChanges, type ViewerRequest } from '../../message/requests.ts'
import { QUOTAS } from '../../model/quotas.ts'

type Fields = Record<string, unknown>

/** What a viewer-request function decided, without the origin it may have chosen. */
export type RequestResult = { readonly kind: 'continue'; readonly request: ViewerRequest } | HookResponded

/** What a viewer-response function decided; `body: null` leaves the body as it is. */
export interface ResponseResult {
  readonly kind: 'continue'
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: Buffer | null
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** A response has a statusCode, a request has not. ('Write function code') */
export function parseViewerRequestResult(value: unknown, parts: RequestParts): RequestResult | ValueProblem {
  if (!isObject(value)) return notAnObject('a request or a response')
  if (value['statusCode'] !== undefined) return parseGenerated(value)
  if (value['uri'] === undefined && value['method'] === undefined) {
    return { problem: 'the result is neither a request nor a response' }
  }
  return parseRequest(value, parts)
}

export function parseViewerResponseResult(
  value: unknown,
  parts: ResponseParts,
): ResponseResult | ValueProblem {
  if (!isObject(value)) return notAnObject('a response')
  const status = parseStatus(value)
  if (isProblem(status)) return status
  const headers = parseResponseHeaders(value, parts, 'viewer-response')
  if (isProblem(headers)) return headers
  const body = parseBody(value['body'])
  if (isProblem(body)) return body
  const size = body === null ? null : checkSize(headers, body)
  if (size !== null) return size
  const { head } = parts
  // What was there in place of a reason phrase is the usual one of the status.
  const isSame = status.statusCode === head.status && head.statusText === ''
  return {
    kind: 'continue',
    status: status.statusCode,
    statusText: isSame ? '' : status.statusText,
    headers: body === null ? withLengthOf(headers, head.headers) : withLength(headers, body),
    body,
  }
}

function parseRequest(value: Fields, parts: RequestParts): RequestResult | ValueProblem {
  const { request } = parts
  const { method = request.method, uri = parts.uri } = value
  if (method !== request.method) return { problem: 'request.method is read-only' }
  const path = parseUri(uri, parts)
  if (isProblem(path)) return path
  const query = applyEventItems(parts.query, value['querystring'] ?? {}, QUERY)
  if (isProblem(query)) return query
  const headers = applyHeaderItems(parts.headers, value['headers'] ?? {}, 'request', 'viewer-request', false)
  if (isProblem(headers)) return headers
  const cookies = applyEventItems(parts.cookies, value['cookies'] ?? {}, REQUEST_COOKIES)
  if (isProblem(cookies)) return cookies
  const queryString = query === parts.query ? request.queryString : query.map(({ raw }) => raw).join('&')
  if (path.length + queryString.length + 1 > QUOTAS.urlBytes) {
    return { problem: `request.uri and request.querystring have more than ${QUOTAS.urlBytes} characters` }
  }
  const cookieLines = toCookieLines(cookies, parts.cookies, request.headers)
  // What CloudFront adds is added anew when the request is forwarded.
  const own = parts.added.length === 0 ? headers : headers.filter((item) => !parts.added.includes(item))
  const all = toHeaders(request.headers, own, cookieLines, 'request')
  return { kind: 'continue', request: withChanges(request, { path, queryString, headers: all }) }
}

function parseUri(uri: unknown, parts: RequestParts): string | ValueProblem {
  if (uri === parts.uri) return parts.request.path
  if (typeof uri !== 'string') return { problem: 'request.uri is not a string' }
  if (!uri.startsWith('/')) return { problem: 'request.uri does not start with a slash' }
  if (checkHeaderText(uri) !== null) return { problem: 'request.uri has a control character' }
  return toUrlText(uri).replaceAll('?', '%3F').replaceAll('#', '%23')
}

/** The lines as they came, or one line of the cookies that are left. */
function toCookieLines(after: readonly Item[], before: readonly Item[], original: Headers): string[] {
  if (after === before) return original.all('cookie')
  return after.length === 0 ? [] : [after.map(({ raw }) => raw).join('; ')]
}

const NOTHING: ResponseParts = {
  head: { status: 0, statusText: '', headers: Headers.none },
  headers: [],
  cookies: [],
}

/** ('CloudFront Functions event structure', status code and body) */
function parseGenerated(value: Fields): HookResponded | ValueProblem {
  const status = parseStatus(value)
  if (isProblem(status)) return status
  const given = parseResponseHeaders(value, NOTHING, null)
  if (isProblem(given)) return given
  const body = parseBody(value['body']) ?? Buffer.alloc(0)
  if (isProblem(body)) return body
  const { statusCode, statusText } = status
  if (statusCode === 204 && body.length > 0) return { problem: 'a response with status 204 has no body' }
  const size = checkSize(given, body)
  if (size !== null) return size
  const headers = given.without('transfer-encoding')
  const response = { status: statusCode, statusText, headers: headers.without('content-length'), body }
  return { kind: 'responded', response, resultType: 'FunctionGeneratedResponse' }
}

/** `event` is null for a response that the function made itself. */
function parseResponseHeaders(
  value: Fields,
  parts: ResponseParts,
  event: CffEventType | null,
): Headers | ValueProblem {
  const isGenerated = event === null
  const rules = event ?? 'viewer-response'
  const headers = applyHeaderItems(parts.headers, value['headers'] ?? {}, 'response', rules, isGenerated)
  if (isProblem(headers)) return headers
  const cookies = applyEventItems(parts.cookies, value['cookies'] ?? {}, RESPONSE_COOKIES)
  if (isProblem(cookies)) return cookies
  return toHeaders(
    parts.head.headers,
    headers,
    cookies.map(({ raw }) => raw),
    'response',
  )
}

function parseStatus(value: Fields): { statusCode: number; statusText: string } | ValueProblem {
  const { statusCode, statusDescription = '' } = value
  if (!Number.isInteger(statusCode)) return { problem: 'response.statusCode is not an integer' }
  const code = statusCode as number
  if (code < 200 || code > 599) return { problem: `response.statusCode ${code} is not between 200 and 599` }
  if (typeof statusDescription !== 'string') return { problem: 'response.statusDescription is not a string' }
  if (checkHeaderText(statusDescription) !== null) {
    return { problem: 'response.statusDescription has a control character' }
  }
  return { statusCode: code, statusText: toWireUtf8(statusDescription) }
}

/** A text, or `{encoding, data}`; null when the function said nothing about a body. */
function parseBody(body: unknown): Buffer | null | ValueProblem {
  if (body === undefined) return null
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  if (!isObject(body)) return { problem: 'response.body is neither a string nor an object' }
  const { encoding, data } = body
  if (encoding !== 'text' && encoding !== 'base64') {
    return { problem: 'response.body.encoding is neither text nor base64' }
  }
  if (typeof data !== 'string') return { problem: 'response.body.data is not a string' }
  if (encoding === 'text') return Buffer.from(data, 'utf8')
  if (!BASE64.test(data) || data.length % 4 === 1) return { problem: 'response.body.data is not base64' }
  return Buffer.from(data, 'base64')
}

function checkSize(headers: Headers, body: Buffer): ValueProblem | null {
  const bytes = headers.bytes + body.length
  if (bytes <= QUOTAS.functionResponseBytes) return null
  return { problem: `the response has ${bytes} bytes; ${QUOTAS.functionResponseBytes} are allowed` }
}

function withLength(headers: Headers, body: Buffer): Headers {
  return headers.without('transfer-encoding').with('content-length', String(body.length))
}

/** The body stays, and so does its length, whatever the function wrote there. */
function withLengthOf(headers: Headers, original: Headers): Headers {
  const length = original.get('content-length')
  if (length === headers.get('content-length')) return headers
  return length === null ? headers.without('content-length') : headers.with('content-length', length)
}

function notAnObject(expected: string): ValueProblem {
  return { problem: `the function did not return ${expected}` }
}

function isProblem(value: unknown): value is ValueProblem {
  return typeof value === 'object' && value !== null && 'problem' in value
}
