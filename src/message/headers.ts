// Ordered, case-blind, multi-value header list as an immutable value.
import { headerName } from './header-names.ts'

/** Name, value, name, value, … as they stand on the wire. */
export type HeaderPairs = readonly string[]

/**
 * Header fields in wire order. Names compare without regard to case; a name may occur several times.
 * All methods that take a name expect it in lower case and leave the list as it is.
 */
export class Headers {
  static readonly none = new Headers([])

  readonly pairs: HeaderPairs
  /** Set by whoever has found that every name and value may go out; false as long as nobody knows. */
  areSendable = false
  /** The filter that was found to leave nothing out; stored headers meet it again at each first hit. */
  unchangedBy: object | null = null

  constructor(pairs: HeaderPairs) {
    this.pairs = pairs
  }

  /** The first value of a header, or null. */
  get(name: string): string | null {
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) {
      if (isName(pairs[i]!, name)) return pairs[i + 1]!
    }
    return null
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  /** Every value of a header, in order. */
  all(name: string): string[] {
    const values: string[] = []
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) {
      if (isName(pairs[i]!, name)) values.push(pairs[i + 1]!)
    }
    return values
  }

  /** All values of a header joined to one list (RFC 9110, section 5.3), or null. */
  list(name: string): string | null {
    let joined: string | null = null
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) {
      if (isName(pairs[i]!, name)) joined = joined === null ? pairs[i + 1]! : `${joined}, ${pairs[i + 1]!}`
    }
    return joined
  }

  /** The header set once, in the place of its first occurrence. */
  with(name: string, value: string, wireName: string = toWireName(name)): Headers {
    const out: string[] = []
    let done = false
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) {
      if (!isName(pairs[i]!, name)) out.push(pairs[i]!, pairs[i + 1]!)
      else if (!done) {
        out.push(pairs[i]!, value)
        done = true
      }
    }
    if (!done) out.push(wireName, value)
    return new Headers(out)
  }

  /** One more field line at the end. */
  plus(wireName: string, value: string): Headers {
    return new Headers([...this.pairs, wireName, value])
  }

  without(name: string): Headers {
    return this.has(name) ? this.filter((each) => each !== name) : this
  }

  /** The fields whose lower-case name is kept. */
  filter(keep: (lowerName: string) => boolean): Headers {
    const out: string[] = []
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) {
      if (keep(headerName(pairs[i]!).lower)) out.push(pairs[i]!, pairs[i + 1]!)
    }
    const filtered = new Headers(out)
    filtered.areSendable = this.areSendable
    return filtered
  }

  /** Each field as lower-case name, value and name on the wire. */
  *entries(): Generator<[lowerName: string, value: string, wireName: string]> {
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) yield [headerName(pairs[i]!).lower, pairs[i + 1]!, pairs[i]!]
  }

  /** Bytes of the field lines with their separators. */
  get bytes(): number {
    let sum = 0
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) sum += pairs[i]!.length + pairs[i + 1]!.length + 4
    return sum
  }
}

/** `x-amz-id` as `X-Amz-Id`: the form CloudFront gives names that come without a wire form. */
export function toWireName(lowerName: string): string {
  return lowerName.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
}

function isName(wireName: string, lowerName: string): boolean {
  if (wireName.length !== lowerName.length) return false
  if (wireName === lowerName) return true
  // Most names of the same length differ in the first letter already (0x20 is the bit that tells its case).
  if ((wireName.charCodeAt(0) | 0x20) !== (lowerName.charCodeAt(0) | 0x20)) return false
  return headerName(wireName).lower === lowerName
}
