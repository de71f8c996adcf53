// What a Lambda@Edge function may return at each event, checked field by field and turned into outcomes.
import { isRefusal, refuse, refuseBody, refuseNonObject } from './failures.ts'
import { checkAddedHeaders, checkHeaderChanges, withHidden } from './header-rules.ts'
import { findControlCharacter, isObject, parseHeaderMap, toWireText } from './header-maps.ts'
import { parseOrigin } from './origin-rules.ts'
import { decodeBody, parseReturnedBody } from './request-body.ts'
import { QUOTAS } from '../model/quotas.ts'
import type { Refusal } from './failures.ts'
import type {
  HookResponded,
  OriginRequestOutcome,
  OriginResponseOutcome,
  ResponseHead,
  ViewerRequestOutcome,
  ViewerResponseOutcome,
} from './hooks.ts'
import type { EventLimits, PeekedBody } from './request-body.ts'
import type { Headers } from '../message/headers.ts'
import {
  withChanges,
  type OutgoingRequest,
  type RequestBody,
  type ViewerRequest,
} from '../message/requests.ts'

type Continued<Outcome> = Exclude<Outcome, { kind: 'failed' }>
type Url = Pick<ViewerRequest, 'path' | 'queryString'>
type RequestEvent = 'viewer-request' | 'origin-request'
type Fields = Record<string, unknown>

/** `peeked` is null without IncludeBody. */
export function parseViewerRequestResult(
  result: unknown,
  request: ViewerRequest,
  peeked: PeekedBody | null,
  limits: EventLimits,
): Continued<ViewerRequestOutcome> | Refusal {
  if (!isObject(result)) return refuseNonObject()
  if (result['status'] !== undefined) return parseGenerated(result, 'viewer-request', limits)
  const changed = parseRequest(result, 'viewer-request', request, request.clientIp, peeked, limits)
  if (isRefusal(changed)) return changed
  return { kind: 'continue', request: withChanges(request, changed) }
}

/** `peeked` is null without IncludeBody. */
export function parseOriginRequestResult(
  result: unknown,
  request: OutgoingRequest,
  clientIp: string,
  peeked: PeekedBody | null,
  limits: EventLimits,
): Continued<OriginRequestOutcome> | Refusal {
  if (!isObject(result)) return refuseNonObject()
  if (result['status'] !== undefined) return parseGenerated(result, 'origin-request', limits)
  const changed = parseRequest(result, 'origin-request', request, clientIp, peeked, limits)
  if (isRefusal(changed)) return changed
  const origin = parseOrigin(result['origin'], request.origin, changed.headers)
  if (isRefusal(origin)) return origin
  return { kind: 'continue', request: { ...request, ...changed, origin } }
}

export function parseOriginResponseResult(
  result: unknown,
  response: ResponseHead,
  limits: EventLimits,
): Continued<OriginResponseOutcome> | Refusal {
  const head = parseResponseHead(result, 'origin-response', response)
  if (isRefusal(head)) return head
  const body = parseResponseBody(result as Fields)
  if (isRefusal(body)) return body
  if (body === null)
    return { kind: 'continue', ...head, headers: withLengthOf(head.headers, response.headers), body }
  const tooLarge = checkSize(head.headers, body, limits)
  if (tooLarge !== null) return tooLarge
  return { kind: 'continue', ...head, headers: withBodyLength(head.headers, body), body }
}

/** Differs from CloudFront: a body that a viewer-response function sets is ignored; what CloudFront does is not documented. */
export function parseViewerResponseResult(
  result: unknown,
  response: ResponseHead,
): Continued<ViewerResponseOutcome> | Refusal {
  const head = parseResponseHead(result, 'viewer-response', response)
  if (isRefusal(head)) return head
  if (head.status !== response.status) {
    return refuse(
      `A viewer-response function must not change the status from ${response.status} to ${head.status}.`,
    )
  }
  return { kind: 'continue', ...head }
}

type RequestChanges = Pick<ViewerRequest, 'path' | 'queryString' | 'headers' | 'body'>

function parseRequest(
  result: Fields,
  event: RequestEvent,
  before: RequestChanges & Pick<ViewerRequest, 'method'>,
  clientIp: string,
  peeked: PeekedBody | null,
  limits: EventLimits,
): RequestChanges | Refusal {
  const { method = before.method, uri = before.path, querystring = before.queryString } = result
  if (method !== before.method) return refuse('The function tried to change the read-only field method.')
  if ((result['clientIp'] ?? clientIp) !== clientIp) {
    return refuse('The function tried to change the read-only field clientIp.')
  }
  const url = parseUrl(uri, querystring, before)
  if (isRefusal(url)) return url
  const headers = parseHeaderMap(result['headers'])
  if (isRefusal(headers)) return headers
  const problem = checkHeaderChanges(event, before.headers, headers)
  if (problem !== null) return problem
  const all = withHidden(before.headers, headers)
  if (peeked === null) return { ...url, headers: all, body: before.body }
  const bytes = parseReturnedBody(result['body'], limits)
  if (isRefusal(bytes)) return bytes
  if (bytes === null) return { ...url, headers: all, body: peeked.body }
  const body: RequestBody = { kind: 'bytes', bytes }
  return { ...url, headers: withBodyLength(all.without('transfer-encoding'), bytes), body }
}

