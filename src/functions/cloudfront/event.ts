// The event object of CloudFront Functions, and what is kept of it to read the function's answer.
import { toRequestCookies, toResponseCookies } from './cookies.ts'
import { toHeaderItems } from './headers.ts'
import type { CffEventType } from './headers.ts'
import { toQueryItems } from './query.ts'
import { toEventText } from './text.ts'
import { toEventItems } from './values.ts'
import type { Item } from './values.ts'
import type { HookContext, ResponseHead } from '../hooks.ts'
import type { ViewerRequest } from '../../message/requests.ts'
import type { CloudFrontHeader } from '../../policies/cloudfront-headers.ts'
import { STATUS_CODES } from '../../message/node-http.ts'

/** What a handler gets as its argument, and whose run it is. `request.rawQueryString` is added inside the engine. */
export interface CffEvent {
  readonly context: {
    readonly distributionDomainName: string
    readonly distributionId: string
    readonly eventType: CffEventType
    readonly requestId: string
  }
  /** The event object as JSON. (Developer Guide, 'CloudFront Functions event structure') */
  readonly json: string
}

/** A request taken apart. */
export interface RequestParts {
  readonly request: ViewerRequest
  readonly uri: string
  readonly query: readonly Item[]
  readonly headers: readonly Item[]
  /** Those of the headers that CloudFront adds by the behavior's policies; the request itself has them not. */
  readonly added: readonly Item[]
  readonly cookies: readonly Item[]
}

/** A response taken apart. */
export interface ResponseParts {
  readonly head: ResponseHead
  readonly headers: readonly Item[]
  readonly cookies: readonly Item[]
}

/** `cloudFrontHeaders` are those that the policies of the behavior list; a viewer's own goes before. ('Add CloudFront request headers') */
export function toRequestParts(
  request: ViewerRequest,
  cloudFrontHeaders: readonly CloudFrontHeader[],
): RequestParts {
  const added: Item[] = []
  for (const { lowerName: name, toValue } of cloudFrontHeaders) {
    const value = request.headers.has(name) ? null : toValue(request)
    if (value !== null) added.push({ name, value, attributes: null, raw: value })
  }
  const headers = toHeaderItems(request.headers, 'request')
  return {
    request,
    uri: toEventText(request.path),
    query: toQueryItems(request.queryString),
    headers: added.length === 0 ? headers : [...headers, ...added],
    added,
    cookies: toRequestCookies(request.headers),
  }
}

export function toResponseParts(head: ResponseHead): ResponseParts {
  return {
    head,
    headers: toHeaderItems(head.headers, 'response'),
    cookies: toResponseCookies(head.headers),
  }
}

/** The event of either kind; with a response it is the viewer-response event. */
export function toCffEvent(
  parts: RequestParts,
  response: ResponseParts | null,
  { distribution, trace }: HookContext,
): CffEvent {
  const context = {
    distributionDomainName: distribution.DomainName,
    distributionId: distribution.Id,
    eventType: response === null ? 'viewer-request' : 'viewer-response',
    requestId: trace.id,
  } as const
  const head = `"version":"1.0","context":${JSON.stringify(context)}`
  const viewer = `"viewer":{"ip":${JSON.stringify(parts.request.clientIp)}}`
  const answered = response === null ? '' : `,"response":${toEventResponse(response)}`
  return { context, json: `{${head},${viewer},"request":${toEventRequest(parts)}${answered}}` }
}

function toEventRequest({ request, uri, query, headers, cookies }: RequestParts): string {
  const line = `"method":${JSON.stringify(request.method)},"uri":${JSON.stringify(uri)}`
  return `{${line},"querystring":${toEventItems(query)},"headers":${toEventItems(headers)},"cookies":${toEventItems(cookies)}}`
}

/** What request.rawQueryString() returns: null, for undefined, without a question mark. ('General helper methods') */
export function rawQueryStringOf(request: ViewerRequest): string | null {
  if (request.queryString === '' && request.hasEmptyQuery !== true) return null
  return toEventText(request.queryString)
}

function toEventResponse({ head, headers, cookies }: ResponseParts): string {
  const description = head.statusText === '' ? (STATUS_CODES[head.status] ?? '') : head.statusText
  const line = `"statusCode":${head.status},"statusDescription":${JSON.stringify(description)}`
  return `{${line},"headers":${toEventItems(headers)},"cookies":${toEventItems(cookies)}}`
}
