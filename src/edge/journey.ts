// The journey of a request through an edge location, from top to bottom.
import type { CompiledBehavior, ErrorPage } from './compile.ts'
import { answerWithErrorPage, selectErrorPage } from './error-page.ts'
import { isGrpcCall, withGrpcHeaders } from './grpc.ts'
import { runViewerResponse, toViewerAnswer } from './finish.ts'
import { redirectToHttps } from './redirect.ts'
import { refuseRequest, type Refusal } from './refuse.ts'
import { whySkipRegional } from './route.ts'
import { finishHeaders, hookContext, withChosenOrigin } from './steps.ts'
import type { ViewerAnswer, Visit } from './visit.ts'
import type { BehaviorHooks, HookResponded } from '../functions/hooks.ts'
import { Body } from '../message/body.ts'
import type { RequestContext } from '../message/context.ts'
import { Headers } from '../message/headers.ts'
import { toHttpDate } from '../message/http-date.ts'
import {
  withChanges,
  type OriginRequest,
  type OriginResponse,
  type ViewerRequest,
} from '../message/requests.ts'
import type { BypassReason } from '../model/result-types.ts'

/** Answers one viewer request. What CloudFront would answer is an answer; a rejection is our bug. */
export function answerRequest(received: ViewerRequest, visit: Visit): Promise<ViewerAnswer> {
  const { prepared, trace } = visit
  const request = prepared === null ? applyDefaultRootObject(received, visit) : received
  const selected = prepared === null ? visit.site.select(request.path) : prepared.selected
  trace.behavior = selected.PathPattern
  trace.behaviorIndex = selected.index

  const refused = refuseRequest(request, selected, visit.site)
  if (refused !== null) return refuse(refused, request, selected, visit)
  const redirect = redirectToHttps(request, selected, visit)
  if (redirect !== null) return Promise.resolve(redirect)
  const { viewerRequest } = selected.hooks
  if (viewerRequest !== null) return runViewerRequest(viewerRequest, request, selected, visit)
  return proceed(request, selected, visit)
}

/** The refusal, or the custom error page for its status. */
function refuse(
  refused: Refusal,
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): Promise<ViewerAnswer> {
  const page = refused.mayBeReplaced === true ? selectErrorPage(refused, visit) : null
  if (page === null) return Promise.resolve(fromRefusal(refused, request, selected, visit))
  return answerWithErrorPage(page, refused, request, visit, fetchObject)
}

async function runViewerRequest(
  viewerRequest: NonNullable<BehaviorHooks['viewerRequest']>,
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): Promise<ViewerAnswer> {
  const outcome = await viewerRequest(request, hookContext(visit))
  switch (outcome.kind) {
    case 'continue':
      return proceed(outcome.request, withChosenOrigin(selected, outcome), visit)
    case 'responded':
      return fromGenerated(outcome, request, selected, visit)
    case 'failed':
      return fromRefusal(outcome, request, selected, visit)
  }
}

/** From the caches or the origin to the viewer. */
function proceed(request: ViewerRequest, selected: CompiledBehavior, visit: Visit): Promise<ViewerAnswer> {
  const { viewerResponse } = selected.hooks
  const fetched = fetchObject(request, selected, visit)
  if (viewerResponse === null) {
    return fetched.then((response) => {
      const page = selectErrorPage(response, visit)
      if (page !== null) return replaceError(page, response, request, visit)
      return replaceUnsatisfiable(toViewerAnswer(request, response, selected, visit), request, visit)
    })
  }
  return fetched.then(async (response) => {
    const page = selectErrorPage(response, visit)
    if (page !== null) return replaceError(page, response, request, visit)
    // While the function runs nobody reads the body; it must not be taken for unwanted.
    const release = response.body.hold()
    try {
      const answer = await runViewerResponse(viewerResponse, request, response, selected, visit)
      return await replaceUnsatisfiable(answer, request, visit)
    } finally {
      release()
    }
  })
}

/** The custom error page in place of an error of the origin. */
function replaceError(
  page: ErrorPage,
  response: OriginResponse,
  request: ViewerRequest,
  visit: Visit,
): Promise<ViewerAnswer> {
  // A cache may store it; nobody else reads it.
  response.body.discard()
  return answerWithErrorPage(page, response, request, visit, fetchObject)
}

