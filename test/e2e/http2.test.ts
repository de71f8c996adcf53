// Viewers over HTTP/2: the same answers in its form, bodies at the viewer's pace, resets, limits, stopping.
import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { connectHttp2, type Http2Client } from '../support/http2.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const MIB = 1024 * 1024

let origin: ScriptedOrigin
let front: Front
let client: Http2Client

beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'hello' })
  front = await startFront({
    origin,
    httpsPort: 0,
    distribution: { Aliases: ['www.example.com'] },
    behaviors: [
      {
        PathPattern: '/api/*',
        AllowedMethods: ALL_METHODS,
        CachePolicy: 'CachingDisabled',
        OriginRequestPolicy: 'AllViewer',
      },
    ],
  })
})
beforeEach(async () => {
  client = await connectHttp2(front, 'www.example.com')
  return () => client[Symbol.asyncDispose]()
})
afterAll(async () => {
  await front.stop()
  await origin.stop()
})

const traces = () => front.pocketfront.traces.last(99)

const FRAME = (type: number, flags: number, id: number, payload: readonly number[]): Buffer =>
  Buffer.from([
    0,
    payload.length >> 8,
    payload.length & 255,
    type,
    flags,
    0,
    id >> 16,
    (id >> 8) & 255,
    id & 255,
    ...payload,
  ])
/** HPACK: GET https / with the authority www.example.com. */
const HEAD = [0x82, 0x87, 0x84, 0x41, 0x0f, ...Buffer.from('www.example.com')]
/** HPACK: a field of its own, never indexed. */
const FIELD = [0x10, 0x03, ...Buffer.from('x-a'), 0x64, ...Buffer.from('b'.repeat(100))]
const REQUEST = (id: number): Buffer => FRAME(1, 5, id, HEAD)
const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), FRAME(4, 0, 0, [])])

/** Sends frames as fast as they are taken until the server says goodbye: resolves with the code of GOAWAY, or -1 without one. */
async function startFlood(toFrames: (id: number) => Buffer[]): Promise<{ ended: Promise<number> }> {
  const ca = await front.pocketfront.ca()
  const options = { host: '127.0.0.1', servername: 'www.example.com', ca, ALPNProtocols: ['h2'] }
  const socket = connectTls({ ...options, port: front.pocketfront.httpsPort! })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  socket.write(PREFACE)
  let id = 1
  const send = (): void => {
    for (let count = 0; count < 100 && !socket.destroyed; count++, id += 2) {
      if (!socket.write(Buffer.concat(toFrames(id)))) return void socket.once('drain', send)
    }
    if (!socket.destroyed) setImmediate(send)
  }
  send()
  let bytes = Buffer.alloc(0)
  const ended = new Promise<number>((resolve) => {
    socket.on('close', () => resolve(-1))
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let end = 9; bytes.length >= end; end = 9) {
        end += bytes.readUIntBE(0, 3)
        if (bytes.length < end) break
        if (bytes[3] === 7) resolve(bytes.readUInt32BE(13))
        bytes = bytes.subarray(end)
      }
    })
  })
  return { ended: ended.finally(() => socket.destroy()) }
}

/** The protocol that was agreed on, or why there is none. */
async function agree(target: Front, servername: string, ALPNProtocols: string[]): Promise<string | false> {
  const ca = await target.pocketfront.ca()
  const socket = connectTls({
    port: target.pocketfront.httpsPort!,
    host: '127.0.0.1',
    servername,
    ca,
    ALPNProtocols,
  })
  const agreed = await new Promise<string | false>((resolve) => {
    socket.on('secureConnect', () => resolve(socket.alpnProtocol ?? ''))
    socket.on('error', (error: Error & { code?: string }) => resolve(error.code ?? ''))
  })
  socket.destroy()
  return agreed
}

describe('which version is spoken', () => {
  test.each([
    { HttpVersion: 'http2', offered: ['h2', 'http/1.1'], expected: 'h2' },
    { HttpVersion: 'http2and3', offered: ['h2', 'http/1.1'], expected: 'h2' },
    { HttpVersion: 'http1.1', offered: ['h2', 'http/1.1'], expected: 'http/1.1' },
    { HttpVersion: 'http3', offered: ['h2', 'http/1.1'], expected: 'http/1.1' },
    { HttpVersion: 'http2', offered: ['http/1.1'], expected: 'http/1.1' },
    {
      HttpVersion: 'http1.1',
      offered: ['h2'],
      expected: expect.stringContaining('ALERT_NO_APPLICATION_PROTOCOL'),
    },
  ])('$HttpVersion with a viewer that offers $offered', async ({ HttpVersion, offered, expected }) => {
    await using own = await startFront({
      origin,
      httpsPort: 0,
      distribution: { Aliases: ['www.example.com'], HttpVersion },
    })
    expect(await agree(own, 'www.example.com', offered)).toEqual(expected)
  })
})

