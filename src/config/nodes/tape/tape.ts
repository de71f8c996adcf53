// The values of a text as numbers in one array, in the order of the text: checked in one pass, made into nodes on demand.
/** Values that a text of this size cannot reach unless it is a mistake or an attack. */
const MAX_RECORDS = 2_000_000
const MAX_DEPTH = 64
const WIDTH = 4
/** Up to here keys are compared with each other, which is cheaper than a set. */
const FEW_KEYS = 8

/** How a value is written, and so how it is read. */
export const Kind = {
  map: 1,
  /** A map with the key Items or Quantity, which may be a list. */
  counted: 2,
  list: 3,
  /** The text between two quotes, as it stands. */
  quoted: 4,
  /** A string of JSON with escapes. */
  escaped: 5,
  /** A number or word of JSON. */
  word: 6,
  /** A text of YAML without quotes on one line: a number, a word or itself. */
  plain: 7,
  /** One without quotes on several lines. */
  folded: 8,
  /** YAML's single quotes, with a quote in it. */
  single: 9,
  /** What follows `|`; the extra number is the indentation of its lines. */
  literal: 10,
  /** Anything else, for the library to read by itself. */
  other: 11,
  empty: 12,
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Thrown by scanners for a text that they cannot read; someone else says what is wrong with it, or reads it. */
export const UNREADABLE = new Error('not readable here')

/** A text with its values, taken apart by a scanner. */
export class Tape {
  readonly text: string
  #records: Int32Array
  #length = 0
  /** The keys of the maps that are open. */
  #keys: number[] = []
  #names = new Map<number, string>()
  #depth = 0

  constructor(text: string) {
    this.text = text
    this.#records = new Int32Array(Math.max(64, text.length >> 2))
  }

  kind(index: number): Kind {
    return (this.#records[index * WIDTH]! & 0xff) as Kind
  }

  /** Number of the short form that a value is tagged with, 0 for none. */
  tag(index: number): number {
    return this.#records[index * WIDTH]! >> 8
  }

  start(index: number): number {
    return this.#records[index * WIDTH + 1]!
  }

  end(index: number): number {
    return this.#records[index * WIDTH + 2]!
  }

  /** Of a map or a list: where the value after it is. Of others: a number that belongs to the kind. */
  extra(index: number): number {
    return this.#records[index * WIDTH + 3]!
  }

  /** Where the value after this one is. */
  next(index: number): number {
    return this.kind(index) <= Kind.list ? this.extra(index) : index + 1
  }

  /** Appends a value or the beginning of one. */
  add(kind: Kind, tag: number, start: number, end: number, extra = 0): number {
    const index = this.#length++
    if (index >= MAX_RECORDS) throw UNREADABLE
    const at = index * WIDTH
    if (at + WIDTH > this.#records.length) this.#records = doubled(this.#records)
    const records = this.#records
    records[at] = kind | (tag << 8)
    records[at + 1] = start
    records[at + 2] = end
    records[at + 3] = extra
    return index
  }

  /** Begins a map or a list, which `close` must end. */
  open(kind: typeof Kind.map | typeof Kind.list, tag: number, start: number): number {
    if (++this.#depth > MAX_DEPTH) throw UNREADABLE
    return this.add(kind, tag, start, start)
  }

  close(index: number, end: number): void {
    this.#depth--
    this.#records[index * WIDTH + 2] = end
    this.#records[index * WIDTH + 3] = this.#length
  }

  /** To be given to `closeMap`: the keys from here on are those of the map. */
  get keyMark(): number {
    return this.#keys.length
  }

  /** `name` where it is not what stands there: of a key with escapes, or of 0x10, which is 16. */
  addKey(kind: Kind, start: number, end: number, name: string | null): void {
    const isOdd = kind === Kind.plain && name !== null
    const index = this.add(isOdd ? Kind.other : kind, 0, start, end)
    if (name !== null) this.#names.set(index, name)
    this.#keys.push(index)
  }

  /** Ends a map; a key that is there twice is for someone else to tell. */
  closeMap(index: number, end: number, keyMark: number): void {
    const keys = this.#keys
    const count = keys.length - keyMark
    if (count > FEW_KEYS || this.#names.size > 0) {
      const names = new Set<string>()
      for (let at = keyMark; at < keys.length; at++) names.add(this.#nameOf(keys[at]!))
      if (names.size < count) throw UNREADABLE
    } else {
      for (let at = keyMark + 1; at < keys.length; at++) {
        for (let before = keyMark; before < at; before++)
          if (this.#isSameKey(keys[before]!, keys[at]!)) throw UNREADABLE
      }
    }
    for (let at = keyMark; at < keys.length; at++) {
      if (this.#isCount(keys[at]!)) this.#records[index * WIDTH] = Kind.counted | (this.tag(index) << 8)
    }
    keys.length = keyMark
    this.close(index, end)
  }

  #nameOf(key: number): string {
    const quote = this.#quoteOf(key)
    return this.#names.get(key) ?? this.text.slice(this.start(key) + quote, this.end(key) - quote)
  }

  /** Whether two keys without other names have the same characters. */
  #isSameKey(first: number, second: number): boolean {
    const [quote, other] = [this.#quoteOf(first), this.#quoteOf(second)]
    const length = this.end(first) - this.start(first) - 2 * quote
    if (this.end(second) - this.start(second) - 2 * other !== length) return false
    const [one, two] = [this.start(first) + quote, this.start(second) + other]
    for (let at = 0; at < length; at++)
      if (this.text.charCodeAt(one + at) !== this.text.charCodeAt(two + at)) return false
    return true
  }

  #quoteOf(key: number): 0 | 1 {
    return this.kind(key) === Kind.quoted ? 1 : 0
  }

  #isCount(key: number): boolean {
    const length = this.end(key) - this.start(key)
    if (length < 5 || (length > 10 && this.#names.size === 0)) return false
    const name = this.#nameOf(key)
    return name === 'Items' || name === 'Quantity'
  }
}

function doubled(from: Int32Array): Int32Array {
  const to = new Int32Array(from.length * 2)
  to.set(from)
  return to
}
