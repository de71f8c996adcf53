// YAML's lists and maps in brackets, which may go over several lines.
import { tagNumber } from '../short-forms.ts'
import { Code, type Lines } from './lines.ts'
import { readPlain } from './scalars.ts'
import { findQuoted, type Found } from './scan-scalars.ts'
import { Kind, type Tape, UNREADABLE } from './tape.ts'

/** First characters of numbers, words, null and the merge key. */
const NO_TEXT = new Set(Array.from('-+.0123456789~nNtTfF<', (character) => character.charCodeAt(0)))
const TAG = /![A-Za-z\d]+/y

/** The number of a tag that begins at `start`, and its end. */
export function findTag(lines: Lines, start: number): { readonly tag: number; readonly end: number } {
  TAG.lastIndex = start
  const name = TAG.exec(lines.text)?.[0] ?? ''
  const tag = tagNumber(name)
  const end = start + name.length
  if (tag === 0 || !lines.isGap(end)) throw UNREADABLE
  return { tag, end }
}

/** The name that a key says, null when it is what stands there. */
export function keyName(text: string, start: number, { kind, end }: Found): string | null {
  if (end - start > 1000) throw UNREADABLE
  if (kind === Kind.quoted) return null
  if (kind === Kind.plain) {
    // Only these begin what may be no text.
    if (!NO_TEXT.has(text.charCodeAt(start))) return null
    const source = text.slice(start, end)
    if (source === '<<') throw UNREADABLE
    const name = String(readPlain(source).value)
    return name === source ? null : name
  }
  const source = text.slice(start, end)
  if (kind === Kind.escaped) return JSON.parse(source) as string
  if (kind === Kind.single) return source.slice(1, -1).replaceAll("''", "'")
  throw UNREADABLE
}

/** Scans one collection with everything in it. (YAML 1.2.2, 7.4 'Flow Collection Styles') */
export class FlowScanner {
  #lines: Lines
  #text: string
  #tape: Tape
  #at = 0
  #parent = 0

  constructor(lines: Lines, tape: Tape) {
    this.#lines = lines
    this.#text = lines.text
    this.#tape = tape
  }

  /** From `start` on; gives the end. Further lines are indented more than `parent`. */
  scan(start: number, parent: number, tag: number): number {
    this.#at = start
    this.#parent = parent
    this.#value(tag)
    return this.#at
  }

  #value(tag: number): void {
    const start = this.#at
    switch (this.#text.charCodeAt(start)) {
      case Code.openList:
        return this.#list(tag)
      case Code.openMap:
        return this.#map(tag)
      case Code.quote:
      case Code.apostrophe: {
        const { kind, end } = findQuoted(this.#lines, start, this.#parent)
        this.#tape.add(kind, tag, start, end)
        this.#at = end
        return
      }
      case 33: {
        if (tag !== 0) throw UNREADABLE
        const found = findTag(this.#lines, start)
        this.#at = this.#lines.afterSpaces(found.end)
        return this.#value(found.tag)
      }
      default:
        this.#tape.add(Kind.plain, tag, start, this.#plain())
    }
  }

  #list(tag: number): void {
    const index = this.#tape.open(Kind.list, tag, this.#at)
    this.#at++
    let code = this.#skip()
    while (code !== Code.closeList) {
      this.#value(0)
      code = this.#afterItem(Code.closeList)
    }
    this.#tape.close(index, ++this.#at)
  }

  #map(tag: number): void {
    const tape = this.#tape
    const { keyMark } = tape
    const index = tape.open(Kind.map, tag, this.#at)
    this.#at++
    let code = this.#skip()
    while (code !== Code.closeMap) {
      this.#key()
      this.#value(0)
      code = this.#afterItem(Code.closeMap)
    }
    tape.closeMap(index, ++this.#at, keyMark)
  }

  #key(): void {
    const start = this.#at
    const code = this.#text.charCodeAt(start)
    const isQuoted = code === Code.quote || code === Code.apostrophe
    const key: Found = isQuoted
      ? findQuoted(this.#lines, start, this.#parent)
      : { kind: Kind.plain, end: this.#plain() }
    this.#tape.addKey(key.kind, start, key.end, keyName(this.#text, start, key))
    this.#at = key.end
    if (this.#skip() !== Code.colon || !this.#lines.isGap(this.#at + 1)) throw UNREADABLE
    this.#at++
    this.#skip()
  }

  /** Goes behind a text without quotes and gives its end. */
  #plain(): number {
    const text = this.#text
    const start = this.#at
    if (!this.#lines.beginsPlain(start)) throw UNREADABLE
    let end = start
    for (let at = start; ; at++) {
      const code = text.charCodeAt(at)
      if (code === Code.space) continue
      const isEnd = code === Code.comma || code === Code.closeList || code === Code.closeMap
      if (isEnd || code === Code.lineBreak || (code === Code.colon && this.#isColonOfKey(at))) {
        this.#at = end
        return end
      }
      const isForeign = code === Code.openList || code === Code.openMap || (code === Code.hash && at > end)
      if (isForeign || !(code >= 32)) throw UNREADABLE
      end = at + 1
    }
  }

  #isColonOfKey(at: number): boolean {
    const next = this.#text.charCodeAt(at + 1)
    return this.#lines.isGap(at + 1) || ',[]{}'.includes(String.fromCharCode(next))
  }

  /** The code of the next item's first character, or the closing one. */
  #afterItem(close: number): number {
    const code = this.#skip()
    if (code === close) return code
    if (code !== Code.comma) throw UNREADABLE
    this.#at++
    const next = this.#skip()
    if (next === close) throw UNREADABLE
    return next
  }

  #skip(): number {
    const text = this.#text
    for (;;) {
      this.#at = this.#lines.afterSpaces(this.#at)
      const code = text.charCodeAt(this.#at)
      if (code !== Code.lineBreak) {
        if (!(code > 32) || code === Code.hash) throw UNREADABLE
        return code
      }
      const line = this.#at + 1
      const content = this.#lines.afterSpaces(line)
      if (text.charCodeAt(content) !== Code.lineBreak && content - line <= this.#parent) throw UNREADABLE
      this.#at = line
    }
  }
}
