// From a response of the tiers to the viewer's answer: viewer-response, policies, condition, range.
import type { CompiledBehavior } from './compile.ts'
import { applyResponseHeadersPolicy, hookContext } from './steps.ts'
import type { Delivered, ViewerAnswer, Visit } from './visit.ts'
import { isNotModified, ifRangeMatches } from '../message/conditional.ts'
import type { Headers } from '../message/headers.ts'
import type { OriginResponse, ViewerRequest } from '../message/requests.ts'
import { selectRange } from '../message/range.ts'
import type { DetailedResultType, ResultType } from '../model/result-types.ts'

/** Representation headers that a 304 leaves out (RFC 9110, section 15.4.5). */
const NOT_IN_304 = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'content-range',
])

export async function toViewerAnswer(
  request: ViewerRequest,
  response: OriginResponse,
  selected: CompiledBehavior,
  visit: Visit,
): Promise<ViewerAnswer> {
  const { trace, clock } = visit
  const age = ageOf(response, clock.now())
  let { status, statusText } = response
  let headers = toViewerHeaders(response, selected)

  const { viewerResponse } = selected.hooks
  if (viewerResponse !== null && status < 400 && response.failure === null) {
    const outcome = await viewerResponse(request, { status, statusText, headers }, hookContext(visit))
    if (outcome.kind === 'failed') {
      // Nobody will read it: unless a cache stores it, its source stops.
      response.body.discard()
      trace.problem = outcome.failure.detail
      const { resultType, detailedResultType } = outcome.failure
      return {
        ...plain(response),
        status: outcome.status,
        statusText: '',
        headers: headers.filter(() => false),
        failure: outcome.failure,
        resultType,
        detailedResultType,
        age: null,
      }
    }
    ;({ status, statusText, headers } = outcome)
  }
  headers = applyResponseHeadersPolicy(headers, request, selected)
  if (response.failure !== null) trace.problem = response.failure.detail

  const types = toResultTypes(response, status)
  const base = { ...plain(response), status, statusText, headers, failure: response.failure, ...types, age }
  if (response.settlement === null || status !== 200) return { ...base, delivered: wholeOrNone(request) }
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
  const whole = { ...answer, delivered: wholeOrNone(request) }
  const { body, headers } = answer
  const range = request.headers.get('range')
  if (range === null || request.method !== 'GET' || body.state !== 'complete') return whole
  if (!ifRangeMatches(request.headers, headers)) return whole
  const size = body.bytes
  const selected = selectRange(range, size)
  switch (selected.kind) {
    case 'whole':
      return whole
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
): { resultType: ResultType; detailedResultType: DetailedResultType } {
  if (response.failure !== null) return response.failure
  if (response.status >= 400 || status >= 400) return { resultType: 'Error', detailedResultType: 'Error' }
  const { outcome } = response
  if (response.isGenerated && outcome === 'Miss')
    return { resultType: 'Miss', detailedResultType: 'MissGeneratedResponse' }
  return { resultType: outcome, detailedResultType: outcome }
}

function ageOf(response: OriginResponse, now: number): number | null {
  if (response.outcome === 'Miss' || response.settlement === null) return null
  return Math.max(0, Math.floor((now - response.settlement.bornAt) / 1000))
}

function plain(response: OriginResponse): Pick<ViewerAnswer, 'body' | 'delivered'> {
  return { body: response.body, delivered: { kind: 'whole' } }
}

function wholeOrNone(request: ViewerRequest): Delivered {
  return { kind: request.method === 'HEAD' ? 'none' : 'whole' }
}
