// Steps that several ends of the journey share.
import type { CompiledBehavior } from './compile.ts'
import type { Visit } from './visit.ts'
import type { HookContext } from '../functions/hooks.ts'
import type { Headers } from '../message/headers.ts'
import type { ViewerRequest } from '../message/requests.ts'

/** What the viewer events get to know. */
export function hookContext(visit: Visit): HookContext {
  const { trace, clock, site, place } = visit
  return { trace, clock, distribution: site.distribution, pop: place.pop, region: place.region }
}

/** The behavior's response headers policy, on every kind of answer. ('Understand response headers policies') */
export function applyResponseHeadersPolicy(
  headers: Headers,
  request: ViewerRequest,
  selected: CompiledBehavior,
): Headers {
  if (selected.responseHeaders === null) return headers
  return selected.responseHeaders.apply(headers, {
    method: request.method,
    origin: request.headers.get('origin'),
  })
}
