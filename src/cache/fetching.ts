// One fetch from the layer behind: for which key, and what becomes of it.
import type { CacheEntry } from './entry.ts'
import type { Flight } from './flight.ts'
import type { RequestContext } from '../message/context.ts'
import type { OriginRequest } from '../message/requests.ts'
import type { TierRecord } from '../message/trace.ts'

/** One fetch from the layer behind, and what it is for. */
export interface Fetching {
  /** Of the entry it may refresh; of HEAD that may be the GET's. */
  readonly key: string
  /** Under which others find its flight: an answer to HEAD is for HEAD only. */
  readonly flightKey: string
  /** The expired copy that it may refresh. */
  readonly entry: CacheEntry | null
  readonly request: OriginRequest
  readonly context: RequestContext
  readonly record: TierRecord
  /** Invalidations up to this sequence number came before the fetch. */
  readonly startedAt: number
  flight: Flight | null
}

/** What a look-up needs to know of a request beside its key. */
export type LookupContext = Pick<RequestContext, 'invalidations' | 'invalidationUrl'>
