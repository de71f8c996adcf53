// Counters of finished requests: a few additions per request, text only when somebody asks.
import type { Sample } from './exposition.ts'
import { toFamilyText } from './exposition.ts'
import type { FunctionRecord, OriginRecord, TierRecord, Trace } from '../message/trace.ts'
import type { ResultType, TierReason, TierVerdict } from '../model/result-types.ts'

/** Counts finished requests and prints the counts. */
export interface Metrics {
  /** Counts one finished request; cheap enough for an edge hit. */
  record(trace: Trace): void
  /** Prometheus text exposition format 0.0.4. */
  text(): string
}

/** A counter that is found once and then added to in place. */
interface Cell {
  count: number
}

/** The look-ups of one cache by verdict and reason. */
type TierCells = Readonly<Record<TierVerdict, Map<TierReason, Cell>>>

/** Counters since the start of the process; nothing resets them. */
export function createMetrics(): Metrics {
  const requests = new Map<ResultType, Cell>()
  const edge = new Map<string, TierCells>()
  const regional = new Map<string, TierCells>()
  const shield = new Map<string, TierCells>()
  /** Distribution id and origin id to counts by hundreds of the status; index 0 is 'no answer'. */
  const origins = new Map<string, Map<string, number[]>>()
  const functions = new Map<string, { record: FunctionRecord; count: number }>()
  let bytes = 0

  /** What a request, or the fetch of its error page, made caches, origins and functions do. */
  function countWork(trace: Trace): void {
    if (trace.edge !== null) countTier(edge, trace.edge)
    if (trace.regional !== null) countTier(regional, trace.regional)
    if (trace.shield !== null) countTier(shield, trace.shield)
    for (const before of trace.failovers ?? []) if (before.shield !== null) countTier(shield, before.shield)
    if (trace.origins !== null) countOrigins(origins, trace.distributionId, trace.origins)
    if (trace.functions !== null) countFunctions(functions, trace.functions)
  }

  return {
    record(trace) {
      bytes += trace.bytes
      cellOf(requests, trace.resultType).count++
      countWork(trace)
      if (trace.errorPage !== null) countWork(trace.errorPage.fetch)
    },

    text() {
      return (
        toFamilyText(
          'pocketfront_requests_total',
          'counter',
          'Finished viewer requests by x-edge-result-type.',
          [...requests].map(([result, cell]): Sample => [[['result', result]], cell.count]),
        ) +
        toFamilyText(
          'pocketfront_tier_lookups_total',
          'counter',
          'Look-ups of cache tiers by verdict and reason.',
          [
            ...tierSamples('edge', edge),
            ...tierSamples('regional', regional),
            ...tierSamples('shield', shield),
          ],
        ) +
        toFamilyText(
          'pocketfront_origin_requests_total',
          'counter',
          'Requests to origins by status class; error means that no answer came.',
          originSamples(origins),
        ) +
        toFamilyText(
          'pocketfront_function_runs_total',
          'counter',
          'Runs of edge functions by outcome.',
          functionSamples(functions.values()),
        ) +
        toFamilyText('pocketfront_viewer_bytes_total', 'counter', 'Bytes of bodies sent to viewers.', [
          [[], bytes],
        ])
      )
    },
  }
}

function cellOf<Key>(cells: Map<Key, Cell>, key: Key): Cell {
  let cell = cells.get(key)
  if (cell === undefined) {
    cell = { count: 0 }
    cells.set(key, cell)
  }
  return cell
}

function countTier(places: Map<string, TierCells>, record: TierRecord): void {
  let cells = places.get(record.place)
  if (cells === undefined) {
    cells = { hit: new Map(), refresh: new Map(), miss: new Map(), pass: new Map() }
    places.set(record.place, cells)
  }
  cellOf(cells[record.verdict], record.because).count++
}

function countOrigins(
  origins: Map<string, Map<string, number[]>>,
  distributionId: string,
  records: readonly OriginRecord[],
): void {
  let ofDistribution = origins.get(distributionId)
  if (ofDistribution === undefined) {
    ofDistribution = new Map()
    origins.set(distributionId, ofDistribution)
  }
  for (const { originId, status } of records) {
    let counts = ofDistribution.get(originId)
    if (counts === undefined) {
      counts = [0, 0, 0, 0, 0, 0]
      ofDistribution.set(originId, counts)
    }
    const statusClass = status === null ? 0 : Math.trunc(status / 100)
    counts[statusClass] = (counts[statusClass] ?? 0) + 1
  }
}

function countFunctions(
  functions: Map<string, { record: FunctionRecord; count: number }>,
  records: readonly FunctionRecord[],
): void {
  for (const record of records) {
    const key = `${record.event} ${record.outcome} ${record.name}`
    const cell = functions.get(key)
    if (cell === undefined) functions.set(key, { record: { ...record, logs: [], error: null }, count: 1 })
    else cell.count++
  }
}

function* tierSamples(layer: string, places: Map<string, TierCells>): Generator<Sample> {
  for (const [place, cells] of places) {
    for (const [verdict, reasons] of Object.entries(cells)) {
      for (const [reason, { count }] of reasons) {
        const labels = [
          ['layer', layer],
          ['place', place],
          ['verdict', verdict],
          ['reason', reason],
        ] as const
        yield [labels, count]
      }
    }
  }
}

function* originSamples(origins: Map<string, Map<string, number[]>>): Generator<Sample> {
  for (const [distribution, ofDistribution] of origins) {
    for (const [origin, counts] of ofDistribution) {
      for (const [statusClass, count] of counts.entries()) {
        if (count === 0 || count === undefined) continue
        const status = statusClass === 0 ? 'error' : `${statusClass}xx`
        const labels = [
          ['distribution', distribution],
          ['origin', origin],
          ['status', status],
        ] as const
        yield [labels, count]
      }
    }
  }
}

function* functionSamples(
  cells: Iterable<{ readonly record: FunctionRecord; readonly count: number }>,
): Generator<Sample> {
  for (const { record, count } of cells) {
    const labels = [
      ['event', record.event],
      ['function', record.name],
      ['outcome', record.outcome],
    ] as const
    yield [labels, count]
  }
}
