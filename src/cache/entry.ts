// What a cache holds: an object that tiers share, and one tier's entry for it.
import type { Body } from '../message/body.ts'
import type { Headers } from '../message/headers.ts'
import type { Failure, OriginResponse } from '../message/requests.ts'
import type { Settlement } from '../message/settlement.ts'

/** Memory an entry takes beside its body and header text, measured: key, map nodes, objects. */
const OVERHEAD_BYTES = 700

/** A stored response. Immutable but for its body, which is complete when it is stored; tiers share one object. */
export interface StoredObject {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: Body
  readonly settlement: Settlement
  readonly failure: Failure | null
}

/** The head of an answer as text, as far as it is the same for all hits. */
export interface ReadyHead {
  readonly text: string
  /** The head says no length: the body goes out in chunks. */
  readonly isChunked: boolean
}

/** One tier's entry. */
export class CacheEntry {
  readonly object: StoredObject
  /** Invalidations up to this sequence number were compared with the entry. */
  checkedUpTo: number
  /** After a failed refresh: serve the stale copy until then, without asking again. */
  pausedUntil = 0
  /** The header block of hits, and whose rules it was made by. */
  block: readonly string[] | null = null
  blockOwner: object | null = null
  /** The same as text that lacks the last values; null when it may not be sent as text. */
  head: ReadyHead | null = null
  headOwner: object | null = null

  constructor(object: StoredObject, checkedUpTo: number) {
    this.object = object
    this.checkedUpTo = checkedUpTo
  }

  /** Bytes of memory that count against the budget of the place. */
  get bytes(): number {
    const { headers, body } = this.object
    return OVERHEAD_BYTES + headers.bytes + (body.isFiled ? 0 : body.bytes)
  }

  /** Bytes of disk that count against the budget of the place; 0 when the body lies in memory. */
  get diskBytes(): number {
    const { body } = this.object
    return body.isFiled ? body.bytes : 0
  }

  /** A store has taken the entry. */
  onStored(): void {
    this.object.body.addEntry()
  }

  /** The store has it no more: evicted, replaced or deleted. */
  onGone(): void {
    this.object.body.dropEntry()
  }
}

/** A response with all of its headers, for the viewer that caused it. */
export function toWholeObject(response: OriginResponse, settlement: Settlement): StoredObject {
  if (settlement.unstored === null) return toStoredObject(response, settlement)
  const { status, statusText, headers, body, failure } = response
  return { status, statusText, headers, body, settlement, failure }
}

let lastResponse: OriginResponse | null = null
let lastObject: StoredObject | null = null

/** The headers without those that are not to be stored; the same list where there are none. */
export function withoutUnstored(headers: Headers, { unstored }: Settlement): Headers {
  return unstored === null ? headers : headers.filter((name) => !unstored.includes(name))
}

/** An object as it may be stored after the origin has confirmed it. */
export function toKept(object: StoredObject): StoredObject {
  const { headers, settlement } = object
  return settlement.unstored === null ? object : { ...object, headers: withoutUnstored(headers, settlement) }
}

/**
 * The response as it is stored: without Set-Cookie where `no-cache="Set-Cookie"` asks for that. The tiers store a
 * response one right after the other, and share the object.
 */
export function toStoredObject(response: OriginResponse, settlement: Settlement): StoredObject {
  if (response === lastResponse && lastObject !== null && lastObject.settlement === settlement)
    return lastObject
  lastResponse = response
  lastObject = {
    status: response.status,
    statusText: response.statusText,
    headers: withoutUnstored(response.headers, settlement),
    body: response.body,
    settlement,
    failure: response.failure,
  }
  return lastObject
}
