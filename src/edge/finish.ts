// From a response of the tiers to the viewer's answer: viewer-response, policies, condition, range.
import type { CompiledBehavior } from './compile.ts'
import { selectPart, toConditionAnswer } from './partial.ts'
import { finishHeaders, hookContext } from './steps.ts'
import type { Delivered, ViewerAnswer, Visit } from './visit.ts'
import type { BehaviorHooks, ResponseHead } from '../functions/hooks.ts'
import { Body } from '../message/body.ts'
import type { Clock } from '../message/clock.ts'
import { Headers } from '../message/headers.ts'
import type { OriginResponse, ViewerRequest } from '../message/requests.ts'
import type { Trace } from '../message/trace.ts'
import type { DetailedResultType, ResultType } from '../model/result-types.ts'

const WHOLE: Delivered = { kind: 'whole' }
const NONE: Delivered = { kind: 'none' }

/** The answer of a behavior that has a viewer-response function. */
export async function runViewerResponse(
  viewerResponse: NonNullable<BehaviorHooks['viewerResponse']>,
  request: ViewerRequest,
  response: OriginResponse,
  selected: CompiledBehavior,
  visit: Visit,
): Promise<ViewerAnswer> {
  const { status, statusText } = response
  if (status >= 400 || response.failure !== null) return toViewerAnswer(request, response, selected, visit)
  const headers = toViewerHeaders(response, selected)
  const outcome = await viewerResponse(request, { status, statusText, headers }, hookContext(visit))
  if (outcome.kind === 'continue') {
    const { body } = outcome
    if (body === undefined) return complete(request, response, outcome, selected, visit)
    response.body.discard()
    // What the function wrote is no part and no copy of the object: it goes out whole.
    const replaced = { ...response, body: Body.of(body), settlement: null }
    return {
      ...complete(request, replaced, outcome, selected, visit),
      age: ageOf(response, visit.clock),
    }
  }
  // Nobody will read it: unless a cache stores it, its source stops.
  response.body.discard()
  visit.trace.problem = outcome.failure.detail
  const { resultType, detailedResultType } = outcome.failure
  return {
    status: outcome.status,
    statusText: '',
    headers: Headers.none,
    body: response.body,
    delivered: WHOLE,
    failure: outcome.failure,
    resultType,
    detailedResultType,
    age: null,
  }
}

/** The answer of a behavior without a viewer-response function. */
export function toViewerAnswer(
  request: ViewerRequest,
  response: OriginResponse,
  selected: CompiledBehavior,
  visit: Visit,
): ViewerAnswer {
  const { status, statusText } = response
  const head = { status, statusText, headers: toViewerHeaders(response, selected) }
  return complete(request, response, head, selected, visit)
}

/** Response headers policy, condition and range. */
function complete(
  request: ViewerRequest,
  response: OriginResponse,
  { status, statusText, headers: given }: ResponseHead,
  selected: CompiledBehavior,
  visit: Visit,
): ViewerAnswer {
  const { trace, clock } = visit
  const headers = finishHeaders(given, request, response, selected, visit)
  const { body, failure } = response
  if (failure !== null) trace.problem = failure.detail
  const delivered = wholeOrNone(request)
  const { resultType, detailedResultType } = toResultTypes(response, status, trace)
  const age = ageOf(response, clock)
  const base = { status, statusText, headers, body, delivered, failure, resultType, detailedResultType, age }
  if (response.settlement === null || (status !== 200 && status !== 206)) return base
  const unmet = toConditionAnswer(request, base, trace)
  if (unmet !== null) return unmet
  return status === 206 ? base : selectPart(request, base, response.outcome !== 'Miss', trace)
}

/** Headers towards the viewer; an origin's Age is ours to tell when a cache answers. */
function toViewerHeaders(response: OriginResponse, selected: CompiledBehavior): Headers {
  const headers = selected.viewerHeaders(response.headers)
  return response.outcome === 'Miss' ? headers : headers.without('age')
}

function toResultTypes(
  response: OriginResponse,
  status: number,
  trace: Trace,
): { resultType: ResultType; detailedResultType: DetailedResultType } {
  if (response.failure !== null) return response.failure
  if (response.status >= 400 || status >= 400) return { resultType: 'Error', detailedResultType: 'Error' }
  const { outcome } = response
  if (response.isGenerated && outcome === 'Miss')
    return { resultType: 'Miss', detailedResultType: 'MissGeneratedResponse' }
  if (outcome === 'Hit' && isFromOtherRegion(response, trace)) {
    return { resultType: 'Hit', detailedResultType: 'OriginShieldHit' }
  }
  return { resultType: outcome, detailedResultType: outcome }
}

/** In the Region of the route, Origin Shield is the regional edge cache. ('Use Amazon CloudFront Origin Shield') */
function isFromOtherRegion({ layer }: OriginResponse, { shield, region }: Trace): boolean {
  return layer === 'Origin Shield' && shield !== null && shield.place !== region
}

function ageOf(response: OriginResponse, clock: Clock): number | null {
  if (response.outcome === 'Miss' || response.settlement === null) return null
  return Math.max(0, Math.floor((clock.now() - response.settlement.bornAt) / 1000))
}

function wholeOrNone(request: ViewerRequest): Delivered {
  return request.method === 'HEAD' ? NONE : WHOLE
}
