// The event object that somebody wrote for a test of a CloudFront Function, checked before it is blamed on the function.
import type { CffEventType } from './headers.ts'
import { isObject } from '../header-maps.ts'

type Fields = Record<string, unknown>

/** An event with its type and the parts that may be left out filled in. */
export interface TestEvent {
  readonly type: CffEventType
  readonly event: Fields
  readonly request: Fields
  readonly response: Fields | null
}

/** The event, or what is wrong with it. `stage` overrules the event's own type. (Developer Guide, 'Test functions') */
export function readTestEvent(value: unknown, stage: CffEventType | null): TestEvent | { problem: string } {
  if (!isObject(value)) return { problem: 'the event is not an object' }
  if (value['Records'] !== undefined) return { problem: LAMBDA_EVENT }
  const { context = {}, viewer = {}, request, response } = value
  if (!isObject(context) || !isObject(viewer)) return { problem: 'context or viewer is not an object' }
  if (!isObject(request)) return { problem: 'the event has no request' }
  const own = context['eventType'] ?? (response === undefined ? 'viewer-request' : 'viewer-response')
  const type = stage ?? own
  if (type !== 'viewer-request' && type !== 'viewer-response') {
    return { problem: `context.eventType is ${JSON.stringify(own)}, not viewer-request or viewer-response` }
  }
  if (type === 'viewer-response' && !isObject(response)) return { problem: 'the event has no response' }
  const problem = checkRequest(request) ?? (isObject(response) ? checkResponse(response) : null)
  if (problem !== null) return { problem }
  const fullRequest = { method: 'GET', uri: '/', querystring: {}, headers: {}, cookies: {}, ...request }
  const fullResponse =
    type === 'viewer-request' ? null : { statusCode: 200, headers: {}, cookies: {}, ...(response as Fields) }
  const event = {
    version: '1.0',
    ...value,
    context: { ...TEST_CONTEXT, ...context, eventType: type },
    viewer: { ip: '127.0.0.1', ...viewer },
    request: fullRequest,
    ...(fullResponse !== null && { response: fullResponse }),
  }
  return { type, event, request: fullRequest, response: fullResponse }
}

/** What an event may leave out. */
const TEST_CONTEXT = {
  distributionDomainName: 'd111111abcdef8.cloudfront.net',
  distributionId: 'EDFDVBD6EXAMPLE',
  requestId: 'EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==',
}

const LAMBDA_EVENT =
  'Records is what Lambda@Edge has; the event of a CloudFront Function is {"request": {"method", "uri", "headers", …}}'

function checkRequest(request: Fields): string | null {
  const { method = 'GET', uri = '/', querystring, headers, cookies } = request
  if (typeof method !== 'string') return 'request.method is not a text'
  if (typeof uri !== 'string' || !uri.startsWith('/'))
    return 'request.uri is not a text that starts with a slash'
  return (
    checkItems('request.querystring', querystring) ??
    checkHeaders('request.headers', headers, 'cookie') ??
    checkItems('request.cookies', cookies)
  )
}

function checkResponse({ statusCode = 200, headers, cookies }: Fields): string | null {
  if (!Number.isInteger(statusCode)) return 'response.statusCode is not a whole number'
  return checkHeaders('response.headers', headers, 'set-cookie') ?? checkItems('response.cookies', cookies)
}

function checkHeaders(field: string, headers: unknown, cookieName: string): string | null {
  const problem = checkItems(field, headers)
  if (problem !== null || headers === undefined) return problem
  for (const name of Object.keys(headers as Fields)) {
    if (name !== name.toLowerCase()) return `${field}.${name}: names of headers are in lower case`
    if (name === cookieName) return `${field}.${name}: cookies have a place of their own beside headers`
  }
  return null
}

/** (Developer Guide, 'CloudFront Functions event structure', structure for a query string, header, or cookie) */
function checkItems(field: string, items: unknown): string | null {
  if (items === undefined) return null
  if (!isObject(items)) return `${field} is not an object`
  for (const [name, item] of Object.entries(items)) {
    const at = `${field}.${name}`
    if (Array.isArray(item)) return `${at} is a list, as in Lambda@Edge; here it is {"value": "…"}`
    if (!isItem(item)) return `${at} is not {"value": "…"}`
    const { multiValue = [] } = item
    if (!Array.isArray(multiValue) || !multiValue.every(isItem)) {
      return `${at}.multiValue is not a list of {"value": "…"}`
    }
  }
  return null
}

function isItem(item: unknown): item is Fields {
  return isObject(item) && typeof item['value'] === 'string'
}
