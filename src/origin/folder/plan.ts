// What S3 answers for an object that exists: all of it, a part, 304, 412 or 416.
import type { Headers } from '../../message/headers.ts'

/** An object as conditions and ranges see it. */
export interface ObjectFacts {
  /** With its quotes. */
  readonly etag: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
}

/** `end` is the last byte, counted from 0. */
export type ObjectPlan =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'precondition-failed'; readonly condition: 'If-Match' | 'If-Unmodified-Since' }
  | { readonly kind: 'unsatisfiable'; readonly range: string }

/** Conditions in the order of RFC 9110, section 13.2.2; then the range. (Amazon S3 API Reference, 'GetObject') */
export function planAnswer(headers: Headers, object: ObjectFacts): ObjectPlan {
  const failed = findFailedPrecondition(headers, object)
  if (failed !== null) return { kind: 'precondition-failed', condition: failed }
  if (isUnchanged(headers, object)) return { kind: 'not-modified' }
  const range = headers.get('range')
  if (range === null || !allowsRange(headers.get('if-range'), object)) return { kind: 'whole' }
  return planRange(range, object.size)
}

function findFailedPrecondition(
  headers: Headers,
  object: ObjectFacts,
): 'If-Match' | 'If-Unmodified-Since' | null {
  const wanted = headers.list('if-match')
  if (wanted !== null) return listsTag(wanted, object.etag, 'strong') ? null : 'If-Match'
  const since = parseDate(headers.get('if-unmodified-since'))
  return since !== null && inSeconds(object.modifiedAt) > since ? 'If-Unmodified-Since' : null
}

function isUnchanged(headers: Headers, object: ObjectFacts): boolean {
  const known = headers.list('if-none-match')
  if (known !== null) return listsTag(known, object.etag, 'weak')
  const since = parseDate(headers.get('if-modified-since'))
  return since !== null && inSeconds(object.modifiedAt) <= since
}

/** If-Range names the copy that the client has the rest of (RFC 9110, section 13.1.5). */
function allowsRange(ifRange: string | null, object: ObjectFacts): boolean {
  if (ifRange === null) return true
  if (/^(W\/)?"/.test(ifRange)) return ifRange === object.etag
  return parseDate(ifRange) === inSeconds(object.modifiedAt)
}

/** S3 serves one range; several, or one it does not understand, bring the whole object. */
function planRange(range: string, size: number): ObjectPlan {
  const match = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(range)
  if (match === null) return { kind: 'whole' }
  const [first, last] = [match[1]!, match[2]!]
  if (first === '' && last === '') return { kind: 'whole' }
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0
      ? { kind: 'unsatisfiable', range }
      : { kind: 'part', start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && start > Number(last)) return { kind: 'whole' }
  return start >= size ? { kind: 'unsatisfiable', range } : { kind: 'part', start, end }
}

function listsTag(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  for (const [, weak, quoted, bare] of list.matchAll(/(W\/)?(?:("[^"]*")|([^\s,"]+))/g)) {
    if (bare === '*') return true
    if (weak !== undefined && comparison === 'strong') continue
    if ((quoted ?? `"${bare}"`) === etag) return true
  }
  return false
}

function parseDate(text: string | null): number | null {
  const milliseconds = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(milliseconds) ? null : inSeconds(milliseconds)
}

function inSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
