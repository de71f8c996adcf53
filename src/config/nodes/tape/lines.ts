// Goes through the lines of a YAML text: what begins where, and how far it is indented.
import { UNREADABLE } from './tape.ts'

export const Code = {
  tab: 9,
  lineBreak: 10,
  space: 32,
  quote: 34,
  hash: 35,
  apostrophe: 39,
  comma: 44,
  dash: 45,
  colon: 58,
  openList: 91,
  backslash: 92,
  closeList: 93,
  openMap: 123,
  closeMap: 125,
} as const

/** Characters that no text without quotes begins with. (YAML 1.2.2, 5.3 'Indicator Characters') */
const INDICATORS = new Set(Array.from(',[]{}#&*!|>\'"%@`', (character) => character.charCodeAt(0)))

/** The reading position: always at the first character of a line's content, or at the end of the text. */
export class Lines {
  readonly text: string
  /** Where the content of the line begins. */
  at = 0
  /** Where the line begins. */
  start = 0
  /** -1 at the end of the text. */
  indent = 0
  /** Whether comments were between this line and the one before. */
  afterComment = false

  constructor(text: string) {
    this.text = text
  }

  /** Goes to the first content at or after the line that begins at `start`. */
  goTo(start: number): void {
    const { text } = this
    this.afterComment = false
    for (let line = start; line < text.length;) {
      let at = line
      let code = text.charCodeAt(at)
      while (code === Code.space) code = text.charCodeAt(++at)
      if (code === Code.hash) {
        this.afterComment = true
        line = this.lineEnd(at) + 1
      } else if (code === Code.lineBreak) line = at + 1
      else if (Number.isNaN(code)) break
      else {
        // Tabs, markers of documents and directives.
        if (code === Code.tab) throw UNREADABLE
        if (at === line && (text.startsWith('---', at) || text.startsWith('...', at))) throw UNREADABLE
        this.at = at
        this.start = line
        this.indent = at - line
        return
      }
    }
    this.at = this.start = text.length
    this.indent = -1
  }

  /** Goes to the next content when only blanks and a comment follow on this line. */
  goOn(from: number): void {
    if (!this.isLineEnd(from)) throw UNREADABLE
    this.goTo(this.lineEnd(from) + 1)
  }

  lineEnd(from: number): number {
    const end = this.text.indexOf('\n', from)
    return end === -1 ? this.text.length : end
  }

  afterSpaces(from: number): number {
    let at = from
    while (this.text.charCodeAt(at) === Code.space) at++
    return at
  }

  /** Whether nothing but blanks and a comment is between here and the end of the line. */
  isLineEnd(from: number): boolean {
    const at = this.afterSpaces(from)
    const code = this.text.charCodeAt(at)
    if (code === Code.hash) return at > from || this.text.charCodeAt(at - 1) === Code.space
    return code === Code.lineBreak || Number.isNaN(code)
  }

  /** Whether a blank or the end of the line is here. */
  isGap(at: number): boolean {
    const code = this.text.charCodeAt(at)
    return code === Code.space || code === Code.lineBreak || Number.isNaN(code)
  }

  isDash(at: number): boolean {
    return this.text.charCodeAt(at) === Code.dash && this.isGap(at + 1)
  }

  /** Whether a text without quotes may begin here. */
  beginsPlain(at: number): boolean {
    const code = this.text.charCodeAt(at)
    if (code === Code.dash || code === Code.colon || code === 63) return !this.isGap(at + 1)
    return !INDICATORS.has(code) && code > 32
  }
}
