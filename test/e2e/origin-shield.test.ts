// Origin Shield under load, failure and change: what the rules of the guide leave open.
import type { AddressInfo } from 'node:net'
import { createServer, request as httpRequest } from 'node:http'
import { expect, test } from 'vitest'
import { cachePolicy, startFront, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

const cacheable = { headers: { 'Cache-Control': 'max-age=60' }, body: 'shielded' }
const shieldIn = (OriginShieldRegion: string) => ({ OriginShield: { Enabled: true, OriginShieldRegion } })
const from = (pop: string) => ({ 'x-pocketfront-pop': pop })

/** Two origins in a group, with their shields. */
function groupOf(
  first: ScriptedOrigin,
  second: ScriptedOrigin,
  regions: readonly [string, string],
): FrontOptions {
  const [firstRegion, secondRegion] = regions
  return {
    origins: { first: first.url, second: second.url },
    behavior: { TargetOriginId: 'both' },
    distribution: {
      Origins: [
        { Id: 'first', DomainName: 'one.example.com', CustomOriginConfig: {}, ...shieldIn(firstRegion) },
        { Id: 'second', DomainName: 'two.example.com', CustomOriginConfig: {}, ...shieldIn(secondRegion) },
      ],
      OriginGroups: [
        {
          Id: 'both',
          FailoverCriteria: { StatusCodes: [503] },
          Members: [{ OriginId: 'first' }, { OriginId: 'second' }],
        },
      ],
    },
  }
}

test.each([
  ['in one Region', ['us-east-1', 'us-east-1']],
  ['in two Regions', ['us-east-1', 'eu-west-1']],
  ['in the Region of the route', ['eu-central-1', 'eu-central-1']],
  ['in the Region of the route, of one member only', ['eu-central-1', 'eu-west-1']],
] as const)('Members of an origin group with their shields %s are kept apart', async (_, regions) => {
  await using first = await startOrigin({ status: 503, body: 'down' })
  await using second = await startOrigin(cacheable)
  await using front = await startFront(groupOf(first, second, regions))
  for (const pop of ['FRA56', 'NRT20', 'SYD1']) {
    const answer = await front.get('/a', from(pop))
    expect([answer.status, answer.text]).toEqual([200, 'shielded'])
    expect(answer.trace?.shield?.place).toBe(regions[1])
  }
  // The shields remember both: the error of the first for a while, the object of the second.
  expect([first.countOf('/a'), second.countOf('/a')]).toEqual([1, 1])
  // Well again, and the remembered error is over.
  first.on('/a', { ...cacheable, body: 'back' })
  front.clock.advanceSeconds(61)
  expect((await front.get('/a')).text).toBe('back')
})

test('Both behaviors of one origin share its shield, each with its own key', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({
    origin,
    originConfig: shieldIn('us-east-1'),
    behaviors: [{ PathPattern: '/b/*', CachePolicy: cachePolicy(0, 60, 600) }],
  })
  await front.get('/a')
  await front.get('/b/a')
  expect(await front.get('/a', from('NRT20'))).toBeHit('shield')
  expect(await front.get('/b/a', from('NRT20'))).toBeHit('shield')
  expect(origin.requests).toHaveLength(2)
})

test('Usage, metrics and purge know the shield', async () => {
  await using origin = await startOrigin(cacheable)
  await using front = await startFront({
    origin,
    originConfig: shieldIn('us-east-1'),
    adminPort: 0,
    shieldMemory: 1_000_000,
  })
  expect(front.pocketfront.budgets.shield).toBe(1_000_000)
  await front.get('/a')
  await front.get('/a', from('NRT20'))
  const metrics = await (await fetch(`${front.pocketfront.adminUrl}/metrics`)).text()
  const place = 'layer="shield",place="us-east-1"'
  expect(metrics).toContain(`pocketfront_cache_entries{${place}} 1\n`)
  expect(metrics).toContain(`pocketfront_cache_budget_bytes{${place}} 1000000\n`)
  expect(metrics).toContain(`pocketfront_tier_lookups_total{${place},verdict="hit",reason="fresh"} 1\n`)
  expect(metrics).toContain(
    `pocketfront_tier_lookups_total{${place},verdict="miss",reason="not-in-cache"} 1\n`,
  )
  // Two edges, two regional caches, one shield.
  expect(front.pocketfront.purge()).toBe(5)
  expect(await front.get('/a')).toBeMiss()
})

