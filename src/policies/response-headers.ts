// Applies a response headers policy: removes, then adds CORS, security and custom headers.
import type { Headers } from '../message/headers.ts'
import type { CorsConfig, PolicyHeader, ResponseHeadersPolicy } from '../model/policies.ts'
import { compileOriginPatterns } from './origin-pattern.ts'

/** What a policy looks at in the request. */
export interface CorsRequest {
  readonly method: string
  /** The Origin header, or null. */
  readonly origin: string | null
}

/** A compiled response headers policy. */
export interface ResponseHeadersRules {
  /** No CORS part: the outcome is the same for every request. */
  readonly isConstant: boolean
  apply(headers: Headers, request: CorsRequest): Headers
}

const CORS_HEADERS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
  'access-control-max-age',
]

/** `ALL` as CloudFront writes it out. */
const ALL_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Compiles a policy. What is both removed and added is present. Server-Timing, which comes last, and the Date in
 * place of a removed one, are the caller's. (Developer Guide, 'Understand response headers policies')
 */
export function compileResponseHeaders(policy: ResponseHeadersPolicy): ResponseHeadersRules {
  const removed = new Set(policy.RemoveHeaders.map((name) => name.toLowerCase()))
  const added = [...policy.SecurityHeaders, ...policy.CustomHeaders].map(compileAddition)
  const cors = policy.CorsConfig === null ? null : compileCors(policy.CorsConfig)
  return {
    isConstant: cors === null,
    apply(headers, request) {
      let out = removed.size === 0 ? headers : headers.filter((name) => !removed.has(name))
      if (removed.has('server')) out = out.plus('Server', 'CloudFront')
      if (cors !== null) out = cors(out, request)
      for (const add of added) out = add(out)
      return out
    },
  }
}

function compileAddition({ Header, Value, Override }: PolicyHeader): (headers: Headers) => Headers {
  const name = Header.toLowerCase()
  return (headers) => (!Override && headers.has(name) ? headers : headers.with(name, Value, Header))
}

type Cors = (headers: Headers, request: CorsRequest) => Headers

function compileCors(config: CorsConfig): Cors {
  const isAllowed = compileOriginPatterns(config.AccessControlAllowOrigins)
  const allowsAny = config.AccessControlAllowOrigins.includes('*')
  const always = toConstantHeaders(config)
  const onPreflight = toPreflightHeaders(config)
  return (headers, { method, origin }) => {
    // An origin that is not allowed gets none of the CORS headers (choice).
    if (origin === null || !isAllowed(origin)) return headers
    if (!config.OriginOverride && CORS_HEADERS.some((name) => headers.has(name))) return headers
    let out = headers.with('access-control-allow-origin', allowsAny ? '*' : origin)
    for (const [name, value] of always) out = out.with(name, value)
    if (method === 'OPTIONS') for (const [name, value] of onPreflight) out = out.with(name, value)
    return allowsAny ? out : addVaryOrigin(out)
  }
}

type NameAndValue = readonly [lowerName: string, value: string]

function toConstantHeaders(config: CorsConfig): NameAndValue[] {
  const headers: NameAndValue[] = []
  if (config.AccessControlAllowCredentials) headers.push(['access-control-allow-credentials', 'true'])
  // AWS's pages differ: on every CORS request as in the guide, on preflight only as with the managed policies.
  if (config.AccessControlExposeHeaders.length > 0) {
    headers.push(['access-control-expose-headers', config.AccessControlExposeHeaders.join(', ')])
  }
  return headers
}

function toPreflightHeaders(config: CorsConfig): NameAndValue[] {
  const headers: NameAndValue[] = []
  const methods = config.AccessControlAllowMethods.includes('ALL')
    ? ALL_METHODS
    : config.AccessControlAllowMethods
  if (methods.length > 0) headers.push(['access-control-allow-methods', methods.join(', ')])
  if (config.AccessControlAllowHeaders.length > 0) {
    headers.push(['access-control-allow-headers', config.AccessControlAllowHeaders.join(', ')])
  }
  if (config.AccessControlMaxAgeSec !== null) {
    headers.push(['access-control-max-age', String(config.AccessControlMaxAgeSec)])
  }
  return headers
}

/** The answer depends on the Origin that was sent (choice). */
function addVaryOrigin(headers: Headers): Headers {
  const vary = headers.list('vary')
  if (vary === null) return headers.plus('Vary', 'Origin')
  const elements = vary.split(',').map((element) => element.trim().toLowerCase())
  return elements.includes('origin') || elements.includes('*')
    ? headers
    : headers.with('vary', `${vary}, Origin`)
}
