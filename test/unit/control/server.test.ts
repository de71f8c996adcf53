import { request } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Admin, InvalidationReceipt } from '../../../src/control/admin.ts'
import type { Control } from '../../../src/control/server.ts'
import { startControl } from '../../../src/control/server.ts'
import { PocketfrontError } from '../../../src/model/errors.ts'
import { createMetrics } from '../../../src/observe/metrics.ts'
import { createTraceStore } from '../../../src/observe/trace-store.ts'
import { hitTrace, missTrace, STARTED } from '../observe/traces.ts'

const OPTIONS = { port: 0, version: '1.2.3', describeKey: (key: string) => key }

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly json: unknown
}

/** An admin over real small parts; `purged` counts what the caches would have lost. */
function createAdmin(): Admin & {
  readonly metrics: ReturnType<typeof createMetrics>
  add: (id: string) => void
} {
  let now = STARTED
  const traces = createTraceStore(3)
  const metrics = createMetrics()
  return {
    events: { subscribe: () => null },
    traces,
    metrics,
    add: (id) => traces.add(hitTrace(id)),
    clock: {
      now: () => now,
      set: (milliseconds) => {
        now = milliseconds
      },
      advance: (milliseconds) => {
        now += milliseconds
      },
    },
    distributionIds: ['E1', 'E2'],
    traps: () => [],
    places: () => [
      {
        layer: 'edge',
        place: 'FRA56',
        entries: 3,
        bytes: 3000,
        budgetBytes: 128_000,
        diskBytes: 5,
        diskBudgetBytes: 50,
      },
      {
        layer: 'regional',
        place: 'eu-central-1',
        entries: 4,
        bytes: 4000,
        budgetBytes: 512_000,
        diskBytes: 5,
        diskBudgetBytes: 50,
      },
    ],
    metricsText: () => metrics.text(),
    invalidate(distributionId, paths) {
      const refused = paths.find((path) => !path.startsWith('/'))
      if (refused !== undefined)
        throw new PocketfrontError('PF_USAGE', `'${refused}' is no path`, 'Start it with /.')
      const ids = distributionId === null ? this.distributionIds : [distributionId]
      return ids.map((DistributionId): InvalidationReceipt => {
        return {
          Id: `I${DistributionId}`,
          DistributionId,
          Status: 'Completed',
          CreateTime: '2030-01-01T00:00:00.000Z',
          Paths: paths,
        }
      })
    },
    invalidations: () => [],
    invalidation: () => null,
    previewInvalidation: () => [],
    purge: () => 7,
  }
}

let admin = createAdmin()
let control: Control
beforeEach(async () => {
  admin = createAdmin()
  control = await startControl(admin, OPTIONS)
})
afterEach(() => control.close())

async function call(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: control.port, method, path, headers: { ...type, ...headers } },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          const contentType = response.headers['content-type'] ?? ''
          const json: unknown = contentType.startsWith('application/json') ? JSON.parse(text) : null
          resolve({ status: response.statusCode ?? 0, type: contentType, text, json })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const post = (path: string, value: unknown) => call('POST', path, JSON.stringify(value))

test('GET / lists the endpoints', async () => {
  const { status, json } = await call('GET', '/')
  expect(status).toBe(200)
  expect(json).toMatchObject({ pocketfront: '1.2.3', endpoints: { 'GET /health': expect.any(String) } })
})

test('GET /health says that it is up and what it serves', async () => {
  const { json } = await call('GET', '/health')
  expect(json).toEqual({ status: 'ok', version: '1.2.3', distributions: ['E1', 'E2'] })
})

test('GET /metrics is Prometheus text with the counters and the caches', async () => {
  admin.metrics.record(missTrace())
  const { type, text } = await call('GET', '/metrics')
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'pocketfront_requests_total{result="Miss"} 1',
      '# TYPE pocketfront_cache_bytes gauge',
      'pocketfront_cache_entries{layer="edge",place="FRA56"} 3',
      'pocketfront_cache_bytes{layer="regional",place="eu-central-1"} 4000',
      'pocketfront_cache_budget_bytes{layer="edge",place="FRA56"} 128000',
    ]),
  )
})

test('the clock is told, set and advanced', async () => {
  expect((await call('GET', '/clock')).json).toEqual({
    now: '2030-01-01T00:00:00.000Z',
    milliseconds: STARTED,
  })
  expect((await post('/clock', { advance: '90s' })).json).toMatchObject({ now: '2030-01-01T00:01:30.000Z' })
  expect((await post('/clock', { set: '2031-05-01T00:00:00Z' })).json).toMatchObject({
    now: '2031-05-01T00:00:00.000Z',
  })
  expect(admin.clock.now()).toBe(Date.UTC(2031, 4, 1))
})

