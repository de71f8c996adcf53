// YAML as tools and people write templates -> its tape, or null for what the library had better read.
import { Code, Lines } from './lines.ts'
import { findTag, FlowScanner, keyName } from './scan-flow.ts'
import { findBlock, findKey, findPlainEnd, findQuoted, type Found, type Key } from './scan-scalars.ts'
import { Kind, Tape, UNREADABLE } from './tape.ts'

/**
 * Null for anchors, merge keys, several documents, tabs, unknown tags and everything that is seldom or wrong: this reads
 * a part of YAML, and that part exactly as the library does, several times as fast.
 */
export function scanYaml(source: string): Tape | null {
  const text = source.includes('\r') ? source.replaceAll('\r\n', '\n') : source
  if (text.includes('\r') || text.charCodeAt(0) === 0xfeff) return null
  try {
    return new YamlScanner(text).scan()
  } catch (error) {
    if (error === UNREADABLE) return null
    throw error
  }
}

class YamlScanner {
  #text: string
  #lines: Lines
  #tape: Tape
  #flow: FlowScanner

  constructor(text: string) {
    this.#text = text
    this.#lines = new Lines(text)
    this.#tape = new Tape(text)
    this.#flow = new FlowScanner(this.#lines, this.#tape)
  }

  scan(): Tape {
    const marker = /^(?:(?: *#.*| *)\n)*---\n/.exec(this.#text)?.[0]
    this.#lines.goTo(marker?.length ?? 0)
    const key = findKey(this.#lines, this.#lines.at)
    if (key === null || this.#lines.indent !== 0) throw UNREADABLE
    this.#mapping(0, this.#lines.at, key, 0)
    return this.#tape
  }

  /** A map whose first key is known; the others begin below it. */
  #mapping(indent: number, start: number, first: Key, tag: number): void {
    const [lines, tape] = [this.#lines, this.#tape]
    const { keyMark } = tape
    const index = tape.open(Kind.map, tag, start)
    let found: Key | null = first
    for (let at = start; ; at = lines.at) {
      if (found === null) throw UNREADABLE
      tape.addKey(found.kind, at, found.end, keyName(this.#text, at, found))
      const after = found.colon + 1
      if (lines.isLineEnd(after)) this.#below(after, indent, 0, true)
      else this.#value(lines.afterSpaces(after), indent, 0, false)
      if (lines.indent < indent) break
      if (lines.indent > indent) throw UNREADABLE
      found = findKey(lines, lines.at)
    }
    tape.closeMap(index, lines.at, keyMark)
  }

  #sequence(indent: number, start: number, tag: number): void {
    const [lines, tape] = [this.#lines, this.#tape]
    const index = tape.open(Kind.list, tag, start)
    for (let at = start; ; at = lines.at) {
      if (lines.isLineEnd(at + 1)) this.#below(at + 1, indent, 0, false)
      else this.#value(lines.afterSpaces(at + 1), indent, 0, true)
      if (lines.indent !== indent || !lines.isDash(lines.at)) break
    }
    tape.close(index, lines.at)
  }

  /** A value that begins on a line of its own, or none. Lists under a key may begin at the key's own indentation. */
  #below(from: number, parent: number, tag: number, isOfKey: boolean): void {
    const lines = this.#lines
    lines.goOn(from)
    if (lines.indent > parent) this.#value(lines.at, parent, tag, true)
    else if (isOfKey && lines.indent === parent && lines.isDash(lines.at))
      this.#sequence(parent, lines.at, tag)
    else if (tag === 0) this.#tape.add(Kind.empty, 0, lines.afterSpaces(from), from)
    else throw UNREADABLE
  }

  /** A value that begins at `start`; what belongs to it on further lines is indented more than `parent`. */
  #value(start: number, parent: number, tag: number, mayBeBlock: boolean): void {
    const [lines, tape] = [this.#lines, this.#tape]
    const code = this.#text.charCodeAt(start)
    if (mayBeBlock) {
      const indent = start - lines.start
      if (lines.isDash(start)) return this.#sequence(indent, start, tag)
      const key = findKey(lines, start)
      if (key !== null) return this.#mapping(indent, start, key, tag)
    }
    switch (code) {
      case Code.quote:
      case Code.apostrophe:
        return this.#scalar(findQuoted(lines, start, parent), start, tag)
      case Code.openList:
      case Code.openMap:
        return lines.goOn(this.#flow.scan(start, parent, tag))
      case 124:
      case 62: {
        const { kind, end, indent } = findBlock(lines, start, parent)
        tape.add(kind, tag, start, end, indent)
        return lines.goTo(end)
      }
      case 33: {
        if (tag !== 0) throw UNREADABLE
        const found = findTag(lines, start)
        if (lines.isLineEnd(found.end)) return this.#below(found.end, parent, found.tag, !mayBeBlock)
        return this.#value(lines.afterSpaces(found.end), parent, found.tag, false)
      }
      default:
        return this.#plain(start, parent, tag)
    }
  }

  #scalar({ kind, end }: Found, start: number, tag: number): void {
    this.#tape.add(kind, tag, start, end)
    this.#lines.goOn(end)
  }

  /** A text without quotes, on one line or more. */
  #plain(start: number, parent: number, tag: number): void {
    const lines = this.#lines
    if (!lines.beginsPlain(start)) throw UNREADABLE
    let end = findPlainEnd(lines, start)
    let kind: Kind = Kind.plain
    for (;;) {
      const isCut = lines.lineEnd(end) > lines.afterSpaces(end)
      lines.goOn(end)
      if (lines.indent <= parent) break
      const isOdd = !lines.beginsPlain(lines.at) && '-?:'.includes(this.#text.charAt(lines.at))
      if (isCut || lines.afterComment || isOdd) throw UNREADABLE
      end = findPlainEnd(lines, lines.at)
      kind = Kind.folded
    }
    this.#tape.add(kind, tag, start, end)
  }
}
