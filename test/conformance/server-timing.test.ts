// Server-Timing: which responses have it, and which metrics tell what.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startFront, type Answer, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { isTimed, mergeServerTiming, toServerTiming } from '../../src/policies/server-timing.ts'

const cacheable = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"' }, body: 'version 1' }
const shieldIn = (OriginShieldRegion: string) => ({ OriginShield: { Enabled: true, OriginShieldRegion } })
const from = (pop: string) => ({ 'x-pocketfront-pop': pop })

const timing = (SamplingRate: number, more: object = {}) => ({
  ResponseHeadersPolicy: { ServerTimingHeadersConfig: { Enabled: true, SamplingRate }, ...more },
})

function startTimed(options: FrontOptions): Promise<Front> {
  return startFront({ ...options, behavior: { ...timing(100), ...options.behavior } })
}

function valueOf({ headers }: Answer): string | undefined {
  return headers['server-timing'] as string | undefined
}

/** The metrics by name: their description or duration, '' for a name alone. */
function metricsOf(answer: Answer): Record<string, string> {
  const value = valueOf(answer)
  if (value === undefined) return {}
  const metrics = value.split(',').map((each) => /^([^;]+)(?:;(?:desc="([^"]*)"|dur=(\d+)))?$/.exec(each))
  return Object.fromEntries(metrics.map((found) => [found![1]!, found![2] ?? found![3] ?? '']))
}

const HIT = ['cdn-cache-hit', 'cdn-pop', 'cdn-rid', 'cdn-hit-layer', 'cdn-downstream-fbl']
const MISS = [
  'cdn-upstream-layer',
  'cdn-upstream-dns',
  'cdn-upstream-connect',
  'cdn-upstream-fbl',
  'cdn-cache-miss',
  'cdn-pop',
  'cdn-rid',
  'cdn-downstream-fbl',
]
const REFRESH = ['cdn-cache-refresh', 'cdn-pop', 'cdn-rid', 'cdn-downstream-fbl']

describe('1.3 How the outcome shows', () => {
  test.each([
    ['edge location', 'FRA56', 'EDGE'],
    ['regional cache', 'MUC50', 'REC'],
    ['Origin Shield of another Region', 'NRT20', 'Origin Shield'],
  ])('Server-Timing of a hit in the %s names the layer', async (_, pop, layer) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startTimed({ origin, originConfig: shieldIn('us-east-1') })
    await front.get('/a')
    const metrics = metricsOf(await front.get('/a', from(pop)))
    expect(Object.keys(metrics)).toEqual(HIT)
    expect(metrics['cdn-hit-layer']).toBe(layer)
  })

  test('Server-Timing calls the Origin Shield of the own Region by its name (unverified)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startTimed({ origin, originConfig: shieldIn('eu-central-1') })
    await front.get('/a')
    expect(metricsOf(await front.get('/a', from('MUC50')))['cdn-hit-layer']).toBe('Origin Shield')
  })

  test.each([
    ['the regional cache', 'REC', {}, {}],
    ['the Origin Shield', 'Origin Shield', shieldIn('us-east-1'), {}],
    ['the edge location, past the caches,', 'EDGE', {}, { CachePolicy: 'CachingDisabled' }],
    [
      'the Origin Shield, past the caches,',
      'Origin Shield',
      shieldIn('us-east-1'),
      { CachePolicy: 'CachingDisabled' },
    ],
  ])(
    'Server-Timing of a miss says that %s contacted the origin',
    async (_, layer, originConfig, behavior) => {
      await using origin = await startOrigin(cacheable)
      await using front = await startTimed({ origin, originConfig, behavior })
      const metrics = metricsOf(await front.get('/a'))
      expect(Object.keys(metrics)).toEqual(MISS)
      expect(metrics['cdn-upstream-layer']).toBe(layer)
    },
  )

  test('Server-Timing of a bucket in the Region says that the edge location contacted it', async () => {
    await using origin = await startOrigin(cacheable)
    const Origins = [{ Id: 'origin', DomainName: 'pictures.s3.eu-central-1.amazonaws.com' }]
    await using front = await startTimed({ origin, distribution: { Origins } })
    expect(metricsOf(await front.get('/a'))['cdn-upstream-layer']).toBe('EDGE')
    expect(metricsOf(await front.get('/a', from('NRT20')))['cdn-upstream-layer']).toBe('REC')
  })

  test('Server-Timing of a copy that a 304 confirmed says refresh', async () => {
    await using origin = await startOrigin((request, response) => {
      const isKnown = request.headers['if-none-match'] !== undefined
      response.writeHead(isKnown ? 304 : 200, cacheable.headers).end(isKnown ? undefined : 'version 1')
    })
    await using front = await startTimed({ origin })
    await front.get('/a')
    front.clock.advanceSeconds(61)
    const refreshed = await front.get('/a')
    expect(refreshed).toBeRefreshHit()
    expect(Object.keys(metricsOf(refreshed))).toEqual(REFRESH)
  })

  test('Server-Timing of an answer that another request fetched says hit at the layer that waited (unverified)', async () => {
    const waiting: (() => void)[] = []
    await using origin = await startOrigin((_, response) => {
      waiting.push(() => response.writeHead(200, cacheable.headers).end('shared'))
    })
    await using front = await startTimed({ origin })
    const all = [front.get('/a'), front.get('/a')]
    await origin.seen(1)
    waiting.forEach((release) => release())
    const layers = (await Promise.all(all)).map((answer) => metricsOf(answer)['cdn-hit-layer'])
    expect(layers.filter((layer) => layer === 'EDGE')).toHaveLength(1)
  })

  test('An error of the origin has the metrics as well (choice)', async () => {
    await using origin = await startOrigin({ status: 404 })
    await using front = await startTimed({ origin })
    expect(Object.keys(metricsOf(await front.get('/a')))).toEqual(MISS)
    expect(Object.keys(metricsOf(await front.get('/a')))).toEqual(HIT)
  })
})

