// Status line and fields of an answer as text, checked before anything is sent.
import { headerName } from '../../message/header-names.ts'

/** A head without its empty line, and the length that it announces; null without one. */
export interface HeadText {
  readonly text: string
  readonly length: number | null
}

/** What a value or a reason phrase may not hold (RFC 9110, section 5.5). */
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const LENGTH = /^\d{1,15}$/

/**
 * The fields in their order and spelling. Transfer-Encoding is left out, since whoever writes the body frames it.
 * Throws a TypeError where something may not be sent: a broken name or value would let a response be divided in two, and
 * so would a status of an interim answer, behind which another one is expected.
 */
export function toHeadText(status: number, statusText: string, pairs: readonly string[]): HeadText {
  if (!(status >= 200 && status <= 999)) throw new TypeError(`a status that may not be sent: ${status}`)
  if (NOT_IN_VALUE.test(statusText))
    throw new TypeError('a reason phrase with characters that may not be sent')
  let text = `HTTP/1.1 ${status} ${statusText}`
  let length: number | null = null
  for (let i = 0; i < pairs.length; i += 2) {
    const { lower, isValid, lead } = headerName(pairs[i]!)
    const value = pairs[i + 1]!
    if (!isValid || NOT_IN_VALUE.test(value)) throw new TypeError(`a header that may not be sent: ${lower}`)
    if (lower === 'content-length') {
      if (length !== null) throw new TypeError('more than one Content-Length')
      if (!LENGTH.test(value)) throw new TypeError(`a Content-Length that is none: ${value}`)
      length = Number(value)
    } else if (lower === 'transfer-encoding') continue
    text += lead
    text += value
  }
  return { text: `${text}\r\n`, length }
}
