// Asking the layer behind whether an expired copy is still good.
import { toWholeObject, type CacheEntry, type StoredObject } from './entry.ts'
import { toVersion } from './parts.ts'
import { mergeNotModified, toConditional } from '../message/conditional.ts'
import type { RequestContext } from '../message/context.ts'
import type { Headers } from '../message/headers.ts'
import type { OriginRequest, OriginResponse } from '../message/requests.ts'

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

/** How a stored object lives on after a response that confirms it. */
export type Confirmation = (stored: StoredObject) => StoredObject

/**
 * What a response of the layer behind confirms of an expired copy; null when it brings something new, or nothing.
 * `ofParts` is the status of an answer made of parts, null for a whole object.
 */
export function toConfirmation(
  object: StoredObject,
  ofParts: 200 | 206 | null,
  response: OriginResponse,
  { rules, clock }: RequestContext,
): Confirmation | null {
  if (response.status === 304) {
    return (stored) => {
      const headers = mergeNotModified(stored.headers, response.headers)
      return { ...stored, headers, settlement: rules.settle({ status: stored.status, headers }, clock.now()) }
    }
  }
  const { settlement } = response
  if (settlement === null || response.outcome === 'Miss') return null
  if (response.status !== (ofParts ?? object.status)) return null
  if (ofParts !== null) {
    // The layer behind has a part of the same version: our parts of it hold as long as that one.
    if (toVersion(object.headers) !== toVersion(response.headers)) return null
    response.body.discard()
    return (stored) => {
      return { ...stored, headers: mergeNotModified(stored.headers, response.headers), settlement }
    }
  }
  // It has a copy of its own of the same version, complete and at hand.
  const isComplete = response.body.state === 'complete'
  return isComplete && (isOne(object, response) || isSameVersion(object.headers, response.headers))
    ? () => toWholeObject(response, settlement)
    : null
}

/** Whether the layer behind has the very copy that is here. Empty bodies and errors may look the same without being it. */
function isOne({ status, body }: StoredObject, response: OriginResponse): boolean {
  return status < 400 && body.bytes > 0 && body === response.body
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
