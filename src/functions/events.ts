// The event objects of Lambda@Edge, built from messages. (Developer Guide, 'Lambda@Edge event structure')
import { toHeaderMap } from './header-maps.ts'
import type { HeaderMap } from './header-maps.ts'
import type { HookContext, ResponseHead } from './hooks.ts'
import type { OutgoingOrigin, OutgoingRequest, ViewerRequest } from '../message/requests.ts'
import type { EventType } from '../model/functions.ts'

/** The body of a request as an event shows it; always base64 on the way in. */
export interface EventBody {
  readonly inputTruncated: boolean
  readonly action: 'read-only'
  readonly encoding: 'base64'
  readonly data: string
}

interface EventRequest {
  readonly clientIp: string
  readonly method: string
  readonly uri: string
  readonly querystring: string
  readonly headers: HeaderMap
  readonly body?: EventBody
  readonly origin?: EventOrigin
}

type EventOrigin =
  | {
      readonly custom: {
        readonly customHeaders: HeaderMap
        readonly domainName: string
        readonly keepaliveTimeout: number
        readonly path: string
        readonly port: number
        readonly protocol: string
        readonly readTimeout: number
        readonly sslProtocols: readonly string[]
      }
    }
  | {
      readonly s3: {
        readonly authMethod: string
        readonly customHeaders: HeaderMap
        readonly domainName: string
        readonly path: string
        readonly region: string
      }
    }

interface EventResponse {
  readonly status: string
  readonly statusDescription: string
  readonly headers: HeaderMap
}

/** What a handler gets as its first argument. */
export interface LambdaEdgeEvent {
  readonly Records: readonly [
    {
      readonly cf: {
        readonly config: {
          readonly distributionDomainName: string
          readonly distributionId: string
          readonly eventType: EventType
          readonly requestId: string
        }
        readonly request: EventRequest
        readonly response?: EventResponse
      }
    },
  ]
}

export function toViewerRequestEvent(
  request: ViewerRequest,
  body: EventBody | null,
  context: HookContext,
): LambdaEdgeEvent {
  return toEvent('viewer-request', context, withBody(toRequest(request, request.clientIp), body))
}

export function toOriginRequestEvent(
  request: OutgoingRequest,
  body: EventBody | null,
  clientIp: string,
  context: HookContext,
): LambdaEdgeEvent {
  return toEvent('origin-request', context, withBody(toOutgoing(request, clientIp), body))
}

export function toOriginResponseEvent(
  request: OutgoingRequest,
  response: ResponseHead,
  clientIp: string,
  context: HookContext,
): LambdaEdgeEvent {
  return toEvent('origin-response', context, toOutgoing(request, clientIp), toResponse(response))
}

export function toViewerResponseEvent(
  request: ViewerRequest,
  response: ResponseHead,
  context: HookContext,
): LambdaEdgeEvent {
  return toEvent('viewer-response', context, toRequest(request, request.clientIp), toResponse(response))
}

function toEvent(
  eventType: EventType,
  context: HookContext,
  request: EventRequest,
  response?: EventResponse,
): LambdaEdgeEvent {
  const config = {
    distributionDomainName: context.distribution.DomainName,
    distributionId: context.distribution.Id,
    eventType,
    requestId: context.trace.id,
  }
  const cf = response === undefined ? { config, request } : { config, request, response }
  return { Records: [{ cf }] }
}

function toRequest(
  request: Pick<ViewerRequest, 'method' | 'path' | 'queryString' | 'headers'>,
  clientIp: string,
): EventRequest {
  return {
    clientIp,
    headers: toHeaderMap(request.headers),
    method: request.method,
    querystring: request.queryString,
    uri: request.path,
  }
}

function toOutgoing(request: OutgoingRequest, clientIp: string): EventRequest {
  return { ...toRequest(request, clientIp), origin: toOrigin(request.origin) }
}

function withBody(request: EventRequest, body: EventBody | null): EventRequest {
  return body === null ? request : { ...request, body }
}

function toOrigin(origin: OutgoingOrigin): EventOrigin {
  const customHeaders = toHeaderMap(origin.customHeaders)
  const { domainName, path } = origin
  if (origin.kind === 's3') {
    const { authMethod } = origin
    const region = authMethod === 'none' ? '' : origin.region
    return { s3: { authMethod, customHeaders, domainName, path, region } }
  }
  const { keepaliveTimeout, port, protocol, readTimeout, sslProtocols } = origin
  return {
    custom: { customHeaders, domainName, keepaliveTimeout, path, port, protocol, readTimeout, sslProtocols },
  }
}

function toResponse(response: ResponseHead): EventResponse {
  return {
    headers: toHeaderMap(response.headers),
    status: String(response.status),
    statusDescription: response.statusText,
  }
}
