// Undoes the chunked coding of a body that comes in pieces (RFC 9112, section 7.1).
import { headTooLarge, MalformedResponse, type ExchangeError } from './protocol-error.ts'
import { headerName } from '../../message/header-names.ts'
import { QUOTAS } from '../../model/quotas.ts'

/** Takes the bytes of a body as they come. */
export type TakeData = (bytes: Buffer, from: number, to: number) => void

/** Size and extensions of a chunk; the same extensions as those that the other parser takes. */
const SIZE =
  /^0*([\da-f]{0,13})(?:;[!#$%&'*+\-.^_`|~\da-z]+(?:=(?:[!#$%&'*+\-.^_`|~\da-z]+|"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"))?)*$/i
/** What a trailer line looks like; what it says goes nowhere. */
const FIELD = /^([^:]+):[\t\x20-\x7e\x80-\xff]*$/
/** Bytes that the line of a chunk's size may have with its extensions. */
const LONGEST_LINE = 4096
const LF = 10

/** What comes next: the line of a size, bytes of a chunk, the line end after them, or a line of the trailer. */
type State = 'size' | 'data' | 'data-end' | 'trailer' | 'ended'

/** Takes the pieces one after the other; to be reset before each body. */
export class ChunkedDecoder {
  #state: State = 'size'
  /** Bytes of the chunk that are still to come. */
  #left = 0
  /** The start of a line that ends in a later piece. */
  #line = ''
  #trailerBytes = 0

  reset(): void {
    this.#state = 'size'
    this.#left = 0
    this.#line = ''
    this.#trailerBytes = 0
  }

  get hasEnded(): boolean {
    return this.#state === 'ended'
  }

  /** Takes bytes of a piece, and says how far the body goes: up to its end, or to the end of the piece. */
  decode(
    bytes: Buffer,
    from: number,
    to: number,
    take: TakeData,
  ): number | MalformedResponse | ExchangeError {
    let at = from
    while (at < to && this.#state !== 'ended') {
      if (this.#state === 'data') at = this.#passData(bytes, at, to, take)
      else {
        const lineEnd = findLineEnd(bytes, at, to)
        const error = this.#takeText(bytes.toString('latin1', at, lineEnd), lineEnd < to)
        if (error !== null) return error
        at = Math.min(lineEnd + 1, to)
      }
    }
    return at
  }

  #passData(bytes: Buffer, from: number, to: number, take: TakeData): number {
    const end = Math.min(to, from + this.#left)
    this.#left -= end - from
    if (this.#left === 0) this.#state = 'data-end'
    take(bytes, from, end)
    return end
  }

  #takeText(text: string, isWhole: boolean): MalformedResponse | ExchangeError | null {
    const line = this.#line === '' ? text : this.#line + text
    if (!isWhole) {
      this.#line = line
      return this.#checkUnfinished(line)
    }
    this.#line = ''
    if (line.charCodeAt(line.length - 1) !== 13) return new MalformedResponse('Missing expected CR')
    return this.#takeLine(line.slice(0, -1))
  }

  /** What cannot become a line any more is refused at once. */
  #checkUnfinished(line: string): MalformedResponse | ExchangeError | null {
    if (this.#state === 'trailer')
      return this.#trailerBytes + line.length > 2 * QUOTAS.originResponseHeaderBytes ? headTooLarge() : null
    if (this.#state === 'data-end')
      return line === '\r' ? null : new MalformedResponse('Expected LF after chunk data')
    const isSize = line.length <= LONGEST_LINE && (line === '\r' || /^[\da-f]+(?:\r$|$|;)/i.test(line))
    return isSize && line !== '\r' ? null : new MalformedResponse('Invalid character in chunk size')
  }

  #takeLine(line: string): MalformedResponse | ExchangeError | null {
    switch (this.#state) {
      case 'size':
        return this.#takeSize(line)
      case 'data-end':
        this.#state = 'size'
        return line === '' ? null : new MalformedResponse('Expected LF after chunk data')
      case 'trailer':
        return this.#takeTrailer(line)
      case 'data':
      case 'ended':
        return null
    }
  }

  #takeSize(line: string): MalformedResponse | null {
    const size = line === '' || line.length > LONGEST_LINE ? undefined : SIZE.exec(line)?.[1]
    if (size === undefined || !/^[\da-f]/i.test(line))
      return new MalformedResponse('Invalid character in chunk size')
    this.#left = size === '' ? 0 : Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'data'
    return null
  }

  #takeTrailer(line: string): MalformedResponse | ExchangeError | null {
    if (line === '') {
      this.#state = 'ended'
      return null
    }
    this.#trailerBytes += line.length
    if (this.#trailerBytes >= QUOTAS.originResponseHeaderBytes) return headTooLarge()
    const name = FIELD.exec(line)?.[1]
    const known = name === undefined ? null : headerName(name)
    if (known === null || !known.isValid) return new MalformedResponse('Invalid header token')
    // Framing that comes after the body is meant to confuse somebody.
    return known.lower === 'content-length'
      ? new MalformedResponse("Content-Length can't be present with Transfer-Encoding")
      : null
  }
}

function findLineEnd(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] !== LF) at++
  return at
}
