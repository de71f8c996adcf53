// Accept-Encoding brought to the few forms that stand in cache keys and go to origins.

/** What is left of an Accept-Encoding header; `forward: null` sends the origin none. */
export interface NormalizedEncoding {
  readonly key: '' | 'gzip' | 'br' | 'br,gzip'
  readonly forward: string | null
}

/** Nothing in the key, nothing for the origin. */
export const NO_ENCODING: NormalizedEncoding = { key: '', forward: null }

const IDENTITY: NormalizedEncoding = { key: '', forward: 'identity' }

const GZIP = 1
const BROTLI = 2
/** By the codings that are both enabled and accepted. */
const FORMS: readonly NormalizedEncoding[] = [
  IDENTITY,
  { key: 'gzip', forward: 'gzip' },
  { key: 'br', forward: 'br' },
  { key: 'br,gzip', forward: 'br,gzip' },
]

const ZERO = /;\s*q\s*=\s*0(\.0*)?\s*(;|$)/i
/** Browsers send a handful of values; this many are remembered before the memory starts again. */
const MEMO_ENTRIES = 512
const MEMO_LENGTH = 256
const memo = new Map<string, number>()

/**
 * The normal form of an Accept-Encoding header for a policy that has gzip or Brotli enabled. Other codings and
 * quality values are dropped; `q=0` counts as not accepted (choice). (Developer Guide, 'Understand cache policies')
 */
export function normalizeAcceptEncoding(
  value: string | null,
  gzip: boolean,
  brotli: boolean,
): NormalizedEncoding {
  if (value === null || (!gzip && !brotli)) return NO_ENCODING
  const enabled = (gzip ? GZIP : 0) | (brotli ? BROTLI : 0)
  return FORMS[parseAccepted(value) & enabled]!
}

function parseAccepted(value: string): number {
  const known = memo.get(value)
  if (known !== undefined) return known
  let accepted = 0
  for (const element of value.split(',')) {
    const semicolon = element.indexOf(';')
    const coding = (semicolon === -1 ? element : element.slice(0, semicolon)).trim().toLowerCase()
    if (semicolon !== -1 && ZERO.test(element)) continue
    if (coding === 'gzip') accepted |= GZIP
    else if (coding === 'br') accepted |= BROTLI
  }
  if (value.length <= MEMO_LENGTH) {
    if (memo.size >= MEMO_ENTRIES) memo.clear()
    memo.set(value, accepted)
  }
  return accepted
}
