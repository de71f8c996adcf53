// Header names met before: one string for each, with its lower-case form and whether it is valid.

/** A name as it stands on the wire. */
export interface HeaderName {
  readonly wire: string
  readonly lower: string
  /** A token by RFC 9110, section 5.1. */
  readonly isValid: boolean
}

const MEMO_SIZE = 4096
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const memo = new Map<string, HeaderName>()

/** Looks a name up. Names repeat all the time, so that this is one map access; stored headers share the strings. */
export function headerName(wire: string): HeaderName {
  let name = memo.get(wire)
  if (name === undefined) {
    name = { wire, lower: wire.toLowerCase(), isValid: TOKEN.test(wire) }
    if (memo.size >= MEMO_SIZE) memo.clear()
    memo.set(wire, name)
  }
  return name
}
