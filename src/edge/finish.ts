// From a response of the tiers to the viewer's answer: viewer-response, policies, condition, range.
import type { CompiledBehavior } from './compile.ts'
import { applyResponseHeadersPolicy, hookContext } from './steps.ts'
import type { Delivered, ViewerAnswer, Visit } from './visit.ts'
import type { BehaviorHooks, ResponseHead } from '../functions/hooks.ts'
import { isNotModified, ifRangeMatches } from '../message/conditional.ts'
import type { Clock } from '../message/clock.ts'
import { Headers } from '../message/headers.ts'
import type { OriginResponse, ViewerRequest } from '../message/requests.ts'
import { selectRange } from '../message/range.ts'
import type { Trace } from '../message/trace.ts'
import type { DetailedResultType, ResultType } from '../model/result-types.ts'

const WHOLE: Delivered = { kind: 'whole' }
const NONE: Delivered = { kind: 'none' }

/** Representation headers that a 304 leaves out (RFC 9110, section 15.4.5). */
const NOT_IN_304 = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'content-range',
])

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
  if (outcome.kind === 'continue') return complete(request, response, outcome, selected, visit)
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
  { trace, clock }: Visit,
): ViewerAnswer {
  const headers = applyResponseHeadersPolicy(given, request, selected)
  const { body, failure } = response
  if (failure !== null) trace.problem = failure.detail
  const delivered = wholeOrNone(request)
  const { resultType, detailedResultType } = toResultTypes(response, status, trace)
  const age = ageOf(response, clock)
  const base = { status, statusText, headers, body, delivered, failure, resultType, detailedResultType, age }
  if (response.settlement === null || status !== 200) return base
  if (isNotModified(request.headers, status, headers)) {
    return {
      ...base,
      status: 304,
      statusText: '',
      headers: headers.filter((name) => !NOT_IN_304.has(name)),
      delivered: { kind: 'none' },
    }
  }
  return response.outcome === 'Miss'
    ? { ...base, delivered: wholeOrNone(request) }
    : selectPart(request, base)
}

/** A range of a cached object. ('How CloudFront processes partial requests for an object (range GETs)') */
function selectPart(request: ViewerRequest, answer: ViewerAnswer): ViewerAnswer {
  const { body, headers } = answer
  const range = request.headers.get('range')
  if (range === null || request.method !== 'GET' || body.state !== 'complete') return answer
  if (!ifRangeMatches(request.headers, headers)) return answer
  const size = body.bytes
  const selected = selectRange(range, size)
  switch (selected.kind) {
    case 'whole':
      return answer
    case 'unsatisfiable':
      return {
        ...answer,
        status: 416,
        statusText: '',
        headers: headers
          .filter((name) => !NOT_IN_304.has(name))
          .plus('Content-Range', `bytes */${size}`)
          .plus('Content-Length', '0'),
        delivered: { kind: 'none' },
        resultType: 'Error',
        detailedResultType: 'Error',
      }
    case 'part': {
      const { first, last } = selected
      return {
        ...answer,
        status: 206,
        statusText: '',
        headers: headers
          .with('content-length', String(last - first + 1))
          .plus('Content-Range', `bytes ${first}-${last}/${size}`),
        delivered: { kind: 'part', first, last },
      }
    }
  }
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
