// One cache tier over any Upstream: look up, collapse, revalidate, fetch, store.
import { CacheEntry, toStoredObject } from './entry.ts'
import { Flight } from './flight.ts'
import { isSameVersion, toUpstreamRequest } from './revalidate.ts'
import { planLookup, toServed } from './lookup.ts'
import type { CacheStore } from './store.ts'
import { CancelToken } from '../message/clock.ts'
import { mergeNotModified } from '../message/conditional.ts'
import { withToken, type RequestContext, type Upstream } from '../message/context.ts'
import type { Layer, OriginRequest, OriginResponse } from '../message/requests.ts'
import type { Settlement } from '../message/settlement.ts'
import { Trace, type TierRecord } from '../message/trace.ts'
import type { StoreReason } from '../model/result-types.ts'

type LookupContext = Pick<RequestContext, 'invalidations' | 'invalidationUrl'>

/** What distinguishes one tier from another; the tier itself does not ask. */
export interface TierOptions {
  readonly layer: TierRecord['layer']
  /** The layer's name in Server-Timing. */
  readonly layerName: Layer
  /** POP code or AWS Region. */
  readonly place: string
  readonly largestObject: number
}

/**
 * A cache in front of the next layer. HEAD is answered from a GET's object; an answer to HEAD is kept apart and
 * never answers a GET.
 */
export class CacheTier implements Upstream {
  readonly store: CacheStore
  readonly options: TierOptions
  #next: Upstream
  #flights = new Map<string, Flight>()

  constructor(next: Upstream, store: CacheStore, options: TierOptions) {
    this.#next = next
    this.store = store
    this.options = options
  }

  /** The entry for a key if no invalidation has taken it. Synchronous, for the hot path as well. */
  peek(key: string, context: LookupContext): CacheEntry | null {
    const found = this.#lookUp(key, context)
    return found === 'invalidated' ? null : found
  }

  async fetch(request: OriginRequest, context: RequestContext): Promise<OriginResponse> {
    const record = this.#record(context.trace)
    let { key } = request
    let found = this.#lookUp(key, context)
    if (request.method === 'HEAD' && (found === null || found === 'invalidated')) {
      key = toHeadKey(key)
      found = this.#lookUp(key, context) ?? found
    }
    const now = context.clock.now()
    const plan = planLookup(found === 'invalidated' ? null : found, now)
    switch (plan.kind) {
      case 'serve':
        record.verdict = 'hit'
        record.because = plan.because
        record.age = ageOf(plan.entry, now)
        if (plan.because === 'stale-while-revalidate') this.#refreshBehind(key, plan.entry, request, context)
        return toServed(plan.entry.object, 'Hit', this.options.layerName)
      case 'refresh':
        record.because = 'expired'
        return await this.#refill(key, plan.entry, request, context, record)
      case 'fetch':
        record.because =
          found === 'invalidated' ? 'invalidated' : request.isRange ? 'range-request' : 'not-in-cache'
        return await this.#refill(key, null, request, context, record)
    }
  }