/** A range that a cached object does not have gets the page for 416, as it would from the origin (choice). */
function replaceUnsatisfiable(
  answer: ViewerAnswer,
  request: ViewerRequest,
  visit: Visit,
): ViewerAnswer | Promise<ViewerAnswer> {
  if (visit.trace.cut !== 'range-unsatisfiable') return answer
  const { status, failure, body } = answer
  const page = selectErrorPage({ status, failure }, visit)
  if (page === null) return answer
  body.discard()
  return answerWithErrorPage(page, { status, failure }, request, visit, fetchObject)
}

/** '/' stands for the default root object, before the behavior is chosen. ('Specify a default root object') */
export function applyDefaultRootObject(request: ViewerRequest, { site }: Pick<Visit, 'site'>): ViewerRequest {
  if (site.rootPath === null || request.path !== '/') return request
  return withChanges(request, { path: site.rootPath })
}

/** Through the caches, or straight to the origin. */
function fetchObject(
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): Promise<OriginResponse> {
  const bypass = whyBypass(request, selected)
  visit.trace.bypass = bypass
  const context = toContext(request, selected, visit)
  if (bypass !== null) return selected.origin.fetch(toOriginRequest(request, '', selected, visit), context)
  // A viewer-request function may have changed what the key is made of.
  const isAsPrepared = visit.prepared !== null && selected.hooks.viewerRequest === null
  const key = isAsPrepared ? visit.prepared.key : selected.cacheKey(request)
  visit.trace.key = key
  return visit.place.cache.fetch(toOriginRequest(request, key, selected, visit), context)
}

/** ('How CloudFront delivers content': proxy methods go straight to the origin) */
function whyBypass(request: ViewerRequest, selected: CompiledBehavior): BypassReason | null {
  if (!selected.cachedMethods.has(request.method))
    return isGrpcCall(request, selected) ? 'grpc' : 'proxy-method'
  return selected.bypass
}

export function toOriginRequest(
  request: ViewerRequest,
  key: string,
  selected: CompiledBehavior,
  visit: Visit,
): OriginRequest {
  const facts = { requestId: visit.trace.id, via: toOriginVia(request, visit) }
  const forward = key === '' ? selected.forwardUncached : selected.forward
  const { queryString, headers } = forward(request, facts)
  const { method, path, body } = request
  if (visit.trace.bypass === 'grpc') {
    const all = withGrpcHeaders(headers, request)
    return { method, path, queryString, headers: all, body, key, isRange: false }
  }
  return { method, path, queryString, headers, body, key, isRange: method === 'GET' && headers.has('range') }
}

/** CloudFront's element names the version that the viewer spoke. ('Request and response behavior for custom origins') */
function toOriginVia({ httpVersion }: ViewerRequest, { site }: Visit): string {
  return httpVersion === '2.0' ? `2.0${site.via.slice(3)}` : site.via
}

/** The trace says already whether the request goes past the caches. */
export function toContext(request: ViewerRequest, selected: CompiledBehavior, visit: Visit): RequestContext {
  const { site, place, trace, clock, token } = visit
  const isPast = trace.bypass !== null
  const { regionalSkips } = selected.origin
  const regionalSkip = isPast ? null : whySkipRegional(request.method, regionalSkips, place.region)
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
    contact: isPast || regionalSkip !== null ? 'EDGE' : 'REC',
    regionalSkip,
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
  // Nobody waits for the rest of a body that is too large.
  const closes = status === 413
  visit.trace.problem = failure.detail
  return {
    status,
    statusText: '',
    headers: finishHeaders(Headers.none, request, null, selected, visit),
    body: Body.empty,
    delivered: { kind: 'whole' },
    failure,
    resultType: failure.resultType,
    detailedResultType: failure.detailedResultType,
    age: null,
    ...(closes && { closes }),
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
    headers: finishHeaders(headers, request, null, selected, visit),
    body: Body.of(response.body),
    delivered: { kind: request.method === 'HEAD' ? 'none' : 'whole' },
    failure: null,
    resultType,
    detailedResultType: resultType,
    age: null,
  }
}
