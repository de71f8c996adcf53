// Path patterns of cache behaviors, and the normal form of a path that they are compared with.
import { compileWildcard } from '../message/wildcard.ts'

/**
 * Compiles a path pattern: `*` is any characters, slashes included, `?` exactly one; case matters and the leading
 * slash is optional. (Developer Guide, 'Cache behavior settings', path pattern)
 */
export function compilePathPattern(pattern: string): (normalizedPath: string) => boolean {
  return compileWildcard(pattern.startsWith('/') ? pattern : `/${pattern}`)
}

const IS_UNUSUAL = /\/[./]|%/
const ESCAPE = /%[0-9A-Fa-f]{2}/g
const UNRESERVED = /[A-Za-z0-9\-._~]/

/**
 * The path as RFC 3986, section 6.2.2 has it, with repeated slashes merged: only for finding the behavior, the
 * origin gets the raw path. (Developer Guide, 'Cache behavior settings', path normalization)
 */
export function normalizePath(rawPath: string): string {
  if (!IS_UNUSUAL.test(rawPath) || !rawPath.startsWith('/')) return rawPath
  const segments = rawPath.replace(ESCAPE, normalizeEscape).split('/')
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)!
  const isFolder = last === '' || last === '.' || last === '..'
  return kept.length === 0 ? '/' : `/${kept.join('/')}${isFolder ? '/' : ''}`
}

function normalizeEscape(escape: string): string {
  const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return UNRESERVED.test(char) ? char : escape.toUpperCase()
}
