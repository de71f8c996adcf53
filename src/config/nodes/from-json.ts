// JSON text as a located tree, many times as fast as YAML's parser: what tools generate is large.
import { toMapOrList } from './build.ts'
import type { ConfigNode, Entry, Place, Scalar } from './node.ts'
import { toPath } from './node.ts'
import type { Report } from './report.ts'

const MAX_NODES = 1_000_000
const MAX_DEPTH = 64
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const BLANK = /[ \t\r\n]*/y
const PLAIN_STRING = /"[^"\\\n\r\t]*"/y
const STRING = /"(?:[^"\\\n\r\t]|\\.)*"/y

/** The tree of a JSON text; null when it is none, has a key twice, or is too large, for YAML's parser to say what is wrong. */
export function fromJson(text: string, file: string, report: Report): ConfigNode | null {
  const first = text.charCodeAt(0) === 0xfeff ? 1 : 0
  if (!/^[ \t\r\n]*[{[]/.test(text.slice(first, first + 1000))) return null
  try {
    return new JsonText(text, first, file, report).read()
  } catch (error) {
    if (error === NOT_JSON) return null
    throw error
  }
}

const NOT_JSON = new Error('not JSON')

class JsonText {
  #text: string
  #at: number
  #file: string
  #report: Report
  #nodes = 0
  #line = 1
  #lineStart: number
  /** Up to where lines are counted. */
  #counted: number

  constructor(text: string, start: number, file: string, report: Report) {
    this.#text = text
    this.#at = start
    this.#lineStart = start
    this.#counted = start
    this.#file = file
    this.#report = report
  }

  read(): ConfigNode {
    this.#skip()
    const root = this.#value('', 0)
    this.#skip()
    if (this.#at !== this.#text.length) throw NOT_JSON
    return root
  }

  #value(path: string, depth: number): ConfigNode {
    if (++this.#nodes > MAX_NODES || depth > MAX_DEPTH) throw NOT_JSON
    const place = this.#place()
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#map(place, path, depth)
      case '[':
        return this.#list(place, path, depth)
      case '"': {
        const value = this.#string()
        return { kind: 'scalar', value, text: value, place, path }
      }
      case 't':
        return this.#word('true', true, place, path)
      case 'f':
        return this.#word('false', false, place, path)
      case 'n':
        return this.#word('null', null, place, path)
      default:
        return this.#number(place, path)
    }
  }

  #map(place: Place, path: string, depth: number): ConfigNode {
    const entries = new Map<string, Entry>()
    this.#at++
    this.#skip()
    if (this.#takes('}')) return toMapOrList(entries, place, path, this.#report)
    do {
      this.#skip()
      const keyPlace = this.#place()
      const key = this.#string()
      this.#skip()
      if (entries.has(key) || !this.#takes(':')) throw NOT_JSON
      this.#skip()
      const value = this.#value(key === 'Items' ? path : toPath(path, key), depth + 1)
      entries.set(key, { keyPlace, value })
      this.#skip()
    } while (this.#takes(','))
    if (!this.#takes('}')) throw NOT_JSON
    return toMapOrList(entries, place, path, this.#report)
  }

  #list(place: Place, path: string, depth: number): ConfigNode {
    const items: ConfigNode[] = []
    this.#at++
    this.#skip()
    if (!this.#takes(']')) {
      do {
        this.#skip()
        items.push(this.#value(`${path}[${items.length}]`, depth + 1))
        this.#skip()
      } while (this.#takes(','))
      if (!this.#takes(']')) throw NOT_JSON
    }
    return { kind: 'list', items, extras: new Map(), isQuantified: false, place, path }
  }

  #string(): string {
    const plain = this.#match(PLAIN_STRING)
    if (plain !== null) return plain.slice(1, -1)
    const quoted = this.#match(STRING)
    if (quoted === null) throw NOT_JSON
    try {
      return JSON.parse(quoted) as string
    } catch {
      throw NOT_JSON
    }
  }

  #number(place: Place, path: string): ConfigNode {
    const text = this.#match(NUMBER)
    if (text === null) throw NOT_JSON
    return { kind: 'scalar', value: Number(text), text, place, path }
  }

  #word(word: string, value: Scalar, place: Place, path: string): ConfigNode {
    if (!this.#text.startsWith(word, this.#at)) throw NOT_JSON
    this.#at += word.length
    return { kind: 'scalar', value, text: value === null ? '' : word, place, path }
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? null
    if (found !== null) this.#at += found.length
    return found
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #skip(): void {
    if (this.#text.charCodeAt(this.#at) > 32) return
    BLANK.lastIndex = this.#at
    BLANK.test(this.#text)
    this.#at = BLANK.lastIndex
  }

  /** Line breaks stand only between tokens, as a string has none. */
  #place(): Place {
    let next = this.#text.indexOf('\n', this.#counted)
    while (next !== -1 && next < this.#at) {
      this.#line++
      this.#lineStart = next + 1
      next = this.#text.indexOf('\n', this.#lineStart)
    }
    this.#counted = next === -1 ? this.#text.length : next
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 }
  }
}
