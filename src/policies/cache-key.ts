// The cache key: distribution, path and what the behavior selects of a request, as readable lines.
import { CODING_LINES } from '../message/coding-keys.ts'
import { compileCookieSelection, joinCookies } from '../message/cookies.ts'
import { compileQuerySelection } from '../message/query.ts'
import type { ViewerRequest } from '../message/requests.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'
import { findCloudFrontHeader, isCloudFrontName } from './cloudfront-headers.ts'
import { compileEncodings, selectKeyedCookies, selectKeyedHeaders, selectKeyedQuery } from './selections.ts'

/** Builds the key of a request. */
export type CacheKeyBuilder = (request: ViewerRequest) => string

/**
 * Compiles the cache key of a behavior: lines for the distribution, the raw path, `?query`, `h:name=value`,
 * `c:cookies` and `e:encodings`; a cached OPTIONS has a line of its own in front. (Developer Guide, 'Understand the cache key')
 */
export function compileCacheKey(distribution: Distribution, behavior: DefaultCacheBehavior): CacheKeyBuilder {
  const start = `${toLine(distribution.DomainName)}\n`
  const startOfOptions = `OPTIONS\n${start}`
  const encodings = compileEncodings(distribution, behavior)
  const parts = [
    compileQueryPart(behavior),
    ...compileHeaderParts(behavior),
    compileCookiePart(behavior),
  ].filter((part) => part !== null)
  const toStart = (request: ViewerRequest) =>
    (request.method === 'OPTIONS' ? startOfOptions : start) + toLine(request.path)
  if (parts.length === 0) {
    return (request) => toStart(request) + CODING_LINES[encodings(request).key]
  }
  return (request) => {
    let key = toStart(request)
    for (const part of parts) key += part(request)
    return key + CODING_LINES[encodings(request).key]
  }
}

/** Path and keyed query string as a viewer requests them: what invalidation paths are compared with. */
export function compileInvalidationUrl(behavior: DefaultCacheBehavior): (request: ViewerRequest) => string {
  const selection = selectKeyedQuery(behavior)
  if (selection.behavior === 'none') return (request) => request.path
  const select = compileQuerySelection(selection)
  return (request) => {
    const query = select(request.queryString)
    return query === '' ? request.path : `${request.path}?${query}`
  }
}

/** A line of the key with the line break in front, or ''. */
type Part = (request: ViewerRequest) => string

function compileQueryPart(behavior: DefaultCacheBehavior): Part | null {
  const selection = selectKeyedQuery(behavior)
  if (selection.behavior === 'none') return null
  const select = compileQuerySelection(selection)
  return (request) => {
    const query = select(request.queryString)
    return query === '' ? '' : `\n?${toLine(query)}`
  }
}

function compileHeaderParts(behavior: DefaultCacheBehavior): Part[] {
  return selectKeyedHeaders(behavior).map((name) => {
    const start = `\nh:${name}=`
    const toValue = compileHeaderValue(name)
    return (request) => {
      const value = toValue(request)
      // Missing and empty are two variants (choice).
      return value === null ? '' : start + toLine(value)
    }
  })
}

function compileHeaderValue(name: string): (request: ViewerRequest) => string | null {
  if (isCloudFrontName(name)) return findCloudFrontHeader(name)?.toValue ?? (() => null)
  return (request) => request.headers.list(name)
}

function compileCookiePart(behavior: DefaultCacheBehavior): Part | null {
  const selection = selectKeyedCookies(behavior)
  if (selection.behavior === 'none') return null
  const select = compileCookieSelection(selection, { wildcards: behavior.Cache.kind === 'legacy' })
  return (request) => {
    const cookies = select(joinCookies(request.headers))
    return cookies === null ? '' : `\nc:${toLine(cookies)}`
  }
}

/** What invalidation paths call the object of a key; null when it is not of this distribution. */
export function toObjectUrl(key: string, { DomainName }: Pick<Distribution, 'DomainName'>): string | null {
  const [first, ...rest] = key.split('\n', 4)
  const [owner, path, third] = first === 'OPTIONS' ? rest : [first, ...rest]
  if (owner !== toLine(DomainName) || path === undefined) return null
  const url = fromLine(path)
  return third?.startsWith('?') === true ? `${url}${fromLine(third)}` : url
}

/** A key taken apart, for people. */
export interface KeyDescription {
  readonly method: 'GET' | 'OPTIONS'
  readonly distribution: string
  readonly path: string
  /** Without '?'; '' when the key holds none. */
  readonly queryString: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly cookies: string | null
  readonly acceptEncoding: string
}

/** Takes a key apart for trace and console; the inverse of {@link compileCacheKey}. */
export function describeKey(key: string): KeyDescription {
  const lines = key.split('\n')
  const method = lines[0] === 'OPTIONS' ? 'OPTIONS' : 'GET'
  if (method === 'OPTIONS') lines.shift()
  const [distribution = '', path = '', ...parts] = lines.map(fromLine)
  const headers: [string, string][] = []
  let queryString = ''
  let cookies: string | null = null
  let acceptEncoding = ''
  for (const part of parts) {
    if (part.startsWith('?')) queryString = part.slice(1)
    else if (part.startsWith('c:')) cookies = part.slice(2)
    else if (part.startsWith('e:')) acceptEncoding = part.slice(2)
    else {
      const equals = part.indexOf('=')
      headers.push([part.slice(2, equals), part.slice(equals + 1)])
    }
  }
  return { method, distribution, path, queryString, headers, cookies, acceptEncoding }
}

/** Line breaks are not valid in HTTP, but a function may have made the text: no two requests share a key by them. */
function toLine(text: string): string {
  if (!text.includes('\n') && !text.includes('\\')) return text
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function fromLine(line: string): string {
  if (!line.includes('\\')) return line
  return line.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
}
