// Requests that CloudFront refuses before any function or cache sees them.
import type { CompiledBehavior, CompiledDistribution } from './compile.ts'
import type { Failure, ViewerRequest } from '../message/requests.ts'
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
  { geoCheck }: Pick<CompiledDistribution, 'geoCheck'>,
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
  if (request.body !== null && (request.method === 'GET' || request.method === 'HEAD')) {
    return refusal(403, 'Bad request.', 'InvalidRequest', `${request.method} with a body`)
  }
  return null
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
