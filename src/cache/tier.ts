// One cache tier over any Upstream: look up, collapse, revalidate, fetch, store.
import { CacheEntry, toStoredObject, type StoredObject } from './entry.ts'
import type { Fetching, LookupContext } from './fetching.ts'
import { Flight } from './flight.ts'
import { isRefreshedBelow, toUpstreamRequest } from './revalidate.ts'
import { ageOf, mayStandIn, planLookup, toHeadKey, toServed } from './lookup.ts'
import type { CacheStore } from './store.ts'
import { CancelToken } from '../message/clock.ts'
import { mergeNotModified } from '../message/conditional.ts'
import type { RequestContext, Upstream } from '../message/context.ts'
import type { Layer, OriginRequest, OriginResponse } from '../message/requests.ts'
import type { Settlement } from '../message/settlement.ts'
import { Trace, type TierRecord } from '../message/trace.ts'
import type { StoreReason } from '../model/result-types.ts'

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
  /** Keys that are refreshed behind a viewer who got the stale copy. */
  #refreshing = new Set<string>()
  /** Bytes of bodies that are still coming in and will be stored. */
  #incoming = 0

  constructor(next: Upstream, store: CacheStore, options: TierOptions) {
    this.#next = next
    this.store = store
    this.options = options
  }

  fetch(request: OriginRequest, context: RequestContext): Promise<OriginResponse> {
    const record = this.#record(context.trace)
    let { key } = request
    let found = this.#lookUp(key, context)
    if (request.method === 'HEAD' && (found === null || found === 'invalidated')) {
      key = toHeadKey(key)
      found = this.#lookUp(key, context) ?? found
    }
    if (found === null || found === 'invalidated') {
      record.because = found ?? (request.isRange ? 'range-request' : 'not-in-cache')
      return this.#refill(key, null, request, context, record)
    }
    const now = context.clock.now()
    const plan = planLookup(found, now, context.isBackground)
    if (plan.kind === 'refresh') {
      record.because = 'expired'
      return this.#refill(key, found, request, context, record)
    }
    record.verdict = 'hit'
    record.because = plan.because
    record.age = ageOf(found, now)
    context.trace.settlement ??= found.object.settlement
    if (plan.because === 'stale-while-revalidate') this.#refreshBehind(key, found, request, context)
    return Promise.resolve(toServed(found.object, 'Hit', this.options.layerName))
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
  #refill(
    key: string,
    entry: CacheEntry | null,
    request: OriginRequest,
    context: RequestContext,
    record: TierRecord,
  ): Promise<OriginResponse> {
    const { sequence } = context.invalidations
    const flightKey = request.method === 'HEAD' ? toHeadKey(request.key) : key
    const fetching: Fetching = {
      key,
      flightKey,
      entry,
      request,
      context,
      record,
      startedAt: sequence,
      flight: null,
    }
    if (request.isRange || !context.rules.collapses) return this.#lead(fetching)
    const flight = this.#flights.get(flightKey)
    if (flight !== undefined && !flight.token.cancelled && !this.#isOvertaken(flight, context)) {
      return this.#follow(flight, fetching)
    }
    fetching.flight = new Flight(sequence, context.token)
    this.#flights.set(flightKey, fetching.flight)
    return this.#lead(fetching)
  }

  async #follow(flight: Flight, fetching: Fetching): Promise<OriginResponse> {
    const { context, record } = fetching
    const response = await flight.follow(context.token)
    // What the first one got may not be for sharing: then each that waited asks by itself.
    if (response === null || !response.body.isReadableFromStart) return this.#lead(fetching)
    record.verdict = 'hit'
    record.because = 'collapsed'
    context.trace.settlement ??= response.settlement
    return { ...response, outcome: 'Hit', layer: this.options.layerName }
  }

  #isOvertaken(flight: Flight, context: RequestContext): boolean {
    return context.invalidations.covers(context.invalidationUrl, flight.startedAt)
  }

  #leave({ flightKey, flight }: Fetching): void {
    if (flight !== null && this.#flights.get(flightKey) === flight) this.#flights.delete(flightKey)
  }

  #lead(fetching: Fetching): Promise<OriginResponse> {
    const { entry, request, context } = fetching
    return this.#next.fetch(toUpstreamRequest(request, entry, context), context).then(
      (response) => {
        const result = this.#take(fetching, response)
        fetching.flight?.land(fetching.record.stored === false ? null : result)
        return result
      },
      (error: unknown) => {
        this.#leave(fetching)
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
        this.#leave(fetching)
        return refreshed
      }
    }
    const settled = response.settlement === null ? this.#settle(response, context) : response
    context.trace.settlement ??= settled.settlement
    this.#store(fetching, settled)
    return settled
  }

  #settle(response: OriginResponse, context: RequestContext): OriginResponse {
    return { ...response, settlement: context.rules.settle(response, context.clock.now()) }
  }

  /** The layer behind confirmed the copy, or failed and the copy may stand in; null when there is a new answer. */
  #refreshed(fetching: Fetching, entry: CacheEntry, response: OriginResponse): OriginResponse | null {
    const { context, record } = fetching
    const { object } = entry
    const now = context.clock.now()
    if (response.status === 304) {
      const headers = mergeNotModified(object.headers, response.headers)
      const settlement = context.rules.settle({ status: object.status, headers }, now)
      return this.#confirm(fetching, { ...object, headers, settlement }, response.layer)
    }
    if (isRefreshedBelow(object, response)) {
      return this.#confirm(fetching, toStoredObject(response, response.settlement), response.layer)
    }
    const standsIn = object.status < 400 && mayStandIn(object.settlement, now)
    if (response.status < 500 || !standsIn || context.token.cancelled) return null
    response.body.discard()
    entry.pausedUntil = now + object.settlement.errorPause
    record.verdict = 'hit'
    record.because = 'stale-if-error'
    record.age = ageOf(entry, now)
    context.trace.settlement ??= object.settlement
    return toServed(object, 'RefreshHit', this.options.layerName)
  }

  #confirm(fetching: Fetching, object: StoredObject, layer: Layer): OriginResponse {
    const { key, context, record } = fetching
    const { settlement } = object
    // A copy that the layer behind serves stale is no confirmation, only as good as ours.
    const isFresh = context.clock.now() < settlement.freshUntil || settlement.ttl === 0
    record.verdict = isFresh ? 'refresh' : 'hit'
    record.because = isFresh ? 'not-modified' : 'stale-if-error'
    context.trace.settlement ??= settlement
    if (this.#isInvalidatedSince(fetching)) this.#refuse(fetching, 'invalidated-meanwhile')
    else {
      record.stored = settlement.store
      record.storedBecause = settlement.because
      if (settlement.store) this.store.set(key, new CacheEntry(object, context.invalidations.sequence))
      else this.store.delete(key)
    }
    return toServed(object, 'RefreshHit', layer)
  }

  #isInvalidatedSince({ context, startedAt }: Fetching): boolean {
    return context.invalidations.covers(context.invalidationUrl, startedAt)
  }

  /** Stores the response when its body is complete; until then others find its flight. */
  #store(fetching: Fetching, response: OriginResponse): void {
    const { context } = fetching
    const { settlement, body } = response
    if (settlement === null || !settlement.store) {
      return this.#refuse(fetching, settlement?.because ?? 'status')
    }
    // The failure of a fetch that was given up says nothing about the origin.
    if (context.token.cancelled && response.failure !== null) return this.#refuse(fetching, 'abandoned')
    if (this.#isTooLarge(response)) return this.#refuse(fetching, 'too-large')
    if (body.state === 'complete') return this.#put(fetching, response, settlement)
    this.#keep(fetching, response, settlement)
  }

  /** Stores a body that is still coming in. What comes in counts against the budget as what is stored does. */
  #keep(fetching: Fetching, response: OriginResponse, settlement: Settlement): void {
    const expected = Number(response.headers.get('content-length') ?? 0)
    if (this.#incoming + expected > this.store.budgetBytes) return this.#refuse(fetching, 'no-room')
    this.#incoming += expected
    const isKept = response.body.keep({
      maxBytes: this.options.largestObject,
      files: null,
      expectedBytes: expected,
      onDone: (outcome) => {
        this.#incoming -= expected
        if (outcome === 'complete') this.#put(fetching, response, settlement)
        else if (outcome === 'too-large') this.#refuse(fetching, 'too-large')
        else this.#refuse(fetching, fetching.context.token.cancelled ? 'abandoned' : 'truncated')
      },
    })
    if (isKept) return
    this.#incoming -= expected
    this.#refuse(fetching, 'truncated')
  }

  #put(fetching: Fetching, response: OriginResponse, settlement: Settlement): void {
    const { request, context, record } = fetching
    if (this.#isInvalidatedSince(fetching)) return this.#refuse(fetching, 'invalidated-meanwhile')
    if (response.body.bytes > this.options.largestObject) return this.#refuse(fetching, 'too-large')
    // An answer to HEAD describes an object, it is none: kept under its own key.
    const key = request.method === 'HEAD' ? toHeadKey(request.key) : request.key
    this.store.set(key, new CacheEntry(toStoredObject(response, settlement), context.invalidations.sequence))
    record.stored = true
    record.storedBecause = settlement.because
    this.#leave(fetching)
  }

  #refuse(fetching: Fetching, because: StoreReason): void {
    fetching.record.stored = false
    fetching.record.storedBecause = because
    this.#leave(fetching)
  }

  #isTooLarge(response: OriginResponse): boolean {
    const length = response.headers.get('content-length')
    return length !== null && Number(length) > this.options.largestObject
  }

  /** Refreshes without a viewer that waits, one at a time. */
  #refreshBehind(key: string, entry: CacheEntry, request: OriginRequest, context: RequestContext): void {
    if (this.#refreshing.has(key) || request.isRange || request.method === 'HEAD') return
    this.#refreshing.add(key)
    const { trace } = context
    const quiet = new Trace(trace.id, trace.startedAt, trace.startedTick)
    const behind: RequestContext = { ...context, trace: quiet, token: new CancelToken(), isBackground: true }
    this.#refill(key, entry, request, behind, this.#record(quiet))
      .then(
        (response) => response.body.discard(),
        () => {},
      )
      .finally(() => this.#refreshing.delete(key))
  }
}
