// What the viewer's connection meets: pipelines, garbage, headers that policies change, answers that cannot be written.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import type { ViewerAnswer } from '../../src/edge/visit.ts'
import { Body } from '../../src/message/body.ts'
import { Headers } from '../../src/message/headers.ts'
import { Trace } from '../../src/message/trace.ts'
import { deliver } from '../../src/viewer/respond.ts'

/** One connection, the text that has come over it so far, and its bytes. */
function dial(front: Pick<Front, 'port'>): { socket: Socket; text: () => string; bytes: () => number } {
  const socket = connect(front.port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  return {
    socket,
    text: () => Buffer.concat(chunks).toString('latin1'),
    bytes: () => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
  }
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
const statuses = (text: string): string[] => text.match(/(?<=HTTP\/1\.1 )\d+/g) ?? []
const traces = (front: Front) => front.pocketfront.traces.last(99)

const removes = (...names: string[]): object => ({
  ResponseHeadersPolicy: { RemoveHeadersConfig: names.map((Header) => ({ Header })) },
})

test('Pipelined requests are answered in their order, misses too', async () => {
  await using origin = await startOrigin((request, response) => response.end(`this is ${request.url}`))
  let finish = (): void => {}
  origin.on('/1', (_, response) => void (finish = () => response.end('this is /1')))
  await using front = await startFront({ origin })
  const { socket, text } = dial(front)
  const paths = Array.from({ length: 30 }, (_, index) => `/${index + 1}`)
  socket.write(paths.map(get).join(''))
  await origin.seen(30)
  // The second answer is complete here before the first one has begun.
  await expect.poll(() => traces(front).length).toBe(29)
  finish()
  await expect.poll(text).toContain('this is /30')
  expect(text().match(/this is \/\d+/g)).toEqual(paths.map((path) => `this is ${path}`))
  socket.destroy()
})

test('A large body that waits in a pipeline arrives whole', async () => {
  await using origin = await startOrigin({
    headers: { 'Cache-Control': 'no-store' },
    body: Buffer.alloc(3_000_000, 'x'),
  })
  let finish = (): void => {}
  origin.on('/1', (_, response) => void (finish = () => response.end('first')))
  await using front = await startFront({ origin })
  const { socket, bytes } = dial(front)
  socket.write(get('/1') + get('/2'))
  await origin.seen(2)
  finish()
  await expect.poll(bytes, { timeout: 5000 }).toBeGreaterThan(3_000_000)
  await expect.poll(() => traces(front).map((each) => each.delivery)).toEqual(['complete', 'complete'])
  socket.destroy()
})

test('A viewer that leaves ends the requests that waited in its pipeline', async () => {
  await using origin = await startOrigin(() => {})
  let closed = 0
  for (const path of ['/1', '/2']) {
    origin.on(path, (request) => void request.socket.on('close', () => closed++))
  }
  origin.on('/3', (_, response) => {
    response.on('close', () => closed++)
    response.write('the start of')
  })
  await using front = await startFront({ origin })
  const { socket } = dial(front)
  socket.write(get('/1') + get('/2') + get('/3'))
  await origin.seen(3)
  socket.destroy()
  await expect.poll(() => closed).toBe(3)
  await expect.poll(() => traces(front).map((each) => each.delivery)).toEqual(Array(3).fill('client-gone'))
})

test('Garbage after a request is refused after the answer to that one', async () => {
  await using origin = await startOrigin()
  let finish = (): void => {}
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Content-Length': '9' })
    response.write('start')
    finish = () => response.end(' end')
  })
  await using front = await startFront({ origin })
  const { socket, text } = dial(front)
  socket.write(get('/a'))
  await expect.poll(text).toContain('start')
  socket.write('\x16\x03\x01 garbage\r\n\r\n')
  // The garbage is there when this is answered.
  await front.get('/b')
  finish()
  await once(socket, 'close')
  expect(text()).toMatch(/start endHTTP\/1\.1 400 /)
  expect(traces(front)).toMatchObject([
    { status: 400, problem: expect.stringMatching('not a valid HTTP request') },
    { url: '/a', delivery: 'complete' },
    { url: '/b' },
  ])
})

test('Garbage in a pipeline cuts the connection and is not answered in the middle of a body', async () => {
  await using origin = await startOrigin()
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Content-Length': '1000' })
    response.write('start')
  })
  await using front = await startFront({ origin })
  const { socket, text } = dial(front)
  socket.write(`\r\n${get('/a')}`)
  await expect.poll(text).toContain('start')
  socket.write('\x16\x03\x01 garbage\r\n\r\n')
  await once(socket, 'close')
  expect(text()).toMatch(/start$/)
  expect(statuses(text())).toEqual(['200'])
  expect(traces(front)).toMatchObject([{ delivery: 'client-gone' }])
})

