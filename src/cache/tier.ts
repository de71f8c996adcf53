// One cache tier over any Upstream: look up, collapse, revalidate, fetch, store.
import { CacheEntry, toKept, withoutUnstored, type StoredObject } from './entry.ts'
import { bringsSoon, toServedCopy, toServedHead } from './covers.ts'
import { addRecord, toFetching, toWholeRequest, type Fetching, type Found } from './fetching.ts'
import type { Flight } from './flight.ts'
import { Flights } from './flights.ts'
import { toConfirmation, toUpstreamRequest, type Confirmation } from './revalidate.ts'
import { toHeadKey } from './head-key.ts'
import { Keeping } from './keeping.ts'
import {
  findEntry,
  findOtherCoding,
  isForSharing,
  isFresh,
  mayStandIn,
  planLookup,
  recordHit,
} from './lookup.ts'
import type { Cover } from './parts.ts'
import type { CacheStore, TierStorage } from './store.ts'
import { CancelToken } from '../message/clock.ts'
import type { RequestContext, Upstream } from '../message/context.ts'
import type { Layer, OriginRequest, OriginResponse } from '../message/requests.ts'
import { Trace, type TierRecord } from '../message/trace.ts'

/** What distinguishes one tier from another; the tier itself does not ask. */
export interface TierOptions {
  readonly layer: TierRecord['layer']
  /** The layer's name in Server-Timing. */
  readonly layerName: Layer
  /** POP code or AWS Region. */
  readonly place: string
}

/**
 * A cache in front of the next layer. HEAD is answered from a GET's object or a part of it; an answer to HEAD is kept
 * apart and never answers a GET. Ranges are answered from the whole object or from parts of it.
 */
export class CacheTier implements Upstream {
  readonly store: CacheStore
  readonly options: TierOptions
  #next: Upstream
  #keeping: Keeping
  #flights = new Flights()
  /** Keys that are refreshed behind a viewer who got the stale copy. */
  #refreshing = new Set<string>()

  constructor(next: Upstream, storage: TierStorage, options: TierOptions) {
    this.#next = next
    this.store = storage.store
    this.options = options
    this.#keeping = new Keeping(storage, (fetching) => this.#flights.leave(fetching))
  }

  fetch(request: OriginRequest, context: RequestContext): Promise<OriginResponse> {
    const record = addRecord(context.trace, this.options.layer, this.options.place)
    let { key } = request
    let found = findEntry(this.store, key, context)
    if (request.method === 'HEAD' && !isFresh(found, context.clock.now())) {
      const served = this.#fetchHead(key, context, record)
      if (served !== null) return served
      const headKey = toHeadKey(key)
      const ofHead = findEntry(this.store, headKey, context)
      // What an answer to HEAD said later is newer than a copy that has expired.
      if (found === null || found === 'invalidated' || isFresh(ofHead, context.clock.now())) {
        key = headKey
        found = ofHead ?? found
      }
    }
    const whole = found === null || found === 'invalidated' ? null : found
    if (request.method === 'GET') {
      const served = this.#fetchParts(whole, request, context, record)
      if (served !== null) return served
    }
    if (whole === null) {
      const other = request.isRange ? null : findOtherCoding(this.store, request.key, context)
      if (other !== null) {
        recordHit(record, 'other-coding', other, context)
        return Promise.resolve(this.#toServed(null, other.object, request, context, 'Hit'))
      }
      if (found === 'invalidated') record.because = 'invalidated'
      return this.#refill(key, null, request, context, record)
    }
    return this.#use(key, { entry: whole, cover: null }, request, context, record)
  }

  /**
   * The answer from parts, when there is no whole object or only an expired one. Null without parts that will do; the
   * record says why. Parts that have expired are used only where nothing else is.
   */
  #fetchParts(
    whole: CacheEntry | null,
    request: OriginRequest,
    context: RequestContext,
    record: TierRecord,
  ): Promise<OriginResponse> | null {
    const now = context.clock.now()
    if (whole !== null && now < whole.object.settlement.freshUntil) return null
    if (request.isRange) record.because = 'range-request'
    const found = this.#keeping.parts.find(request.key, request.headers, context, now)
    if (found.kind === 'none') {
      if (found.because !== 'not-in-cache') record.because = found.because
      return null
    }
    const { oldest: entry } = found
    if (now >= entry.object.settlement.freshUntil && whole !== null) return null
    return this.#use(request.key, { entry, cover: found }, request, context, record)
  }

