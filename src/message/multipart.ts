// Several ranges of an object as one multipart/byteranges body.
import type { Body } from './body.ts'
import { toContentRange, type ByteSpan } from './range.ts'
import { spliceBody, type Piece } from './splice.ts'

/** One range, and where its bytes lie. */
export interface RangePart {
  readonly span: ByteSpan
  readonly pieces: readonly Piece[]
}

export interface Multipart {
  readonly body: Body
  readonly length: number
  readonly contentType: string
}

/** The content of a 206 with several ranges (RFC 9110, section 14.6). The boundary comes from the request's id. */
export function toMultipart(
  parts: readonly RangePart[],
  total: number,
  type: string | null,
  id: string,
): Multipart {
  const boundary = id.replace(/[^A-Za-z0-9]/g, '')
  const typeLine = type === null ? '' : `Content-Type: ${type}\r\n`
  const all: Piece[] = []
  let length = 0
  const add = (text: string): void => {
    const bytes = Buffer.from(text, 'latin1')
    length += bytes.length
    all.push(bytes)
  }
  for (const { span, pieces } of parts) {
    add(`\r\n--${boundary}\r\n${typeLine}Content-Range: ${toContentRange(span, total)}\r\n\r\n`)
    all.push(...pieces)
    length += span.last - span.first + 1
  }
  add(`\r\n--${boundary}--\r\n`)
  return { body: spliceBody(all), length, contentType: `multipart/byteranges; boundary=${boundary}` }
}
