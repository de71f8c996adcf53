// JSON text -> its tape, or null.
import { Kind, Tape, UNREADABLE } from './tape.ts'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const [QUOTE, BACKSLASH, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [
  34, 92, 44, 58, 91, 93, 123, 125,
] as const

/** Null when the text is no JSON, has a key twice, or is nested too deeply. (RFC 8259) */
export function scanJson(text: string): Tape | null {
  const first = text.charCodeAt(0) === 0xfeff ? 1 : 0
  if (!/^[ \t\r\n]*[{[]/.test(text.slice(first, first + 1000))) return null
  try {
    return new JsonScanner(text, first).scan()
  } catch (error) {
    if (error === UNREADABLE) return null
    throw error
  }
}

class JsonScanner {
  #text: string
  #at: number
  #tape: Tape

  constructor(text: string, start: number) {
    this.#text = text
    this.#at = start
    this.#tape = new Tape(text)
  }

  scan(): Tape {
    this.#value(this.#skip())
    if (!Number.isNaN(this.#skip())) throw UNREADABLE
    return this.#tape
  }

  /** Goes to the next character that is not blank and gives its code, NaN at the end. */
  #skip(): number {
    const text = this.#text
    let at = this.#at
    let code = text.charCodeAt(at)
    while (code === 32 || code === 10 || code === 13 || code === 9) code = text.charCodeAt(++at)
    this.#at = at
    return code
  }

  #value(code: number): void {
    switch (code) {
      case OPEN_MAP:
        return this.#map()
      case OPEN_LIST:
        return this.#list()
      case QUOTE: {
        const start = this.#at
        this.#tape.add(this.#string() ? Kind.quoted : Kind.escaped, 0, start, this.#at)
        return
      }
      case 116:
        return this.#word('true')
      case 102:
        return this.#word('false')
      case 110:
        return this.#word('null')
      default:
        return this.#number()
    }
  }

  #map(): void {
    const tape = this.#tape
    const { keyMark } = tape
    const index = tape.open(Kind.map, 0, this.#at)
    this.#at++
    let code = this.#skip()
    while (code !== CLOSE_MAP) {
      if (code !== QUOTE) throw UNREADABLE
      this.#key()
      if (this.#skip() !== COLON) throw UNREADABLE
      this.#at++
      this.#value(this.#skip())
      code = this.#afterItem(CLOSE_MAP)
    }
    tape.closeMap(index, ++this.#at, keyMark)
  }

  #list(): void {
    const tape = this.#tape
    const index = tape.open(Kind.list, 0, this.#at)
    this.#at++
    let code = this.#skip()
    while (code !== CLOSE_LIST) {
      this.#value(code)
      code = this.#afterItem(CLOSE_LIST)
    }
    tape.close(index, ++this.#at)
  }

  /** The code of the next item's first character, or the closing one; a comma stands between items only. */
  #afterItem(close: number): number {
    const code = this.#skip()
    if (code === close) return code
    if (code !== COMMA) throw UNREADABLE
    this.#at++
    const next = this.#skip()
    if (next === close) throw UNREADABLE
    return next
  }

  #key(): void {
    const start = this.#at
    const isPlain = this.#string()
    const name = isPlain ? null : (JSON.parse(this.#text.slice(start, this.#at)) as string)
    this.#tape.addKey(isPlain ? Kind.quoted : Kind.escaped, start, this.#at, name)
  }

  /** Goes behind a string; whether it stands there as it is. */
  #string(): boolean {
    const text = this.#text
    const start = this.#at
    let isPlain = true
    for (let at = start + 1; ; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        if (!isPlain) checkEscapes(text.slice(start, at + 1))
        return isPlain
      }
      if (code === BACKSLASH) {
        isPlain = false
        at++
      } else if (!(code >= 32)) throw UNREADABLE
    }
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) throw UNREADABLE
    this.#tape.add(Kind.word, 0, this.#at, this.#at + word.length)
    this.#at += word.length
  }

  #number(): void {
    NUMBER.lastIndex = this.#at
    if (!NUMBER.test(this.#text)) throw UNREADABLE
    this.#tape.add(Kind.word, 0, this.#at, NUMBER.lastIndex)
    this.#at = NUMBER.lastIndex
  }
}

function checkEscapes(string: string): void {
  try {
    JSON.parse(string)
  } catch {
    throw UNREADABLE
  }
}
