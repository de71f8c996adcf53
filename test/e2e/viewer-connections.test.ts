// A viewer's connection over HTTP/1.1: plain requests, and all the others that may come over the same one.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { answerClientError } from '../../src/viewer/client-error.ts'
import { takeConnections } from '../../src/viewer/http1/connections.ts'
import type { ViewerPorts } from '../../src/viewer/ports.ts'

interface Dialled {
  socket: Socket
  text: () => string
  /** Sends, and waits for a number of whole answers more. */
  ask: (bytes: string, answers?: number) => Promise<string[]>
}

/** The answers in a text, whose bodies all have a Content-Length. */
function toAnswers(text: string): string[] {
  const answers: string[] = []
  for (let rest = text; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) break
    const head = rest.slice(0, end)
    const length = head.includes('304 Not') ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (rest.length < end + 4 + length) break
    answers.push(`${/\d{3}/.exec(head)?.[0]} ${rest.slice(end + 4, end + 4 + length)}`)
    rest = rest.slice(end + 4 + length)
  }
  return answers
}

function dial({ port }: Pick<Front, 'port'>): Dialled {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', () => {})
  let received = ''
  let seen = 0
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => (received += chunk))
  return {
    socket,
    text: () => received,
    async ask(bytes, answers = 1) {
      socket.write(bytes, 'latin1')
      await expect.poll(() => toAnswers(received).length, { timeout: 5000 }).toBe(seen + answers)
      return toAnswers(received).slice(seen, (seen += answers))
    },
  }
}

