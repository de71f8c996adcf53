// Requests as the events that Function URLs and API Gateway make of them.
import { decode, type RouteMatch } from './routes.ts'
import type { Headers } from '../../message/headers.ts'
import type { HandlerOrigin } from '../../model/handler-origin.ts'

/** A request as it arrives at the API. */
export interface HandlerRequest {
  readonly method: string
  /** Percent-encoded, OriginPath included. */
  readonly path: string
  readonly queryString: string
  readonly headers: Headers
  readonly body: Buffer | null
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The address of CloudFront as the API sees it. */
const SOURCE_IP = '127.0.0.1'
const ACCOUNT = '000000000000'
/** Other bodies come in base64 (observed). */
const TEXT_TYPES = /^(?:text\/|application\/(?:json|javascript|xml|[\w.-]+\+(?:json|xml))\b)/i

/** The event of a route. `multiValueHeaders` and the like are of payload format 1.0. */
export function toHandlerEvent(api: HandlerOrigin, match: RouteMatch, request: HandlerRequest): object {
  const headers = toArrived(request)
  return match.route.payload === '2.0'
    ? toEvent2(api, match, request, headers)
    : toEvent1(api, match, request, headers)
}

type Field = readonly [name: string, value: string, wireName: string]

/** What the front of the API adds to the headers that CloudFront sent. */
function toArrived(request: HandlerRequest): Field[] {
  const forwarded = request.headers.list('x-forwarded-for')
  const trace = `Root=1-${Math.floor(request.now / 1000)
    .toString(16)
    .padStart(8, '0')}-${toHex(request.requestId)}`
  const added: Field[] = [
    ['x-forwarded-for', forwarded === null ? SOURCE_IP : `${forwarded}, ${SOURCE_IP}`, 'X-Forwarded-For'],
    ['x-forwarded-port', '443', 'X-Forwarded-Port'],
    ['x-forwarded-proto', 'https', 'X-Forwarded-Proto'],
    ['x-amzn-trace-id', request.headers.get('x-amzn-trace-id') ?? trace, 'X-Amzn-Trace-Id'],
  ]
  const own = new Set(added.map(([name]) => name))
  return [...[...request.headers.entries()].filter(([name]) => !own.has(name)), ...added]
}

function toHex(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(24, '0').slice(0, 24)
}

/** (API Gateway Developer Guide, 'Create AWS Lambda proxy integrations for HTTP APIs'; AWS Lambda Developer Guide, 'Invoking Lambda function URLs') */
function toEvent2(
  api: HandlerOrigin,
  match: RouteMatch,
  request: HandlerRequest,
  fields: readonly Field[],
): object {
  const { method, queryString } = request
  const routeKey = toRouteKey(match)
  const query = joinAll(parseQuery(queryString), ',')
  const cookies = fields.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split(/; */))
  const headers = joinAll(
    fields.filter(([name]) => name !== 'cookie'),
    ',',
  )
  const isUrl = api.kind === 'function-url'
  return {
    version: '2.0',
    routeKey,
    rawPath: request.path,
    rawQueryString: queryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(queryString !== '' && { queryStringParameters: query }),
    requestContext: {
      accountId: isUrl ? 'anonymous' : ACCOUNT,
      apiId: toPrefix(api.domainName),
      domainName: api.domainName,
      domainPrefix: toPrefix(api.domainName),
      http: {
        method,
        path: request.path,
        protocol: 'HTTP/1.1',
        sourceIp: SOURCE_IP,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey,
      stage: match.stage,
      time: toRequestTime(request.now),
      timeEpoch: request.now,
    },
    ...toBody(request, api),
    ...(Object.keys(match.parameters).length > 0 && { pathParameters: match.parameters }),
  }
}

/** (API Gateway Developer Guide, 'Input format of a Lambda function for proxy integration') */
function toEvent1(
  api: HandlerOrigin,
  match: RouteMatch,
  request: HandlerRequest,
  fields: readonly Field[],
): object {
  const isHttpApi = api.kind === 'http-api'
  const named = fields.map(([name, value, wire]): [string, string] => [isHttpApi ? name : wire, value])
  const query = parseQuery(request.queryString)
  const resource = match.route.path
  const userAgent = request.headers.get('user-agent')
  const body = toBody(request, api)
  return {
    ...(isHttpApi && { version: '1.0' }),
    resource,
    path: isHttpApi ? request.path : match.path,
    httpMethod: request.method,
    headers: lastOf(named),
    multiValueHeaders: groupAll(named),
    queryStringParameters: query.length === 0 ? null : lastOf(query),
    multiValueQueryStringParameters: query.length === 0 ? null : groupAll(query),
    pathParameters: Object.keys(match.parameters).length === 0 ? null : match.parameters,
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId: toPrefix(api.domainName),
      domainName: api.domainName,
      domainPrefix: toPrefix(api.domainName),
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: { sourceIp: SOURCE_IP, userAgent, user: null, userArn: null, accessKey: null, caller: null },
      path: request.path,
      protocol: 'HTTP/1.1',
      requestId: request.requestId,
      requestTime: toRequestTime(request.now),
      requestTimeEpoch: request.now,
      resourceId: toHex(resource).slice(0, 6),
      resourcePath: resource,
      stage: match.stage,
    },
    body: 'body' in body ? body.body : null,
    isBase64Encoded: body.isBase64Encoded,
  }
}

/** REST APIs take every body as text while no binary media types are set. */
function toBody(
  { body, headers }: HandlerRequest,
  { kind }: HandlerOrigin,
): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body === null || body.length === 0) return { isBase64Encoded: false }
  const isPlain = !headers.has('content-encoding') && TEXT_TYPES.test(headers.get('content-type') ?? '')
  return kind === 'rest-api' || isPlain
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true }
}

function toRouteKey({ route }: RouteMatch): string {
  return route.path === '$default' ? '$default' : `${route.method} ${route.path}`
}

function toPrefix(domainName: string): string {
  return domainName.split('.', 1)[0]!
}

/** 12/Mar/2020:19:03:58 +0000 */
function toRequestTime(milliseconds: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(milliseconds).toUTCString().split(/[ ,]+/)
  return `${day}/${month}/${year}:${time} +0000`
}

function parseQuery(queryString: string): [string, string][] {
  if (queryString === '') return []
  return queryString.split('&').flatMap((pair): [string, string][] => {
    if (pair === '') return []
    const at = pair.indexOf('=')
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    return [[decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]]
  })
}

type Pairs = readonly (readonly [name: string, value: string, ...rest: readonly string[]])[]

/** Maps without a prototype: `__proto__` is a name like any other. */
function createMap<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>
}

function joinAll(pairs: Pairs, separator: string): Record<string, string> {
  const map = createMap<string>()
  for (const [name, value] of pairs) map[name] = name in map ? `${map[name]!}${separator}${value}` : value
  return map
}

function lastOf(pairs: Pairs): Record<string, string> {
  const map = createMap<string>()
  for (const [name, value] of pairs) map[name] = value
  return map
}

function groupAll(pairs: Pairs): Record<string, string[]> {
  const map = createMap<string[]>()
  for (const [name, value] of pairs) (map[name] ??= []).push(value)
  return map
}
