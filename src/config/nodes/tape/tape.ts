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
  #keys: string[] = []
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

  /** A plain key is its own name; 0x10 is not, which is 16. */
  addKey(kind: Kind, start: number, end: number, name: string): void {
    const isOdd = kind === Kind.plain && (name.length !== end - start || !this.text.startsWith(name, start))
    this.add(isOdd ? Kind.other : kind, 0, start, end)
    this.#keys.push(name)
  }

  /** Ends a map; a key that is there twice is for someone else to tell. */
  closeMap(index: number, end: number, keyMark: number): void {
    const keys = this.#keys
    const count = keys.length - keyMark
    if (count > FEW_KEYS && new Set(keys.slice(keyMark)).size < count) throw UNREADABLE
    for (let at = keyMark; at < keys.length; at++) {
      const key = keys[at]!
      if (count <= FEW_KEYS && keys.indexOf(key, keyMark) !== at) throw UNREADABLE
      if (key === 'Items' || key === 'Quantity')
        this.#records[index * WIDTH] = Kind.counted | (this.tag(index) << 8)
    }
    keys.length = keyMark
    this.close(index, end)
  }
}

function doubled(from: Int32Array): Int32Array {
  const to = new Int32Array(from.length * 2)
  to.set(from)
  return to
}
