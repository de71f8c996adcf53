// Answers over plain connections: byte for byte what Node.js would have sent.
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PlainReply } from '../../../src/viewer/http1/reply.ts'
import type { Reply } from '../../../src/viewer/reply.ts'

type Answer = (reply: Reply) => void

async function withServer<T>(server: Server | HttpServer, use: (port: number) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  try {
    return await use((server.address() as AddressInfo).port)
  } finally {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  }
}

/** All that comes over a connection until it ends, or until `enough`. */
function receive(port: number, request: string, enough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('data', (chunk: string) => {
      text += chunk
      if (enough(text)) socket.destroy()
    })
    socket.on('close', () => resolve(text))
  })
}

/** The mark of a second answer, after which nothing more is waited for. */
const MARK = 'X-Second: 1'

/** What a plain connection sends for one answer, and whether it takes a second request. */
async function sentPlain(answer: Answer, method: string, keepsAlive = true): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    socket.on('data', () => {
      const owner = {
        onReplied(stays: boolean) {
          if (stays) socket.write(`HTTP/1.1 200 OK\r\n${MARK}`)
          else socket.destroySoon()
        },
      }
      answer(new PlainReply(socket, owner, method === 'HEAD', keepsAlive))
    })
  })
  return withServer(server, (port) => receive(port, 'x', (text) => text.endsWith(MARK)))
}

/** The same of Node.js. */
async function sentByNode(answer: Answer, method: string, keepsAlive = true): Promise<string> {
  let count = 0
  const server = createHttpServer((_request, response) => {
    response.sendDate = false
    if (++count === 2) return void response.writeHead(200, ['X-Second', '1']).end()
    response.shouldKeepAlive = keepsAlive
    answer(response)
  })
  const request = `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`
  const text = await withServer(server, (port) =>
    receive(port, request + request, (received) => received.includes(MARK)),
  )
  const second = text.indexOf(MARK)
  return second < 0 ? text : text.slice(0, second + MARK.length)
}

/** Node.js puts the chunks of one turn together. */
function joinChunks(text: string): string {
  const start = text.indexOf('\r\n\r\n') + 4
  if (!text.slice(0, start).includes('Transfer-Encoding: chunked')) return text
  let at = start
  let body = ''
  for (let size = -1; size !== 0;) {
    const end = text.indexOf('\r\n', at)
    size = Number.parseInt(text.slice(at, end), 16)
    body += text.slice(end + 2, end + 2 + size)
    at = end + 4 + size
  }
  return `${text.slice(0, start)}${body}${text.slice(at)}`
}

describe('An answer over a plain connection', () => {
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc.integer({ min: 1, max: 100_000 }).map((length) => Buffer.alloc(length, 'x')),
  )
  const example = fc.record({
    method: fc.constantFrom('GET', 'HEAD'),
    status: fc.constantFrom(200, 200, 204, 206, 304, 404, 503),
    chunks: fc.array(chunk, { maxLength: 3 }),
    last: fc.oneof(fc.constant(null), chunk, fc.constant('latin1 text')),
    saysLength: fc.boolean(),
    keepsAlive: fc.boolean(),
    flushes: fc.boolean(),
  })

  test('is what Node.js sends', async () => {
    await fc.assert(
      fc.asyncProperty(example, async ({ method, status, chunks, last, saysLength, keepsAlive, flushes }) => {
        const all = [...chunks, ...(last === null ? [] : [last])]
        const length = String(all.reduce((sum, each) => sum + each.length, 0))
        const headers = ['X-A', 'b', ...(saysLength ? ['Content-Length', length] : [])]
        const answer: Answer = (reply) => {
          reply.sendDate = false
          reply.writeHead(status, 'Fine', [...headers, 'Connection', keepsAlive ? 'keep-alive' : 'close'])
          if (flushes) reply.flushHeaders()
          for (const each of chunks) reply.write(each)
          if (last === null) reply.end()
          else if (typeof last === 'string') reply.end(last, 'latin1')
          else reply.end(last)
        }
        const [plain, usual] = await Promise.all([
          sentPlain(answer, method, keepsAlive),
          sentByNode(answer, method, keepsAlive),
        ])
        expect(joinChunks(plain)).toBe(joinChunks(usual))
      }),
      { numRuns: 150 },
    )
  }, 30_000)

  test.each([
    ['shorter', '5', 'abc', 'abc'],
    ['longer', '2', 'abc', 'ab'],
  ])(
    'that is %s than it says ends the connection, with no more than it says',
    async (_what, length, body, sent) => {
      for (const content of [body, Buffer.from(body)]) {
        for (const chunks of [[], [Buffer.from('')], [Buffer.from('a'), Buffer.from('b')]]) {
          const before = Buffer.concat(chunks).length
          const text = await sentPlain((reply) => {
            reply.writeHead(200, 'OK', ['Content-Length', length])
            for (const each of chunks) reply.write(each)
            reply.end(content.slice(before) as string, 'latin1')
          }, 'GET')
          expect(text).toBe(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${sent}`)
        }
      }
    },
  )

  test('that may not be sent leaves room for another', async () => {
    const text = await sentPlain((reply) => {
      expect(() => reply.writeHead(200, 'OK', ['X-A', 'b\r\nc: d'])).toThrow(TypeError)
      expect(reply.headersSent).toBe(false)
      reply.writeHead(500, 'Oh', ['Content-Length', '0'])
      reply.end()
    }, 'GET')
    expect(text).toBe(`HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n${MARK}`)
  })

  test('goes out with a head that is ready, in chunks where that has no length', async () => {
    for (const body of ['h\xe9llo', Buffer.from('h\xe9llo', 'latin1')]) {
      const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
      const text = await sentPlain((reply) => reply.endReady?.(head, body, true), 'GET')
      expect(text).toBe(`${head}5\r\nh\xe9llo\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n${MARK}`)
    }
  })
})
