// Custom error responses: which error a page stands in for, its fetch, and the answer that it makes.
import type { CompiledBehavior, ErrorPage } from './compile.ts'
import { finishHeaders } from './steps.ts'
import type { ViewerAnswer, Visit } from './visit.ts'
import { Headers } from '../message/headers.ts'
import { withChanges, type Failure, type OriginResponse, type ViewerRequest } from '../message/requests.ts'
import { Trace } from '../message/trace.ts'
import type { ErrorPageOutcome } from '../model/result-types.ts'

/** The error that a page stands in for. */
export interface FailedAnswer {
  readonly status: number
  /** Set when CloudFront made the error itself. */
  readonly failure: Failure | null
}

/** Asks the caches of this place, or the origin, for an object of a behavior. */
export type FetchObject = (
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
) => Promise<OriginResponse>

/** Errors of overload are shown as they are. ('Create a custom error page for specific HTTP status codes') */
const OF_OVERLOAD = new Set(['LimitExceeded', 'CapacityExceeded'])

/** After these CloudFront closes the connection of a viewer that gets a page, whatever its code (choice). (the same page) */
const CLOSING = new Set([400, 405, 414, 416, 500, 501])

/** Concern the object that failed, not the page: ranges, conditions, and the body that was sent. */
const NOT_FOR_PAGE = new Set([
  'range',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'expect',
  'transfer-encoding',
])

/** The page that stands in for an error, or null. */
export function selectErrorPage({ status, failure }: FailedAnswer, visit: Visit): ErrorPage | null {
  const { errorPages } = visit.site
  if (errorPages === null || status < 400 || visit.trace.bypass === 'grpc') return null
  if (failure !== null && OF_OVERLOAD.has(failure.resultType)) return null
  return errorPages.get(status) ?? null
}

/**
 * Fetches the page through its own behavior and answers with it. A page that cannot be fetched is not replaced in
 * turn: what its fetch came to goes to the viewer. ('Generate custom error responses')
 */
export async function answerWithErrorPage(
  page: ErrorPage,
  failed: FailedAnswer,
  request: ViewerRequest,
  visit: Visit,
  fetchObject: FetchObject,
): Promise<ViewerAnswer> {
  const { selected, path, responseCode } = page
  const trace = startPageTrace(page, visit)
  const ofPage = toPageVisit(visit, trace)
  const asked = toPageRequest(request, path)
  const response = await fetchObject(asked, selected, ofPage)
  trace.status = response.status
  const outcome = judgePage(response)
  const { errorCode } = page
  const behavior = selected.PathPattern
  visit.trace.errorPage = { errorCode, path, behavior, responseCode, outcome, fetch: trace }
  visit.trace.problem = describeProblem(page, failed, response, outcome)
  const isShown = outcome === 'shown'
  const answer = toPageAnswer(response, failed, request, selected, ofPage)
  if (!isShown) return answer
  return {
    ...answer,
    status: responseCode,
    statusText: '',
    ...(CLOSING.has(errorCode) && { closes: true }),
  }
}

function judgePage({ status, failure }: OriginResponse): ErrorPageOutcome {
  if (failure !== null) return 'page-failed'
  return status >= 200 && status < 300 ? 'shown' : 'page-status'
}

function describeProblem(
  { path }: ErrorPage,
  { failure }: FailedAnswer,
  response: OriginResponse,
  outcome: ErrorPageOutcome,
): string | null {
  if (failure !== null) return failure.detail
  if (outcome === 'shown') return null
  return `the custom error page ${path} could not be fetched: ${response.failure?.detail ?? response.status}`
}

function toPageAnswer(
  response: OriginResponse,
  failed: FailedAnswer,
  request: ViewerRequest,
  selected: CompiledBehavior,
  visit: Visit,
): ViewerAnswer {
  const { status, statusText, body, failure, outcome, settlement } = response
  const { clock } = visit
  const isCached = outcome !== 'Miss' && settlement !== null
  const given = selected.viewerHeaders(response.headers)
  const own = failure !== null ? Headers.none : isCached ? given.without('age') : given
  return {
    status,
    statusText,
    headers: finishHeaders(own, request, response, selected, visit),
    body,
    delivered: { kind: request.method === 'HEAD' ? 'none' : 'whole' },
    failure,
    resultType: 'Error',
    detailedResultType: (failure ?? failed.failure)?.detailedResultType ?? 'Error',
    age: isCached ? Math.max(0, Math.floor((clock.now() - settlement.bornAt) / 1000)) : null,
  }
}

/** A plain GET for the whole page, with the viewer's other headers, whatever the request was (choice). */
function toPageRequest(request: ViewerRequest, path: string): ViewerRequest {
  const { path: failedPath, queryString: failedQuery } = request
  return withChanges(request, {
    method: 'GET',
    path,
    queryString: '',
    headers: request.headers.filter((name) => !NOT_FOR_PAGE.has(name)),
    body: null,
    errorOf: { path: failedPath, queryString: failedQuery },
  })
}

/** The same visit with a story of its own. All fields are named, since those of a class would be lost in a spread. */
function toPageVisit({ site, place, clock, token, tick, random, httpsPort }: Visit, trace: Trace): Visit {
  return { site, place, trace, clock, token, tick, random, httpsPort, prepared: null }
}

/** The look-ups and attempts of the page are a story of their own within that of the request. */
function startPageTrace({ path, selected }: ErrorPage, { trace: of, clock }: Visit): Trace {
  const trace = new Trace(of.id, clock.now(), of.startedTick)
  trace.method = 'GET'
  trace.host = of.host
  trace.url = path
  trace.clientIp = of.clientIp
  trace.httpVersion = of.httpVersion
  trace.distributionId = of.distributionId
  trace.pop = of.pop
  trace.region = of.region
  trace.behavior = selected.PathPattern
  trace.behaviorIndex = selected.index
  return trace
}
