// Compression on the way from the origin into the caches, over real sockets.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { startFront, type Answer } from '../support/front.ts'
import { startOrigin, type ScriptedAnswer } from '../support/origin.ts'

const TEXT = 'All that is gold does not glitter, not all those who wander are lost. '.repeat(100)
const behavior = { Compress: true, CachePolicy: 'CachingOptimized' }

function text(headers: Record<string, string> = {}, body: string | Buffer = TEXT): ScriptedAnswer {
  return { headers: { 'Content-Type': 'text/plain', 'Cache-Control': 'max-age=60', ...headers }, body }
}

function encodingOf({ headers }: Pick<Answer, 'headers'>): string | undefined {
  return headers['content-encoding'] as string | undefined
}

function decoded(answer: Pick<Answer, 'headers' | 'body'>): Buffer {
  const encoding = encodingOf(answer)
  if (encoding === 'br') return brotliDecompressSync(answer.body)
  return encoding === 'gzip' ? gunzipSync(answer.body) : answer.body
}

test.each([
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br', 'br'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['deflate, zstd', undefined],
  [undefined, undefined],
])(
  'A viewer that accepts %s gets %s; the second time from the cache, the same bytes',
  async (accept, encoding) => {
    await using origin = await startOrigin(text())
    await using front = await startFront({ origin, behavior })
    const headers: Record<string, string> = accept === undefined ? {} : { 'accept-encoding': accept }
    const miss = await front.get('/a', headers)
    const hit = await front.get('/a', headers)
    expect(miss).toBeMissBecause('not-in-cache')
    expect(hit).toBeHit('edge')
    for (const answer of [miss, hit]) {
      expect([encodingOf(answer), answer.headers.vary]).toEqual([encoding, encoding && 'Accept-Encoding'])
      expect(decoded(answer).toString()).toBe(TEXT)
    }
    expect(hit.body.equals(miss.body)).toBe(true)
    expect(miss.body.length < TEXT.length).toBe(encoding !== undefined)
    expect(origin.countOf('/a')).toBe(1)
  },
)

test('Viewers share an object when the normal form of Accept-Encoding is the same', async () => {
  await using origin = await startOrigin(text())
  await using front = await startFront({ origin, behavior })
  const ask = (accept: string): Promise<Answer> => front.get('/a', { 'accept-encoding': accept })
  expect(await ask('gzip')).toBeMissBecause('not-in-cache')
  expect(await ask('GZIP;q=0.1, deflate')).toBeHit('edge')
  expect(await ask('br')).toBeMissBecause('not-in-cache')
  expect(await ask('br;q=0.9, zstd')).toBeHit('edge')
  expect(await ask('identity')).toBeMissBecause('not-in-cache')
  expect(await front.get('/a')).toBeHit('edge')
  expect(origin.countOf('/a')).toBe(3)
})

test('Another POP takes the compressed form from the regional cache', async () => {
  await using origin = await startOrigin(text())
  await using front = await startFront({ origin, behavior })
  const first = await front.get('/a', { 'accept-encoding': 'br' })
  const second = await front.get('/a', { 'accept-encoding': 'br', 'x-pocketfront-pop': 'MUC50' })
  expect(second).toBeHit('regional')
  expect(second.body.equals(first.body)).toBe(true)
})

test.each([
  ['"v1"', 'W/"v1"'],
  ['W/"v1"', 'W/"v1"'],
  ['v1', undefined],
])(
  'The ETag %s becomes %s in the compressed form, and stays as it is in the plain one',
  async (etag, weak) => {
    await using origin = await startOrigin(text({ ETag: etag }))
    await using front = await startFront({ origin, behavior })
    for (let i = 0; i < 2; i++) {
      expect((await front.get('/a', { 'accept-encoding': 'gzip' })).headers.etag).toBe(weak)
      expect((await front.get('/a')).headers.etag).toBe(etag)
    }
  },
)

test('An expired compressed copy is confirmed with the tag of the origin, and keeps its bytes', async () => {
  await using origin = await startOrigin(text({ ETag: '"v1"' }))
  await using front = await startFront({ origin, behavior })
  const first = await front.get('/a', { 'accept-encoding': 'br' })
  origin.on('/a', { status: 304, headers: { ETag: '"v1"', 'Cache-Control': 'max-age=60' } })
  front.clock.advanceSeconds(61)
  const refreshed = await front.get('/a', { 'accept-encoding': 'br' })
  expect(refreshed).toBeRefreshHit()
  expect(origin.requests.at(-1)!.headers['if-none-match']).toMatch(/^(?:W\/)?"v1"$/)
  expect([encodingOf(refreshed), refreshed.headers.etag]).toEqual(['br', 'W/"v1"'])
  expect(refreshed.body.equals(first.body)).toBe(true)
})

test.each<{ name: string; answer: ScriptedAnswer; encoding: string | undefined }>([
  { name: '999 bytes', answer: text({}, 'x'.repeat(999)), encoding: undefined },
  { name: '1,000 bytes', answer: text({}, 'x'.repeat(1000)), encoding: 'br' },
  { name: 'JSON', answer: text({ 'Content-Type': 'application/json; charset=utf-8' }), encoding: 'br' },
  { name: 'a PNG', answer: text({ 'Content-Type': 'image/png' }), encoding: undefined },
  { name: 'no type', answer: { body: TEXT }, encoding: undefined },
  { name: 'an encoded body', answer: text({ 'Content-Encoding': 'zstd' }), encoding: 'zstd' },
  { name: 'a 404', answer: { ...text(), status: 404 }, encoding: 'br' },
  { name: 'a 500', answer: { ...text(), status: 500 }, encoding: undefined },
])('$name is sent with Content-Encoding $encoding', async ({ answer: script, encoding }) => {
  await using origin = await startOrigin(script)
  await using front = await startFront({ origin, behavior })
  const answer = await front.get('/a', { 'accept-encoding': 'br, gzip' })
  expect(encodingOf(answer)).toBe(encoding)
  if (encoding === 'br') expect(decoded(answer).toString()).toBe(script.body)
  else expect(answer.text).toBe(script.body)
})

