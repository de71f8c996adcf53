// The journey of a request through an edge location, from top to bottom.
import type { CompiledBehavior } from './compile.ts'
import { toViewerAnswer } from './finish.ts'
import { refuseRequest, type Refusal } from './refuse.ts'
import { applyResponseHeadersPolicy, hookContext } from './steps.ts'
import type { ViewerAnswer, Visit } from './visit.ts'
import type { HookResponded } from '../functions/hooks.ts'
import { Body } from '../message/body.ts'
import type { RequestContext } from '../message/context.ts'
import { Headers } from '../message/headers.ts'
import { toHttpDate } from '../message/http-date.ts'
import type { OriginRequest, OriginResponse, ViewerRequest } from '../message/requests.ts'
import type { BypassReason } from '../model/result-types.ts'

/** Answers one viewer request. What CloudFront would answer is an answer; a rejection is our bug. */
export async function answerRequest(received: ViewerRequest, visit: Visit): Promise<ViewerAnswer> {
  const atRoot = applyDefaultRootObject(received, visit)
  const selected = visit.site.select(atRoot.path)
  visit.trace.behavior = selected.PathPattern
  visit.trace.behaviorIndex = selected.index

  const refused = refuseRequest(atRoot, selected)
  if (refused !== null) return fromRefusal(refused, atRoot, selected, visit)

  let request = atRoot
  if (selected.hooks.viewerRequest !== null) {
    const outcome = await selected.hooks.viewerRequest(atRoot, hookContext(visit))
    if (outcome.kind === 'failed') return fromRefusal(outcome, atRoot, selected, visit)
    if (outcome.kind === 'responded') return fromGenerated(outcome, atRoot, selected, visit)
    request = outcome.request
  }

  const response = await fetchObject(request, selected, visit)
  if (selected.hooks.viewerResponse === null) return toViewerAnswer(request, response, selected, visit)
  // While the function runs nobody reads the body; it must not be taken for unwanted.
  const release = response.body.hold()
  try {
    return await toViewerAnswer(request, response, selected, visit)
  } finally {
    release()
  }
}

/** '/' stands for the default root object, before the behavior is chosen. ('Specify a default root object') */
export function applyDefaultRootObject(request: ViewerRequest, { site }: Pick<Visit, 'site'>): ViewerRequest {
  if (site.rootPath === null || request.path !== '/') return request
  const { method, queryString, headers, clientIp, clientPort, httpVersion, scheme, body } = request
  return {
    method,
    path: site.rootPath,
    queryString,
    headers,
    clientIp,
    clientPort,
    httpVersion,
    scheme,
    body,
  }
}

/** Through the caches, or straight to the origin. */
async function fetchObject(
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): Promise<OriginResponse> {
  const context = toContext(request, selected, visit)
  const bypass = whyBypass(request, selected)
  visit.trace.bypass = bypass
  if (bypass !== null) return selected.origin.fetch(toOriginRequest(request, '', selected, visit), context)
  const key = selected.cacheKey(request)
  visit.trace.key = key
  return visit.place.cache.fetch(toOriginRequest(request, key, selected, visit), context)
}

/** ('How CloudFront delivers content': proxy methods go straight to the origin) */
function whyBypass(request: ViewerRequest, selected: CompiledBehavior): BypassReason | null {
  if (!selected.cachedMethods.has(request.method)) return 'proxy-method'
  return selected.bypass
}

export function toOriginRequest(
  request: ViewerRequest,
  key: string,
  selected: CompiledBehavior,
  visit: Visit,
): OriginRequest {
  const facts = { requestId: visit.trace.id, via: visit.site.via, viewerCountry: null }
  const forward = key === '' ? selected.forwardUncached : selected.forward
  const { queryString, headers } = forward(request, facts)
  const { method, path, body } = request
  return { method, path, queryString, headers, body, key, isRange: method === 'GET' && headers.has('range') }
}

export function toContext(request: ViewerRequest, selected: CompiledBehavior, visit: Visit): RequestContext {
  const { site, place, trace, clock, token } = visit
  return {
    trace,
    clock,
    token,
    distribution: site.distribution,
    behavior: selected.behavior,
    rules: selected.rules,
    invalidations: site.invalidations,
    origin: selected.origin,
    viewer: request,
    invalidationUrl: selected.invalidationUrl(request),
    pop: place.pop,
    region: place.region,
    isBackground: false,
  }
}

/** CloudFront's own error; the behavior's response headers policy applies to it as well. */
export function fromRefusal(
  refused: Refusal,
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): ViewerAnswer {
  const { status, failure } = refused
  visit.trace.problem = failure.detail
  return {
    status,
    statusText: '',
    headers: applyResponseHeadersPolicy(Headers.none, request, selected),
    body: Body.empty,
    delivered: { kind: 'whole' },
    failure,
    resultType: failure.resultType,
    detailedResultType: failure.detailedResultType,
    age: null,
  }
}

/** A viewer-request function answered: not cached, no viewer-response function. */
export function fromGenerated(
  outcome: HookResponded,
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): ViewerAnswer {
  const { response, resultType } = outcome
  let headers = response.headers
    .without('content-length')
    .plus('Content-Length', String(response.body.length))
  if (!headers.has('server')) headers = headers.plus('Server', 'CloudFront')
  if (!headers.has('date')) headers = headers.plus('Date', toHttpDate(visit.clock.now()))
  return {
    status: response.status,
    statusText: response.statusText,
    headers: applyResponseHeadersPolicy(headers, request, selected),
    body: Body.of(response.body),
    delivered: { kind: request.method === 'HEAD' ? 'none' : 'whole' },
    failure: null,
    resultType,
    detailedResultType: resultType,
    age: null,
  }
}
