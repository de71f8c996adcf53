// What S3 answers for an object that exists: all of it, a part, 304, 412 or 416.
import { findFailedPrecondition, findNotModified, ifRangeMatches } from '../../message/conditional.ts'
import { Headers } from '../../message/headers.ts'
import { toHttpDate } from '../../message/http-date.ts'
import { selectRange } from '../../message/range.ts'

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
  const stored = new Headers(['ETag', object.etag, 'Last-Modified', toHttpDate(object.modifiedAt)])
  const failed = findFailedPrecondition(headers, stored)
  if (failed !== null) return { kind: 'precondition-failed', condition: failed }
  if (findNotModified(headers, 200, stored) !== null) return { kind: 'not-modified' }
  const range = headers.get('range')
  if (range === null || !ifRangeMatches(headers, stored)) return { kind: 'whole' }
  return planRange(range, object.size)
}

/** S3 serves one range; several, or one it does not understand, bring the whole object. */
function planRange(range: string, size: number): ObjectPlan {
  const selected = selectRange(range, size)
  switch (selected.kind) {
    case 'part':
      return { kind: 'part', start: selected.first, end: selected.last }
    case 'unsatisfiable':
      return { kind: 'unsatisfiable', range }
    case 'whole':
      return selected.because === 'empty-object' ? { kind: 'unsatisfiable', range } : { kind: 'whole' }
    case 'parts':
      return { kind: 'whole' }
  }
}