test('A body of unknown length is passed on as it is', async () => {
  await using origin = await startOrigin((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' })
    response.write(TEXT)
    response.end(TEXT)
  })
  await using front = await startFront({ origin, behavior })
  const answer = await front.get('/a', { 'accept-encoding': 'br' })
  expect([encodingOf(answer), answer.text]).toEqual([undefined, TEXT + TEXT])
})

test('Without Compress the object stays plain', async () => {
  await using origin = await startOrigin(text())
  await using front = await startFront({ origin, behavior: { ...behavior, Compress: false } })
  expect(encodingOf(await front.get('/a', { 'accept-encoding': 'br' }))).toBeUndefined()
})

test('HEAD of a compressed copy tells its headers and sends no body', async () => {
  await using origin = await startOrigin(text({ ETag: '"v1"' }))
  await using front = await startFront({ origin, behavior })
  const headers = { 'accept-encoding': 'gzip' }
  await front.get('/a', headers)
  const head = await front.ask('/a', { method: 'HEAD', headers })
  expect(head).toBeHit('edge')
  expect([encodingOf(head), head.headers.etag, head.body.length]).toEqual(['gzip', 'W/"v1"', 0])
})

test('A range of a compressed copy counts bytes of the compressed form', async () => {
  await using origin = await startOrigin(text())
  await using front = await startFront({ origin, behavior })
  const whole = await front.get('/a', { 'accept-encoding': 'gzip' })
  const part = await front.get('/a', { 'accept-encoding': 'gzip', range: 'bytes=10-19' })
  expect(part.status).toBe(206)
  expect([encodingOf(part), part.headers['content-range']]).toEqual([
    'gzip',
    `bytes 10-19/${whole.body.length}`,
  ])
  expect(part.body.equals(whole.body.subarray(10, 20))).toBe(true)
})

/** Text of no pattern, so that its compressed form is large, too. */
function noise(bytes: number): string {
  let out = ''
  for (let i = 0; out.length < bytes; i++) out += createHash('sha512').update(String(i)).digest('base64')
  return out.slice(0, bytes)
}

test('5 MB of text stream through the compressor, first bytes first', async () => {
  const body = noise(5_000_000)
  let finish = (): void => {}
  await using origin = await startOrigin((_, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/plain',
      'Content-Length': body.length,
      'Cache-Control': 'max-age=60',
    })
    response.write(body.slice(0, 4_000_000))
    finish = () => void response.end(body.slice(4_000_000))
  })
  await using front = await startFront({ origin, behavior })
  const message = await open(front.port, 'gzip')
  const chunks: Buffer[] = []
  for await (const chunk of message) {
    chunks.push(chunk as Buffer)
    finish()
    finish = () => {}
  }
  const received = { headers: message.headers, body: Buffer.concat(chunks) }
  expect(decoded(received).toString() === body).toBe(true)
  const hit = await front.get('/a', { 'accept-encoding': 'gzip' })
  expect(hit).toBeHit('edge')
  expect(hit.body.equals(received.body)).toBe(true)
})

/** A response whose body is still to be read. */
async function open(port: number, accept: string): Promise<IncomingMessage> {
  const headers = { 'accept-encoding': accept }
  const request = httpRequest({ host: '127.0.0.1', port, path: '/a', headers, agent: false })
  request.on('error', () => {})
  request.end()
  const [message] = (await once(request, 'response')) as [IncomingMessage]
  message.on('error', () => {})
  return message
}

test('A viewer that leaves in the middle spoils the object for nobody', async () => {
  const body = noise(2_000_000)
  await using origin = await startOrigin()
  const closed = new Promise<void>((resolve) => {
    origin.on('/a', (_, response) => {
      response.writeHead(200, {
        'Content-Type': 'text/plain',
        'Content-Length': body.length,
        'Cache-Control': 'max-age=60',
      })
      response.write(body.slice(0, 1_000_000))
      response.on('close', resolve)
    })
  })
  await using front = await startFront({ origin, behavior })
  const message = await open(front.port, 'gzip')
  await once(message, 'data')
  message.destroy()
  await closed
  origin.on('/a', text({}, body))
  const next = await front.get('/a', { 'accept-encoding': 'gzip' })
  expect(next).toBeMiss()
  expect(decoded(next).toString() === body).toBe(true)
})

test('An origin that breaks off in the middle breaks off the compressed form, too; it is not stored', async () => {
  const body = noise(2_000_000)
  await using origin = await startOrigin((_, response) => {
    response.writeHead(200, {
      'Content-Type': 'text/plain',
      'Content-Length': body.length,
      'Cache-Control': 'max-age=60',
    })
    response.write(body.slice(0, 1_000_000), () => response.destroy())
  })
  await using front = await startFront({ origin, behavior })
  const broken = await front.get('/a', { 'accept-encoding': 'gzip' })
  expect([broken.status, encodingOf(broken), broken.broken]).toEqual([200, 'gzip', true])
  expect(broken.trace).toMatchObject({
    delivery: 'broken',
    edge: { stored: false, storedBecause: 'truncated' },
  })
  origin.on('/a', text({}, body))
  const whole = await front.get('/a', { 'accept-encoding': 'gzip' })
  expect(whole).toBeMiss()
  expect(decoded(whole).toString() === body).toBe(true)
})
