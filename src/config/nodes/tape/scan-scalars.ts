// Where the texts of YAML end: with quotes, without, and in blocks of lines.
import { Code, type Lines } from './lines.ts'
import { Kind, UNREADABLE } from './tape.ts'

/** A text, and how to read it. */
export interface Found {
  readonly kind: Kind
  readonly end: number
  /** Of a block: the indentation of its lines. */
  readonly indent?: number
}

const ESCAPES = new Set(Array.from('0abtnvfre "/\\N_LP\n', (character) => character.charCodeAt(0)))
/** Those that JSON has as well. */
const JSON_ESCAPES = new Set(Array.from('btnfr"/\\', (character) => character.charCodeAt(0)))
const HEX = new Map([
  [120, /[\da-fA-F]{2}/y],
  [117, /[\da-fA-F]{4}/y],
])
const BLOCK = /[|>]([-+]?)(?: +#[^\n]*| *)(?:\n|$)/y

/** A text in quotes that begins at `start`; further lines of it are indented more than `parent`. */
export function findQuoted(lines: Lines, start: number, parent: number): Found {
  return lines.text.charCodeAt(start) === Code.quote
    ? findDouble(lines, start, parent)
    : findSingle(lines, start, parent)
}

/** (YAML 1.2.2, 7.3.1 'Double-Quoted Style') */
function findDouble(lines: Lines, start: number, parent: number): Found {
  const { text } = lines
  let kind: Kind = Kind.quoted
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at)
    if (code === Code.quote) return { kind, end: at + 1 }
    if (code === Code.backslash) {
      if (!isJsonEscape(text, ++at)) kind = Kind.other
      else if (kind === Kind.quoted) kind = Kind.escaped
      if (text.charCodeAt(at) === Code.lineBreak) checkLine(lines, at + 1, parent)
    } else if (code === Code.lineBreak) {
      kind = Kind.other
      checkLine(lines, at + 1, parent)
    } else if (!(code >= 32)) throw UNREADABLE
  }
}

function isJsonEscape(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  const hex = HEX.get(code)
  if (hex === undefined) {
    if (!ESCAPES.has(code)) throw UNREADABLE
    return JSON_ESCAPES.has(code)
  }
  hex.lastIndex = at + 1
  if (!hex.test(text)) throw UNREADABLE
  return code === 117
}

/** (YAML 1.2.2, 7.3.2 'Single-Quoted Style') */
function findSingle(lines: Lines, start: number, parent: number): Found {
  const { text } = lines
  let kind: Kind = Kind.quoted
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at)
    if (code === Code.apostrophe) {
      if (text.charCodeAt(at + 1) !== Code.apostrophe) return { kind, end: at + 1 }
      at++
      if (kind === Kind.quoted) kind = Kind.single
    } else if (code === Code.lineBreak) {
      kind = Kind.other
      checkLine(lines, at + 1, parent)
    } else if (!(code >= 32)) throw UNREADABLE
  }
}

/** The next line of a text in quotes. */
function checkLine(lines: Lines, start: number, parent: number): void {
  const at = lines.afterSpaces(start)
  const code = lines.text.charCodeAt(at)
  if (code === Code.tab || (code !== Code.lineBreak && at - start <= parent) || parent < 0) throw UNREADABLE
}

/** A text without quotes, on this line: where it ends, blanks behind it left out. (YAML 1.2.2, 7.3.3 'Plain Style') */
export function findPlainEnd(lines: Lines, start: number): number {
  const { text } = lines
  let end = start
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at)
    if (code === Code.space) continue
    if (code === Code.lineBreak || Number.isNaN(code)) return end
    if (code === Code.hash && at > end) return end
    if (code === Code.colon && lines.isGap(at + 1)) throw UNREADABLE
    if (code < 32) throw UNREADABLE
    end = at + 1
  }
}

/** A key, and where the colon after it is. */
export interface Key extends Found {
  readonly colon: number
}

/** The key that begins at `start`; null when something else does. Keys in quotes stand on one line. */
export function findKey(lines: Lines, start: number): Key | null {
  const { text } = lines
  const code = text.charCodeAt(start)
  if (code === Code.quote || code === Code.apostrophe) {
    const { kind, end } = findQuoted(lines, start, Number.MAX_SAFE_INTEGER)
    const colon = lines.afterSpaces(end)
    return text.charCodeAt(colon) === Code.colon && lines.isGap(colon + 1) ? { kind, end, colon } : null
  }
  if (!lines.beginsPlain(start)) return null
  let end = start
  for (let at = start; ; at++) {
    const each = text.charCodeAt(at)
    if (each === Code.space) continue
    if (each === Code.lineBreak || Number.isNaN(each)) return null
    if (each === Code.hash && at > end) return null
    if (each === Code.colon && lines.isGap(at + 1)) return { kind: Kind.plain, end, colon: at }
    if (each < 32) throw UNREADABLE
    end = at + 1
  }
}

/** The lines of a block, whose header begins at `start`. (YAML 1.2.2, 8.1 'Block Scalar Styles') */
export function findBlock(lines: Lines, start: number, parent: number): Found {
  const { text } = lines
  BLOCK.lastIndex = start
  const chomping = BLOCK.exec(text)?.[1]
  if (chomping === undefined) throw UNREADABLE
  let indent = -1
  let widestBlank = 0
  let line = BLOCK.lastIndex
  while (line < text.length) {
    const at = lines.afterSpaces(line)
    if (text.charCodeAt(at) === Code.lineBreak || at === text.length) {
      if (indent === -1) widestBlank = Math.max(widestBlank, at - line)
    } else {
      if (at - line <= parent || at - line < indent) break
      if (indent === -1) indent = at - line
    }
    line = lines.lineEnd(at) + 1
  }
  if (indent !== -1 && widestBlank > indent) throw UNREADABLE
  const isLiteral = text.charCodeAt(start) === 124 && chomping !== '+' && indent !== -1
  return {
    kind: isLiteral ? Kind.literal : Kind.other,
    end: Math.min(line, text.length),
    indent: Math.max(indent, 0),
  }
}
