// Simulated distances: real time passes between the layers, and no longer than somebody waits.
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { createLatency } from '../../src/assembly/latency.ts'
import { createPocketfront } from '../../src/pocketfront.ts'

const cacheable = { headers: { 'Cache-Control': 'max-age=60' }, body: 'far away' }
const bucketIn = (region: string, more: object = {}) => ({
  Origins: [{ Id: 'origin', DomainName: `pictures.s3.${region}.amazonaws.com`, ...more }],
})
const from = (pop: string) => ({ 'x-pocketfront-pop': pop })

// From Frankfurt to Dublin it is about 1,100 km: 17 ms and one more.
test('A miss takes as long as the way to the origin, a hit does not', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({
    origin,
    simulateLatency: true,
    distribution: bucketIn('eu-west-1'),
  })
  const miss = await front.get('/a')
  expect(miss.trace?.simulatedMs).toBeGreaterThan(15)
  expect(miss.trace?.simulatedMs).toBeLessThan(25)
  expect(miss.trace?.totalMs).toBeGreaterThanOrEqual(miss.trace!.simulatedMs - 2)
  expect(miss.trace?.origins?.[0]?.firstByteMs).toBeGreaterThan(15)
  const hit = await front.get('/a')
  expect(hit).toBeHit('edge')
  expect(hit.trace?.simulatedMs).toBe(0)
})

test('Every hop counts: regional cache, Origin Shield, origin', async () => {
  await using origin = await startOrigin(cacheable)
  const shield = { OriginShield: { Enabled: true, OriginShieldRegion: 'eu-west-2' } }
  await using front = await startFront({
    origin,
    simulateLatency: true,
    distribution: bucketIn('eu-west-1', shield),
  })
  // Frankfurt to its Region: next door. On to London: 640 km. On to Dublin: 460 km.
  const miss = await front.get('/a')
  expect(miss.trace?.simulatedMs).toBeGreaterThan(15)
  const munich = await front.get('/a', from('MUC50'))
  expect(munich).toBeHit('regional')
  // 300 km from Munich to Frankfurt.
  expect(munich.trace?.simulatedMs).toBeGreaterThan(4)
  expect(munich.trace?.simulatedMs).toBeLessThan(8)
  const dublin = await front.get('/a', from('DUB56'))
  expect(dublin).toBeHit('shield')
  expect(dublin.trace?.simulatedMs).toBeGreaterThan(8)
  expect(dublin.trace?.simulatedMs).toBeLessThan(13)
})

test('A request past the caches goes from the edge location to the origin', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({
    origin,
    simulateLatency: true,
    distribution: bucketIn('eu-west-1'),
    behavior: { CachePolicy: 'CachingDisabled' },
  })
  expect((await front.get('/a', from('DUB56'))).trace?.simulatedMs).toBeLessThan(3)
  expect((await front.get('/a', from('FRA56'))).trace?.simulatedMs).toBeGreaterThan(15)
})

test.each([
  [
    'the option says where an origin without a Region in its name is',
    { originRegion: 'eu-west-1' },
    {},
    15,
    25,
  ],
  ['without it such an origin is no way off', {}, {}, 0, 5],
  [
    'with Origin Shield it is beside that',
    {},
    { OriginShield: { Enabled: true, OriginShieldRegion: 'eu-west-1' } },
    15,
    25,
  ],
])('%s', async (_, options, originConfig, least, most) => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({ origin, simulateLatency: true, originConfig, ...options })
  const { trace } = await front.get('/a')
  expect(trace?.simulatedMs).toBeGreaterThan(least)
  expect(trace?.simulatedMs).toBeLessThan(most)
})

test('The story says how much of the time was simulated', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({ origin, simulateLatency: true, adminPort: 0 })
  await front.get('/a')
  const { traces } = (await (await fetch(`${front.pocketfront.adminUrl}/traces?last=1`)).json()) as {
    traces: { story: string[]; timings: { simulatedMs: number } }[]
  }
  expect(traces[0]?.story.join('\n')).toMatch(/^latency: \d+(\.\d)? ms between the places, simulated$/m)
  expect(traces[0]?.timings.simulatedMs).toBeGreaterThan(0)
})

test('A viewer that leaves on the way ends the wait: the origin is not asked', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({
    origin,
    simulateLatency: true,
    pop: 'SYD1',
    distribution: bucketIn('eu-west-1'),
  })
  const request = httpRequest({ host: '127.0.0.1', port: front.port, path: '/a', agent: false })
  request.on('error', () => {})
  request.end()
  // The way to Dublin and back takes a quarter of a second; the viewer leaves early on.
  const started = performance.now()
  await once(request, 'finish')
  const left = setTimeout(() => request.destroy(), 60)
  await expect.poll(() => front.pocketfront.traces.last(1)[0]?.delivery, { interval: 5 }).toBe('client-gone')
  clearTimeout(left)
  expect(front.pocketfront.traces.last(1)[0]?.simulatedMs).toBeGreaterThan(240)
  expect(performance.now() - started).toBeLessThan(240)
  expect(origin.requests).toHaveLength(0)
})

test('Hits make the way between viewer and edge location, too', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({ origin, simulateLatency: true })
  const fromMadrid = { 'x-pocketfront-viewer-country': 'ES', ...from('FRA56') }
  await front.get('/a', fromMadrid)
  const started = performance.now()
  const hit = await front.get('/a', fromMadrid)
  // 1,400 km and the last mile.
  expect(performance.now() - started).toBeGreaterThan(28)
  expect(hit).toBeHit('edge')
  // What the edge location sees of it is short.
  expect(hit.trace?.totalMs).toBeLessThan(28)
})

test.each([
  ['without a known place', { country: null, details: null }, 10, 12],
  ['of the same country', { country: 'DE', details: null }, 10, 12],
  ['of another country', { country: 'ES', details: null }, 30, 36],
  ['of another continent', { country: 'JP', details: null }, 140, 160],
  [
    'of known coordinates',
    {
      country: 'DE',
      details: new Map([
        ['latitude', '52.56'],
        ['longitude', '13.29'],
      ]),
    },
    16,
    19,
  ],
])('A viewer %s is so far from Frankfurt', (_, geo, least, most) => {
  const milliseconds = createLatency(null).fromViewer({ countryFrom: 'default', ...geo }, 'FRA56')
  expect(milliseconds).toBeGreaterThanOrEqual(least)
  expect(milliseconds).toBeLessThanOrEqual(most)
})

test('Without the option no time is simulated', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({ origin, distribution: bucketIn('ap-southeast-2') })
  expect((await front.get('/a')).trace?.simulatedMs).toBe(0)
})

test('A Region that does not exist is refused at start, with those that do', async () => {
  const starting = createPocketfront({
    origins: 'http://127.0.0.1:9',
    simulateLatency: true,
    originRegion: 'eu-wst-1',
  })
  await expect(starting).rejects.toMatchObject({
    code: 'PF_USAGE',
    problem: 'no AWS Region has the name eu-wst-1',
    hint: expect.stringContaining('eu-west-1') as string,
  })
})
