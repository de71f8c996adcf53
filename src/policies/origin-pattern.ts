// Matches the Origin of a CORS request against the patterns of a response headers policy.

/** Any scheme or port is null. */
interface OriginPattern {
  readonly scheme: string | null
  /** Lower case; `.example.org` for `*.example.org`. */
  readonly host: string
  readonly isSuffix: boolean
  readonly allowsPort: (port: string | null) => boolean
}

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([^/:]+|\[[^\]]*\])(?::([0-9]+))?$/
const PATTERN = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/:]+|\[[^\]]*\])(?::([0-9*]+))?$/

/**
 * Compiles AccessControlAllowOrigins. `*` may stand for the leftmost labels and inside the port; without a scheme
 * http and https are taken. (Developer Guide, 'Understand response headers policies')
 */
export function compileOriginPatterns(patterns: readonly string[]): (origin: string) => boolean {
  if (patterns.includes('*')) return () => true
  const compiled = patterns.map(compilePattern).filter((pattern) => pattern !== null)
  return (origin) => {
    const match = ORIGIN.exec(origin.toLowerCase())
    if (match === null) return false
    const [, scheme = '', host = '', port = null] = match
    return compiled.some((pattern) => accepts(pattern, scheme, host, port))
  }
}

function accepts(pattern: OriginPattern, scheme: string, host: string, port: string | null): boolean {
  if (pattern.scheme !== null && pattern.scheme !== scheme) return false
  const isHost = pattern.isSuffix
    ? host.length > pattern.host.length && host.endsWith(pattern.host)
    : host === pattern.host
  return isHost && pattern.allowsPort(port)
}

function compilePattern(pattern: string): OriginPattern | null {
  const match = PATTERN.exec(pattern.toLowerCase())
  if (match === null) return null
  const [, scheme = null, host = '', port = null] = match
  const isSuffix = host.startsWith('*.')
  return {
    scheme,
    host: isSuffix ? host.slice(1) : host,
    isSuffix,
    allowsPort: compilePort(port, scheme === null && isSuffix),
  }
}

/** `:*` also takes an origin without a port (choice). */
function compilePort(pattern: string | null, anyWithout: boolean): (port: string | null) => boolean {
  if (pattern === null) return anyWithout ? () => true : (port) => port === null
  if (pattern === '*') return () => true
  const expression = new RegExp(`^${pattern.replace(/\*+/g, '[0-9]*')}$`)
  return (port) => port !== null && expression.test(port)
}
