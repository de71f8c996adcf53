// Answers made of parts, and whose range a fetch under way will bring.
import type { StoredObject } from './entry.ts'
import type { Cover } from './parts.ts'
import type { Body } from '../message/body.ts'
import { selectRange, toContentRange } from '../message/range.ts'
import type { Layer, OriginRequest, OriginResponse } from '../message/requests.ts'
import { spliceBody, type Piece } from '../message/splice.ts'

/** A range waits for a download that has come this close to its first byte. */
const NEAR_BYTES = 1024 * 1024

/** Parts as a response of this layer: 206 for a range, 200 for all of the object. `head` is the newest that is known. */
export function toServedCover(
  cover: Cover,
  head: Pick<StoredObject, 'headers' | 'settlement'>,
  request: OriginRequest,
  outcome: OriginResponse['outcome'],
  layer: Layer,
): OriginResponse {
  const length = String(cover.last - cover.first + 1)
  const headers = head.headers.with('content-length', length)
  return {
    status: request.isRange ? 206 : 200,
    statusText: '',
    headers: request.isRange
      ? headers.with('content-range', toContentRange(cover, cover.total))
      : headers.without('content-range'),
    body: toBody(cover),
    settlement: head.settlement,
    outcome,
    layer,
    isGenerated: false,
    failure: null,
  }
}

function toBody(cover: Cover): Body {
  const pieces: Exclude<Piece, Buffer>[] = []
  let at = cover.first
  for (const { object, first, last } of cover.parts) {
    const end = Math.min(last, cover.last)
    pieces.push({ body: object.body, first: at - first, last: end - first })
    at = end + 1
  }
  const only = pieces.length === 1 ? pieces[0]! : null
  const isAll = only !== null && only.first === 0 && only.last === only.body.bytes - 1
  return isAll ? only.body : spliceBody(pieces)
}

/**
 * Whether a download of the whole object that is under way brings a range soon; one far ahead is fetched by itself.
 */
export function bringsSoon(response: OriginResponse, request: OriginRequest): boolean {
  const { status, body, headers } = response
  if (status !== 200) return true
  const length = body.state === 'complete' ? body.bytes : Number(headers.get('content-length') ?? Number.NaN)
  if (Number.isNaN(length)) return false
  const selected = selectRange(request.headers.get('range'), length)
  return selected.kind !== 'part' || selected.first <= body.bytes + NEAR_BYTES
}
