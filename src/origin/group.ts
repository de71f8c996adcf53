// An origin group: the primary origin, and the secondary for requests in which the primary fails.
import type { BehaviorOrigin, RegionalSkips, RequestContext } from '../message/context.ts'
import type { OriginRequest, OriginResponse } from '../message/requests.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { OriginGroup } from '../model/origin.ts'
import type { FailoverReason } from '../model/result-types.ts'

/**
 * Each request starts at the primary; nothing is remembered. Members come with their functions around them, so
 * that those run again for the secondary. A WebSocket goes to the primary alone.
 * ('Optimize high availability with CloudFront origin failover')
 */
export function createOriginGroup(
  group: OriginGroup,
  primary: BehaviorOrigin,
  secondary: BehaviorOrigin,
  behavior: DefaultCacheBehavior,
): BehaviorOrigin {
  const statuses = new Set(group.StatusCodes)
  const methods = toFailoverMethods(behavior)

  function proceed(
    response: OriginResponse,
    request: OriginRequest,
    context: RequestContext,
  ): OriginResponse | Promise<OriginResponse> {
    const because = planFailover(response, statuses)
    if (because === null || context.token.cancelled) return response
    const [primaryId, secondaryId] = group.Members
    const status = response.originStatus ?? response.status
    context.trace.addFailover({
      groupId: group.Id,
      primary: primaryId,
      secondary: secondaryId,
      because,
      status,
    })
    response.body.discard()
    // What its Origin Shield has settled is not about the answer that comes now.
    context.trace.settlement = null
    return secondary.fetch(request, context)
  }

  return {
    regionalSkips: toCommonSkips(primary.regionalSkips, secondary.regionalSkips),
    fetch(request, context) {
      const first = primary.fetch(request, context)
      // A body that was sent is gone.
      if (!methods.has(request.method) || request.body !== null) return first
      return first.then((response) => proceed(response, request, context))
    },
    openTunnel: (request, context) => primary.openTunnel(request, context),
  }
}

/**
 * Why the secondary is asked after this response of the primary; null when the response stands. What counts is the
 * status of the origin, whatever an origin-response function made of it.
 */
export function planFailover(
  response: Pick<OriginResponse, 'status' | 'originStatus' | 'failure'>,
  statuses: ReadonlySet<number>,
): FailoverReason | null {
  const { failure } = response
  const status = response.originStatus ?? response.status
  if (failure === null) return statuses.has(status) ? 'status' : null
  // 502, which the viewer gets when no connection comes about, is not what the criteria call it.
  if (failure.during === 'connect' && statuses.has(503)) return 'connect-failed'
  if (failure.during === 'connect' && status !== 504) return null
  if (status === 504) return statuses.has(504) ? 'timed-out' : null
  return statuses.has(status) ? 'status' : null
}

/** GET, HEAD, and OPTIONS where it is cached. (the same page) */
function toFailoverMethods({ CachedMethods }: DefaultCacheBehavior): ReadonlySet<string> {
  return new Set(CachedMethods.includes('OPTIONS') ? ['GET', 'HEAD', 'OPTIONS'] : ['GET', 'HEAD'])
}

/** The regional edge cache is left out only where it is for both members. */
function toCommonSkips(primary: RegionalSkips, secondary: RegionalSkips): RegionalSkips {
  return new Map([...primary].filter(([region, because]) => secondary.get(region) === because))
}
