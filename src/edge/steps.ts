// Steps that several ends of the journey share.
import type { CompiledBehavior } from './compile.ts'
import type { Visit } from './visit.ts'
import type { HookContext, ViewerRequestOutcome } from '../functions/hooks.ts'
import type { Headers } from '../message/headers.ts'
import type { OriginResponse, ViewerRequest } from '../message/requests.ts'
import { isTimed, mergeServerTiming, toServerTiming } from '../policies/server-timing.ts'

/** What the viewer events get to know. */
export function hookContext(visit: Visit): HookContext {
  const { trace, clock, site, place } = visit
  return { trace, clock, distribution: site.distribution, pop: place.pop, region: place.region }
}

/** The behavior as it is, or with the origin that a function chose; its cache key stays. ('Helper methods for origin modification') */
export function withChosenOrigin(
  selected: CompiledBehavior,
  { origin }: Extract<ViewerRequestOutcome, { kind: 'continue' }>,
): CompiledBehavior {
  return origin === undefined ? selected : { ...selected, origin: selected.overrideOrigin(origin) }
}

/**
 * The behavior's response headers policy with Server-Timing, on every kind of answer; `response` is null for one that
 * neither a cache nor an origin made. ('Understand response headers policies')
 */
export function finishHeaders(
  headers: Headers,
  request: ViewerRequest,
  response: OriginResponse | null,
  selected: CompiledBehavior,
  visit: Visit,
): Headers {
  const out = applyResponseHeadersPolicy(headers, request, selected)
  const { serverTiming } = selected
  if (serverTiming === null || !isTimed(serverTiming, request.headers.list('pragma'), visit.random))
    return out
  const { trace, place, tick } = visit
  const own = toServerTiming({
    pop: place.popHeader,
    requestId: trace.id,
    response,
    attempt: trace.origins?.at(-1) ?? null,
    downstreamFirstByteMs: tick() - trace.startedTick,
  })
  const value = mergeServerTiming(own, out.list('server-timing'), response)
  return out.with('server-timing', value, 'Server-Timing')
}

/** The part of {@link finishHeaders} that is the same for all hits of an object. */
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
