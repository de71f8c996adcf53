// Which bytes of a body answer a Range header.

/** A part of a body, or the reason why the whole is sent; `last` is inclusive. */
export type RangeSelection =
  | {
      readonly kind: 'whole'
      readonly because: 'no-range' | 'other-unit' | 'invalid' | 'several-ranges' | 'empty-object'
    }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' }

const UNIT = /^\s*bytes=/i
const ONE_RANGE = /^([0-9]*)-([0-9]*)$/
const NO_RANGE: RangeSelection = { kind: 'whole', because: 'no-range' }

/**
 * The bytes of an object of `size` bytes that a Range header asks for (RFC 9110, section 14.2). What is not valid
 * is ignored. (Developer Guide, 'How CloudFront processes partial requests for an object')
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
  // Differs from CloudFront: Several ranges in one request are answered with the whole object, not with multipart/byteranges.
  if (ranges.length > 1) return { kind: 'whole', because: 'several-ranges' }
  const match = ONE_RANGE.exec(ranges[0] ?? '')
  if (match === null) return { kind: 'whole', because: 'invalid' }
  return selectOne(match[1]!, match[2]!, size)
}

function selectOne(firstText: string, lastText: string, size: number): RangeSelection {
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
