// Parses the directives of a response's Cache-Control header.

/** The directives CloudFront looks at; seconds are null when absent, field lists when not given. */
export interface CacheControl {
  readonly maxAge: number | null
  readonly sMaxAge: number | null
  readonly staleWhileRevalidate: number | null
  readonly staleIfError: number | null
  readonly noStore: boolean
  /** `no-cache` without a field list. */
  readonly noCache: boolean
  /** The lower-case names of `no-cache="…"`. */
  readonly noCacheFields: readonly string[] | null
  /** `private` without a field list. */
  readonly isPrivate: boolean
  /** The lower-case names of `private="…"`. */
  readonly privateFields: readonly string[] | null
  readonly mustRevalidate: boolean
}

/** 100 years: the most CloudFront takes for max-age. (Developer Guide, 'Manage how long content stays in the cache') */
export const LONGEST_AGE = 3_153_600_000

const NO_DIRECTIVES: CacheControl = {
  maxAge: null,
  sMaxAge: null,
  staleWhileRevalidate: null,
  staleIfError: null,
  noStore: false,
  noCache: false,
  noCacheFields: null,
  isPrivate: false,
  privateFields: null,
  mustRevalidate: false,
}

const DIGITS = /^[0-9]+$/
const COMMA = 0x2c
const EQUALS = 0x3d

/** An origin sends a handful of values; this many are remembered before the memory starts again. */
const MEMO_ENTRIES = 512
const MEMO_LENGTH = 256
const memo = new Map<string, CacheControl>()

type Found = { -readonly [Field in keyof CacheControl]: CacheControl[Field] }

/**
 * Parses all Cache-Control lines joined with `, `; never throws (RFC 9111, section 5.2). Of a repeated directive
 * the first counts; a max-age that is no number is taken as 0, as section 4.2.1 advises.
 */
export function parseCacheControl(value: string | null): CacheControl {
  if (value === null || value === '') return NO_DIRECTIVES
  const known = memo.get(value)
  if (known !== undefined) return known
  const parsed = parse(value)
  if (value.length <= MEMO_LENGTH) {
    if (memo.size >= MEMO_ENTRIES) memo.clear()
    memo.set(value, parsed)
  }
  return parsed
}

function parse(value: string): CacheControl {
  const found: Found = { ...NO_DIRECTIVES }
  let at = 0
  while (at < value.length) {
    const nameEnd = endOfName(value, at)
    const name = value.slice(at, nameEnd).trim().toLowerCase()
    at = nameEnd
    let argument: string | null = null
    if (value.charCodeAt(at) === EQUALS) {
      at = skipSpaces(value, at + 1)
      const closing = value[at] === '"' ? closingQuote(value, at + 1) : -1
      const start = at
      at = endOfElement(value, closing === -1 ? at : closing + 1)
      argument = closing === -1 ? value.slice(start, at).trim() : unescape(value.slice(start + 1, closing))
    }
    add(found, name, argument)
    at++
  }
  return found
}

function add(found: Found, name: string, argument: string | null): void {
  switch (name) {
    case 'max-age':
      found.maxAge ??= parseSeconds(argument) ?? 0
      break
    case 's-maxage':
      found.sMaxAge ??= parseSeconds(argument) ?? 0
      break
    case 'stale-while-revalidate':
      found.staleWhileRevalidate ??= parseSeconds(argument)
      break
    case 'stale-if-error':
      found.staleIfError ??= parseSeconds(argument)
      break
    case 'no-store':
      found.noStore = true
      break
    case 'no-cache': {
      const fields = parseFields(argument)
      if (fields === null) found.noCache = true
      else found.noCacheFields = [...(found.noCacheFields ?? []), ...fields]
      break
    }
    case 'private': {
      const fields = parseFields(argument)
      if (fields === null) found.isPrivate = true
      else found.privateFields = [...(found.privateFields ?? []), ...fields]
      break
    }
    case 'must-revalidate':
      found.mustRevalidate = true
      break
    default: // what CloudFront does not look at
  }
}

/** Whole seconds up to {@link LONGEST_AGE}, or null when the text is no number (RFC 9111, section 1.2.2). */
export function parseSeconds(text: string | null): number | null {
  if (text === null || !DIGITS.test(text)) return null
  return Math.min(Number(text), LONGEST_AGE)
}

/** An empty list says nothing about fields, so the directive counts for the whole response: null. */
function parseFields(argument: string | null): string[] | null {
  if (argument === null) return null
  const fields = argument
    .split(',')
    .map((field) => field.trim().toLowerCase())
    .filter((field) => field !== '')
  return fields.length === 0 ? null : fields
}

function endOfName(value: string, from: number): number {
  let at = from
  while (at < value.length && value.charCodeAt(at) !== COMMA && value.charCodeAt(at) !== EQUALS) at++
  return at
}

function endOfElement(value: string, from: number): number {
  const comma = value.indexOf(',', from)
  return comma === -1 ? value.length : comma
}

function skipSpaces(value: string, from: number): number {
  let at = from
  while (value[at] === ' ' || value[at] === '\t') at++
  return at
}

/** Where a quoted string ends, or -1: then the quote is taken as an ordinary character. */
function closingQuote(value: string, from: number): number {
  for (let at = from; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '"') return at
  }
  return -1
}

function unescape(quoted: string): string {
  return quoted.includes('\\') ? quoted.replace(/\\(.)/g, '$1') : quoted
}