describe('answers', () => {
  test('a miss and a hit are those of HTTP/1.1, their names in lower case', async () => {
    const [miss, hit] = [await client.get('/a'), await client.get('/a')]
    expect(miss).toMatchObject({ status: 200, text: 'hello' })
    expect(miss.headers['x-cache']).toBe('Miss from cloudfront')
    expect(hit.headers).toMatchObject({ 'x-cache': 'Hit from cloudfront', age: '0', 'content-length': '5' })
    for (const { rawHeaders, headers } of [miss, hit]) {
      expect(rawHeaders.filter((name, index) => index % 2 === 0 && name !== name.toLowerCase())).toEqual([])
      expect(headers).not.toHaveProperty('connection')
      expect(headers.via).toMatch(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/)
    }
    expect(hit.trace).toMatchObject({ httpVersion: '2.0', scheme: 'https', edge: { verdict: 'hit' } })
  })

  test('HTTP/1.1 and HTTP/2 viewers share the cached object', async () => {
    await front.get('/shared', { host: 'www.example.com' })
    expect((await client.get('/shared')).headers['x-cache']).toBe('Hit from cloudfront')
  })

  test('HEAD, 304 and a range', async () => {
    origin.on('/b', { headers: { 'Cache-Control': 'max-age=60', ETag: '"1"' }, body: '0123456789' })
    await client.get('/b')
    const head = await client.get('/b', { ':method': 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '10', 0])
    expect((await client.get('/b', { 'if-none-match': '"1"' })).status).toBe(304)
    const part = await client.get('/b', { range: 'bytes=2-4' })
    expect([part.status, part.text]).toEqual([206, '234'])
  })

  test('an error page', async () => {
    const { status, headers, text } = await client.get('/a', { ':method': 'POST' })
    expect([status, headers['x-cache']]).toEqual([403, 'Error from cloudfront'])
    expect(text).toContain(`Request ID: ${String(headers['x-amz-cf-id'])}`)
  })

  test('what an origin sends twice is one header where HTTP/2 knows one, and a list elsewhere', async () => {
    origin.on('/twice', {
      headers: ['ETag', '"1"', 'ETag', '"2"', 'X-A', '1', 'X-A', '2', 'Cache-Control', 'max-age=9'],
    })
    for (const word of ['Miss', 'Hit']) {
      const { headers } = await client.get('/twice')
      expect([headers.etag, headers['x-a'], headers['x-cache']]).toEqual([
        '"1"',
        '1, 2',
        `${word} from cloudfront`,
      ])
    }
  })
})

describe('requests', () => {
  test('the origin sees a Host, one Cookie, and version 2.0 in Via', async () => {
    await client.get('/api/head', { cookie: ['a=1', 'b=2'], te: 'trailers', 'x-own': 'yes' })
    const { headers } = origin.requests.findLast(({ url }) => url === '/api/head')!
    expect(headers).toMatchObject({ host: 'www.example.com', cookie: 'a=1; b=2', 'x-own': 'yes' })
    expect(headers.via).toMatch(/^2\.0 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/)
    expect(headers).not.toHaveProperty('te')
    expect(Object.keys(headers).filter((name) => name.startsWith(':'))).toEqual([])
  })

  test('an :authority and a Host that differ are refused', async () => {
    expect((await client.get('/a', { host: 'other.example.com' })).status).toBe(400)
  })

  test('a GET with a body gets 403', async () => {
    const stream = client.open('/a', { ':method': 'GET' }, false)
    stream.end('body')
    expect((await client.read(stream)).status).toBe(403)
  })

  test('Expect: 100-continue is answered with 100', async () => {
    const stream = client.open('/api/continue', { ':method': 'POST', expect: '100-continue' }, false)
    await once(stream, 'continue')
    stream.end('body')
    expect((await client.read(stream)).status).toBe(200)
    expect(origin.requests.findLast(({ url }) => url === '/api/continue')?.headers).not.toHaveProperty(
      'expect',
    )
  })

  test.each([
    { name: 'a URL of more than 8,192 bytes', path: `/${'a'.repeat(9000)}`, headers: {}, status: 414 },
    {
      name: 'headers of more than 32,768 bytes',
      path: '/',
      headers: { 'x-big': 'a'.repeat(33_000) },
      status: 494,
    },
  ])('$name get $status, and the connection ends', async ({ path, headers, status }) => {
    const ended = once(client.session, 'close')
    expect((await client.get(path, headers)).status).toBe(status)
    await ended
  })

  test('200 headers are no problem', async () => {
    const headers = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, 'v']))
    expect((await client.get('/a', headers)).status).toBe(200)
  })

  test('CONNECT is refused', async () => {
    const stream = client.session.request({ ':method': 'CONNECT', ':authority': 'www.example.com' })
    expect((await client.read(stream)).status).toBe(400)
  })

  test('hundreds of requests at once are all answered', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => client.get(`/api/many?${index % 7}`)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(client.session.remoteSettings.maxConcurrentStreams).toBe(128)
  })
})

