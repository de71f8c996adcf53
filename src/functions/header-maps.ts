// Headers as Lambda@Edge writes them, { "name": [{ key, value }] }, made and checked.
import { headerName } from '../message/header-names.ts'
import { Headers, toWireName } from '../message/headers.ts'
import { refuse } from './failures.ts'
import { isDisallowed } from './header-rules.ts'
import type { Refusal } from './failures.ts'

/** (Developer Guide, 'Lambda@Edge event structure') */
export type HeaderMap = Record<string, { key: string; value: string }[]>

/** Nothing to complain of, and one byte each. */
const PLAIN = /^[\t\u0020-\u007e]*$/
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/
// oxlint-disable-next-line no-control-regex -- the range of one byte
const BEYOND_LATIN1 = /[^\u0000-\u00ff]/

/** The headers a function gets to see: one array item per field line. */
export function toHeaderMap(headers: Headers): HeaderMap {
  const map = Object.create(null) as HeaderMap
  const { pairs } = headers
  for (let i = 0; i < pairs.length; i += 2) {
    const key = pairs[i]!
    const name = key.toLowerCase()
    if (isDisallowed(name)) continue
    const line = { key, value: pairs[i + 1]! }
    const lines = map[name]
    if (lines === undefined) map[name] = [line]
    else lines.push(line)
  }
  return map
}

const { stringify } = JSON
const MAX_STARTS = 1024
/** What the text of a header begins with, by its name on the wire; '' for one that is not shown. */
const starts = new Map<string, string>()

function startOf(wire: string): string {
  let start = starts.get(wire)
  if (start === undefined) {
    const { lower } = headerName(wire)
    start = isDisallowed(lower) ? '' : `${stringify(lower)}:[{"key":${stringify(wire)},"value":`
    if (starts.size >= MAX_STARTS) starts.clear()
    starts.set(wire, start)
  }
  return start
}

/** {@link toHeaderMap} as JSON, without the objects in between. */
export function toHeaderText(headers: Headers): string {
  const { pairs } = headers
  const shown: string[] = []
  let text = '{'
  for (let i = 0; i < pairs.length; i += 2) {
    const wire = pairs[i]!
    const start = startOf(wire)
    if (start === '') continue
    const { lower } = headerName(wire)
    // Lines of one name stand together.
    if (shown.includes(lower)) return stringify(toHeaderMap(headers))
    text += `${shown.length === 0 ? '' : ','}${start}${stringify(pairs[i + 1]!)}}]`
    shown.push(lower)
  }
  return `${text}}`
}

/** The headers a function returned, in the order of its object; names without a key get their usual case. */
export function parseHeaderMap(map: unknown): Headers | Refusal {
  if (map === undefined) return Headers.none
  if (!isObject(map)) return refuse('The headers are not an object.')
  const pairs: string[] = []
  const seen = new Set<string>()
  for (const property of Object.keys(map)) {
    const lines = map[property]
    const { lower: name, isValid } = headerName(property)
    if (!isValid) return refuse(`The header name ${JSON.stringify(property)} is not valid.`)
    if (seen.has(name)) return refuse(`The headers object has the name ${name} twice.`)
    seen.add(name)
    if (!Array.isArray(lines)) return refuseEntry(name)
    for (const line of lines as readonly unknown[]) {
      const problem = addLine(pairs, name, line)
      if (problem !== null) return problem
    }
  }
  return new Headers(pairs)
}

/** The first control character that has no place in a header, in the notation of CloudFront's log; null if none. */
export function findControlCharacter(text: string): string | null {
  const found = CONTROL.exec(text)
  return found === null ? null : `%${found[0].charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Text as it can be sent: one character per byte, UTF-8 where a character does not fit in one. */
export function toWireText(text: string): string {
  return BEYOND_LATIN1.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function addLine(pairs: string[], name: string, line: unknown): Refusal | null {
  if (!isObject(line) || typeof line['value'] !== 'string') return refuseEntry(name)
  const { key, value } = line
  if (key !== undefined && key !== name && (typeof key !== 'string' || key.toLowerCase() !== name)) {
    return refuse(`The key ${JSON.stringify(key)} stands under the header name ${name}.`)
  }
  const wireName = key === undefined ? toWireName(name) : key
  if (PLAIN.test(value)) {
    pairs.push(wireName, value)
    return null
  }
  const control = findControlCharacter(value)
  if (control !== null) {
    return refuse(`invalid character : '${control}' in header value, headerName : ${wireName}.`)
  }
  pairs.push(wireName, toWireText(value))
  return null
}

function refuseEntry(name: string): Refusal {
  return refuse(
    'The function returned an invalid entry in the headers object, the value of each header value must be of string ' +
      `or array of string type, header ${name} has one or more entries that are not.`,
  )
}