  #lookUp(key: string, context: LookupContext): CacheEntry | 'invalidated' | null {
    const entry = this.store.get(key)
    if (entry === undefined) return null
    const { sequence } = context.invalidations
    if (entry.checkedUpTo !== sequence) {
      if (context.invalidations.covers(context.invalidationUrl, entry.checkedUpTo)) {
        this.store.delete(key)
        return 'invalidated'
      }
      entry.checkedUpTo = sequence
    }
    return entry
  }

  #record(trace: Trace): TierRecord {
    const { layer, place } = this.options
    const record: TierRecord = {
      layer,
      place,
      verdict: 'miss',
      because: 'not-in-cache',
      age: 0,
      stored: null,
      storedBecause: null,
    }
    trace[layer] = record
    return record
  }

  /** Joins the fetch that is under way for this object, or becomes the one that others join. */
  async #refill(
    key: string,
    entry: CacheEntry | null,
    request: OriginRequest,
    context: RequestContext,
    record: TierRecord,
  ): Promise<OriginResponse> {
    if (request.isRange || !context.rules.collapses)
      return this.#lead(key, entry, request, context, record, null)
    const flight = this.#flights.get(key)
    if (flight !== undefined && !flight.token.cancelled && !this.#isOvertaken(flight, context)) {
      flight.join(context.token)
      const response = await flight.response
      if (response.settlement?.store === true && response.body.isReadableFromStart) {
        record.verdict = 'hit'
        record.because = 'collapsed'
        return { ...response, outcome: 'Hit' }
      }
      // What the first one got is not for sharing: each that waited now asks by itself.
      return this.#lead(key, entry, request, context, record, null)
    }
    const own = new Flight(context.invalidations.sequence)
    own.join(context.token)
    this.#flights.set(key, own)
    try {
      const response = await this.#lead(key, entry, request, withToken(context, own.token), record, own)
      own.land(response)
      if (response.settlement?.store !== true) this.#leave(key, own)
      return response
    } catch (error) {
      this.#leave(key, own)
      own.crash(error)
      throw error
    }
  }

  #isOvertaken(flight: Flight, context: RequestContext): boolean {
    return context.invalidations.covers(context.invalidationUrl, flight.startedAt)
  }

  #leave(key: string, flight: Flight | null): void {
    if (flight !== null && this.#flights.get(key) === flight) this.#flights.delete(key)
  }

  async #lead(
    key: string,
    entry: CacheEntry | null,
    request: OriginRequest,
    context: RequestContext,
    record: TierRecord,
    flight: Flight | null,
  ): Promise<OriginResponse> {
    const startedAt = context.invalidations.sequence
    const response = await this.#next.fetch(toUpstreamRequest(request, entry, context), context)
    const now = context.clock.now()
    if (entry !== null) {
      const refreshed = this.#refreshed(key, entry, response, context, record, now)
      if (refreshed !== null) {
        this.#leave(key, flight)
        return refreshed
      }
    }
    const settlement = response.settlement ?? context.rules.settle(response, now)
    const settled = response.settlement === null ? { ...response, settlement } : response
    context.trace.settlement ??= settlement
    // An answer to HEAD describes an object, it is none: kept under its own key.
    const storeKey = request.method === 'HEAD' ? toHeadKey(request.key) : request.key
    this.#store(storeKey, key, settled, settlement, startedAt, context, record, flight)
    return settled
  }

  /** The layer behind confirmed the copy, or failed and the copy may stand in; null when there is a new answer. */
  #refreshed(
    key: string,
    entry: CacheEntry,
    response: OriginResponse,
    context: RequestContext,
    record: TierRecord,
    now: number,
  ): OriginResponse | null {
    const { object } = entry
    const { layerName } = this.options
    if (response.status === 304) {
      const headers = mergeNotModified(object.headers, response.headers)
      const settlement = context.rules.settle({ status: object.status, headers }, now)
      return this.#confirm(
        key,
        { ...object, headers, settlement },
        settlement,
        response.layer,
        context,
        record,
      )
    }
    const confirmedBelow = response.outcome !== 'Miss'
    if (
      response.settlement !== null &&
      confirmedBelow &&
      object.status === response.status &&
      isSameVersion(object.headers, response.headers)
    ) {
      const { settlement } = response
      return this.#confirm(
        key,
        { ...object, headers: response.headers, settlement },
        settlement,
        response.layer,
        context,
        record,
      )
    }
    if (response.status >= 500 && now < object.settlement.staleIfErrorUntil && object.status < 400) {
      response.body.discard()
      entry.pausedUntil = now + object.settlement.errorPause
      record.verdict = 'hit'
      record.because = 'stale-if-error'
      record.age = ageOf(entry, now)
      return toServed(object, 'RefreshHit', layerName)
    }
    return null
  }

  #confirm(
    key: string,
    object: CacheEntry['object'],
    settlement: Settlement,
    layer: Layer,
    context: RequestContext,
    record: TierRecord,
  ): OriginResponse {
    record.verdict = 'refresh'
    record.because = 'not-modified'
    record.stored = settlement.store
    record.storedBecause = settlement.because
    context.trace.settlement ??= settlement
    if (settlement.store) this.store.set(key, new CacheEntry(object, context.invalidations.sequence))
    else this.store.delete(key)
    return toServed(object, 'RefreshHit', layer)
  }

  #store(
    storeKey: string,
    flightKey: string,
    response: OriginResponse,
    settlement: Settlement,
    startedAt: number,
    context: RequestContext,
    record: TierRecord,
    flight: Flight | null,
  ): void {
    const refuse = (because: StoreReason): void => {
      record.stored = false
      record.storedBecause = because
      this.#leave(flightKey, flight)
    }
    if (!settlement.store) return refuse(settlement.because)
    if (this.#isTooLarge(response)) return refuse('too-large')
    const kept = response.body.keep(this.options.largestObject, (outcome) => {
      if (outcome === 'too-large') return refuse('too-large')
      if (outcome === 'failed') return refuse(context.token.cancelled ? 'abandoned' : 'truncated')
      const { invalidations, invalidationUrl } = context
      if (invalidations.covers(invalidationUrl, startedAt)) return refuse('invalidated-meanwhile')
      this.store.set(storeKey, new CacheEntry(toStoredObject(response, settlement), invalidations.sequence))
      record.stored = true
      record.storedBecause = settlement.because
      this.#leave(flightKey, flight)
    })
    if (!kept) refuse('truncated')
  }

  #isTooLarge(response: OriginResponse): boolean {
    const length = response.headers.get('content-length')
    return length !== null && Number(length) > this.options.largestObject
  }

  /** Refreshes without a viewer that waits; one at a time, since later ones find the flight. */
  #refreshBehind(key: string, entry: CacheEntry, request: OriginRequest, context: RequestContext): void {
    if (this.#flights.has(key) || request.isRange) return
    const { trace } = context
    const quiet = new Trace(trace.id, trace.startedAt, trace.startedTick)
    const behind: RequestContext = { ...context, trace: quiet, token: new CancelToken() }
    this.#refill(key, entry, request, behind, this.#record(quiet)).then(
      (response) => response.body.discard(),
      () => {},
    )
  }
}

function toHeadKey(key: string): string {
  return `${key}\nHEAD`
}

function ageOf(entry: CacheEntry, now: number): number {
  return Math.max(0, Math.floor((now - entry.object.settlement.bornAt) / 1000))
}
