// Which stage and which route of an API a path belongs to.
import type { HandlerOrigin, HandlerRoute } from '../../model/handler-origin.ts'

export interface RouteMatch {
  readonly kind: 'route'
  readonly route: HandlerRoute
  /** `$default` where no stage stands in the path. */
  readonly stage: string
  /** Without the stage, starts with a slash. */
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
}

/** What a path leads to, or what is missing. */
export type RoutePlan = RouteMatch | { readonly kind: 'no-stage' | 'no-route' }

/**
 * A full match goes before one with variables, that before a greedy one, and $default comes last; a method before ANY.
 * (API Gateway Developer Guide, 'Create routes for HTTP APIs in API Gateway')
 */
export function planRoute(api: HandlerOrigin, method: string, path: string): RoutePlan {
  const staged = splitStage(api, path)
  if (staged === null) return { kind: 'no-stage' }
  const segments = staged.path.split('/').slice(1)
  let best: (RouteMatch & { readonly rank: string }) | null = null
  for (const route of api.routes) {
    if (route.method !== 'ANY' && route.method !== method) continue
    const matched = matchPath(route.path, segments)
    if (matched === null) continue
    const rank = `${matched.rank}${route.method === 'ANY' ? 1 : 0}`
    if (best !== null && best.rank <= rank) continue
    best = { kind: 'route', route, rank, ...staged, parameters: matched.parameters }
  }
  if (best === null) return { kind: 'no-route' }
  const { rank: _, ...match } = best
  return match
}

/** REST APIs have their stage in front of every path, HTTP APIs unless it is `$default`. An API without stages takes every path. */
function splitStage(
  api: HandlerOrigin,
  path: string,
): { readonly stage: string; readonly path: string } | null {
  const [, first = '', ...rest] = path.split('/')
  if (api.stages.includes(first)) return { stage: first, path: `/${rest.join('/')}` }
  if (api.stages.length === 0 || api.stages.includes('$default')) return { stage: '$default', path }
  return null
}

interface PathMatch {
  /** One digit for each segment, less is better: 0 as written, 1 a variable, 2 a greedy one, 3 $default. */
  readonly rank: string
  readonly parameters: Readonly<Record<string, string>>
}

function matchPath(pattern: string, segments: readonly string[]): PathMatch | null {
  if (pattern === '$default') return { rank: '3', parameters: {} }
  const parts = pattern.split('/').slice(1)
  const parameters: Record<string, string> = {}
  let rank = ''
  for (const [index, part] of parts.entries()) {
    const variable = /^\{([^}+]+)(\+?)\}$/.exec(part)
    const segment = segments[index]
    if (variable?.[2] === '+') {
      const rest = segments.slice(index).join('/')
      if (rest === '') return null
      parameters[variable[1]!] = decode(rest)
      return { rank: `${rank}2`, parameters }
    }
    if (segment === undefined) return null
    if (variable === null ? segment !== part : segment === '') return null
    if (variable !== null) parameters[variable[1]!] = decode(segment)
    rank += variable === null ? '0' : '1'
  }
  // A slash at the end makes no other route.
  const isWhole =
    segments.length === parts.length || (segments.length === parts.length + 1 && segments.at(-1) === '')
  return isWhole ? { rank, parameters } : null
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
