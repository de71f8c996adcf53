// Finished traces for tests of their views.
import type { Settlement } from '../../../src/message/settlement.ts'
import type { TierRecord } from '../../../src/message/trace.ts'
import { Trace } from '../../../src/message/trace.ts'

export const STARTED = Date.UTC(2030, 0, 1)

const HOUR: Settlement = {
  store: true,
  because: 'cacheable',
  ttl: 3600,
  rule: 'max-age',
  arithmetic: 'max-age=3600',
  bornAt: STARTED,
  freshUntil: STARTED + 3_600_000,
  staleWhileRevalidateUntil: STARTED + 3_600_000,
  staleIfErrorUntil: Infinity,
  unstored: null,
  tags: null,
  errorPause: 0,
}

export function tier(
  record: Partial<TierRecord> & Pick<TierRecord, 'layer' | 'verdict' | 'because'>,
): TierRecord {
  const place = record.layer === 'edge' ? 'FRA56' : 'eu-central-1'
  return { place, age: 0, stored: null, storedBecause: null, ...record }
}

/** A request that the edge answered from its cache. */
export function hitTrace(id = 'hit=='): Trace {
  const trace = new Trace(id, STARTED, 0)
  Object.assign(trace, {
    method: 'GET',
    host: 'localhost:8080',
    url: '/img/a.png',
    clientIp: '127.0.0.1',
    httpVersion: '1.1',
    distributionId: 'E1',
    pop: 'FRA56',
    region: 'eu-central-1',
    behavior: '/img/*',
    behaviorIndex: 0,
    key: 'E1\n/img/a.png',
    edge: tier({ layer: 'edge', verdict: 'hit', because: 'fresh', age: 42 }),
    settlement: HOUR,
    status: 200,
    resultType: 'Hit',
    detailedResultType: 'Hit',
    bytes: 1000,
    firstByteMs: 0.21,
    totalMs: 0.3123456,
    delivery: 'complete',
  } satisfies Partial<Trace>)
  return trace
}

/** A request that went all the way to the origin and back. */
export function missTrace(id = 'miss=='): Trace {
  const trace = hitTrace(id)
  Object.assign(trace, {
    behavior: '*',
    behaviorIndex: -1,
    edge: tier({
      layer: 'edge',
      verdict: 'miss',
      because: 'not-in-cache',
      stored: true,
      storedBecause: 'cacheable',
    }),
    regional: tier({
      layer: 'regional',
      verdict: 'miss',
      because: 'invalidated',
      stored: false,
      storedBecause: 'truncated',
    }),
    resultType: 'Miss',
    detailedResultType: 'Miss',
    totalMs: 12.34,
  } satisfies Partial<Trace>)
  trace.addFunction({
    event: 'origin-request',
    kind: 'lambda-edge',
    name: 'rewrite',
    outcome: 'continued',
    milliseconds: 1.26,
    coldStart: true,
    error: null,
    logs: ['hello'],
    computeUtilization: null,
    originOverride: null,
    logData: null,
  })
  trace.addOrigin({
    originId: 'api',
    target: 'http://127.0.0.1:3000/img/a.png',
    method: 'GET',
    status: 200,
    firstByteMs: 11.2,
    connected: null,
    error: null,
    attempt: 1,
    end: 'answered',
  })
  return trace
}

/** A request whose origin could not be reached. */
export function failedTrace(id = 'failed=='): Trace {
  const trace = missTrace(id)
  trace.origins = [
    {
      originId: 'api',
      target: 'http://127.0.0.1:3000/img/a.png',
      method: 'GET',
      status: null,
      firstByteMs: null,
      connected: null,
      error: 'ECONNREFUSED 127.0.0.1:3000',
      attempt: 3,
      end: 'attempts-used-up',
    },
  ]
  trace.functions = null
  trace.settlement = null
  trace.status = 502
  trace.resultType = 'Error'
  trace.detailedResultType = 'OriginConnectError'
  trace.problem = 'origin api: ECONNREFUSED 127.0.0.1:3000'
  return trace
}
