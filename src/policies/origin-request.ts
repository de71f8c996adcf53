// What is forwarded to the origin: query string and headers of a viewer's request.
import { compileCookieSelection, joinCookies } from '../message/cookies.ts'
import { headerName } from '../message/header-names.ts'
import { Headers } from '../message/headers.ts'
import { compileQuerySelection } from '../message/query.ts'
import type { RequestBody, ViewerRequest } from '../message/requests.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'
import { compileHeaderRules } from './forwarded-headers.ts'
import type { HeaderRules } from './forwarded-headers.ts'
import { compileEncodings, selectForwardedCookies, selectForwardedQuery } from './selections.ts'
import type { EncodingSelector } from './selections.ts'
import { joinVia } from './viewer-response.ts'

/** What CloudFront knows besides the request when it forwards it. */
export interface ForwardingFacts {
  /** X-Amz-Cf-Id. */
  readonly requestId: string
  /** CloudFront's element of Via: `1.1 <32 hex>.cloudfront.net (CloudFront)`. */
  readonly via: string
}

/** Which way the request goes. */
export interface ForwardingOptions {
  readonly originIsS3: boolean
  /** Through the caches, or past them. */
  readonly isCached: boolean
}

/** Query string and headers for the origin; Host only where a policy forwards the viewer's. */
export interface Forwarded {
  readonly queryString: string
  readonly headers: Headers
}

/** Made by CloudFront from the viewer's value, so never copied. */
const REMADE = new Set([
  'accept-encoding',
  'content-length',
  'cookie',
  'user-agent',
  'via',
  'x-forwarded-for',
])

/** Left out on the way to a cache: a viewer's 304 is decided at the edge, from the object (choice). */
const CONDITIONS = new Set(['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since'])

/**
 * Compiles what the origin gets of a viewer's request: what the cache policy, the origin request policy or the
 * legacy settings name, and what CloudFront sends itself. Origin path, Host and custom headers come at the origin.
 * (Developer Guide, 'Request and response behavior for custom origins', HTTP request headers)
 */
export function compileForwarding(
  distribution: Distribution,
  behavior: DefaultCacheBehavior,
  { originIsS3, isCached }: ForwardingOptions,
): (request: ViewerRequest, facts: ForwardingFacts) => Forwarded {
  const selectQuery = compileQuerySelection(selectForwardedQuery(behavior))
  const selectCookies = compileCookieSelection(selectForwardedCookies(behavior), {
    wildcards: behavior.Cache.kind === 'legacy',
  })
  const toCookies =
    selectForwardedCookies(behavior).behavior === 'none'
      ? () => null
      : (headers: Headers) => selectCookies(joinCookies(headers))
  const rules = compileHeaderRules(behavior, originIsS3)
  const copyPassing = compileCopy(rules, isCached)
  const toAcceptEncoding = compileAcceptEncoding(behavior, rules, compileEncodings(distribution, behavior))
  return (request, facts) => {
    const pairs = copyPassing(request)
    addContentLength(pairs, request.body, request.headers)
    add(pairs, 'Cookie', toCookies(request.headers))
    add(pairs, 'Accept-Encoding', toAcceptEncoding(request))
    add(pairs, 'User-Agent', toUserAgent(request.headers, rules))
    for (const { wireName, toValue } of rules.added) {
      add(pairs, wireName, toValue(request))
    }
    add(pairs, 'X-Forwarded-For', joinForwardedFor(request))
    add(pairs, 'Via', joinVia(request.headers, facts.via))
    add(pairs, 'X-Amz-Cf-Id', facts.requestId)
    return { queryString: selectQuery(request.queryString), headers: new Headers(pairs) }
  }
}

/** CloudFront names itself unless a policy forwards the viewer's agent. */
function toUserAgent(headers: Headers, rules: HeaderRules): string {
  const agent = rules.isNamed('user-agent') ? headers.get('user-agent') : null
  return agent ?? 'Amazon CloudFront'
}

/** Names of headers that are remembered for each behavior. */
const MEMO_SIZE = 512
const MEMO_LENGTH = 128

/** The viewer's headers that go on as they are. */
function compileCopy(rules: HeaderRules, isCached: boolean): (request: ViewerRequest) => string[] {
  const passes = (name: string, method: string, hasBody: boolean): boolean => {
    if (REMADE.has(name) || (isCached && CONDITIONS.has(name) && !rules.isKeyed(name))) return false
    return rules.passes(name, method, hasBody)
  }
  // For GET without a body, which most requests are: the same names come again and again.
  const passesWithGet = new Map<string, boolean>()
  const passPlainly = (name: string): boolean => {
    let isPassing = passesWithGet.get(name)
    if (isPassing === undefined) {
      isPassing = passes(name, 'GET', false)
      if (passesWithGet.size >= MEMO_SIZE) passesWithGet.clear()
      if (name.length <= MEMO_LENGTH) passesWithGet.set(name, isPassing)
    }
    return isPassing
  }
  return ({ headers, method, body }) => {
    const hopByHop = toConnectionNames(headers, rules)
    const isPlain = method === 'GET' && body === null
    const pairs: string[] = []
    const sent = headers.pairs
    for (let i = 0; i < sent.length; i += 2) {
      const name = headerName(sent[i]!).lower
      if (hopByHop?.has(name)) continue
      const isPassing = isPlain ? passPlainly(name) : passes(name, method, body !== null)
      if (isPassing) pairs.push(sent[i]!, sent[i + 1]!)
    }
    return pairs
  }
}

/** Says only what never passes anyway. */
const ORDINARY_CONNECTION = /^(keep-alive|close|upgrade)$/i

/**
 * Headers that Connection names end here (RFC 9110, section 7.6.1), except those of the cache key: otherwise a
 * viewer could have an answer to another request stored under the key.
 */
function toConnectionNames(headers: Headers, rules: HeaderRules): ReadonlySet<string> | null {
  const connection = headers.list('connection')
  if (connection === null) return null
  if (ORDINARY_CONNECTION.test(connection)) return null
  const names = connection.split(',').map((name) => name.trim().toLowerCase())
  return new Set(names.filter((name) => !rules.isKeyed(name)))
}

/** A body that a function gave has a length of its own; without a body there is nothing to tell. */
function addContentLength(pairs: string[], body: RequestBody | null, headers: Headers): void {
  if (body === null) return
  add(
    pairs,
    'Content-Length',
    body.kind === 'bytes' ? String(body.bytes.length) : headers.get('content-length'),
  )
}

/** The header is normalized where a coding is enabled; else the viewer's goes where it is named. */
function compileAcceptEncoding(
  behavior: DefaultCacheBehavior,
  rules: HeaderRules,
  encodings: EncodingSelector,
): (request: ViewerRequest) => string | null {
  const { Cache } = behavior
  const isNormalized =
    Cache.kind === 'legacy'
      ? !rules.isNamed('accept-encoding')
      : Cache.CachePolicy.EnableAcceptEncodingGzip || Cache.CachePolicy.EnableAcceptEncodingBrotli
  if (isNormalized) return (request) => encodings(request).forward
  if (!rules.isNamed('accept-encoding')) return () => null
  return (request) => (request.httpVersion === '1.0' ? null : request.headers.list('accept-encoding'))
}

/** The viewer's address stands last; its port and the edge location's address are not added. */
function joinForwardedFor(request: ViewerRequest): string {
  const before = request.headers.list('x-forwarded-for')
  return before === null || before === '' ? request.clientIp : `${before},${request.clientIp}`
}

function add(pairs: string[], wireName: string, value: string | null): void {
  if (value !== null) pairs.push(wireName, value)
}
