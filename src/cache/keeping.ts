// What a tier does with an answer from the layer behind: stores it when its body is complete, or says why not.
import { CacheEntry, toStoredObject } from './entry.ts'
import type { Fetching } from './fetching.ts'
import { toHeadKey } from './head-key.ts'
import { PartIndex, toVersion } from './parts.ts'
import type { CacheStore, TierStorage } from './store.ts'
import type { BodyFiles } from '../message/body-files.ts'
import type { KeepOutcome } from '../message/body-parties.ts'
import { parseContentRange, type ContentRange } from '../message/range.ts'
import type { OriginResponse } from '../message/requests.ts'
import type { Settlement } from '../message/settlement.ts'
import type { StoreReason } from '../model/result-types.ts'

/** What of an object an answer holds. */
type Extent = 'whole' | ContentRange

/** The storing half of a tier. */
export class Keeping {
  readonly parts: PartIndex
  #store: CacheStore
  #largestObject: number
  #files: BodyFiles | null
  /** Called when it is decided whether an answer is stored. */
  #onDecided: (fetching: Fetching) => void
  /** Bytes of bodies that are still coming in and will be stored. */
  #incoming = { memory: 0, disk: 0 }

  constructor({ store, largestObject, files }: TierStorage, onDecided: (fetching: Fetching) => void) {
    this.#store = store
    this.parts = new PartIndex(store)
    this.#largestObject = largestObject
    this.#files = files
    this.#onDecided = onDecided
  }

  /** Stores the response when its body is complete; until then others find its flight. */
  take(fetching: Fetching, response: OriginResponse): void {
    const { context, request } = fetching
    const { settlement, body } = response
    if (settlement === null || !settlement.store) {
      return this.refuse(fetching, settlement?.because ?? 'status')
    }
    // The failure of a fetch that was given up says nothing about the origin.
    if (context.token.cancelled && response.failure !== null) return this.refuse(fetching, 'abandoned')
    const extent = response.status === 206 ? toPart(response, request.method) : 'whole'
    if (extent === null) return this.refuse(fetching, 'partial-content')
    if (this.#isTooLarge(response)) return this.refuse(fetching, 'too-large')
    if (body.state === 'complete') this.#put(fetching, response, settlement, extent)
    else this.#keep(fetching, response, settlement, extent)
  }

  refuse(fetching: Fetching, because: StoreReason): void {
    fetching.record.stored = false
    fetching.record.storedBecause = because
    this.#onDecided(fetching)
  }

  isInvalidatedSince({ context, startedAt }: Fetching, { tags }: Settlement): boolean {
    return context.invalidations.covers(context.invalidationUrl, tags, startedAt)
  }

  /** Stores a body that is still coming in. What comes in counts against the budget as what is stored does. */
  #keep(fetching: Fetching, response: OriginResponse, settlement: Settlement, extent: Extent): void {
    const expected = Number(response.headers.get('content-length') ?? 0)
    const isLarge = this.#files !== null && expected > this.#files.memoryObject
    const kind = isLarge ? 'disk' : 'memory'
    const budget = isLarge ? this.#store.diskBudgetBytes : this.#store.budgetBytes
    if (this.#incoming[kind] + expected > budget) return this.refuse(fetching, 'no-room')
    this.#incoming[kind] += expected
    const isKept = response.body.keep({
      maxBytes: this.#largestObject,
      files: this.#files,
      expectedBytes: expected,
      onDone: (outcome) => {
        this.#incoming[kind] -= expected
        if (outcome === 'complete') this.#put(fetching, response, settlement, extent)
        else this.refuse(fetching, toReason(outcome, fetching.context.token.cancelled))
      },
    })
    if (isKept) return
    this.#incoming[kind] -= expected
    this.refuse(fetching, 'truncated')
  }

  #put(fetching: Fetching, response: OriginResponse, settlement: Settlement, extent: Extent): void {
    const { request, context, record } = fetching
    const { bytes } = response.body
    if (this.isInvalidatedSince(fetching, settlement)) return this.refuse(fetching, 'invalidated-meanwhile')
    if (bytes > this.#largestObject) return this.refuse(fetching, 'too-large')
    const object = toStoredObject(response, settlement)
    const { sequence } = context.invalidations
    if (extent === 'whole') {
      // An answer to HEAD describes an object, it is none: kept under its own key.
      const key = request.method === 'HEAD' ? toHeadKey(request.key) : request.key
      if (!this.#store.set(key, new CacheEntry(object, sequence))) return this.refuse(fetching, 'too-large')
      if (request.method === 'GET') this.parts.drop(request.key)
    } else {
      if (bytes !== extent.last - extent.first + 1) return this.refuse(fetching, 'truncated')
      if (!this.parts.add(request.key, object, extent, sequence)) return this.refuse(fetching, 'too-large')
      this.#dropOtherVersion(request.key, response)
    }
    record.stored = true
    record.storedBecause = settlement.because
    this.#onDecided(fetching)
  }

  /** A part of another version tells that the whole object, which has expired, is no longer what the origin has. */
  #dropOtherVersion(key: string, response: OriginResponse): void {
    const whole = this.#store.get(key)
    if (whole === undefined) return
    if (toVersion(whole.object.headers) !== toVersion(response.headers)) this.#store.delete(key)
  }

  #isTooLarge(response: OriginResponse): boolean {
    const length = response.headers.get('content-length')
    return length !== null && Number(length) > this.#largestObject
  }
}

/** The part that a 206 brings; null when it may not be joined with others. */
function toPart(response: OriginResponse, method: string): ContentRange | null {
  const { headers } = response
  const span = parseContentRange(headers.get('content-range'))
  if (span === null || method !== 'GET' || toVersion(headers) === null) return null
  const length = headers.get('content-length')
  return length === null || Number(length) === span.last - span.first + 1 ? span : null
}

function toReason(outcome: Exclude<KeepOutcome, 'complete'>, isAbandoned: boolean): StoreReason {
  if (outcome !== 'failed') return outcome
  return isAbandoned ? 'abandoned' : 'truncated'
}