  /** The answer to HEAD from a part that is fresh, or null. */
  #fetchHead(key: string, context: RequestContext, record: TierRecord): Promise<OriginResponse> | null {
    const part = this.#keeping.parts.findFresh(key, context, context.clock.now())
    if (part === null) return null
    recordHit(record, 'part-in-cache', part, context)
    return Promise.resolve(toServedHead(part, 'Hit', this.options.layerName))
  }

  /** Serves a copy, or has it refreshed. */
  #use(
    key: string,
    found: Found,
    request: OriginRequest,
    context: RequestContext,
    record: TierRecord,
  ): Promise<OriginResponse> {
    const { entry, cover } = found
    const now = context.clock.now()
    const plan = planLookup(entry, now, context.isBackground)
    if (plan.kind === 'refresh') {
      record.because = 'expired'
      return this.#refill(key, found, request, context, record)
    }
    const because = cover !== null && plan.because === 'fresh' ? 'part-in-cache' : plan.because
    recordHit(record, because, entry, context)
    if (plan.because === 'stale-while-revalidate') this.#refreshBehind(key, found, request, context)
    // A copy that still stands in for a failed origin shows the same as the first time.
    const outcome = plan.because === 'stale-error-pause' ? 'RefreshHit' : 'Hit'
    const served = this.#toServed(cover, entry.object, request, context, outcome)
    // All parts are there: from now on they are one object.
    if (cover !== null && !request.isRange) {
      this.#keeping.take(toFetching(key, null, request, context, record), served)
    }
    return Promise.resolve(served)
  }

  #toServed(
    cover: Cover | null,
    object: StoredObject,
    request: OriginRequest,
    { trace }: RequestContext,
    outcome: OriginResponse['outcome'],
    layer: Layer = this.options.layerName,
  ): OriginResponse {
    return toServedCopy(cover, object, { request, outcome, layer, id: trace.id })
  }

  /** Joins the fetch that is under way for this object, or becomes the one that others join. */
  #refill(
    key: string,
    found: Found | null,
    request: OriginRequest,
    context: RequestContext,
    record: TierRecord,
  ): Promise<OriginResponse> {
    const fetching = toFetching(key, found, request, context, record)
    if (!context.rules.collapses) return this.#lead(fetching)
    const whole = request.isRange ? this.#flights.find(key, context) : null
    return whole === null ? this.#join(fetching) : this.#followForRange(whole, fetching)
  }

  #join(fetching: Fetching): Promise<OriginResponse> {
    const flight = this.#flights.join(fetching)
    return flight === null ? this.#lead(fetching) : this.#follow(flight, fetching)
  }

  async #follow(flight: Flight, fetching: Fetching): Promise<OriginResponse> {
    const response = await flight.follow(fetching.context.token)
    // What the first one got may not be for sharing: then each that waited asks by itself.
    if (response === null || !response.body.isReadableFromStart) return this.#lead(fetching)
    return this.#toFollowed(response, fetching)
  }

  /** A range waits for a download of the whole object, unless its bytes are far from there. */
  async #followForRange(flight: Flight, fetching: Fetching): Promise<OriginResponse> {
    const { request, context } = fetching
    const response = await flight.follow(context.token)
    const isUsable = response !== null && response.body.isReadableFromStart
    return isUsable && bringsSoon(response, request)
      ? this.#toFollowed(response, fetching)
      : this.#join(fetching)
  }

  #toFollowed(response: OriginResponse, { context, record }: Fetching): OriginResponse {
    record.verdict = 'hit'
    record.because = 'collapsed'
    context.trace.settlement ??= response.settlement
    const { settlement } = response
    const headers = settlement === null ? response.headers : withoutUnstored(response.headers, settlement)
    return { ...response, headers, outcome: 'Hit', layer: this.options.layerName }
  }

  #lead(fetching: Fetching): Promise<OriginResponse> {
    const { entry, request, context } = fetching
    return this.#next.fetch(toUpstreamRequest(request, entry, context), context).then(
      (response) => {
        const result = this.#take(fetching, response)
        // A body put together for this request is for its viewer alone.
        const { stored, because } = fetching.record
        const isWhole = stored !== false && fetching.cover === null
        const isShared = isWhole && (because === 'stale-if-error' || isForSharing(result))
        fetching.flight?.land(isShared ? result : null)
        return result
      },
      (error: unknown) => {
        this.#flights.leave(fetching)
        fetching.flight?.crash(error)
        throw error
      },
    )
  }

  /** Refreshes the expired copy, or stores the new answer. */
  #take(fetching: Fetching, response: OriginResponse): OriginResponse {
    const { entry, context } = fetching
    if (entry !== null) {
      const refreshed = this.#refreshed(fetching, entry, response)
      if (refreshed !== null) {
        this.#flights.leave(fetching)
        return refreshed
      }
    }
    const settled = response.settlement === null ? this.#settle(response, context) : response
    context.trace.settlement ??= settled.settlement
    this.#keeping.take(fetching, settled)
    return settled
  }

  #settle(response: OriginResponse, context: RequestContext): OriginResponse {
    return { ...response, settlement: context.rules.settle(response, context.clock.now()) }
  }

  /** The layer behind confirmed the copy, or failed and the copy may stand in; null when there is a new answer. */
  #refreshed(fetching: Fetching, entry: CacheEntry, response: OriginResponse): OriginResponse | null {
    const { context, record, cover, request } = fetching
    const { object } = entry
    const now = context.clock.now()
    const ofParts = cover === null ? null : request.isRange ? 206 : 200
    const confirmed = toConfirmation(object, ofParts, response, context)
    if (confirmed !== null) return this.#confirm(fetching, confirmed, response.layer)
    const standsIn = object.status < 400 && mayStandIn(object.settlement, now)
    if (response.status < 500 || !standsIn || context.token.cancelled) return null
    response.body.discard()
    for (const part of cover?.parts ?? [entry]) part.pausedUntil = now + object.settlement.errorPause
    recordHit(record, 'stale-if-error', entry, context)
    return this.#toServed(cover, object, request, context, 'RefreshHit')
  }

  #confirm(fetching: Fetching, update: Confirmation, layer: Layer): OriginResponse {
    const { key, entry, cover, request, context, record } = fetching
    const object = update(entry!.object)
    const { settlement } = object
    // A copy that the layer behind serves stale is no confirmation, only as good as ours.
    const now = context.clock.now()
    const isNew = settlement.ttl === 0 && settlement !== entry!.object.settlement
    const isConfirmed = isNew || now < settlement.freshUntil
    recordHit(record, isConfirmed ? 'not-modified' : 'stale-if-error', { object }, context)
    if (isConfirmed) record.verdict = 'refresh'
    const { sequence } = context.invalidations
    if (this.#keeping.isInvalidatedSince(fetching, settlement))
      this.#keeping.refuse(fetching, 'invalidated-meanwhile')
    else {
      record.stored = settlement.store
      record.storedBecause = settlement.because
      if (cover !== null) this.#keeping.parts.refresh(key, cover, (part) => toKept(update(part)), sequence)
      else if (settlement.store) this.store.set(key, new CacheEntry(toKept(object), sequence))
      else this.store.delete(key)
    }
    return this.#toServed(cover, object, request, context, 'RefreshHit', layer)
  }

  /** Refreshes without a viewer that waits, one at a time. */
  #refreshBehind(key: string, found: Found, asked: OriginRequest, context: RequestContext): void {
    const request = found.cover === null && asked.isRange ? toWholeRequest(asked) : asked
    if (this.#refreshing.has(key) || request.method === 'HEAD') return
    this.#refreshing.add(key)
    const { trace } = context
    const quiet = new Trace(trace.id, trace.startedAt, trace.startedTick)
    const behind: RequestContext = { ...context, trace: quiet, token: new CancelToken(), isBackground: true }
    this.#refill(key, found, request, behind, addRecord(quiet, this.options.layer, this.options.place))
      .then(
        (response) => response.body.discard(),
        () => {},
      )
      .finally(() => this.#refreshing.delete(key))
  }
}