test('An object that does not fit in the shield passes through it', async () => {
  await using origin = await startOrigin({ headers: cacheable.headers, body: Buffer.alloc(50_000, 'x') })
  await using front = await startFront({ origin, originConfig: shieldIn('us-east-1'), shieldMemory: 20_000 })
  const answer = await front.get('/a')
  expect(answer.body).toHaveLength(50_000)
  expect(answer.trace?.shield).toMatchObject({ stored: false, storedBecause: 'too-large' })
  expect(await front.get('/a')).toBeHit('edge')
})

test('A range that one Region fetched is there for the others, and in the whole object as well', async () => {
  const whole = '0123456789'
  await using origin = await startOrigin((request, response) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const headers = { 'Cache-Control': 'max-age=60', ETag: '"1"' }
    if (range === null) return response.writeHead(200, headers).end(whole)
    const [first, last] = [Number(range[1]), Number(range[2])]
    const part = { ...headers, 'Content-Range': `bytes ${first}-${last}/10` }
    return response.writeHead(206, part).end(whole.slice(first, last + 1))
  })
  await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
  const range = { range: 'bytes=2-4' }
  expect((await front.get('/part', { ...from('FRA56'), ...range })).text).toBe('234')
  const part = await front.get('/part', { ...from('NRT20'), ...range })
  expect([part.status, part.text, part.trace?.shield?.verdict]).toEqual([206, '234', 'hit'])
  expect(origin.countOf('/part')).toBe(1)
  await front.get('/whole', from('FRA56'))
  const cut = await front.get('/whole', { ...from('NRT20'), ...range })
  expect([cut.status, cut.text, cut.trace?.shield?.verdict]).toEqual([206, '234', 'hit'])
  expect(origin.countOf('/whole')).toBe(1)
})

test('A stale copy of the shield stands in for an origin that fails', async () => {
  await using origin = await startOrigin({
    ...cacheable,
    headers: { 'Cache-Control': 'max-age=60', ETag: '"1"' },
  })
  await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
  await front.get('/a')
  front.clock.advanceSeconds(61)
  origin.on('/a', { status: 500 })
  const tokyo = await front.get('/a', from('NRT20'))
  expect([tokyo.status, tokyo.text]).toEqual([200, 'shielded'])
  expect(tokyo.trace?.shield?.because).toBe('stale-if-error')
})

test('The viewer of one Region leaves, those of others that wait at the shield are answered', async () => {
  let release = (): void => {}
  await using origin = await startOrigin((_, response) => {
    release = () => void response.writeHead(200, cacheable.headers).end('shielded')
  })
  await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
  const leaving = httpRequest({
    host: '127.0.0.1',
    port: front.port,
    path: '/a',
    agent: false,
    headers: from('FRA56'),
  })
  leaving.on('error', () => {})
  leaving.end()
  await origin.seen(1)
  const staying = front.get('/a', from('NRT20'))
  // What stays has arrived when what came after it over the same shield is answered.
  origin.on('/other', cacheable)
  await front.get('/other', from('NRT20'))
  leaving.destroy()
  await new Promise<void>((resolve) => void leaving.on('close', resolve))
  await front.get('/other')
  release()
  expect((await staying).text).toBe('shielded')
  expect(origin.countOf('/a')).toBe(1)
  await expect
    .poll(() => front.pocketfront.traces.last(5).map((trace) => trace.delivery))
    .toContain('client-gone')
})

test('A WebSocket goes through the shield, and the trace says so', async () => {
  const server = createServer()
  server.on('upgrade', (_, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await using front = await startFront({
      origin: { url: `http://127.0.0.1:${port}` },
      originConfig: shieldIn('us-east-1'),
      behavior: { OriginRequestPolicy: 'AllViewer' },
    })
    const upgrade = httpRequest({
      host: '127.0.0.1',
      port: front.port,
      path: '/chat',
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    })
    upgrade.on('upgrade', (_, socket) => socket.destroy())
    upgrade.on('error', () => {})
    upgrade.end()
    await expect
      .poll(() => front.pocketfront.traces.last(1)[0]?.shield)
      .toMatchObject({ place: 'us-east-1', verdict: 'pass', because: 'uncacheable' })
    expect(front.pocketfront.traces.last(1)[0]?.status).toBe(101)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
