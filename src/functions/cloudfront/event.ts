// The event object of CloudFront Functions, and what is kept of it to read the function's answer.
import { STATUS_CODES } from 'node:http'
import { toRequestCookies, toResponseCookies } from './cookies.ts'
import { toHeaderItems } from './headers.ts'
import type { CffEventType } from './headers.ts'
import { toQueryItems } from './query.ts'
import { toEventText } from './text.ts'
import { toEventItems } from './values.ts'
import type { EventItems, Item } from './values.ts'
import type { HookContext, ResponseHead } from '../hooks.ts'
import type { ViewerRequest } from '../../message/requests.ts'
import type { CloudFrontHeader } from '../../policies/cloudfront-headers.ts'

/** The request as the function sees it. (Developer Guide, 'CloudFront Functions event structure') */
interface EventRequest {
  readonly method: string
  readonly uri: string
  readonly querystring: EventItems
  readonly headers: EventItems
  readonly cookies: EventItems
}

interface EventResponse {
  readonly statusCode: number
  readonly statusDescription: string
  readonly headers: EventItems
  readonly cookies: EventItems
}

/** What a handler gets as its argument. `request.rawQueryString` is added inside the engine. */
export interface CffEvent {
  readonly version: '1.0'
  readonly context: {
    readonly distributionDomainName: string
    readonly distributionId: string
    readonly eventType: CffEventType
    readonly requestId: string
  }
  readonly viewer: { readonly ip: string }
  readonly request: EventRequest
  readonly response?: EventResponse
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
  const event = {
    version: '1.0',
    context: {
      distributionDomainName: distribution.DomainName,
      distributionId: distribution.Id,
      eventType: response === null ? 'viewer-request' : 'viewer-response',
      requestId: trace.id,
    },
    viewer: { ip: parts.request.clientIp },
    request: {
      method: parts.request.method,
      uri: parts.uri,
      querystring: toEventItems(parts.query),
      headers: toEventItems(parts.headers),
      cookies: toEventItems(parts.cookies),
    },
  } as const
  return response === null ? event : { ...event, response: toEventResponse(response) }
}

/** What request.rawQueryString() returns: null, for undefined, without a question mark. ('General helper methods') */
export function rawQueryStringOf(request: ViewerRequest): string | null {
  if (request.queryString === '' && request.hasEmptyQuery !== true) return null
  return toEventText(request.queryString)
}

function toEventResponse({ head, headers, cookies }: ResponseParts): EventResponse {
  return {
    statusCode: head.status,
    statusDescription: head.statusText === '' ? (STATUS_CODES[head.status] ?? '') : head.statusText,
    headers: toEventItems(headers),
    cookies: toEventItems(cookies),
  }
}
