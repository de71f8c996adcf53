// The event objects of Lambda@Edge as JSON, built from messages. (Developer Guide, 'Lambda@Edge event structure')
import { toHeaderText } from './header-maps.ts'
import type { HookContext, ResponseHead } from './hooks.ts'
import type { OutgoingOrigin, OutgoingRequest, ViewerRequest } from '../message/requests.ts'
import type { Distribution } from '../model/distribution.ts'
import type { EventType } from '../model/functions.ts'

const { stringify } = JSON

/** The body of a request as an event shows it; always base64 on the way in. */
export interface EventBody {
  readonly inputTruncated: boolean
  readonly action: 'read-only'
  readonly encoding: 'base64'
  readonly data: string
}

export function toViewerRequestEvent(
  request: ViewerRequest,
  body: EventBody | null,
  context: HookContext,
): string {
  return toEvent('viewer-request', context, toRequest(request, request.clientIp, toBody(body)))
}

export function toOriginRequestEvent(
  request: OutgoingRequest,
  body: EventBody | null,
  clientIp: string,
  context: HookContext,
): string {
  const more = `${toBody(body)}${toOrigin(request.origin)}`
  return toEvent('origin-request', context, toRequest(request, clientIp, more))
}

export function toOriginResponseEvent(
  request: OutgoingRequest,
  response: ResponseHead,
  clientIp: string,
  context: HookContext,
): string {
  const outgoing = toRequest(request, clientIp, toOrigin(request.origin))
  return toEvent('origin-response', context, outgoing, toResponse(response))
}

export function toViewerResponseEvent(
  request: ViewerRequest,
  response: ResponseHead,
  context: HookContext,
): string {
  return toEvent('viewer-response', context, toRequest(request, request.clientIp, ''), toResponse(response))
}

function toEvent(eventType: EventType, context: HookContext, request: string, response = ''): string {
  const { distribution, trace } = context
  const config = `${toDistribution(distribution)},"eventType":"${eventType}","requestId":${stringify(trace.id)}`
  return `{"Records":[{"cf":{"config":{${config}},"request":${request}${response}}}]}`
}

const distributions = new WeakMap<Distribution, string>()

function toDistribution(distribution: Distribution): string {
  let text = distributions.get(distribution)
  if (text === undefined) {
    const { DomainName, Id } = distribution
    text = `"distributionDomainName":${stringify(DomainName)},"distributionId":${stringify(Id)}`
    distributions.set(distribution, text)
  }
  return text
}

/** `more` are fields, each after a comma. */
function toRequest(
  request: Pick<ViewerRequest, 'method' | 'path' | 'queryString' | 'headers'>,
  clientIp: string,
  more: string,
): string {
  const head = `"clientIp":${stringify(clientIp)},"headers":${toHeaderText(request.headers)}`
  const line = `"method":${stringify(request.method)},"querystring":${stringify(request.queryString)}`
  return `{${head},${line},"uri":${stringify(request.path)}${more}}`
}

function toBody(body: EventBody | null): string {
  return body === null ? '' : `,"body":${stringify(body)}`
}

function toOrigin(origin: OutgoingOrigin): string {
  const customHeaders = `"customHeaders":${toHeaderText(origin.customHeaders)}`
  const { domainName, path } = origin
  if (origin.kind === 's3') {
    const { authMethod } = origin
    const region = authMethod === 'none' ? '' : origin.region
    return `,"origin":{"s3":{${customHeaders},${toFields({ authMethod, domainName, path, region })}}}`
  }
  const { keepaliveTimeout, port, protocol, readTimeout, sslProtocols } = origin
  const fields = { domainName, keepaliveTimeout, path, port, protocol, readTimeout, sslProtocols }
  return `,"origin":{"custom":{${customHeaders},${toFields(fields)}}}`
}

function toFields(fields: object): string {
  return stringify(fields).slice(1, -1)
}

function toResponse({ headers, status, statusText }: ResponseHead): string {
  const description = `"statusDescription":${stringify(statusText)}`
  return `,"response":{"headers":${toHeaderText(headers)},"status":"${status}",${description}}`
}
