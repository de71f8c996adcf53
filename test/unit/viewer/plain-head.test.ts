// Plain requests: what is taken here, Node.js' parser takes too, and reads the same out of it.
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePlainHead } from '../../../src/viewer/http1/head.ts'

const parse = (text: string): ReturnType<typeof parsePlainHead> => parsePlainHead(Buffer.from(text, 'latin1'))
const POST = 'POST /a HTTP/1.1\r\nHost: a\r\n'
const HEAD = 'GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n'

describe('A plain request', () => {
  test.each([
    [
      'a GET',
      `${HEAD}\r\n`,
      { method: 'GET', target: '/a?b=c', fields: ['Host', 'localhost'], closes: false },
    ],
    ['a HEAD', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'HEAD', target: '/', fields: ['Host', 'a'] }],
    ['no fields', 'GET / HTTP/1.1\r\n\r\n', { fields: [] }],
    [
      'an empty value',
      `${HEAD}X-A:\r\nX-B: \t \r\n\r\n`,
      { fields: ['Host', 'localhost', 'X-A', '', 'X-B', ''] },
    ],
    ['white space around a value', 'GET / HTTP/1.1\r\nA:\t b c \t\r\n\r\n', { fields: ['A', 'b c'] }],
    ['bytes above ASCII in a value', 'GET / HTTP/1.1\r\nA: \xe9\r\n\r\n', { fields: ['A', '\xe9'] }],
    ['a name that comes twice', 'GET / HTTP/1.1\r\nA: 1\r\na: 2\r\n\r\n', { fields: ['A', '1', 'a', '2'] }],
    ['a connection that stays', `${HEAD}Connection: Keep-Alive\r\n\r\n`, { closes: false }],
    ['another method', 'DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'DELETE', body: null }],
    ['a body', `${POST}Content-Length: 5\r\n\r\nhello`, { method: 'POST', body: Buffer.from('hello') }],
    ['a body of bytes', `${POST}content-length: 02\r\n\r\n\r\n`, { body: Buffer.from('\r\n') }],
    ['an empty body', `${POST}Content-Length: 0\r\n\r\n`, { body: null }],
    ['a connection that ends', `${HEAD}connection: close\r\n\r\n`, { closes: true }],
  ])('may have %s', (_what, text, expected) => {
    expect(parse(text)).toMatchObject(expected)
  })

  test.each([
    ['a method that CloudFront does not know', 'PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method that begins like one', 'GETS / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['half a body', `${POST}Content-Length: 5\r\n\r\nhell`],
    ['more than its body', `${POST}Content-Length: 5\r\n\r\nhello!`],
    ['two lengths', `${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
    ['a length with a sign', `${POST}Content-Length: +5\r\n\r\nhello`],
    ['a length that is a list', `${POST}Content-Length: 5, 5\r\n\r\nhello`],
    ['an empty length', `${POST}Content-Length:\r\n\r\n`],
    [
      'a body with a length and a coding',
      `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a method in lower case', 'get / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another version', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
    ['a target in absolute form', 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with a space', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with bytes above ASCII', 'GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['two spaces', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an empty line first', `\r\n${HEAD}\r\n`],
    ['line feeds alone', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['a carriage return in a value', `${HEAD}A: b\rc\r\n\r\n`],
    ['a NUL in a value', `${HEAD}A: b\0c\r\n\r\n`],
    ['a folded value', `${HEAD}A: b\r\n c\r\n\r\n`],
    ['white space before a colon', `${HEAD}A : b\r\n\r\n`],
    ['no name', `${HEAD}: b\r\n\r\n`],
    ['no colon', `${HEAD}A\r\n\r\n`],
    ['no end', HEAD],
    ['half an end', `${HEAD}\r`],
    ['something behind it', `${HEAD}\r\nG`],
    ['Content-Length with GET', `${HEAD}Content-Length: 0\r\n\r\n`],
    ['Transfer-Encoding', `${HEAD}transfer-encoding: chunked\r\n\r\n`],
    ['Expect', `${HEAD}EXPECT: 100-continue\r\n\r\n`],
    ['Upgrade', `${HEAD}Upgrade: h2c\r\n\r\n`],
    ['other connection options', `${HEAD}Connection: keep-alive, x-a\r\n\r\n`],
    ['Proxy-Connection', `${HEAD}Proxy-Connection: close\r\n\r\n`],
    ['more than 16 KB', `${HEAD}A: ${'b'.repeat(16_384)}\r\n\r\n`],
    ['more than a hundred lines', `${HEAD}${'A: b\r\n'.repeat(100)}\r\n`],
    ['nothing', ''],
  ])('has not %s', (_what, text) => {
    expect(parse(text)).toBeNull()
  })
})

describe('What is taken for plain', () => {
  let server: Server
  let port: number
  beforeAll(async () => {
    server = createServer({ requireHostHeader: false, maxHeaderSize: 96 * 1024 }, (message, response) => {
      const { method, url, rawHeaders } = message
      let body = ''
      message.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
      message.on('end', () => response.end(JSON.stringify({ method, target: url, fields: rawHeaders, body })))
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    ;({ port } = server.address() as AddressInfo)
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  /** The JSON that Node.js' server makes of the bytes, or what else it says. */
  function askNode(text: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.end(text, 'latin1'))
      socket.setEncoding('utf8')
      socket.on('data', (chunk: string) => (received += chunk))
      socket.on('error', reject)
      socket.on('close', () => {
        const body = /\{.*\}/.exec(received)
        resolve(body === null ? received : JSON.parse(body[0]))
      })
    })
  }

  const letter = fc.constantFrom(
    ...'ab:/?#%"<>\\^`{|}~ \t\r\n\0\x7f\x80\xe9,;=_-.!'.split(''),
    'Host',
    'Connection',
    'close',
    'Content-Length',
  )
  const name = fc.oneof(
    fc.constantFrom(
      'Host',
      'Accept',
      'cookie',
      'X-A',
      'Connection',
      'Content-Length',
      'Keep-Alive',
      'TE',
      'Trailer',
    ),
    fc.array(letter, { maxLength: 4 }).map((parts) => parts.join('')),
  )
  const value = fc.oneof(
    fc.constantFrom('a', 'close', 'keep-alive', '0', '1', '2', '', ' b '),
    fc.array(letter, { maxLength: 6 }).map((parts) => parts.join('')),
  )
  const head = fc
    .record({
      line: fc.constantFrom(
        'GET /',
        'GET /a?b',
        'HEAD /x',
        'POST /a',
        'POST /b',
        'PUT /',
        'GET /é',
        'GET  /',
      ),
      rest: fc.array(letter, { maxLength: 3 }).map((parts) => parts.join('')),
      fields: fc.array(fc.tuple(name, value), { maxLength: 4 }),
      body: fc.constantFrom('', '', 'a', 'ab', '\r\n'),
    })
    .map(
      ({ line, rest, fields, body }) =>
        `${line}${rest} HTTP/1.1\r\n${fields.map((field) => `${field[0]}:${field[1]}\r\n`).join('')}\r\n${body}`,
    )

  test('is read by Node.js in the same way', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(head, async (text) => {
        const plain = parse(text)
        if (plain === null) return
        taken++
        const { closes: _, body, ...expected } = plain
        // An answer to HEAD has no body to compare.
        const asked = text.startsWith('HEAD') ? `GET${text.slice(4)}` : text
        expect(await askNode(asked)).toEqual({
          ...expected,
          method: expected.method === 'HEAD' ? 'GET' : expected.method,
          body: body?.toString('latin1') ?? '',
        })
      }),
      { numRuns: 2500 },
    )
    expect(taken).toBeGreaterThan(100)
  }, 30_000)
})
