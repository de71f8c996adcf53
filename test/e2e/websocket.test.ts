// WebSocket connections pass through, past every cache.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'

/** An origin that accepts the handshake and sends every byte back, or refuses paths below /no. */
async function startEcho() {
  const handshakes: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    if (request.url === '/large')
      return void response.writeHead(200, { 'Content-Length': 3_000_000 }).end('x'.repeat(3_000_000))
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => response.end(request.method === 'POST' ? `POST ${body}` : 'plain'))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    handshakes.push(request)
    sockets.add(socket)
    socket.on('error', () => {})
    if (request.url!.startsWith('/no'))
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\n\r\nno way')
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handshakes,
    sockets,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

let origin: Awaited<ReturnType<typeof startEcho>>
let front: Front

beforeEach(async () => {
  origin = await startEcho()
  front = await startFront({
    origin,
    behavior: {
      CachePolicy: 'CachingDisabled',
      OriginRequestPolicy: 'AllViewer',
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
    },
  })
})
afterEach(async () => {
  await front.stop()
  await origin.stop()
})

async function handshake(
  path: string,
  host = 'localhost',
  before = '',
): Promise<{ socket: Socket; head: string }> {
  const socket = connect(front.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    `${before}GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  )
  let head = ''
  while (!head.includes('\r\n\r\n')) head += String((await once(socket, 'data'))[0])
  return { socket, head }
}

test('A handshake reaches the origin and bytes go both ways', async () => {
  const { socket, head } = await handshake('/chat?room=1')
  expect(head).toMatch(/^HTTP\/1\.1 101 /)
  expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  expect(head).toContain('X-Cache: Miss from cloudfront')
  socket.write('ping')
  expect(String((await once(socket, 'data'))[0])).toBe('ping')
  expect(origin.handshakes[0]!.url).toBe('/chat?room=1')
  expect(origin.handshakes[0]!.headers['x-forwarded-for']).toBe('127.0.0.1')
  socket.destroy()
  await expect.poll(() => front.pocketfront.traces.last(1)[0]?.status).toBe(101)
  expect(front.pocketfront.traces.last(1)[0]).toMatchObject({
    bypass: 'websocket',
    resultType: 'Miss',
    bytes: 4,
  })
})

test('A handshake behind another request waits for the answer to that one', async () => {
  const { socket, head } = await handshake(
    '/chat',
    'localhost',
    'GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n',
  )
  let text = head
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await expect.poll(() => text.match(/HTTP\/1\.1 \d+/g), { timeout: 5000 }).toHaveLength(2)
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]+\r\n\r\nx{3000000}HTTP\/1\.1 101 /)
  socket.write('ping')
  await expect.poll(() => text).toMatch(/ping$/)
})

test('What an origin answers instead of switching reaches the viewer', async () => {
  const { socket, head } = await handshake('/no/entry')
  expect(head).toMatch(/^HTTP\/1\.1 401 /)
  await once(socket, 'close')
})

test('An origin that is gone gives 502', async () => {
  await origin.stop()
  const { socket, head } = await handshake('/chat')
  expect(head).toMatch(/^HTTP\/1\.1 502 /)
  socket.destroy()
})

test('An unknown Host gets 403', async () => {
  const { head } = await handshake('/chat', 'unknown.example.net')
  expect(head).toMatch(/^HTTP\/1\.1 403 /)
})

test('A viewer that leaves ends the connection to the origin, and the other way round', async () => {
  const one = await handshake('/chat')
  one.socket.destroy()
  const [firstOrigin] = origin.sockets
  if (!firstOrigin!.destroyed) await once(firstOrigin!, 'close')
  const two = await handshake('/chat')
  for (const socket of origin.sockets) socket.destroy()
  await once(two.socket, 'close')
})

test('Stopping ends open connections', async () => {
  const { socket } = await handshake('/chat')
  await Promise.all([front.stop(), once(socket, 'close')])
})

test('Without Sec-WebSocket-Key among the forwarded headers the trace says what is missing', async () => {
  await front.stop()
  front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
  const { socket } = await handshake('/chat')
  socket.destroy()
  await expect.poll(() => front.pocketfront.traces.last(1)[0]?.problem).toContain('Sec-WebSocket-Key')
})

test('Upgrades to other protocols are ordinary requests', async () => {
  const answer = await front.get('/plain', { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' })
  expect([answer.status, answer.text]).toEqual([200, 'plain'])
})

test('A request that asks for another protocol has a body as any other, and so does the next on its connection', async () => {
  const socket = connect(front.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const post = (path: string, body: string, more = ''): string =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
  socket.write(
    post('/echo', 'first', 'Connection: Upgrade\r\nUpgrade: h2c\r\nX-Name: caf\u00e9\r\n'),
    'latin1',
  )
  await expect.poll(() => text).toContain('POST first')
  socket.write(post('/echo', 'second', 'Connection: keep-alive, Upgrade\r\nUpgrade: TLS/1.0\r\n'))
  await expect.poll(() => text).toContain('POST second')
  socket.destroy()
})