const HOST = 'Host: localhost\r\n'
const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\n${HOST}${fields}\r\n`
const echo = { behavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'] } }

async function startEcho() {
  return startOrigin((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const text = `${request.method} ${request.url} ${body}`
      response.writeHead(200, { 'Cache-Control': 'max-age=60', ETag: '"1"', 'Content-Length': text.length })
      response.end(text)
    })
  })
}

describe('Over one connection', () => {
  const h2c = 'Connection: Upgrade\r\nUpgrade: h2c\r\n'
  const post = `POST /p HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`
  test.each<[name: string, bytes: string, expected: string[]]>([
    ['a request with a body', post, ['200 POST /p hello']],
    [
      'a body in chunks',
      `POST /p HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      ['200 POST /p hello'],
    ],
    ['a condition', get('/a', 'If-None-Match: "1"\r\n'), ['304 ']],
    ['a range', get('/a', 'Range: bytes=0-2\r\n'), ['206 GET']],
    ['a target in absolute form', `GET http://localhost/b HTTP/1.1\r\n${HOST}\r\n`, ['200 GET /b ']],
    ['an empty line before the request', `\r\n${get('/b')}`, ['200 GET /b ']],
    [
      'several requests at once',
      get('/b') + get('/c') + post,
      ['200 GET /b ', '200 GET /c ', '200 POST /p hello'],
    ],
    [
      'a wish for another protocol, with requests behind it',
      get('/b') + get('/c', h2c) + get('/d', h2c) + post + get('/e'),
      ['200 GET /b ', '200 GET /c ', '200 GET /d ', '200 POST /p hello', '200 GET /e '],
    ],
    ['a body that nobody expects', get('/a', 'Content-Length: 2\r\n').concat('hi'), ['403 ']],
  ])('there may be %s between plain requests', async (_what, bytes, expected) => {
    await using origin = await startEcho()
    await using front = await startFront({ origin, ...echo })
    const { socket, ask } = dial(front)
    expect(await ask(get('/a'))).toEqual(['200 GET /a '])
    expect(await ask(get('/a'))).toEqual(['200 GET /a '])
    const answers = await ask(bytes, expected.length)
    expect(answers.map((each, i) => each.slice(0, expected[i]?.length))).toEqual(expected)
    if (expected[0] !== '403 ') expect(await ask(get('/a'))).toEqual(['200 GET /a '])
    socket.destroy()
  })

  test('a request may come in pieces, byte for byte', async () => {
    await using origin = await startEcho()
    await using front = await startFront({ origin, ...echo })
    const { socket, text, ask } = dial(front)
    await ask(get('/a'))
    for (const byte of get('/b')) {
      socket.write(byte)
      await new Promise((resolve) => void setImmediate(resolve))
    }
    await expect.poll(text).toContain('GET /b ')
    expect((await ask(get('/c'), 2))[1]).toBe('200 GET /c ')
    socket.destroy()
  })

  test('requests that come while an answer is under way wait for it, and are answered in their order', async () => {
    await using origin = await startEcho()
    let finish = (): void => {}
    origin.on('/slow', (_, response) => {
      finish = () => response.writeHead(200, { 'Content-Length': '4' }).end('slow')
    })
    await using front = await startFront({ origin, ...echo })
    const { socket, text, ask } = dial(front)
    await ask(get('/a'))
    socket.write(get('/slow'))
    await origin.seen(2)
    for (const request of [get('/a'), post, get('/b')]) socket.write(request)
    // More than is read ahead.
    socket.write(`POST /p HTTP/1.1\r\n${HOST}Content-Length: 300000\r\n\r\n${'x'.repeat(300_000)}`)
    finish()
    await expect.poll(() => text().length, { timeout: 5000 }).toBeGreaterThan(300_000)
    const answers = toAnswers(text()).slice(1)
    expect(answers.map((each) => each.slice(0, 14))).toEqual([
      '200 slow',
      '200 GET /a ',
      '200 POST /p he',
      '200 GET /b ',
      '200 POST /p xx',
    ])
    socket.destroy()
  })

  test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'a viewer may leave (%s) while its wish for another protocol waits for an answer',
    async (leave) => {
      await using origin = await startEcho()
      let finish = (): void => {}
      origin.on('/slow', (_, response) => void (finish = () => response.end('slow')))
      await using front = await startFront({ origin, ...echo })
      const { socket } = dial(front)
      socket.write(get('/slow') + get('/a', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'))
      await origin.seen(1)
      const closed = new Promise((resolve) => void socket.on('close', resolve))
      socket[leave]()
      for (let i = 0; i < 3; i++) await front.get('/a')
      finish()
      await closed
      expect((await front.get('/a')).status).toBe(200)
    },
  )

  test('a method of any name may begin while an answer is under way', async () => {
    await using origin = await startEcho()
    let finish = (): void => {}
    origin.on('/slow', (_, response) => {
      finish = () => response.writeHead(200, { 'Content-Length': '4' }).end('slow')
    })
    await using front = await startFront({ origin, ...echo })
    const { socket, ask } = dial(front)
    const both = ask(get('/slow'), 2)
    await origin.seen(1)
    socket.write('M-SE')
    await front.get('/a')
    socket.write(`ARCH /a HTTP/1.1\r\n${HOST}\r\n`)
    finish()
    expect((await both).map((each) => each.slice(0, 8))).toEqual(['200 slow', '403 <!DO'])
    socket.destroy()
  })

  test('HEAD has no body, and the next answer follows its head', async () => {
    await using origin = await startEcho()
    await using front = await startFront({ origin, ...echo })
    const { socket, text, ask } = dial(front)
    await ask(get('/a'))
    socket.write(`HEAD /a HTTP/1.1\r\n${HOST}\r\n`)
    await expect.poll(() => text().match(/HTTP\/1\.1/g)?.length).toBe(2)
    socket.write(get('/b'))
    await expect.poll(text).toMatch(/\r\n\r\nHTTP\/1\.1 200 OK[^]*\r\n\r\nGET \/b $/)
    socket.destroy()
  })

  test('Connection: close ends it after the answer, on a miss and on a hit', async () => {
    await using origin = await startEcho()
    await using front = await startFront({ origin, ...echo })
    for (const word of ['Miss', 'Hit']) {
      const { socket, text } = dial(front)
      socket.write(get('/a', 'Connection: close\r\n'))
      await once(socket, 'end')
      expect(text()).toContain(`X-Cache: ${word} from cloudfront`)
      expect(text()).toMatch(/Connection: close\r\n[^]*\r\n\r\nGET \/a $/)
    }
  })

  test('a viewer that does not read gets no further answers', async () => {
    await using origin = await startOrigin({
      headers: { 'Cache-Control': 'max-age=60' },
      body: Buffer.alloc(900_000, 'x'),
    })
    origin.on('/small', { headers: { 'Cache-Control': 'max-age=60' } })
    await using front = await startFront({ origin })
    await front.get('/big')
    const socket = connect(front.port, '127.0.0.1').pause()
    const answered = (): number =>
      front.pocketfront.traces.last(999).filter(({ url }) => url === '/big').length
    for (let i = 0; i < 60; i++) {
      socket.write(get('/big'))
      // When this is answered, the other has been read: each of them comes alone.
      await front.get('/small')
    }
    expect(answered()).toBeLessThan(50)
    let bytes = 0
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume()
    await expect.poll(() => bytes, { timeout: 5000 }).toBeGreaterThan(60 * 900_000)
    expect(answered()).toBe(61)
    socket.destroy()
  })
})

