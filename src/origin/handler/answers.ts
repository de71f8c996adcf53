// What a handler returned as an HTTP response, and the responses of the API where it returned none.
import type { HandlerOrigin, HandlerRoute } from '../../model/handler-origin.ts'
import { STATUS_CODES } from '../../message/node-http.ts'

/** A response whose body is at hand. */
export interface HandlerAnswer {
  readonly status: number
  /** Name, value, … */
  readonly pairs: readonly string[]
  readonly body: Buffer
  /** What went wrong, for trace and log; null for an answer of the function itself. */
  readonly problem: string | null
}

/** Why there is no answer of the function. */
export type HandlerFault =
  | 'threw'
  | 'timeout'
  | 'throttled'
  | 'malformed'
  | 'response-too-large'
  | 'request-too-large'
  | 'no-route'
  | 'wrong-host'

type Kind = HandlerOrigin['kind']
type Row = readonly [status: number, body: string, errorType?: string]

const REST_BROKEN: Row = [502, '{"message": "Internal server error"}', 'InternalServerErrorException']
const HTTP_BROKEN: Row = [500, '{"message":"Internal Server Error"}']
const URL_BROKEN: Row = [502, 'Internal Server Error']

/** What the three kinds of API answer by themselves (observed). */
const FAULTS: Readonly<Record<Kind, Readonly<Record<HandlerFault, Row>>>> = {
  'function-url': {
    threw: URL_BROKEN,
    timeout: URL_BROKEN,
    throttled: [
      429,
      '{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
      'TooManyRequestsException',
    ],
    malformed: URL_BROKEN,
    'response-too-large': URL_BROKEN,
    'request-too-large': [
      413,
      '{"message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}',
      'RequestEntityTooLargeException',
    ],
    'no-route': [404, '{"Message":null}'],
    'wrong-host': [403, '{"Message":null}', 'AccessDeniedException'],
  },
  'http-api': {
    threw: HTTP_BROKEN,
    timeout: [503, '{"message":"Service Unavailable"}'],
    throttled: [503, '{"message":"Service Unavailable"}'],
    malformed: HTTP_BROKEN,
    'response-too-large': HTTP_BROKEN,
    'request-too-large': [413, '{"message":"Request Entity Too Large"}'],
    'no-route': [404, '{"message":"Not Found"}'],
    'wrong-host': [403, '{"message":"Forbidden"}', 'ForbiddenException'],
  },
  'rest-api': {
    threw: REST_BROKEN,
    timeout: [504, '{"message": "Endpoint request timed out"}', 'InternalServerErrorException'],
    throttled: [500, '{"message": null}', 'InternalServerErrorException'],
    malformed: REST_BROKEN,
    'response-too-large': REST_BROKEN,
    'request-too-large': [413, '{"message":"Request Too Long"}', 'RequestTooLargeException'],
    'no-route': [403, '{"message":"Missing Authentication Token"}', 'MissingAuthenticationTokenException'],
    'wrong-host': [403, '{"message":"Forbidden"}', 'ForbiddenException'],
  },
}

export function toFault(kind: Kind, fault: HandlerFault, detail: string): HandlerAnswer {
  const [status, text, errorType] = FAULTS[kind][fault]
  const type = text.startsWith('{') ? 'application/json' : 'text/plain'
  const pairs = ['Content-Type', type]
  if (errorType !== undefined) pairs.push('x-amzn-ErrorType', errorType)
  return toAnswer(status, pairs, Buffer.from(text), detail)
}

/** Either an answer, or why the value is none. */
export type ParsedResult =
  | { readonly kind: 'answer'; readonly answer: HandlerAnswer }
  | { readonly kind: 'malformed'; readonly because: string }

/**
 * Format 2.0 infers a response where no statusCode is given; 1.0 refuses it.
 * (AWS Lambda Developer Guide, 'Response payload format'; API Gateway Developer Guide, 'Lambda function response format')
 * Differs from CloudFront: a REST API decodes base64 bodies whatever its binary media types are, which are not known here.
 */
export function parseResult(value: unknown, payload: HandlerRoute['payload']): ParsedResult {
  if (!isObject(value) || value['statusCode'] === undefined) {
    if (payload === '1.0') return malformed('the result has no statusCode')
    const text = Buffer.from(JSON.stringify(value ?? null))
    return { kind: 'answer', answer: toAnswer(200, ['Content-Type', 'application/json'], text, null) }
  }
  const head = parseHead(value, payload)
  if (head.kind === 'malformed') return head
  const { body = '', isBase64Encoded = false } = value
  if (body !== null && typeof body !== 'string') return malformed('body is not a string')
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8')
  const hasType = head.pairs.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'content-type')
  const type = payload === '2.0' ? 'text/plain;charset=UTF-8' : 'application/json'
  const pairs = hasType ? head.pairs : [...head.pairs, 'Content-Type', type]
  return { kind: 'answer', answer: toAnswer(head.status, pairs, bytes, null) }
}

/** Status and headers of a result, or of the metadata of a streamed response. */
export function parseHead(
  value: Readonly<Record<string, unknown>>,
  payload: HandlerRoute['payload'],
):
  | { readonly kind: 'head'; readonly status: number; readonly pairs: string[] }
  | Extract<ParsedResult, { kind: 'malformed' }> {
  const { statusCode = 200, headers, multiValueHeaders, cookies } = value
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return malformed(`statusCode ${JSON.stringify(statusCode)} is none from 200 to 599`)
  const pairs: string[] = []
  const single = isObject(headers) ? Object.entries(headers) : []
  const multiple = payload === '1.0' && isObject(multiValueHeaders) ? Object.entries(multiValueHeaders) : []
  const replaced = new Set(multiple.map(([name]) => name.toLowerCase()))
  for (const [name, field] of single) {
    if (!replaced.has(name.toLowerCase())) pairs.push(name, toFieldValue(field))
  }
  for (const [name, fields] of multiple) {
    for (const field of Array.isArray(fields) ? (fields as unknown[]) : [fields])
      pairs.push(name, toFieldValue(field))
  }
  if (Array.isArray(cookies)) for (const cookie of cookies) pairs.push('Set-Cookie', toFieldValue(cookie))
  for (let i = 0; i < pairs.length; i += 2) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(pairs[i]!))
      return malformed(`'${pairs[i]}' is not the name of a header`)
    // eslint-disable-next-line no-control-regex -- what may not stand in a header field is what is looked for
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(pairs[i + 1]!))
      return malformed(`the value of ${pairs[i]} has characters that no header may have`)
  }
  return { kind: 'head', status, pairs: pairs.filter((_, index) => !isOurs(pairs[index - (index % 2)]!)) }
}

/** The API frames the body itself. */
function isOurs(name: string): boolean {
  return /^(?:content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer)$/i.test(name)
}

function toFieldValue(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''
}

function toAnswer(
  status: number,
  pairs: readonly string[],
  body: Buffer,
  problem: string | null,
): HandlerAnswer {
  const hasBody = status !== 204 && status !== 304
  const length = hasBody ? ['Content-Length', String(body.length)] : []
  return { status, pairs: [...pairs, ...length], body: hasBody ? body : Buffer.alloc(0), problem }
}

export function toStatusText(status: number): string {
  return STATUS_CODES[status] ?? ''
}

function malformed(because: string): Extract<ParsedResult, { kind: 'malformed' }> {
  return { kind: 'malformed', because }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
