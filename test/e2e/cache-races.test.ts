// What may happen to an object while it is being fetched, confirmed or refreshed.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cachePolicy, startFront, type Front } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'

/** A script that answers when it is released. */
function held(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const waiting: (() => void)[] = []
  const script = (request: IncomingMessage, response: ServerResponse): void => {
    waiting.push(() => answer(request, response))
  }
  return Object.assign(script, { release: () => waiting.splice(0).forEach((each) => each()) })
}

const cacheable = { 'Cache-Control': 'max-age=10', ETag: '"v1"' }

/** Opens a request, resolves when its first bytes are there, and leaves the rest unread. */
async function startReading(front: Front, path: string): Promise<() => void> {
  const request = httpRequest({ host: '127.0.0.1', port: front.port, path, agent: false })
  request.on('error', () => {})
  request.end()
  const [message] = (await once(request, 'response')) as [IncomingMessage]
  message.on('error', () => {})
  await once(message, 'data')
  return () => void request.destroy()
}

test('A GET does not get the answer to a HEAD that asks for the same expired object', async () => {
  await using origin = await startOrigin({ headers: cacheable, body: 'old' })
  await using front = await startFront({ origin })
  await front.get('/a')
  front.clock.advanceSeconds(11)
  const later = held((request, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=10', ETag: '"v2"', 'Content-Length': '3' })
    response.end(request.method === 'HEAD' ? undefined : 'new')
  })
  origin.on('/a', later)
  const head = front.ask('/a', { method: 'HEAD' })
  await origin.seen(2)
  const get = front.get('/a')
  await origin.seen(3)
  later.release()
  expect((await head).headers.etag).toBe('"v2"')
  expect((await get).text).toBe('new')
})

test.each(['invalidate', 'purge'] as const)('A 304 that was under way does not undo %s', async (how) => {
  await using origin = await startOrigin({ headers: cacheable, body: 'old' })
  await using front = await startFront({ origin })
  await front.get('/a')
  front.clock.advanceSeconds(11)
  const later = held((_, response) => void response.writeHead(304, cacheable).end())
  origin.on('/a', later)
  const confirmed = front.get('/a')
  await origin.seen(2)
  if (how === 'purge') front.pocketfront.purge()
  else front.pocketfront.invalidate('/a')
  later.release()
  await confirmed
  origin.on('/a', { headers: { ...cacheable, ETag: '"v2"' }, body: 'new' })
  expect((await front.get('/a')).text).toBe('new')
})

test('A POP that had the plain form takes the compressed form whole, headers and body', async () => {
  const text = 'hello '.repeat(500)
  const headers = { ...cacheable, 'Content-Type': 'text/plain' }
  await using origin = await startOrigin()
  origin.on('/a', (_, response) => {
    // Chunked: CloudFront does not compress what has no Content-Length.
    response.writeHead(200, headers)
    response.write(text.slice(0, 100))
    response.end(text.slice(100))
  })
  await using front = await startFront({ origin, behavior: { Compress: true } })
  const gzip = { 'accept-encoding': 'gzip' }
  const munich = { ...gzip, 'x-pocketfront-pop': 'MUC50' }
  await front.get('/a', gzip)
  await front.get('/a', munich)
  front.clock.advanceSeconds(11)
  origin.on('/a', { headers, body: text })
  const frankfurt = await front.get('/a', gzip)
  expect(frankfurt.headers['content-encoding']).toBe('gzip')
  const answer = await front.get('/a', munich)
  expect(answer.headers['content-encoding']).toBe('gzip')
  expect(answer.body.equals(frankfurt.body)).toBe(true)
})

test('If-Range goes with its Range when an expired copy is revalidated', async () => {
  await using origin = await startOrigin({ headers: { ...cacheable, ETag: '"v2"' }, body: '2222222222' })
  await using front = await startFront({ origin })
  await front.get('/a')
  front.clock.advanceSeconds(11)
  origin.on('/a', { headers: { ...cacheable, ETag: '"v3"' }, body: '3333333333' })
  const answer = await front.get('/a', { range: 'bytes=5-', 'if-range': '"v1"' })
  expect(origin.requests.at(-1)!.headers['if-range']).toBe('"v1"')
  expect([answer.status, answer.text]).toEqual([200, '3333333333'])
})

test('Viewers that ask at once for an object too large to store each get all of it', async () => {
  const body = Buffer.alloc(300_000, 'x')
  await using origin = await startOrigin()
  const later = held(
    (_, response) => void response.writeHead(200, { 'Content-Length': body.length }).end(body),
  )
  origin.on('/a', later)
  await using front = await startFront({ origin, largestObject: 50_000 })
  const all = [front.get('/a'), front.get('/a'), front.get('/a')]
  await expect
    .poll(() => {
      later.release()
      return origin.countOf('/a')
    })
    .toBe(3)
  later.release()
  for (const answer of await Promise.all(all)) expect(answer.body.equals(body)).toBe(true)
})

test('A reason phrase that is not latin1 is dropped', async () => {
  await using origin = await startRawOrigin((socket) => {
    socket.write(
      'HTTP/1.1 200 \u672a\u627e\u5230\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok',
      'utf8',
    )
  })
  await using front = await startFront({ origin })
  for (const xCache of ['Miss', 'Hit']) {
    const answer = await front.get('/a')
    expect([answer.status, answer.statusText, answer.text]).toEqual([200, 'OK', 'ok'])
    expect(answer.headers['x-cache']).toBe(`${xCache} from cloudfront`)
  }
})

