// Selects cookies of a Cookie header and brings them into CloudFront's order.
import type { Headers } from './headers.ts'
import type { NameSelection } from './query.ts'
import { compileWildcard } from './wildcard.ts'

/** All Cookie lines as one; HTTP/2 viewers may send a line per cookie (RFC 9113, section 8.2.3). */
export function joinCookies(headers: Headers): string | null {
  const first = headers.get('cookie')
  if (first === null) return null
  const all = headers.all('cookie')
  return all.length === 1 ? first : all.join('; ')
}

/**
 * Compiles a selection to a function from a Cookie header to the selected cookies, sorted by name; null when none
 * is left. Names that start with `$` are dropped, a malformed header is not used at all. `wildcards`: the legacy
 * settings, where names may hold `*` and `?`. (Developer Guide, 'Cache content based on cookies')
 */
export function compileCookieSelection(
  selection: NameSelection,
  { wildcards }: { readonly wildcards: boolean },
): (cookieHeader: string | null) => string | null {
  if (selection.behavior === 'none') return () => null
  const keeps = compileNames(selection, wildcards)
  return (cookieHeader) => (cookieHeader === null ? null : select(cookieHeader, keeps))
}

function compileNames(selection: NameSelection, wildcards: boolean): (name: string) => boolean {
  if (selection.behavior === 'all') return () => true
  const isNamed = compileNameTest(selection.names, wildcards)
  return selection.behavior === 'whitelist' ? isNamed : (name) => !isNamed(name)
}

function compileNameTest(names: readonly string[], wildcards: boolean): (name: string) => boolean {
  const patterns = wildcards ? names.filter((name) => /[*?]/.test(name)).map(compileWildcard) : []
  const exact = new Set(names)
  if (patterns.length === 0) return (name) => exact.has(name)
  return (name) => exact.has(name) || patterns.some((matches) => matches(name))
}

interface Cookie {
  readonly name: string
  /** `name=value` as sent. */
  readonly text: string
}

function select(header: string, keeps: (name: string) => boolean): string | null {
  const cookies: Cookie[] = []
  for (const part of header.split(';')) {
    const text = part.trim()
    if (text === '') continue
    const equals = text.indexOf('=')
    const name = equals === -1 ? '' : text.slice(0, equals).trimEnd()
    if (name === '') return null
    if (!name.startsWith('$') && keeps(name)) cookies.push({ name, text })
  }
  if (cookies.length === 0) return null
  if (cookies.length > 1) cookies.sort(byName)
  return cookies.map((cookie) => cookie.text).join('; ')
}

function byName(one: Cookie, other: Cookie): number {
  if (one.name === other.name) return 0
  return one.name < other.name ? -1 : 1
}