describe('A connection', () => {
  /** A server whose connections wait this long. */
  async function startConnections(
    times: { headMs: number; idleMs: number },
    onSilent: (socket: Socket) => void = (socket) => void socket.destroy(),
    body = 'plain',
  ) {
    const silent: Socket[] = []
    const server = createServer((_message, response) => response.end('from Node.js'))
    const connections = takeConnections(server, {
      ...times,
      onRequest(_message, reply) {
        reply.writeHead(200, 'OK', ['Content-Length', String(body.length)])
        reply.end(body)
      },
      onSilent(socket) {
        silent.push(socket)
        onSilent(socket)
      },
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    return {
      port: (server.address() as AddressInfo).port,
      silent,
      connections,
      async [Symbol.asyncDispose]() {
        connections.destroy()
        server.closeAllConnections()
        await new Promise((resolve) => void server.close(resolve))
      },
    }
  }

  test('over which nothing comes is told so', async () => {
    await using server = await startConnections({ headMs: 20, idleMs: 60_000 })
    const { socket } = dial(server)
    await once(socket, 'close')
    expect(server.silent).toHaveLength(1)
  })

  test('over which nothing comes may be reset by its viewer while it is told so', async () => {
    const ports = {
      requestId: () => 'the-id',
      clock: { now: () => 0 },
      tick: () => 0,
      defaultPlace: { popHeader: 'FRA56-P1', pop: 'FRA56', region: 'eu-central-1' },
      finished() {},
    } as unknown as ViewerPorts
    const late = Object.assign(new Error('no request came'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
    const times = { headMs: 20, idleMs: 60_000 }
    await using server = await startConnections(times, (socket) => answerClientError(late, socket, ports))
    const { socket, text } = dial(server)
    await once(socket, 'data')
    expect(text()).toMatch(/^HTTP\/1\.1 408 /)
    const closed = new Promise((resolve) => void server.silent[0]!.on('close', resolve))
    socket.resetAndDestroy()
    await closed
  })

  test('that has had its answers is closed when no further request comes', async () => {
    await using server = await startConnections({ headMs: 60_000, idleMs: 20 })
    const { socket, text } = dial(server)
    socket.write(get('/a'))
    await once(socket, 'close')
    expect(text()).toMatch(/plain$/)
    expect(server.silent).toEqual([])
  })

  test('that waits for a request ends when the server closes', async () => {
    await using server = await startConnections({ headMs: 60_000, idleMs: 60_000 })
    const [fresh, used] = [dial(server), dial(server)]
    await once(fresh.socket, 'connect')
    await used.ask(get('/a'))
    const closed = [fresh, used].map(({ socket }) => once(socket, 'close'))
    server.connections.close()
    await Promise.all(closed)
  })
  test('whose last answer is on its way ends behind it when the server closes', async () => {
    const body = 'x'.repeat(60_000_000)
    await using server = await startConnections({ headMs: 60_000, idleMs: 60_000 }, undefined, body)
    const socket = connect(server.port, '127.0.0.1').pause()
    socket.write(get('/a'))
    await once(socket, 'readable')
    server.connections.close()
    let bytes = 0
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume()
    await once(socket, 'close')
    expect(bytes).toBeGreaterThan(body.length)
  })
})

test.each<[what: string, headers: Record<string, string>, behavior: object]>([
  ['ordinary headers', { 'Content-Length': '5' }, {}],
  ['a body without a length', {}, {}],
  ['an Age of the origin', { 'Content-Length': '5', Age: '7' }, {}],
  ['a Via of the origin', { 'Content-Length': '5', Via: '1.1 other' }, {}],
  [
    'a response headers policy',
    { 'Content-Length': '5' },
    { ResponseHeadersPolicy: 'SecurityHeadersPolicy' },
  ],
])(
  'The first hit of an object and those after it have the same head, with %s',
  async (_what, headers, behavior) => {
    await using origin = await startOrigin((_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60', ETag: '"1"', ...headers })
      response.write('hello')
      response.end()
    })
    await using front = await startFront({ origin, behavior })
    const heads: Record<string, unknown>[] = []
    for (let i = 0; i < 4; i++) {
      const { text, headers: all } = await front.get('/a')
      expect(text).toBe('hello')
      const { 'x-amz-cf-id': _id, age: _age, 'x-cache': xCache, ...head } = all
      expect(xCache).toBe(i === 0 ? 'Miss from cloudfront' : 'Hit from cloudfront')
      heads.push(head)
    }
    expect(heads[0]?.['via']).toContain('cloudfront.net')
    // In no other header does a hit differ from the miss.
    expect(heads).toEqual(Array(4).fill(heads[0]))
  },
)
