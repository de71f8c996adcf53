// One fetch from the layer behind: for which key, and what becomes of it.
import type { CacheEntry } from './entry.ts'
import { toHeadKey } from './head-key.ts'
import type { Flight } from './flight.ts'
import type { Cover } from './parts.ts'
import type { RequestContext } from '../message/context.ts'
import type { OriginRequest } from '../message/requests.ts'
import type { TierRecord, Trace } from '../message/trace.ts'

/** What a tier may do with the copy it has: of a whole object, or parts that hold what is asked for. */
export interface Found {
  readonly entry: CacheEntry
  readonly cover: Cover | null
}

/** One fetch from the layer behind, and what it is for. */
export interface Fetching {
  /** Of the entry it may refresh; of HEAD that may be the GET's. */
  readonly key: string
  /** Under which others find its flight: an answer to HEAD is for HEAD only. */
  readonly flightKey: string
  /** The expired copy that it may refresh. */
  readonly entry: CacheEntry | null
  /** The expired parts that it may refresh; the entry is one of them. */
  readonly cover: Cover | null
  readonly request: OriginRequest
  readonly context: RequestContext
  readonly record: TierRecord
  /** Invalidations up to this sequence number came before the fetch. */
  readonly startedAt: number
  flight: Flight | null
}

/** What a look-up needs to know of a request beside its key. */
export type LookupContext = Pick<RequestContext, 'invalidations' | 'invalidationUrl'>

/** A tier's new record in the trace of a request. */
export function addRecord(trace: Trace, layer: TierRecord['layer'], place: string): TierRecord {
  const record: TierRecord = {
    layer,
    place,
    verdict: 'miss',
    because: 'not-in-cache',
    age: 0,
    stored: null,
    storedBecause: null,
  }
  if (layer === 'edge') trace.edge = record
  else if (layer === 'regional') trace.regional = record
  else trace.shield = record
  return record
}

/** A fetch that is about to begin; what it has found may be refreshed by it. */
export function toFetching(
  key: string,
  found: Found | null,
  request: OriginRequest,
  context: RequestContext,
  record: TierRecord,
): Fetching {
  return {
    key,
    flightKey: toFlightKey(key, request),
    entry: found?.entry ?? null,
    cover: found?.cover ?? null,
    request,
    context,
    record,
    startedAt: context.invalidations.sequence,
    flight: null,
  }
}

function toFlightKey(key: string, { method, isRange, headers, key: own }: OriginRequest): string {
  if (method === 'HEAD') return toHeadKey(own)
  if (!isRange) return key
  return `${key}\n${headers.list('range')}\n${headers.get('if-range')}`
}

/** The request for all of the object of which a range was asked. */
export function toWholeRequest(request: OriginRequest): OriginRequest {
  const headers = request.headers.without('range').without('if-range')
  return { ...request, headers, isRange: false }
}