test('A viewer that leaves before the head leaves no error behind', async () => {
  await using origin = await startOrigin()
  let closed = 0
  origin.on('/a', (request) => void request.socket.on('close', () => closed++))
  await using front = await startFront({ origin })
  const request = httpRequest({ host: '127.0.0.1', port: front.port, path: '/a', agent: false })
  request.on('error', () => {})
  request.end()
  await origin.seen(1)
  request.destroy()
  await expect.poll(() => closed).toBe(1)
  origin.on('/a', { body: 'fine' })
  expect((await front.get('/a')).text).toBe('fine')
})

test('stale-while-revalidate needs one round: the copy of the next layer, stale as well, is no answer to the refresh', async () => {
  const headers = { 'Cache-Control': 'max-age=10, stale-while-revalidate=60' }
  await using origin = await startOrigin({ headers, body: 'old' })
  await using front = await startFront({ origin })
  await front.get('/a')
  front.clock.advanceSeconds(11)
  const later = held(
    (_, response) => void response.writeHead(200, { ...headers, 'Content-Length': 3 }).end('new'),
  )
  origin.on('/a', later)
  expect((await front.get('/a')).text).toBe('old')
  await origin.seen(2)
  later.release()
  await expect
    .poll(() => front.pocketfront.traces.last(1)[0]!.edge!.because === 'fresh' || front.get('/a'))
    .toBe(true)
  expect((await front.get('/a')).text).toBe('new')
  expect(origin.countOf('/a')).toBe(2)
})

test('With cookies forwarded, too, one refresh at a time runs behind the viewers', async () => {
  const headers = { 'Cache-Control': 'max-age=10, stale-while-revalidate=60' }
  await using origin = await startOrigin({ headers, body: 'old' })
  const CachePolicy = cachePolicy(0, 60, 600, { CookiesConfig: { CookieBehavior: 'all' } })
  await using front = await startFront({ origin, behavior: { CachePolicy } })
  await front.get('/a')
  front.clock.advanceSeconds(11)
  origin.on(
    '/a',
    held(() => {}),
  )
  for (let i = 0; i < 5; i++) expect((await front.get('/a')).text).toBe('old')
  await origin.seen(2)
  expect(origin.countOf('/a')).toBe(2)
})

test('A slow viewer of an answer that breaks off gets what had come', async () => {
  const first = Buffer.alloc(200_000, 'a')
  await using origin = await startOrigin()
  origin.on('/a', (request, response) => {
    response.writeHead(200, { 'Content-Length': '1000000', 'Cache-Control': 'max-age=60' })
    response.write(first, () => void request.socket.end())
  })
  await using front = await startFront({ origin })
  const answer = await front.get('/a')
  expect(answer.broken).toBe(true)
  expect(answer.body.equals(first)).toBe(true)
})

test('Objects that are coming in do not take more memory than the place has', async () => {
  await using origin = await startOrigin()
  const finish: (() => void)[] = []
  const slowly = (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '60000' })
    response.write(Buffer.alloc(30_000))
    finish.push(() => void response.end(Buffer.alloc(30_000)))
  }
  origin.on('/first', slowly)
  origin.on('/second', slowly)
  await using front = await startFront({ origin, edgeMemory: 100_000, regionalMemory: 100_000 })
  await startReading(front, '/first')
  await startReading(front, '/second')
  for (const each of finish) each()
  const storedOf = (url: string): unknown =>
    front.pocketfront.traces.last(9).find((trace) => trace.url === url)?.edge?.storedBecause
  await expect.poll(() => [storedOf('/first'), storedOf('/second')]).toEqual(['cacheable', 'no-room'])
})

test('A body stays readable while the viewer-response function of its viewer runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pocketfront-hold-'))
  const file = join(folder, 'slow.mjs')
  await writeFile(
    file,
    `export const handler = async (event) => {
      const { request, response } = event.Records[0].cf
      if (request.querystring === 'slow') await new Promise((resolve) => setTimeout(resolve, 300))
      return response
    }`,
  )
  await using origin = await startOrigin()
  let finish = (): void => {}
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    response.write('x'.repeat(1000))
    finish = () => void response.end('end')
  })
  origin.on('/grows', (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    for (let i = 0; i < 30; i++) response.write(Buffer.alloc(5000, 'y'))
    response.end()
  })
  await using front = await startFront({
    origin,
    largestObject: 50_000,
    behavior: { LambdaFunctionAssociations: [{ EventType: 'viewer-response', Handler: file }] },
  })
  // Outgrows the largest object while the function runs: let go by the caches, not by the viewer.
  expect((await front.get('/grows?slow')).body).toHaveLength(150_000)
  // The leader leaves while its follower is in the function.
  const leave = await startReading(front, '/a')
  const follower = front.get('/a?slow')
  await expect.poll(() => front.pocketfront.traces.last(5).length).toBeGreaterThan(0)
  leave()
  finish()
  expect((await follower).text).toBe(`${'x'.repeat(1000)}end`)
  await rm(folder, { recursive: true, force: true })
})
