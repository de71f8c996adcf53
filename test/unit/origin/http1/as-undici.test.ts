// The same bytes read by undici and over connections of our own: what one takes and refuses, the other does as well.
import { createServer, type AddressInfo, type Server } from 'node:net'
import * as fc from 'fast-check'
import { Client } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, type ExchangeResponse } from '../../../../src/origin/exchange.ts'
import { exchangePlain } from '../../../../src/origin/http1/plain-exchange.ts'
import { Patience } from '../../../../src/origin/http1/patience.ts'
import { PlainPool } from '../../../../src/origin/http1/plain-pool.ts'
import { CancelToken } from '../../../../src/message/clock.ts'
import { QUOTAS } from '../../../../src/model/quotas.ts'
import { readWholeBody } from '../../../support/body.ts'

let bytes = ''
let server: Server
let port = 0

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => void socket.end(bytes, 'latin1'))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())))

const request = (method: string) => ({
  method,
  target: '/',
  headers: ['Host', 'a'],
  body: null,
  readTimeout: 5000,
})

async function outcomeOf(response: Promise<ExchangeResponse>): Promise<unknown> {
  try {
    const { status, statusText, headers, body } = await response
    const fields = [...headers.entries()].map(([name, value]) => `${name}: ${value.trimEnd()}`)
    // Where such a header stands among the others means nothing.
    const head = [
      status,
      statusText,
      fields.toSorted((a, b) => Number(a.startsWith('tr')) - Number(b.startsWith('tr'))),
    ]
    return await readWholeBody(body, 100_000).then(
      (content) => [...head, content.toString('latin1')],
      () => [...head, 'broken'],
    )
  } catch {
    return 'refused'
  }
}

async function throughUndici(method: string): Promise<unknown> {
  const client = new Client(`http://127.0.0.1:${port}`, { maxHeaderSize: QUOTAS.originResponseHeaderBytes })
  const outcome = await outcomeOf(exchange(client, request(method), new CancelToken(), null))
  await client.destroy()
  return outcome
}

async function throughOurs(method: string): Promise<unknown> {
  const tls = { name: 'a', certificateNames: null, minVersion: 'TLSv1.2' } as const
  const times = { connectTimeout: 5, keepaliveTimeout: 5 }
  const pool = new PlainPool(
    { protocol: 'http', hostname: '127.0.0.1', port, tls, family: 0, ...times },
    { patience: new Patience(), tick: () => 0, acceptAnyCertificate: false, connections: 1 },
  )
  const outcome = await outcomeOf(exchangePlain(pool, request(method), new CancelToken(), null))
  await pool.destroy()
  return outcome
}

const lines = [
  ...[
    'X-A: b',
    'X-A:  b \t',
    'X-A:',
    'x-a: \xe4',
    'X-A : b',
    ': b',
    ' X-A: b',
    'X-A',
    'X-A: b\tc',
    'X-A: b\x7fc',
  ],
  ...['X-A: a\r\n b', 'X-A: a\nX-B: b', 'X-A: a\rX-B: b', 'X-A: \x00', 'Set-Cookie: a=b', 'Set-Cookie: c=d'],
  ...[
    'Content-Length: 2',
    'Content-Length: 2',
    'Content-Length: 0',
    'Content-Length: 5',
    'Content-Length: 02',
  ],
  ...[
    'Content-Length: +2',
    'Content-Length: 2, 2',
    'Content-Length:',
    'content-length: 2 ',
    'Content-Length: x',
  ],
  ...['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked', 'transfer-encoding: Chunked'],
  ...['Transfer-Encoding: identity', 'Transfer-Encoding: gzip', 'Transfer-Encoding: chunked, gzip'],
  ...[
    'Connection: close',
    'Connection: keep-alive',
    'Connection: X-A',
    'Keep-Alive: timeout=5',
    'Upgrade: h2c',
  ],
]
const starts = [
  ...[
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200',
    'HTTP/1.1 404 Nope',
    'HTTP/1.0 200 OK',
  ],
  ...[
    'HTTP/1.1 204 No Content',
    'HTTP/1.1 304 Not Modified',
    'HTTP/1.1 205 Reset',
    'HTTP/1.1 700 Odd',
    'HTTP/1.1 20 OK',
  ],
  ...[
    'http/1.1 200 OK',
    'HTTP/1.3 200 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 abc',
    ' HTTP/1.1 200 OK',
    'HTTP/1.1  200 OK',
  ],
  ...['HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK', '\r\nHTTP/1.1 200 OK', 'HTTP/1.1 101 Switch', 'SSH-2.0'],
]
const bodies = [
  ...[
    '',
    'ab',
    'abc',
    '2\r\nab\r\n0\r\n\r\n',
    '2;x=y\r\nab\r\n0\r\nX-T: 1\r\n\r\n',
    '2\r\nab\r\n',
    '0\r\n\r\n',
  ],
  ...[
    '2\nab\n0\n\n',
    '2\r\nabc\r\n0\r\n\r\n',
    'zz\r\n',
    '2 \r\nab\r\n0\r\n\r\n',
    '0\r\n\r\nmore',
    '2;\r\nab\r\n0\r\n\r\n',
  ],
  ...['00A\r\n0123456789\r\n0;a="b c"\r\n\r\n', '2\r\nab\r\n0\r\nX T: 1\r\n\r\n', 'fffffffffffffffff\r\na'],
  ...[
    '2\r\nab\r\n0\r\nContent-Length: 1\r\n\r\n',
    '2\r\nab0\r\n\r\n',
    `1000\r\n${'x'.repeat(4096)}\r\n0\r\n\r\n`,
  ],
]

/** Two headers of codings are one list to us, which is refused later on: others may see another end of the body. */
function hasTwoCodings(text: string): boolean {
  return (text.match(/^transfer-encoding:/gim)?.length ?? 0) > 1
}

test('Responses of all sorts, whole and broken, have the same status, headers, body and end', async () => {
  const response = fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constant(starts[0]!) }, fc.constantFrom(...starts)),
      fc.array(fc.constantFrom(...lines), { maxLength: 4 }),
      fc.constantFrom(...bodies),
    )
    .map(([start, headers, body]) => `${[start, ...headers].join('\r\n')}\r\n\r\n${body}`)
    .filter((text) => !hasTwoCodings(text))
  await fc.assert(
    fc.asyncProperty(response, fc.constantFrom('GET', 'GET', 'HEAD'), async (text, method) => {
      bytes = text
      const [ours, theirs] = await Promise.all([throughOurs(method), throughUndici(method)])
      expect(ours, JSON.stringify(text)).toEqual(theirs)
    }),
    { numRuns: 400 },
  )
})
