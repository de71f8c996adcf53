// Connections to origins: used again, given up, timed, and never trusted further than they deserve.
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** `resetAndDestroy` of older releases ends the connection in order first, which is no reset. */
function reset(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle: { reset(done: () => void): void } }
  handle.reset(() => socket.destroy())
}

/** Attempts, and seconds for a response; whatever else an origin has. */
const single = (custom: object = {}): object => ({
  originConfig: {
    ConnectionAttempts: 1,
    CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only', ...custom },
  },
})

async function texts(front: Front, paths: readonly string[]): Promise<string[]> {
  const all: string[] = []
  for (const path of paths) all.push((await front.get(path)).text)
  return all
}

test('One connection serves request after request', async () => {
  await using origin = await startRawOrigin((socket) => void socket.write(OK))
  await using front = await startFront({ origin })
  expect(await texts(front, ['/1', '/2', '/3', '/4'])).toEqual(['ok', 'ok', 'ok', 'ok'])
  expect(origin.connections()).toBe(1)
})

test.each([
  ['says Connection: close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'],
  ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  [
    'keeps idle connections for a second alone',
    'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok',
  ],
  ['says more than it was asked', `${OK}ok`],
  ['answers twice', OK + OK],
])('An origin that %s gets a new connection for the next request', async (_, bytes) => {
  await using origin = await startRawOrigin((socket) => void socket.write(bytes))
  await using front = await startFront({ origin, ...single() })
  expect(await texts(front, ['/1', '/2', '/3'])).toEqual(['ok', 'ok', 'ok'])
  expect(origin.connections()).toBe(3)
})

test('HTTP/1.0 with Connection: keep-alive is used again', async () => {
  const bytes = 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok'
  await using origin = await startRawOrigin((socket) => void socket.write(bytes))
  await using front = await startFront({ origin })
  expect(await texts(front, ['/1', '/2'])).toEqual(['ok', 'ok'])
  expect(origin.connections()).toBe(1)
})

test('A connection on which the origin speaks unasked is given up, and nobody gets what it said', async () => {
  const sockets: Socket[] = []
  await using origin = await startRawOrigin((socket) => {
    sockets.push(socket)
    socket.write(OK)
  })
  await using front = await startFront({ origin, ...single() })
  await front.get('/1')
  sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
  await once(sockets[0]!, 'close')
  expect((await front.get('/2')).text).toBe('ok')
  expect(origin.connections()).toBe(2)
})

test('A connection that the origin closes after its answer costs no request', async () => {
  await using origin = await startRawOrigin((socket) => void socket.end(OK))
  await using front = await startFront({ origin, ...single() })
  for (let i = 0; i < 20; i++) {
    const answer = await front.get(`/${i}`)
    expect([answer.status, answer.text]).toEqual([200, 'ok'])
    expect(answer.trace?.origins).toHaveLength(1)
  }
})

test('Idle connections end after OriginKeepaliveTimeout', async () => {
  const sockets: Socket[] = []
  await using origin = await startRawOrigin((socket) => {
    sockets.push(socket)
    socket.write(OK)
  })
  await using front = await startFront({ origin, ...single({ OriginKeepaliveTimeout: 1 }) })
  await front.get('/1')
  await once(sockets[0]!, 'close')
  expect((await front.get('/2')).text).toBe('ok')
})

test('An origin that sends its head drop by drop has OriginReadTimeout for all of it', async () => {
  await using origin = await startRawOrigin((socket) => {
    const timer = setInterval(() => socket.write('X-A: b\r\n'), 100)
    socket.write('HTTP/1.1 200 OK\r\n')
    socket.on('close', () => clearInterval(timer))
  })
  await using front = await startFront({ origin, ...single({ OriginReadTimeout: 1 }) })
  const answer = await front.get('/')
  expect(answer.status).toBe(504)
  expect(answer.trace?.detailedResultType).toBe('OriginCommError')
  expect(answer.trace?.origins?.[0]?.error).toBe('UND_ERR_HEADERS_TIMEOUT: Headers Timeout Error')
})

test('A body may take as long as it likes, but no gap in it more than OriginReadTimeout', async () => {
  await using origin = await startRawOrigin((socket) => {
    let left = 14
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n')
    const timer = setInterval(() => {
      if (left-- > 0) socket.write('x')
    }, 100)
    socket.on('close', () => clearInterval(timer))
  })
  await using front = await startFront({ origin, ...single({ OriginReadTimeout: 1 }) })
  const answer = await front.get('/')
  expect(answer.broken).toBe(true)
  expect(answer.text).toBe('x'.repeat(14))
  expect(answer.trace?.detailedResultType).toBe('OriginCommError')
})

