// The Server-Timing header: which responses get one, and what it says.
import type { Layer, OriginResponse } from '../message/requests.ts'
import type { OriginRecord } from '../message/trace.ts'
import type { ResponseHeadersPolicy } from '../model/policies.ts'

/** What the metrics are made from; times are milliseconds. */
export interface TimingFacts {
  /** With the suffix that X-Amz-Cf-Pop shows. */
  readonly pop: string
  readonly requestId: string
  /** null for a response that neither a cache nor an origin made. */
  readonly response: Pick<OriginResponse, 'outcome' | 'layer'> | null
  /** The last attempt at an origin, or null. */
  readonly attempt: Pick<OriginRecord, 'firstByteMs' | 'connected'> | null
  readonly downstreamFirstByteMs: number
}

/**
 * Whether this response gets the header: `Pragma: server-timing` asks for it, else the dice decide.
 * ('Understand response headers policies', Server-Timing header)
 */
export function isTimed(
  { SamplingRate }: Pick<ResponseHeadersPolicy['ServerTiming'], 'SamplingRate'>,
  pragma: string | null,
  random: () => number,
): boolean {
  if (pragma !== null && /(?:^|,)\s*server-timing\s*(?:,|$)/i.test(pragma)) return true
  return SamplingRate > 0 && random() * 100 < SamplingRate
}

/** The metrics in the order of the guide's samples. (the same page) */
export function toServerTiming(facts: TimingFacts): string {
  const { pop, requestId, response, downstreamFirstByteMs } = facts
  const common = `cdn-pop;desc="${pop}",cdn-rid;desc="${requestId}"`
  const downstream = `cdn-downstream-fbl;dur=${toDuration(downstreamFirstByteMs)}`
  if (response === null) return `${common},${downstream}`
  switch (response.outcome) {
    case 'Hit':
      return `cdn-cache-hit,${common},cdn-hit-layer;desc="${response.layer}",${downstream}`
    case 'RefreshHit':
      return `cdn-cache-refresh,${common},${downstream}`
    case 'Miss':
      return `${toUpstreamMetrics(facts, response.layer)}cdn-cache-miss,${common},${downstream}`
  }
}

/**
 * The header beside the one of the origin: a miss has the metrics of both in one header, a hit has no old ones.
 * (the same page)
 */
export function mergeServerTiming(
  own: string,
  origin: string | null,
  response: TimingFacts['response'],
): string {
  const isStored = response !== null && response.outcome !== 'Miss'
  return origin === null || origin === '' || isStored ? own : `${own},${origin}`
}

/** Nothing when no origin was asked. */
function toUpstreamMetrics({ attempt }: TimingFacts, layer: Layer): string {
  if (attempt === null) return ''
  const { dnsMs, connectMs } = attempt.connected ?? { dnsMs: 0, connectMs: 0 }
  const metrics = [
    `cdn-upstream-layer;desc="${layer}"`,
    `cdn-upstream-dns;dur=${toDuration(dnsMs)}`,
    `cdn-upstream-connect;dur=${toDuration(connectMs)}`,
  ]
  if (attempt.firstByteMs !== null) {
    metrics.push(`cdn-upstream-fbl;dur=${toDuration(attempt.firstByteMs - dnsMs - connectMs)}`)
  }
  return `${metrics.join(',')},`
}

function toDuration(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds))
}
