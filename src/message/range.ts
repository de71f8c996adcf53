// Which bytes of an object answer a Range header, and what a Content-Range says.

/** Bytes of an object from `first` to `last`, both included. */
export interface ByteSpan {
  readonly first: number
  readonly last: number
}

/** A part of a body, several of them, or the reason why the whole is sent. */
export type RangeSelection =
  | {
      readonly kind: 'whole'
      readonly because: 'no-range' | 'other-unit' | 'invalid' | 'not-ascending' | 'empty-object'
    }
  | ({ readonly kind: 'part' } & ByteSpan)
  | { readonly kind: 'parts'; readonly parts: readonly ByteSpan[] }
  | { readonly kind: 'unsatisfiable' }

const UNIT = /^\s*bytes\s*=/i
const ONE_RANGE = /^([0-9]*)\s*-\s*([0-9]*)$/
const NO_RANGE: RangeSelection = { kind: 'whole', because: 'no-range' }

/**
 * The bytes of an object of `size` bytes that a Range header asks for (RFC 9110, section 14.2). What is not valid
 * is ignored; several ranges must be valid, ascending and apart.
 * (Developer Guide, 'How CloudFront processes partial requests for an object (range GETs)')
 */
export function selectRange(rangeHeader: string | null, size: number): RangeSelection {
  if (rangeHeader === null) return NO_RANGE
  const unit = UNIT.exec(rangeHeader)
  if (unit === null) return { kind: 'whole', because: rangeHeader.includes('=') ? 'other-unit' : 'invalid' }
  const ranges = rangeHeader
    .slice(unit[0].length)
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '')
  return ranges.length > 1 ? selectSeveral(ranges, size) : selectOne(ranges[0] ?? '', size)
}

function selectSeveral(ranges: readonly string[], size: number): RangeSelection {
  const parts: ByteSpan[] = []
  let after = -1
  for (const range of ranges) {
    const selected = selectOne(range, size)
    if (selected.kind !== 'part') return { kind: 'whole', because: 'invalid' }
    if (selected.first <= after) return { kind: 'whole', because: 'not-ascending' }
    parts.push({ first: selected.first, last: selected.last })
    after = selected.last
  }
  return { kind: 'parts', parts }
}

function selectOne(range: string, size: number): Exclude<RangeSelection, { kind: 'parts' }> {
  const match = ONE_RANGE.exec(range)
  if (match === null) return { kind: 'whole', because: 'invalid' }
  const [firstText, lastText] = [match[1]!, match[2]!]
  if (firstText === '') {
    if (lastText === '') return { kind: 'whole', because: 'invalid' }
    const length = Number(lastText)
    if (length === 0) return { kind: 'unsatisfiable' }
    if (size === 0) return { kind: 'whole', because: 'empty-object' }
    return { kind: 'part', first: Math.max(0, size - length), last: size - 1 }
  }
  const first = Number(firstText)
  const last = lastText === '' ? Infinity : Number(lastText)
  if (last < first) return { kind: 'whole', because: 'invalid' }
  if (first >= size) return { kind: 'unsatisfiable' }
  return { kind: 'part', first, last: Math.min(last, size - 1) }
}

/** Where a part lies in an object whose size is known. */
export interface ContentRange extends ByteSpan {
  readonly total: number
}

const CONTENT_RANGE = /^\s*bytes\s+([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15})\s*$/i

/** The Content-Range of one part; null when it is not valid or says no size (RFC 9110, section 14.4). */
export function parseContentRange(text: string | null): ContentRange | null {
  const match = text === null ? null : CONTENT_RANGE.exec(text)
  if (match === null) return null
  const [first, last, total] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return first <= last && last < total ? { first, last, total } : null
}

export function toContentRange({ first, last }: ByteSpan, total: number): string {
  return `bytes ${first}-${last}/${total}`
}
