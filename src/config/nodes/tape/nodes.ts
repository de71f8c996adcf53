// The values of a tape as located nodes; the content of a map is made when somebody looks into it.
import { toMapOrList } from '../build.ts'
import type { ConfigNode, Entries, Entry, Place } from '../node.ts'
import { toPath } from '../node.ts'
import type { Report } from '../report.ts'
import { longFormAt } from '../short-forms.ts'
import { readScalar } from './scalars.ts'
import { Kind, type Tape } from './tape.ts'

/** The tree of a tape. */
export function toNodes(tape: Tape, file: string, report: Report): ConfigNode {
  return new TapeNodes(tape, file, report).node(0, '')
}

/** Whether a word may stand in the text of some entries; yes where nobody knows. */
export function mayMention(entries: Entries, word: string): boolean {
  return entries instanceof LateEntries ? entries.mayMention(word) : true
}

class TapeNodes {
  readonly tape: Tape
  #file: string
  #report: Report
  #lineStarts: Int32Array | null = null
  /** Where the last place was. */
  #line = 0

  constructor(tape: Tape, file: string, report: Report) {
    this.tape = tape
    this.#file = file
    this.#report = report
  }

  node(index: number, path: string): ConfigNode {
    const { tape } = this
    const place = this.#placeAt(tape.start(index))
    const tag = tape.tag(index)
    const value = this.#plainNode(index, path, place, tag !== 0)
    if (tag === 0) return value
    return { kind: 'map', entries: new Map([[longFormAt(tag), { keyPlace: place, value }]]), place, path }
  }

  /** Of the map that begins at `index`; those that are made already stay the same. */
  entries(index: number, path: string, made?: ReadonlyMap<string, Entry>): Map<string, Entry> {
    const { tape } = this
    const entries = new Map<string, Entry>()
    const after = tape.next(index)
    for (let at = index + 1; at < after; at = tape.next(at + 1)) {
      const key = String(readScalar(tape, at, false).value)
      entries.set(key, made?.get(key) ?? this.entry(at, path, key))
    }
    return entries
  }

  /** Of the key that is at `at`. */
  entry(at: number, path: string, key: string): Entry {
    const value = this.node(at + 1, key === 'Items' ? path : toPath(path, key))
    return { keyPlace: this.#placeAt(this.tape.start(at)), value }
  }

  /** Where a key of the map that begins at `index` is. Unknown when one before it is written in an odd way. */
  find(index: number, key: string): number | 'absent' | 'unknown' {
    const { tape } = this
    const after = tape.next(index)
    for (let at = index + 1; at < after; at = tape.next(at + 1)) {
      const kind = tape.kind(at)
      if (kind !== Kind.quoted && kind !== Kind.plain) return 'unknown'
      const quote = kind === Kind.quoted ? 1 : 0
      const start = tape.start(at) + quote
      if (tape.end(at) - quote - start === key.length && tape.text.startsWith(key, start)) return at
    }
    return 'absent'
  }

  #plainNode(index: number, path: string, place: Place, isTagged: boolean): ConfigNode {
    const { tape } = this
    const kind = tape.kind(index)
    if (kind === Kind.map) return { kind: 'map', entries: new LateEntries(this, index, path), place, path }
    if (kind === Kind.counted) return toMapOrList(this.entries(index, path), place, path, this.#report)
    if (kind !== Kind.list) return { kind: 'scalar', ...readScalar(tape, index, isTagged), place, path }
    const items: ConfigNode[] = []
    const after = tape.next(index)
    for (let at = index + 1; at < after; at = tape.next(at))
      items.push(this.node(at, `${path}[${items.length}]`))
    return { kind: 'list', items, extras: new Map(), isQuantified: false, place, path }
  }

  #placeAt(offset: number): Place {
    this.#lineStarts ??= lineStartsOf(this.tape.text)
    const starts = this.#lineStarts
    // Mostly the line of the place before, or the next one.
    let [low, high] = [this.#line, this.#line + 1]
    if (offset < starts[low]!) [low, high] = [0, low]
    else if (high + 1 < starts.length && offset >= starts[high + 1]!) [low, high] = [high, starts.length - 1]
    else if (high === starts.length) high = low
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    this.#line = low
    return { file: this.#file, line: low + 1, column: offset - starts[low]! + 1 }
  }
}

/** The entries of a map of a tape: most maps of a large file are of no interest to anybody. */
class LateEntries implements Entries {
  #nodes: TapeNodes
  #index: number
  #path: string
  #entries: ReadonlyMap<string, Entry> | null = null
  /** The entries that are made before all are asked for. */
  #some: Map<string, Entry> | null = null

  constructor(nodes: TapeNodes, index: number, path: string) {
    this.#nodes = nodes
    this.#index = index
    this.#path = path
  }

  mayMention(word: string): boolean {
    const { tape } = this.#nodes
    const text = tape.text.slice(tape.start(this.#index), tape.end(this.#index))
    // With escapes it could be written in many ways.
    return text.includes(word) || /\\[uxU]/.test(text)
  }

  get #all(): ReadonlyMap<string, Entry> {
    return (this.#entries ??= this.#nodes.entries(this.#index, this.#path, this.#some ?? undefined))
  }

  get size(): number {
    return this.#all.size
  }

  get(key: string): Entry | undefined {
    if (this.#entries !== null) return this.#entries.get(key)
    const made = this.#some?.get(key)
    if (made !== undefined) return made
    const at = this.#nodes.find(this.#index, key)
    if (at === 'absent') return undefined
    if (at === 'unknown') return this.#all.get(key)
    const entry = this.#nodes.entry(at, this.#path, key)
    // A scalar is nothing to keep: the Type of every resource is looked at, and of most nothing else.
    if (this.#nodes.tape.kind(at + 1) <= Kind.list) (this.#some ??= new Map()).set(key, entry)
    return entry
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  forEach(...args: Parameters<Entries['forEach']>): void {
    this.#all.forEach(...args)
  }

  entries(): MapIterator<[string, Entry]> {
    return this.#all.entries()
  }

  keys(): MapIterator<string> {
    return this.#all.keys()
  }

  values(): MapIterator<Entry> {
    return this.#all.values()
  }

  [Symbol.iterator](): MapIterator<[string, Entry]> {
    return this.#all.entries()
  }
}

/** A byte order mark is no column. */
function lineStartsOf(text: string): Int32Array {
  let starts = new Int32Array(Math.max(16, text.length >> 4))
  starts[0] = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (count === starts.length) {
      const more = new Int32Array(count * 2)
      more.set(starts)
      starts = more
    }
    starts[count++] = at + 1
  }
  return starts.subarray(0, count)
}