describe('H.5 Server-Timing', () => {
  test('It is one header, metrics joined by commas without spaces', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startTimed({ origin })
    const { headers, rawHeaders } = await front.get('/a')
    expect(rawHeaders.filter((name) => name === 'Server-Timing')).toHaveLength(1)
    expect(headers['server-timing']).toMatch(/^[^\s]+(?: Shield[^\s]*)?$/)
  })

  test('cdn-pop is X-Amz-Cf-Pop and cdn-rid is X-Amz-Cf-Id', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startTimed({ origin })
    for (const answer of [await front.get('/a'), await front.get('/a')]) {
      const metrics = metricsOf(answer)
      expect(metrics['cdn-pop']).toBe(answer.headers['x-amz-cf-pop'])
      expect(metrics['cdn-rid']).toBe(answer.headers['x-amz-cf-id'])
    }
  })

  test('cdn-downstream-fbl is the time to the first byte for the viewer, and holds the wait for the origin', async () => {
    await using origin = await startOrigin((_, response) => {
      const started = performance.now()
      const wait = (): void => {
        if (performance.now() - started < 30) setImmediate(wait)
        else response.writeHead(200, cacheable.headers).end('late')
      }
      wait()
    })
    await using front = await startTimed({ origin })
    const miss = metricsOf(await front.get('/a'))
    expect(Number(miss['cdn-upstream-fbl'])).toBeGreaterThanOrEqual(25)
    expect(Number(miss['cdn-downstream-fbl'])).toBeGreaterThanOrEqual(Number(miss['cdn-upstream-fbl']))
    expect(Number(metricsOf(await front.get('/a'))['cdn-downstream-fbl'])).toBeLessThan(25)
  })

  test('DNS and connect are 0 on a connection that was there already', async () => {
    await using origin = await startOrigin({ headers: { 'Cache-Control': 'no-store' } })
    await using front = await startTimed({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
    const first = await front.get('/a')
    expect(first.trace?.origins?.[0]?.connected?.connectMs).toBeGreaterThan(0)
    const second = await front.get('/a')
    expect(second.trace?.origins?.[0]?.connected).toBeNull()
    expect(metricsOf(second)).toMatchObject({ 'cdn-upstream-dns': '0', 'cdn-upstream-connect': '0' })
  })

  test('DNS and connect of a new connection are told apart', async () => {
    const server = createServer((_, response) => response.end('by name'))
    await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
    const { port } = server.address() as AddressInfo
    try {
      await using front = await startTimed({ origin: { url: `http://localhost:${port}` } })
      const { trace } = await front.get('/a')
      const connected = trace!.origins![0]!.connected!
      expect(connected.dnsMs).toBeGreaterThan(0)
      expect(connected.connectMs).toBeGreaterThan(0)
      expect(connected.dnsMs + connected.connectMs).toBeLessThan(trace!.origins![0]!.firstByteMs!)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  test('The shape of a hit', () => {
    expect(
      toServerTiming({
        pop: 'FRA56-P5',
        requestId: 'id==',
        response: { outcome: 'Hit', layer: 'REC' },
        attempt: null,
        downstreamFirstByteMs: 12.4,
      }),
    ).toBe(
      'cdn-cache-hit,cdn-pop;desc="FRA56-P5",cdn-rid;desc="id==",cdn-hit-layer;desc="REC",cdn-downstream-fbl;dur=12',
    )
  })

  test('The shape of a miss', () => {
    expect(
      toServerTiming({
        pop: 'FRA56-P5',
        requestId: 'id==',
        response: { outcome: 'Miss', layer: 'REC' },
        attempt: { firstByteMs: 103.2, connected: { dnsMs: 2, connectMs: 21 } },
        downstreamFirstByteMs: 95,
      }),
    ).toBe(
      'cdn-upstream-layer;desc="REC",cdn-upstream-dns;dur=2,cdn-upstream-connect;dur=21,cdn-upstream-fbl;dur=80,' +
        'cdn-cache-miss,cdn-pop;desc="FRA56-P5",cdn-rid;desc="id==",cdn-downstream-fbl;dur=95',
    )
  })

  test.each([
    [0, 0, false],
    [100, 0.999_999_999, true],
    [50, 0.499_999, true],
    [50, 0.5, false],
    [0.0001, 0.000_000_9, true],
    [0.0001, 0.000_001_1, false],
  ])('At SamplingRate %d a draw of %d: %s', (SamplingRate, draw, expected) => {
    expect(isTimed({ SamplingRate }, null, () => draw)).toBe(expected)
  })

  test('SamplingRate is the share of responses that have the header, hits included', async () => {
    await using origin = await startOrigin(cacheable)
    const draws = [0.1, 0.3, 0.2499, 0.25]
    await using front = await startFront({ origin, behavior: timing(25), random: () => draws.shift()! })
    const answers = [
      await front.get('/a'),
      await front.get('/a'),
      await front.get('/a'),
      await front.get('/a'),
    ]
    expect(answers.map((answer) => valueOf(answer) !== undefined)).toEqual([true, false, true, false])
  })

  test.each(['server-timing', 'no-cache, Server-Timing', 'SERVER-TIMING,x'])(
    'Pragma: %s asks for the header, even at rate 0',
    async (pragma) => {
      await using origin = await startOrigin(cacheable)
      await using front = await startFront({ origin, behavior: timing(0) })
      expect(Object.keys(metricsOf(await front.get('/a', { pragma })))).toEqual(MISS)
      expect(Object.keys(metricsOf(await front.get('/a', { pragma })))).toEqual(HIT)
      expect(valueOf(await front.get('/a'))).toBeUndefined()
    },
  )

  test.each(['no-cache', 'server-timing-x', ''])('Pragma: %s does not', (pragma) => {
    expect(isTimed({ SamplingRate: 0 }, pragma, () => 0)).toBe(false)
  })

  test('Switched off there is no header, whatever Pragma says', async () => {
    await using origin = await startOrigin(cacheable)
    const ServerTimingHeadersConfig = { Enabled: false, SamplingRate: 100 }
    await using front = await startFront({
      origin,
      behavior: { ResponseHeadersPolicy: { ServerTimingHeadersConfig } },
    })
    for (let i = 0; i < 2; i++) {
      expect(valueOf(await front.get('/a', { pragma: 'server-timing' }))).toBeUndefined()
    }
  })

  test("On a miss the origin's own metrics are in the same header", async () => {
    await using origin = await startOrigin({
      headers: { ...cacheable.headers, 'Server-Timing': ['db;dur=53', 'app;dur=47.2'] },
    })
    await using front = await startTimed({ origin })
    const { rawHeaders, headers } = await front.get('/a')
    expect(rawHeaders.filter((name) => name.toLowerCase() === 'server-timing')).toHaveLength(1)
    expect(headers['server-timing']).toMatch(
      /^cdn-upstream-layer;.*,cdn-downstream-fbl;dur=\d+,db;dur=53, ?app;dur=47\.2$/,
    )
  })

  test.each([
    ['Hit', 'own'],
    ['RefreshHit', 'own'],
    ['Miss', 'own,db;dur=53'],
  ] as const)("Of a %s the header with the origin's metrics is: %s", (outcome, expected) => {
    expect(mergeServerTiming('own', 'db;dur=53', { outcome, layer: 'EDGE' })).toBe(expected)
  })

  test("On a hit the origin's metrics are left out", async () => {
    await using origin = await startOrigin({
      headers: { ...cacheable.headers, 'Server-Timing': 'db;dur=53' },
    })
    await using front = await startTimed({ origin })
    await front.get('/a')
    expect(Object.keys(metricsOf(await front.get('/a')))).toEqual(HIT)
  })

  test('The policy can remove the header of the origin and still add its own', async () => {
    await using origin = await startOrigin({
      headers: { ...cacheable.headers, 'Server-Timing': 'db;dur=53' },
    })
    const more = { RemoveHeadersConfig: [{ Header: 'Server-Timing' }] }
    await using front = await startFront({ origin, behavior: timing(100, more) })
    expect(Object.keys(metricsOf(await front.get('/a')))).toEqual(MISS)
  })

  test('A request that CloudFront refuses has the metrics that need no origin (choice)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startTimed({ origin })
    const answer = await front.ask('/a', { method: 'DELETE' })
    expect(answer.status).toBe(403)
    expect(Object.keys(metricsOf(answer))).toEqual(['cdn-pop', 'cdn-rid', 'cdn-downstream-fbl'])
  })

  test('An origin that cannot be reached has no first byte (choice)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startTimed({ origin })
    await origin.stop()
    const answer = await front.get('/a')
    expect(answer.status).toBe(502)
    expect(Object.keys(metricsOf(answer))).toEqual(MISS.filter((name) => name !== 'cdn-upstream-fbl'))
  })
})
