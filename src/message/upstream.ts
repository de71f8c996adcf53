// The one contract between layers.
import type { RequestContext } from './context.ts'
import type { OriginRequest, OriginResponse } from './requests.ts'

/**
 * Whatever can answer a request: a cache tier, an origin group, an origin.
 *
 * What CloudFront would answer, failures of the origin included, is a response. A rejection is our bug.
 * The token in the context says when nobody waits for the answer any more.
 */
export interface Upstream {
  fetch(request: OriginRequest, context: RequestContext): Promise<OriginResponse>
}
