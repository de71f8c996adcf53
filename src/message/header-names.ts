// Header names met before: one string for each, with its lower-case form and whether it is valid.

import { toOwnString } from './own-string.ts'

/** A name as it stands on the wire. */
export interface HeaderName {
  readonly wire: string
  readonly lower: string
  /** A token by RFC 9110, section 5.1. */
  readonly isValid: boolean
  /** The start of its line in a head, with the end of the line before it. */
  readonly lead: string
}

/** What a value, or a reason phrase, may not hold (RFC 9110, section 5.5). */
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** Whether a value may go out as it is: line breaks above all would divide a message in two. */
export function isSendableValue(value: string): boolean {
  return !NOT_IN_VALUE.test(value)
}

const MEMO_SIZE = 4096
/** Longer names are not remembered: they are no names that come again. */
const MEMO_LENGTH = 128
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const memo = new Map<string, HeaderName>()

/** Looks a name up. Names repeat all the time, so that this is one map access; stored headers share the strings. */
export function headerName(wire: string): HeaderName {
  let name = memo.get(wire)
  if (name === undefined) {
    name = toHeaderName(wire)
    if (!name.isValid || wire.length > MEMO_LENGTH) return name
    if (memo.size >= MEMO_SIZE) memo.clear()
    name = toHeaderName(toOwnString(wire))
    memo.set(name.wire, name)
  }
  return name
}

function toHeaderName(wire: string): HeaderName {
  return { wire, lower: wire.toLowerCase(), isValid: TOKEN.test(wire), lead: `\r\n${wire}: ` }
}

/** Names by length and three of their bytes; almost every name that comes in is the one found there. */
const slots: (HeaderName & { readonly bytes: Buffer })[] = []

/** Looks a name up by its bytes, without making a string of them when it was met before. */
export function headerNameOf(bytes: Buffer): HeaderName {
  const { length } = bytes
  const middle = bytes[length >> 1] ?? 0
  const slot = ((bytes[0] ?? 0) * 53 + middle * 19 + (bytes[length - 1] ?? 0) * 97 + length) & 1023
  const known = slots[slot]
  if (known !== undefined && isSame(known.bytes, bytes)) return known
  const name = headerName(bytes.toString('latin1'))
  if (name.isValid && length <= MEMO_LENGTH) slots[slot] = { ...name, bytes: Buffer.from(bytes) }
  return name
}

function isSame(a: Buffer, b: Buffer): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
