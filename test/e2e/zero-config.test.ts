// A distribution from nothing but the URL of a server.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'

/** A dev server that speaks WebSocket for hot reload: it takes the protocol it is offered and says 'connected'. */
async function startDevServer() {
  const handshakes: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => response.end('page'))
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    handshakes.push(request)
    sockets.add(socket)
    socket.on('error', () => {})
    const { 'sec-websocket-key': key, 'sec-websocket-protocol': protocol } = request.headers
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
    )
    socket.write(Buffer.concat([Buffer.from([0x81, 9]), Buffer.from('connected')]))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    handshakes,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

test('A browser gets through to the WebSocket of a dev server', async () => {
  await using dev = await startDevServer()
  await using front = await startFront({ config: null, origins: `http://127.0.0.1:${dev.port}` })
  const socket = new WebSocket(`ws://127.0.0.1:${front.port}/`, ['vite-hmr'])
  const [message] = (await once(socket, 'message')) as [MessageEvent]
  expect([message.data, socket.protocol]).toEqual(['connected', 'vite-hmr'])
  expect(dev.handshakes[0]!.headers).toMatchObject({
    host: `127.0.0.1:${dev.port}`,
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'vite-hmr',
    'sec-websocket-extensions': expect.any(String),
  })
  socket.close()
})

test('Ordinary requests are cached and forwarded as by CachingOptimized alone', async () => {
  await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'hello' })
  await using front = await startFront({ config: null, origins: origin.url })
  const headers = { cookie: 'a=1', 'accept-language': 'de', origin: 'http://localhost' }
  expect(await front.get('/a?x=1', headers)).toBeMissBecause('not-in-cache')
  expect(await front.get('/a?x=2', headers)).toBeHit('edge')
  expect(origin.requests[0]!.url).toBe('/a')
  expect(Object.keys(origin.requests[0]!.headers).toSorted()).toEqual([
    'connection',
    'host',
    'user-agent',
    'via',
    'x-amz-cf-id',
    'x-forwarded-for',
  ])
})

test('The origin sees its own Host and every method', async () => {
  await using origin = await startOrigin()
  await using front = await startFront({ config: null, origins: origin.url })
  const answer = await front.ask('/a', { method: 'DELETE', headers: { host: 'localhost' } })
  expect(answer.status).toBe(200)
  expect(origin.requests[0]).toMatchObject({
    method: 'DELETE',
    headers: { host: `127.0.0.1:${origin.port}` },
  })
})
