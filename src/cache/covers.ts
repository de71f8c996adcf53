// Answers made of parts, and whose range a fetch under way will bring.
import type { StoredObject } from './entry.ts'
import { toServed } from './lookup.ts'
import type { Cover, PartEntry } from './parts.ts'
import { Body } from '../message/body.ts'
import { toMultipart } from '../message/multipart.ts'
import { selectRange, toContentRange } from '../message/range.ts'
import type { Layer, OriginRequest, OriginResponse } from '../message/requests.ts'
import { spliceBody, type Piece } from '../message/splice.ts'

/** A range waits for a download that has come this close to its first byte. */
const NEAR_BYTES = 1024 * 1024

/** For whom a copy is served, and as what. */
export interface Serving {
  readonly request: OriginRequest
  readonly outcome: OriginResponse['outcome']
  readonly layer: Layer
  /** Of the viewer's request. */
  readonly id: string
}

/** A copy as a response of this layer: a whole object, or parts of one. `head` is the newest that is known of it. */
export function toServedCopy(cover: Cover | null, head: StoredObject, serving: Serving): OriginResponse {
  const { outcome, layer } = serving
  return cover === null ? toServed(head, outcome, layer) : toServedCover(cover, head, serving)
}

/** 206 for a range, 200 for all of the object. */
function toServedCover(
  cover: Cover,
  head: StoredObject,
  { request, outcome, layer, id }: Serving,
): OriginResponse {
  const content = { status: request.isRange ? 206 : 200, ...toContent(cover, head, request.isRange, id) }
  return { ...toServed(head, outcome, layer), statusText: '', ...content }
}

function toContent(
  cover: Cover,
  { headers }: StoredObject,
  isRange: boolean,
  id: string,
): Pick<OriginResponse, 'headers' | 'body'> {
  if (cover.several !== null) {
    const ranges = cover.several.map((each) => ({ span: each, pieces: toPieces(each) }))
    const multipart = toMultipart(ranges, cover.total, headers.get('content-type'), id)
    return {
      headers: headers
        .without('content-range')
        .with('content-length', String(multipart.length))
        .with('content-type', multipart.contentType),
      body: multipart.body,
    }
  }
  const sized = headers.with('content-length', String(cover.last - cover.first + 1))
  return {
    headers: isRange
      ? sized.with('content-range', toContentRange(cover, cover.total))
      : sized.without('content-range'),
    body: toBody(cover),
  }
}

/** What a part tells of the whole object: enough for HEAD. */
export function toServedHead(
  { object, total }: PartEntry,
  outcome: OriginResponse['outcome'],
  layer: Layer,
): OriginResponse {
  const headers = object.headers.without('content-range').with('content-length', String(total))
  return { ...toServed(object, outcome, layer), status: 200, statusText: '', headers, body: Body.empty }
}

/** Where the bytes of a cover lie. */
function toPieces(cover: Pick<Cover, 'first' | 'last' | 'parts'>): Exclude<Piece, Buffer>[] {
  const pieces: Exclude<Piece, Buffer>[] = []
  let at = cover.first
  for (const { object, first, last } of cover.parts) {
    const end = Math.min(last, cover.last)
    pieces.push({ body: object.body, first: at - first, last: end - first })
    at = end + 1
  }
  return pieces
}

function toBody(cover: Cover): Body {
  const pieces = toPieces(cover)
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
