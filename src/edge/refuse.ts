// Requests that CloudFront refuses before any function or cache sees them.
import type { CompiledBehavior, CompiledDistribution } from './compile.ts'
import type { Failure, ViewerRequest } from '../message/requests.ts'
import { QUOTAS } from '../model/quotas.ts'
import type { DetailedResultType } from '../model/result-types.ts'
import { planViewerProtocol } from './viewer-protocol.ts'

const METHOD =
  'This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.'

export interface Refusal {
  readonly status: number
  readonly failure: Failure
  /** A custom error page for the status is shown in its place. */
  readonly mayBeReplaced?: boolean
}

/**
 * The country first, then what the behavior allows (choice).
 * ('HTTP 403 status code (Invalid method)', 'Request and response behavior for custom origins')
 */
export function refuseRequest(
  request: ViewerRequest,
  selected: CompiledBehavior,
  { geoCheck, via }: Pick<CompiledDistribution, 'geoCheck' | 'via'>,
): Refusal | null {
  const blocked = geoCheck === null ? null : geoCheck(request.geo)
  if (blocked !== null) return blocked
  if (!selected.allowedMethods.has(request.method)) {
    const detail = `${request.method} is not among AllowedMethods of behavior ${selected.PathPattern}`
    return refusal(403, METHOD, 'InvalidRequestMethod', detail)
  }
  const { viewerProtocolPolicy } = selected
  if (viewerProtocolPolicy !== 'allow-all' && request.scheme === 'http') {
    const plan = planViewerProtocol(viewerProtocolPolicy, request)
    if (plan.kind === 'refuse') return refusal(403, 'Bad request.', 'InvalidRequest', plan.detail)
  }
  const chain = refuseChain(request.headers.list('via'), via)
  if (chain !== null) return chain
  return request.body === null ? null : refuseBody(request)
}

/** ('Quotas', 'HTTP 403 status code (Permission Denied)') */
function refuseChain(via: string | null, own: string): Refusal | null {
  if (via === null) return null
  const passed = via.split('.cloudfront.net (CloudFront)').length - 1
  // Differs from CloudFront: A request that comes back to the distribution it has passed is refused at once, since here it would wait for itself.
  const isLoop = passed > 0 && via.includes(own)
  if (passed < QUOTAS.distributionsInChain && !isLoop) return null
  const detail = isLoop
    ? 'the request comes back from an origin of this distribution: an origin leads to pocketfront itself'
    : `the request has passed ${passed} distributions before, at most ${QUOTAS.distributionsInChain} may stand in a row`
  return refusal(403, 'Bad request.', 'InvalidRequest', detail)
}

/** ('Quotas', 'HTTP 403 status code (Permission Denied)') */
function refuseBody({ method, headers }: ViewerRequest): Refusal | null {
  if (method === 'GET' || method === 'HEAD') {
    return refusal(403, 'Bad request.', 'InvalidRequest', `${method} with a body`)
  }
  const bytes = Number(headers.get('content-length') ?? 0)
  if (bytes <= QUOTAS.requestBodyBytes) return null
  const detail = `the body has ${bytes} bytes, at most ${QUOTAS.requestBodyBytes} are allowed`
  return refusal(413, 'Bad request.', 'InvalidRequest', detail)
}

/**
 * A refusal for which a custom error page stands in where there is one for its status: what a firewall, a geo
 * restriction or a missing signature refuses. ('Create a custom error page for specific HTTP status codes')
 */
export function replaceable(refused: Refusal): Refusal {
  return { ...refused, mayBeReplaced: true }
}

/** A refusal with its page. */
export function refusal(
  status: number,
  message: string,
  detailedResultType: DetailedResultType,
  detail: string,
): Refusal {
  return { status, failure: { message, resultType: 'Error', detailedResultType, detail } }
}
