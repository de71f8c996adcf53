// Asking the layer behind whether an expired copy is still good.
import type { CacheEntry, StoredObject } from './entry.ts'
import { toConditional } from '../message/conditional.ts'
import type { RequestContext } from '../message/context.ts'
import type { Headers } from '../message/headers.ts'
import type { OriginRequest, OriginResponse } from '../message/requests.ts'
import type { Settlement } from '../message/settlement.ts'

const CONDITIONS = new Set(['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since'])

/**
 * The request for the layer behind: conditional when an expired copy has a validator, plain when it has none or
 * when cookies are forwarded. ('Request and response behavior for custom origins', conditional requests)
 */
export function toUpstreamRequest(
  request: OriginRequest,
  entry: CacheEntry | null,
  context: RequestContext,
): OriginRequest {
  if (entry === null) return request
  const { object } = entry
  const plain = withoutConditions(request.headers)
  const canConfirm = context.rules.revalidates && object.status < 400 && object.failure === null
  const headers = (canConfirm ? toConditional(plain, object.headers) : null) ?? plain
  return headers === request.headers ? request : { ...request, headers }
}

/** The layer behind has a copy of its own of the same version, complete and at hand. */
export function isRefreshedBelow(
  object: StoredObject,
  response: OriginResponse,
): response is OriginResponse & { settlement: Settlement } {
  return (
    response.settlement !== null &&
    response.outcome !== 'Miss' &&
    response.body.state === 'complete' &&
    response.status === object.status &&
    isSameVersion(object.headers, response.headers)
  )
}

/** Whether two responses are the same version of an object, by their validators (weak comparison). */
function isSameVersion(a: Headers, b: Headers): boolean {
  const etag = a.get('etag')
  if (etag !== null) return opaqueTag(etag) === opaqueTag(b.get('etag') ?? '')
  const modified = a.get('last-modified')
  return modified !== null && modified === b.get('last-modified')
}

function opaqueTag(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}

function withoutConditions(headers: Headers): Headers {
  for (const [name] of headers.entries()) {
    if (CONDITIONS.has(name)) return headers.filter((each) => !CONDITIONS.has(each))
  }
  return headers
}