function parseUrl(uri: unknown, querystring: unknown, before: Url): Url | Refusal {
  if (typeof uri !== 'string' || !uri.startsWith('/')) return refuse('The uri does not start with a slash.')
  if (typeof querystring !== 'string') return refuse('The querystring is not a string.')
  for (const [field, text] of [
    ['uri', uri],
    ['querystring', querystring],
  ] as const) {
    if (/[\s#]/.test(text) || findControlCharacter(text) !== null) {
      return refuse(`The ${field} has a space, a control character or a fragment identifier.`)
    }
  }
  const path = uri === before.path ? uri : percentEncode(uri).replaceAll('?', '%3F')
  const queryString = querystring === before.queryString ? querystring : percentEncode(querystring)
  if (path.length + queryString.length + 1 > QUOTAS.urlBytes) {
    return refuse(`The uri and the querystring are longer than ${QUOTAS.urlBytes} characters.`)
  }
  return { path, queryString }
}

/** Only what cannot stand in a request line; percent signs stay as they are. */
function percentEncode(text: string): string {
  return /^[\u0021-\u007e]*$/.test(text)
    ? text
    : text.toWellFormed().replace(/[^\u0021-\u007e]+/g, (each) => encodeURIComponent(each))
}

/** (Developer Guide, 'Generate HTTP responses in request triggers') */
function parseGenerated(result: Fields, event: RequestEvent, limits: EventLimits): HookResponded | Refusal {
  const head = parseStatusLine(result)
  if (isRefusal(head)) return head
  const given = parseHeaderMap(result['headers'])
  if (isRefusal(given)) return given
  const problem = checkAddedHeaders(event, given)
  if (problem !== null) return problem
  const body = parseResponseBody(result) ?? Buffer.alloc(0)
  if (isRefusal(body)) return body
  if (head.status === 204 && body.length > 0 && event === 'viewer-request') {
    return refuse('A response with status 204 must not have a body.')
  }
  const tooLarge = checkSize(given, body, limits)
  if (tooLarge !== null) return tooLarge
  const headers = withFraming(given, head.status, body)
  return { kind: 'responded', response: { ...head, headers, body }, resultType: 'LambdaGeneratedResponse' }
}

function parseResponseHead(
  result: unknown,
  event: 'origin-response' | 'viewer-response',
  before: ResponseHead,
): ResponseHead | Refusal {
  if (!isObject(result)) return refuseNonObject()
  if (result['status'] === undefined) return refuse(`The result of an ${event} function has no status.`)
  const head = parseStatusLine(result)
  if (isRefusal(head)) return head
  const headers = parseHeaderMap(result['headers'])
  if (isRefusal(headers)) return headers
  const problem = checkHeaderChanges(event, before.headers, headers)
  return problem ?? { ...head, headers: withHidden(before.headers, headers) }
}

function parseStatusLine(result: Fields): Pick<ResponseHead, 'status' | 'statusText'> | Refusal {
  const status = typeof result['status'] === 'string' ? Number(result['status']) : result['status']
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) {
    return refuse(`The status ${JSON.stringify(result['status'])} is not a number from 200 to 599.`)
  }
  const { statusDescription = '' } = result
  if (typeof statusDescription !== 'string') return refuse('The statusDescription is not a string.')
  const control = findControlCharacter(statusDescription)
  if (control !== null) return refuse(`invalid character : '${control}' in statusDescription.`)
  return { status: status as number, statusText: toWireText(statusDescription) }
}

/** null: the function said nothing about a body. */
function parseResponseBody(result: Fields): Buffer | null | Refusal {
  const { body, bodyEncoding = 'text' } = result
  if (body === undefined) return null
  if (typeof body !== 'string') return refuseBody('the body is not a string')
  return decodeBody(body, bodyEncoding, 'bodyEncoding')
}

function checkSize(headers: Headers, body: Buffer, limits: EventLimits): Refusal | null {
  const bytes = headers.bytes + body.length
  if (bytes <= limits.bytes) return null
  return refuseBody(`headers and body have ${bytes} bytes, more than the ${limits.bytes} allowed`)
}

/** A generated response is framed by its real body. */
function withFraming(headers: Headers, status: number, body: Buffer): Headers {
  const unframed = headers.without('transfer-encoding')
  return status === 204 || status === 304
    ? unframed.without('content-length')
    : withBodyLength(unframed, body)
}

function withBodyLength(headers: Headers, body: Buffer): Headers {
  return headers.with('content-length', String(body.length))
}

/** The body stays, and so does its length, whatever the function wrote there. */
function withLengthOf(headers: Headers, original: Headers): Headers {
  const length = original.get('content-length')
  return length === null ? headers.without('content-length') : headers.with('content-length', length)
}