describe('bodies', () => {
  test('an upload arrives whole, with and without a length', async () => {
    origin.on('/api/upload', (request, response) => request.on('end', () => response.end('done')))
    for (const headers of [{}, { 'content-length': String(3 * MIB) }]) {
      const stream = client.open('/api/upload', { ':method': 'PUT', ...headers }, false)
      stream.end(Buffer.alloc(3 * MIB, 'x'))
      expect((await client.read(stream)).status).toBe(200)
      await expect
        .poll(() => origin.requests.findLast(({ url }) => url === '/api/upload')?.bodyBytes)
        .toBe(3 * MIB)
    }
  })

  test('a large answer arrives whole beside a small one', async () => {
    origin.on('/api/large', { body: Buffer.alloc(3 * MIB, 'x') })
    const large = client.get('/api/large')
    expect((await client.get('/a')).status).toBe(200)
    expect((await large).body.length).toBe(3 * MIB)
  })

  test('a viewer that does not read stops the origin, and other streams go on', async () => {
    let sent = 0
    origin.on('/api/flood', (_, response) => {
      response.writeHead(200)
      const pump = (): void => {
        while (sent < 100 * MIB) {
          sent += 64 * 1024
          if (!response.write(Buffer.alloc(64 * 1024))) return void response.once('drain', pump)
        }
        response.end()
      }
      pump()
    })
    const stream = client.open('/api/flood')
    await once(stream, 'response')
    stream.pause()
    let before = -1
    await expect
      .poll(
        () => {
          const isStill = sent === before
          before = sent
          return isStill
        },
        { interval: 100 },
      )
      .toBe(true)
    expect(sent).toBeLessThan(40 * MIB)
    expect((await client.get('/a')).status).toBe(200)
    stream.close()
  })

  test('a reset by the viewer ends the request at the origin', async () => {
    let closed = 0
    origin.on('/api/wait', (request) => void request.socket.on('close', () => closed++))
    const stream = client.open('/api/wait')
    stream.on('error', () => {})
    const before = origin.requests.length
    await origin.seen(before + 1)
    stream.close(8)
    await expect.poll(() => closed).toBe(1)
    await expect.poll(() => traces()[0]).toMatchObject({ url: '/api/wait', delivery: 'client-gone' })
    expect((await client.get('/a')).status).toBe(200)
  })

  test('an upload that is reset is none for the origin', async () => {
    let ended = false
    let closed = false
    origin.on('/api/half', (request) => {
      request.on('end', () => (ended = true))
      request.on('close', () => (closed = true))
    })
    const stream = client.open('/api/half', { ':method': 'POST' }, false)
    stream.on('error', () => {})
    stream.write('first half')
    await expect.poll(() => origin.countOf('/api/half')).toBe(1)
    stream.destroy(new Error('changed my mind'))
    await expect.poll(() => closed).toBe(true)
    expect(ended).toBe(false)
  })

  test('an origin that breaks off resets the stream alone', async () => {
    origin.on('/api/broken', (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('start', () => response.destroy())
    })
    origin.on('/api/broken-chunks', (_, response) => {
      response.write('start', () => response.destroy())
    })
    for (const path of ['/api/broken', '/api/broken-chunks']) {
      const broken = await client.get(path)
      expect([broken.status, broken.text]).toEqual([200, 'start'])
      expect(broken.rstCode).toBe(2)
    }
    expect((await client.get('/a')).status).toBe(200)
  })

  test('an upload that is refused does not hold its stream', async () => {
    const stream = client.open('/a', { ':method': 'POST' }, false)
    const answer = client.read(stream)
    stream.write(Buffer.alloc(2 * MIB))
    await once(stream, 'response')
    stream.end()
    expect((await answer).status).toBe(403)
  })
})

