// Looks through the kept traces for traps, beside the requests: nothing is done while one is answered.
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { QueryTrap, type AnswerMark } from './query-trap.ts'
import type { LintFinding, RunTimeSuspect } from '../../config/lint/rule.ts'
import type { CacheEntry } from '../../cache/entry.ts'
import type { Trace } from '../../message/trace.ts'

/** How often new traces are looked at where nobody asks. */
const EVERY_MS = 1000
/** Larger bodies are told apart by ETag and length. */
const MOST_DIGESTED_BYTES = 1024 * 1024

/** What the watch needs of the running system. */
export interface TrapPorts {
  /** The kept traces, the newest first. */
  readonly latest: (count: number) => readonly Trace[]
  readonly keptTraces: number
  /** What an edge location has under a key. */
  readonly entryAt: (pop: string, key: string) => CacheEntry | null
  readonly logger: Logger
}

/** Traps that requests have shown. */
export interface TrapWatch {
  /** Behaviors to look at from now on; what is known of those that stay is kept. */
  update(suspects: readonly RunTimeSuspect[]): void
  /** Looks at what is new, and gives everything that was found. */
  findings(): readonly LintFinding[]
  close(): void
}

export function watchTraps(suspects: readonly RunTimeSuspect[], ports: TrapPorts): TrapWatch {
  let traps = new Map<string, QueryTrap>()
  let last: Trace | null = null
  let timer: NodeJS.Timeout | null = null

  function readMark({ pop, key, settlement }: Trace): AnswerMark | null {
    const object = ports.entryAt(pop, key)?.object
    // Another request may have brought another answer since.
    if (object === undefined || object.settlement !== settlement) return null
    const { whole, bytes } = object.body
    const isSmall = whole !== null && bytes <= MOST_DIGESTED_BYTES
    return {
      etag: object.headers.get('etag'),
      bytes,
      digest: isSmall ? createHash('sha1').update(whole, 'latin1').digest('hex') : null,
    }
  }

  /** The oldest first, as things happened. */
  function takeNew(): Trace[] {
    const [newest] = ports.latest(1)
    if (newest === undefined || newest === last) return []
    const kept = ports.latest(ports.keptTraces)
    const seen = last === null ? -1 : kept.indexOf(last)
    last = newest
    return kept.slice(0, seen === -1 ? kept.length : seen).toReversed()
  }

  function look(): void {
    if (traps.size === 0) return
    for (const trace of takeNew()) {
      const trap = traps.get(toId(trace.distributionId, trace.behaviorIndex))
      if (trap?.see(trace, readMark) === true) log(trap)
    }
  }

  function log({ suspect, finding }: QueryTrap): void {
    const { code, file, line, distribution } = suspect.finding
    const where = { event: 'trap', code, distribution, file, line, hint: finding?.hint }
    ports.logger.warn(where, finding?.message)
  }

  function update(next: readonly RunTimeSuspect[]): void {
    // What came before belongs to the behaviors of before.
    look()
    traps = new Map(
      next.map((suspect) => {
        const id = toId(suspect.distribution, suspect.index)
        const known = traps.get(id)
        const isKnown = known !== undefined && isSame(known.suspect, suspect)
        return [id, isKnown ? known : new QueryTrap(suspect)]
      }),
    )
    if (traps.size > 0) timer ??= setInterval(look, EVERY_MS).unref()
  }

  update(suspects)
  return {
    update,
    findings() {
      look()
      return [...traps.values()].flatMap(({ suspect, finding }) =>
        finding === null ? [] : [{ ...suspect.finding, ...finding }],
      )
    },
    close() {
      if (timer !== null) clearInterval(timer)
    },
  }
}

function toId(distribution: string, index: number): string {
  return `${distribution} ${index}`
}

/** The same settings at the same place: what was told of them holds. */
function isSame(one: RunTimeSuspect, other: RunTimeSuspect): boolean {
  return (
    JSON.stringify([one.finding, one.behavior.Cache]) ===
    JSON.stringify([other.finding, other.behavior.Cache])
  )
}
