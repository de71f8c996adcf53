// Whether a behavior gives the answer to one query string to another one: told by its requests, one at a time.
import type { RunTimeSuspect } from '../../config/lint/rule.ts'
import type { Trace } from '../../message/trace.ts'
import { selectKeyedQuery } from '../../policies/selections.ts'
import {
  compileIsForwarded,
  compileLeftOut,
  namesThatDiffer,
  type LeftOut,
} from '../../policies/left-out-query.ts'

/** What tells one answer from another. */
export interface AnswerMark {
  readonly etag: string | null
  readonly bytes: number
  /** Of the body; null when it is large, or lies in a file. */
  readonly digest: string | null
}

/** What is known, from little to all: that a copy was used, that the origin would have got the query string, that it answers differently. */
type Evidence = 'copy' | 'copy-though-sent' | 'answers-differ'

const STRENGTH: Readonly<Record<Evidence, number>> = {
  copy: 1,
  'copy-though-sent': 2,
  'answers-differ': 3,
}

/** What is told of one behavior. */
export interface QueryFinding {
  readonly message: string
  readonly hint: string
}

/** The last fetch of an object. */
interface Fetched {
  readonly url: string
  readonly left: LeftOut
  readonly mark: AnswerMark | null
  /** Fetches for other query strings had the same answer. */
  readonly isSame: boolean
}

/** Objects of one behavior that are remembered. */
const MOST_OBJECTS = 500
const MOST_NAMES = 3

/** One suspect: it remembers for which URL each object was fetched. */
export class QueryTrap {
  readonly suspect: RunTimeSuspect
  /** What has been told; null: nothing yet. */
  finding: QueryFinding | null = null
  #strength = 0
  #fetched = new Map<string, Fetched>()
  #leftOut: (queryString: string) => LeftOut
  #isForwarded: (query: string) => boolean
  /** A function may have dealt with the query string before the key was made. */
  #hasViewerFunction: boolean

  constructor(suspect: RunTimeSuspect) {
    const { behavior } = suspect
    this.suspect = suspect
    this.#leftOut = compileLeftOut(behavior)
    this.#isForwarded = compileIsForwarded(behavior)
    const all = [...behavior.FunctionAssociations, ...behavior.LambdaFunctionAssociations]
    this.#hasViewerFunction = all.some(({ EventType }) => EventType === 'viewer-request')
  }

  /**
   * Takes a finished request into account; true when there is something new to tell. `readMark` is asked for the answer
   * that this request has brought into the cache.
   */
  see(trace: Trace, readMark: (trace: Trace) => AnswerMark | null): boolean {
    if (trace.edge === null || trace.key === '' || trace.status >= 400 || trace.method === 'OPTIONS')
      return false
    const left = this.#leftOut(toQuery(trace.url))
    const before = this.#fetched.get(trace.key)
    if (isFetch(trace)) return this.#seeFetch(trace, left, before, readMark)
    if (before === undefined || before.isSame || before.left.meaning === left.meaning) return false
    const isSent = this.#isForwarded(before.left.meaning) || this.#isForwarded(left.meaning)
    if (this.#hasViewerFunction && !isSent) return false
    trace.trap = `${trace.url} was answered with the copy fetched for ${before.url}`
    return this.#tell(isSent ? 'copy-though-sent' : 'copy', before, { url: trace.url, left })
  }

  #seeFetch(
    trace: Trace,
    left: LeftOut,
    before: Fetched | undefined,
    readMark: (trace: Trace) => AnswerMark | null,
  ): boolean {
    const isOther = before !== undefined && before.left.query !== left.query
    const isConfirmed = trace.edge?.because === 'not-modified'
    // Pages without query strings, the most of all, are not looked at closer.
    const isWorthIt = isOther || left.query !== ''
    const mark = isConfirmed ? (before?.mark ?? null) : isWorthIt ? readMark(trace) : null
    const verdict = !isOther ? 'unknown' : isConfirmed ? 'same' : compare(before.mark, mark)
    const isSame = verdict === 'same' || (verdict === 'unknown' && before?.isSame === true)
    this.#remember(trace.key, { url: trace.url, left, mark, isSame })
    if (verdict !== 'differ' || before === undefined) return false
    return this.#tell('answers-differ', before, { url: trace.url, left })
  }

  #remember(key: string, fetched: Fetched): void {
    this.#fetched.delete(key)
    this.#fetched.set(key, fetched)
    if (this.#fetched.size <= MOST_OBJECTS) return
    const [oldest] = this.#fetched.keys()
    this.#fetched.delete(oldest!)
  }

  #tell(
    evidence: Evidence,
    one: Pick<Fetched, 'url' | 'left'>,
    other: Pick<Fetched, 'url' | 'left'>,
  ): boolean {
    if (STRENGTH[evidence] <= this.#strength) return false
    this.#strength = STRENGTH[evidence]
    const part = evidence === 'answers-differ' ? 'query' : 'meaning'
    const names = namesThatDiffer(one.left[part], other.left[part])
    this.finding = {
      message: toMessage(evidence, one.url, other.url, this.suspect, names),
      hint: toHint(this.suspect, names),
    }
    return true
  }
}

/** Whether an origin was asked. A background refresh has a trace of its own. */
function isFetch({ origins }: Trace): boolean {
  return origins !== null && origins.length > 0
}

function compare(one: AnswerMark | null, other: AnswerMark | null): 'same' | 'differ' | 'unknown' {
  if (one === null || other === null) return 'unknown'
  if (one.digest !== null && other.digest !== null) return one.digest === other.digest ? 'same' : 'differ'
  if (one.etag !== null && other.etag !== null) return one.etag === other.etag ? 'same' : 'differ'
  return one.bytes === other.bytes ? 'unknown' : 'differ'
}

function toMessage(
  evidence: Evidence,
  one: string,
  other: string,
  { name, origins }: RunTimeSuspect,
  names: readonly string[],
): string {
  const what = toNamesText(names)
  const is = names.length === 1 ? 'is' : 'are'
  const by = origins.join(' or ')
  switch (evidence) {
    case 'copy':
      return `${other} was answered with the copy fetched for ${one}: ${what} ${is} not in the key of ${name}, and ${by} never gets it`
    case 'copy-though-sent':
      return `${other} was answered with the copy fetched for ${one}: ${by} gets ${what}, but the key of ${name} does not have it`
    case 'answers-differ':
      return `${one} and ${other} are one object in the cache of ${name}, though ${by} answers them differently`
  }
}

function toHint({ behavior }: RunTimeSuspect, names: readonly string[]): string {
  const what = toNamesText(names)
  if (behavior.Cache.kind === 'legacy') {
    return behavior.Cache.ForwardedValues.QueryString
      ? `add ${what} to QueryStringCacheKeys`
      : `ForwardedValues with QueryString: true and QueryStringCacheKeys: [${names.join(', ')}]`
  }
  return selectKeyedQuery(behavior).behavior === 'allExcept'
    ? `take ${what} out of the query strings that the cache policy leaves out`
    : `add ${what} to the query strings of the cache policy`
}

function toNamesText(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES)
  return names.length > MOST_NAMES ? `${shown.join(', ')} and others` : shown.join(' and ')
}

function toQuery(url: string): string {
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}