test('a clock change that makes no sense is a 400 with a hint, and the clock stays', async () => {
  const { status, json } = await post('/clock', { advance: 'soon' })
  expect(status).toBe(400)
  expect(json).toMatchObject({
    error: `"advance": 'soon' is not a duration`,
    hint: expect.stringContaining('1h'),
  })
  expect(admin.clock.now()).toBe(STARTED)
})

test('GET /traces tells the newest requests first, as many as asked', async () => {
  for (const id of ['a', 'b', 'c']) admin.add(id)
  expect((await call('GET', '/traces')).json).toMatchObject({
    traces: [{ id: 'c' }, { id: 'b' }, { id: 'a' }],
  })
  expect((await call('GET', '/traces?last=1')).json).toMatchObject({ traces: [{ id: 'c' }] })
  expect((await call('GET', '/traces?last=none')).status).toBe(400)
})

test('GET /traces/ID tells one request, and a 404 where the id is from', async () => {
  admin.add('abc_-==')
  expect((await call('GET', '/traces/abc_-==')).json).toMatchObject({
    id: 'abc_-==',
    story: expect.any(Array),
  })
  const { status, json } = await call('GET', '/traces/zzz')
  expect(status).toBe(404)
  expect(json).toMatchObject({
    error: "No trace with the id 'zzz'",
    hint: expect.stringContaining('X-Amz-Cf-Id'),
  })
})

test('POST /invalidations answers 201 with a receipt per distribution', async () => {
  const all = await post('/invalidations', { paths: ['/a', '/b*'] })
  expect(all.status).toBe(201)
  expect(all.json).toMatchObject({
    invalidations: [
      { Id: 'IE1', DistributionId: 'E1', Status: 'Completed', Paths: ['/a', '/b*'] },
      { Id: 'IE2', DistributionId: 'E2' },
    ],
  })
  const one = await post('/invalidations', { paths: ['/a'], distribution: 'E2' })
  expect(one.json).toMatchObject({ invalidations: [{ DistributionId: 'E2' }] })
})

test('an invalidation of an unknown distribution is a 404, of a refused path a 400', async () => {
  const unknown = await post('/invalidations', { paths: ['/a'], distribution: 'E9' })
  expect(unknown).toMatchObject({
    status: 404,
    json: { error: "No distribution with the id 'E9'", hint: 'The distributions here are E1, E2.' },
  })
  const refused = await post('/invalidations', { paths: ['a'] })
  expect(refused).toMatchObject({ status: 400, json: { error: "'a' is no path", hint: 'Start it with /.' } })
})

test('DELETE /caches empties every cache', async () => {
  expect(await call('DELETE', '/caches')).toMatchObject({ status: 200, json: { removed: 7 } })
})

test.each([
  { what: 'no JSON', type: 'application/json', body: '{', status: 400 },
  { what: 'an empty body', type: 'application/json', body: '', status: 400 },
  { what: 'a form', type: 'application/x-www-form-urlencoded', body: 'advance=1h', status: 415 },
  { what: 'plain text', type: 'text/plain', body: '{"advance":"1h"}', status: 415 },
  { what: 'two megabytes', type: 'application/json', body: `"${'x'.repeat(2 ** 21)}"`, status: 413 },
])('$what is refused with $status, an error and a hint', async ({ type, body, status }) => {
  const answer = await call('POST', '/clock', body, { 'content-type': type })
  expect(answer).toMatchObject({ status, json: { error: expect.any(String), hint: expect.any(String) } })
  expect(admin.clock.now()).toBe(STARTED)
})

test('an unknown endpoint is a 404 that lists the known ones', async () => {
  const { status, json } = await call('PUT', '/clock', '{}')
  expect(status).toBe(404)
  expect(json).toMatchObject({ error: 'No PUT /clock here', hint: expect.stringContaining('POST /clock') })
})

test('a request under another name is refused: DNS rebinding reaches nothing', async () => {
  const answer = await call('GET', '/traces', undefined, { host: `attacker.example:${control.port}` })
  expect(answer).toMatchObject({ status: 403, json: { error: expect.stringContaining('attacker.example') } })
})

test('a page of another site changes nothing', async () => {
  const answer = await call('POST', '/clock', '{"advance":"1h"}', { origin: 'https://attacker.example' })
  expect(answer).toMatchObject({ status: 403, json: { error: expect.stringContaining('attacker.example') } })
  expect(admin.clock.now()).toBe(STARTED)
})

test('a port in use is told with the option that changes it', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  await expect(startControl(admin, { ...OPTIONS, port })).rejects.toMatchObject({
    code: 'PF_PORT_IN_USE',
    hint: expect.stringContaining('--admin-port'),
  })
  await new Promise((resolve) => taken.close(resolve))
})
