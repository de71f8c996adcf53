// A plain request, read from its bytes: all of it there, nothing said about the connection but its end.

/** What the rest of the viewer side needs of such a request. */
export interface PlainHead {
  readonly method: string
  /** A path, perhaps with a query string. */
  readonly target: string
  /** Names and values as they stand on the wire. */
  readonly fields: string[]
  /** The viewer wants the connection closed after the answer. */
  readonly closes: boolean
  /** Null where the request announces none, or an empty one. */
  readonly body: Buffer | null
}

/** The methods that CloudFront knows. ('Cache behavior settings', allowed HTTP methods) */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'PATCH', 'DELETE']
/** Larger requests, and heads of more lines, are left to Node.js. */
const MAX_BYTES = 16 * 1024
const MAX_STRINGS = 200

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const COLON = 0x3a

const TARGET = 1
const NAME = 2
const VALUE = 4
const CLASSES = toClasses()

/** Fields that say how a message is framed or what becomes of the connection, in a way that is not plain. */
const NOT_PLAIN = new Set(['transfer-encoding', 'expect', 'upgrade', 'proxy-connection'])

/** The rest of the request line of the only version that is plain. */
const VERSION = ' HTTP/1.1\r\n'

/**
 * Reads a request that is all there is. Null for everything else, and when in doubt: what is null here is read again
 * by Node.js' parser, which refuses or takes it. What is taken here is taken by that parser, and understood in the same
 * way (RFC 9112, sections 3, 5 and 6, in their strictest reading).
 */
export function parsePlainHead(bytes: Buffer): PlainHead | null {
  const { length } = bytes
  if (length > MAX_BYTES) return null
  const text = bytes.toString('latin1')
  const method = toMethod(text)
  if (method === null || !text.startsWith(' /', method.length)) return null
  const start = method.length + 1
  let at = start
  while ((CLASSES[bytes[at]!]! & TARGET) !== 0) at++
  if (!text.startsWith(VERSION, at)) return null
  const target = text.slice(start, at)
  at += VERSION.length

  const fields: string[] = []
  let closes = false
  let bodyBytes = -1
  while (bytes[at] !== CR) {
    const nameAt = at
    while ((CLASSES[bytes[at]!]! & NAME) !== 0) at++
    if (at === nameAt || bytes[at] !== COLON) return null
    const name = text.slice(nameAt, at++)
    while (bytes[at] === SPACE || bytes[at] === TAB) at++
    const valueAt = at
    while ((CLASSES[bytes[at]!]! & VALUE) !== 0) at++
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return null
    const value = text.slice(valueAt, endOfValue(bytes, valueAt, at))
    at += 2
    if (mayBeSpecial(name)) {
      const lower = name.toLowerCase()
      if (NOT_PLAIN.has(lower)) return null
      if (lower === 'connection') {
        const option = value.toLowerCase()
        if (option === 'close') closes = true
        else if (option !== 'keep-alive') return null
      } else if (lower === 'content-length') {
        // A body of GET is refused by whoever reads it; twice a length is, too.
        if (bodyBytes !== -1 || !mayHaveBody(method) || !/^\d{1,5}$/.test(value)) return null
        bodyBytes = Number(value)
      }
    }
    fields.push(name, value)
    if (fields.length > MAX_STRINGS) return null
  }
  at += 2
  // The line was empty, and nothing is missing or left over.
  if (bytes[at - 1] !== LF || at + Math.max(bodyBytes, 0) !== length) return null
  return { method, target, fields, closes, body: bodyBytes > 0 ? bytes.subarray(at) : null }
}

function toMethod(text: string): string | null {
  for (const method of METHODS) if (text.startsWith(method)) return method
  return null
}

function mayHaveBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** White space at the end does not belong to a value. */
function endOfValue(bytes: Buffer, start: number, end: number): number {
  while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--
  return end
}

/** By length alone: most names need no look at their letters. */
function mayBeSpecial({ length }: string): boolean {
  return length === 10 || length === 14 || length === 17 || length === 6 || length === 7 || length === 16
}

/** Which bytes may stand where; none of them ends a part by accident, since reading past the end finds class 0. */
function toClasses(): Uint8Array {
  const classes = new Uint8Array(256)
  for (let byte = 0x21; byte < 0x7f; byte++) classes[byte] = TARGET | VALUE
  for (let byte = 0x80; byte < 0x100; byte++) classes[byte] = VALUE
  classes[TAB] = classes[SPACE] = VALUE
  for (const letter of "!#$%&'*+-.^_`|~") classes[letter.charCodeAt(0)]! |= NAME
  for (let byte = 0x30; byte < 0x7b; byte++) {
    if (/[0-9A-Za-z]/.test(String.fromCharCode(byte))) classes[byte]! |= NAME
  }
  return classes
}