describe('sessions', () => {
  // Frames by hand: clients of Node.js send no reset for what they have not sent yet, and stop by themselves.
  test.each([
    ['resets streams without end', (id: number) => [REQUEST(id), FRAME(3, 0, id, [0, 0, 0, 8])]],
    ['never ends a head', (id: number) => (id === 1 ? [FRAME(1, 0, 1, HEAD)] : [FRAME(9, 0, 1, FIELD)])],
    [
      'sends empty parts of a head without end',
      (id: number) => [id === 1 ? FRAME(1, 0, 1, HEAD) : FRAME(9, 0, 1, [])],
    ],
  ] as const)('a viewer that %s is cut off, and others are served', async (_, toFrames) => {
    const flood = await startFlood(toFrames)
    // -1: the reset of a connection with unread bytes may overtake its GOAWAY.
    expect(await flood.ended).not.toBe(0)
    expect((await front.get('/a')).status).toBe(200)
    expect((await client.get('/a')).status).toBe(200)
  })

  test('bytes that are no HTTP/2 end the connection alone', async () => {
    const ca = await front.pocketfront.ca()
    const socket = connectTls({
      port: front.pocketfront.httpsPort!,
      host: '127.0.0.1',
      servername: 'www.example.com',
      ca,
      ALPNProtocols: ['h2'],
    })
    socket.on('error', () => {})
    await once(socket, 'secureConnect')
    socket.resume()
    socket.write('GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n')
    await new Promise((resolve) => void socket.on('close', resolve))
    expect((await client.get('/a')).status).toBe(200)
  })

  test('stopping sends GOAWAY, lets running streams finish and ends idle connections', async () => {
    let finish = (): void => {}
    origin.on('/api/slow', (_, response) => {
      response.write('start ')
      finish = () => response.end('end')
    })
    await using own = await startFront({
      origin,
      httpsPort: 0,
      graceMs: 5000,
      distribution: { Aliases: ['www.example.com'] },
    })
    await using idle = await connectHttp2(own, 'www.example.com')
    await idle.get('/a')
    await using busy = await connectHttp2(own, 'www.example.com')
    const stream = busy.open('/api/slow')
    const answer = busy.read(stream)
    await once(stream, 'data')
    const goaway = once(busy.session, 'goaway')
    const idleClosed = once(idle.session, 'close')
    const stopped = own.stop()
    await goaway
    await idleClosed
    finish()
    expect((await answer).text).toContain('end')
    await stopped
  })

  test('a stream that never ends is cut after the grace period', async () => {
    origin.on('/api/forever', (_, response) => void response.write('start'))
    await using own = await startFront({ origin, httpsPort: 0, graceMs: 50 })
    await using busy = await connectHttp2(own)
    const stream = busy.open('/api/forever')
    stream.on('error', () => {})
    await once(stream, 'data')
    await own.stop()
  })
})

test('a path with characters outside ASCII is refused as over HTTP/1.1', async () => {
  await using target = await startOrigin()
  await using site = await startFront({ origin: target, httpsPort: 0 })
  await using viewer = await connectHttp2(site)
  const answer = await viewer.get('/\u00e9')
  expect([answer.status, answer.trace?.problem]).toEqual([400, 'a path with characters outside ASCII'])
  expect(target.requests).toHaveLength(0)
})

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a header that is called %s arrives with its own value alone',
  async (name) => {
    await using target = await startOrigin({ headers: [name, 'x'] })
    await using site = await startFront({ origin: target, httpsPort: 0 })
    await using viewer = await connectHttp2(site)
    const { rawHeaders } = await viewer.get('/a')
    const at = rawHeaders.indexOf(name.toLowerCase())
    expect([rawHeaders[at], rawHeaders[at + 1]]).toEqual([name.toLowerCase(), 'x'])
  },
)