test('A large answer to a WebSocket handshake arrives whole', async () => {
  const body = Buffer.alloc(3_000_000, 'x')
  const server = createServer((_, response) => response.end(body))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const origin = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  await using front = await startFront({ origin, behavior: { OriginRequestPolicy: 'AllViewer' } })
  const { socket, text, bytes } = dial(front)
  socket.write(
    'GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await once(socket, 'end')
  expect(bytes() - text().indexOf('\r\n\r\n') - 4).toBe(body.length)
  expect(traces(front)).toMatchObject([{ bytes: body.length, delivery: 'complete' }])
  socket.destroy()
  server.closeAllConnections()
  server.close()
})

test('Date is that of the clock on misses, hits and pages, when the origin and a policy leave it out as well', async () => {
  await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'hello' })
  await using front = await startFront({ origin, behavior: removes('Date') })
  const expected = new Date(front.clock.now()).toUTCString()
  const answers = [
    await front.get('/a'),
    await front.get('/a'),
    await front.ask('/a', { method: 'POST', body: 'x' }),
  ]
  expect(answers.map((answer) => answer.headers['x-cache'])).toEqual([
    'Miss from cloudfront',
    'Hit from cloudfront',
    'Error from cloudfront',
  ])
  for (const { rawHeaders, headers } of answers) {
    expect(headers.date).toBe(expected)
    expect(rawHeaders.filter((name) => name === 'Date')).toHaveLength(1)
  }
  front.clock.advanceSeconds(5)
  const later = await front.get('/a')
  expect(later).toBeHit('edge')
  expect(later.headers.date).toBe(new Date(front.clock.now()).toUTCString())
})

test('An Age is never below 0, though the clock is set back', async () => {
  await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'hello' })
  await using front = await startFront({ origin })
  await front.get('/a')
  front.clock.advanceSeconds(-60)
  const answer = await front.get('/a')
  expect(answer).toBeHit('edge')
  expect(answer.headers.age).toBe('0')
})

test('Headers that a policy sets on an error page stand there once', async () => {
  await using origin = await startOrigin()
  await using front = await startFront({
    origin,
    behavior: {
      ResponseHeadersPolicy: {
        RemoveHeadersConfig: [{ Header: 'Server' }],
        CustomHeadersConfig: [{ Header: 'Content-Type', Value: 'text/html; charset=x', Override: true }],
      },
    },
  })
  const { status, headers, rawHeaders } = await front.ask('/a', { method: 'POST', body: 'x' })
  expect(status).toBe(403)
  expect([headers.server, headers['content-type']]).toEqual(['CloudFront', 'text/html; charset=x'])
  for (const name of ['Server', 'Content-Type', 'Date', 'Content-Length']) {
    expect(rawHeaders.filter((each) => each === name)).toHaveLength(1)
  }
})

test('A value that YAML ends with a line break is sent without it', async () => {
  await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' } })
  await using front = await startFront({
    origin,
    behavior: {
      ResponseHeadersPolicy: {
        SecurityHeadersConfig: {
          ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: "default-src 'self'\n" },
        },
        CustomHeadersConfig: [{ Header: 'X-Team', Value: 'blue\n', Override: true }],
      },
    },
  })
  for (const word of ['Miss', 'Hit']) {
    const { headers } = await front.get('/a')
    expect(headers['x-cache']).toBe(`${word} from cloudfront`)
    expect([headers['content-security-policy'], headers['x-team']]).toEqual(["default-src 'self'", 'blue'])
  }
})

/** Writes an answer that no part of the program would give to a real connection. */
async function deliverOverSocket(given: Partial<ViewerAnswer>, via = '1.1 x.cloudfront.net (CloudFront)') {
  const trace = new Trace('the-id', 0, 0)
  const calls: string[] = []
  const answer: ViewerAnswer = {
    status: 200,
    statusText: '',
    headers: Headers.none,
    body: Body.of('hello'),
    delivered: { kind: 'whole' },
    failure: null,
    resultType: 'Miss',
    detailedResultType: 'Miss',
    age: null,
    ...given,
  }
  const server = createServer((_, response) =>
    deliver(answer, {
      response,
      trace,
      clock: { now: () => 0 },
      popHeader: 'FRA56-P1',
      via,
      isHead: false,
      explain: false,
      tick: () => 0,
      onDelivered: () => calls.push('delivered'),
      onBug: () => calls.push('bug'),
    }),
  )
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { socket, text } = dial({ port: (server.address() as AddressInfo).port })
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await once(socket, 'close')
  await new Promise((resolve) => void server.close(resolve))
  return { text: text(), trace, calls }
}

/** A body whose first chunks nobody has kept. */
function bodyWithoutStart(): Body {
  const body = new Body()
  const reader = body.read({ onData: () => true, onEnd() {}, onError() {} })
  reader.resume()
  body.append(Buffer.alloc(1000))
  return body
}

const aborted: string[] = []
function openBody(): Body {
  return new Body({ pause() {}, resume() {}, abort: (reason) => void aborted.push(reason.message) })
}

test.each([
  ['a header with a line break', { headers: new Headers(['X-A', 'b\nc']) }],
  ['a reason phrase that is none', { statusText: 'Fin\ne' }],
  [
    'a header with a line break before a body that streams',
    { headers: new Headers(['X-A', 'b\nc']), body: openBody() },
  ],
  ['a body that has lost its start', { body: bodyWithoutStart() }],
])('An answer that cannot be written becomes a 500 with a trace: %s', async (_, given) => {
  const { text, trace, calls } = await deliverOverSocket(given)
  expect(statuses(text)).toEqual(['500'])
  expect(text).toContain('Request ID: the-id')
  expect(calls).toEqual(['bug', 'delivered'])
  expect(trace).toMatchObject({ status: 500, resultType: 'Error', delivery: 'complete' })
  expect(trace.problem).not.toBeNull()
})

test('The source of a body that was not sent stops', async () => {
  aborted.length = 0
  await deliverOverSocket({ statusText: 'Fin\ne', body: openBody() })
  expect(aborted).toHaveLength(1)
})

test('When not even the page can be written the connection is cut and the trace says so', async () => {
  const { text, trace, calls } = await deliverOverSocket({}, 'a\nb')
  expect(text).toBe('')
  expect(calls).toEqual(['bug', 'bug', 'delivered'])
  expect(trace.delivery).toBe('broken')
})