test.each([
  [
    'a reset within a body that ends with its connection',
    'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nsome',
  ],
  [
    'a reset within a body with a length',
    'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 9\r\n\r\nsome',
  ],
])('The body of a response is broken by %s', async (_, bytes) => {
  const sockets: Socket[] = []
  await using origin = await startRawOrigin((socket) => {
    sockets.push(socket)
    socket.write(bytes)
  })
  await using front = await startFront({ origin })
  const request = httpRequest({ host: '127.0.0.1', port: front.port, path: '/', agent: false }).end()
  const [message] = (await once(request, 'response')) as [IncomingMessage]
  message.on('error', () => {})
  await once(message, 'data')
  reset(sockets[0]!)
  await new Promise((resolve) => void message.on('close', resolve))
  expect(message.complete).toBe(false)
  const again = front.get('/')
  await expect.poll(() => sockets.length).toBe(2)
  sockets[1]!.end()
  await again
})

test('A chunk size that is none breaks a body whose head has gone out', async () => {
  await using origin = await startRawOrigin((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\nzz\r\n')
  })
  await using front = await startFront({ origin })
  const answer = await front.get('/')
  expect([answer.broken, answer.text]).toEqual([true, 'wiki'])
  expect(answer.trace?.detailedResultType).toBe('OriginReadError')
})

test.each([
  ['in one piece', (socket: Socket, text: string) => void socket.write(text)],
  [
    'byte by byte',
    (socket: Socket, text: string) => {
      socket.setNoDelay(true)
      for (const byte of Buffer.from(text)) socket.write(Buffer.of(byte))
    },
  ],
])('Chunks with extensions and trailers come through %s', async (_, send) => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: max-age=60\r\n\r\n'
  await using origin = await startRawOrigin((socket) =>
    send(socket, `${head}4;a=b\r\nwiki\r\n5;c="d;e"\r\npedia\r\n0\r\nX-Sum: 1\r\n\r\n`),
  )
  await using front = await startFront({ origin })
  const miss = await front.get('/')
  expect(miss.text).toBe('wikipedia')
  expect(miss.headers).not.toHaveProperty('x-sum')
  expect((await front.get('/')).text).toBe('wikipedia')
  expect((await front.get('/2')).text).toBe('wikipedia')
  expect(origin.connections()).toBe(1)
})

test('Five hundred viewers that hang up leave an origin that still answers', async () => {
  await using origin = await startOrigin({ body: 'still here' })
  let waiting = 0
  let closed = 0
  origin.on('/hang', (request, response) => {
    waiting++
    request.socket.once('close', () => closed++)
    if (waiting % 2 === 0) response.write('some')
  })
  await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
  for (let round = 0; round < 5; round++) {
    const before = waiting
    const requests = Array.from({ length: 100 }, () => {
      const request = httpRequest({ host: '127.0.0.1', port: front.port, path: '/hang', agent: false })
      request.on('error', () => {}).on('response', (message) => message.on('error', () => {}))
      request.end()
      return request
    })
    await expect.poll(() => waiting).toBe(before + 100)
    for (const request of requests) request.destroy()
    await expect.poll(() => closed).toBe(before + 100)
  }
  expect((await front.get('/')).text).toBe('still here')
})

test('More requests than there are connections wait their turn', async () => {
  await using origin = await startOrigin({ body: 'ok' })
  const held: (() => void)[] = []
  origin.on('/held', (_, response) => void held.push(() => response.end('held')))
  await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
  const first = Array.from({ length: 256 }, () => front.get('/held'))
  await origin.seen(256)
  const more = Array.from({ length: 40 }, (_, i) => front.get(`/more/${i}`))
  for (const answer of held) answer()
  expect(new Set((await Promise.all(first)).map(({ text }) => text))).toEqual(new Set(['held']))
  expect(new Set((await Promise.all(more)).map(({ text }) => text))).toEqual(new Set(['ok']))
})

test('A stop does not wait for an answer, and leaves no connection', async () => {
  const origin = await startOrigin()
  let closed = 0
  origin.on('/wait', (request) => void request.socket.once('close', () => closed++))
  const front = await startFront({ origin })
  const answer = front.get('/wait').catch(() => null)
  await origin.seen(1)
  await front.stop()
  await answer
  await expect.poll(() => closed).toBe(1)
  await origin.stop()
})
