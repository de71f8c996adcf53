// A head that is sent as text must be what Node.js would have sent.
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { canSendReadyHeads, ReadyResponse, toReadyHead } from '../../../src/viewer/ready-response.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A server that answers with a ready head. */
async function serve(body: string | Buffer, isChunked = false): Promise<number> {
  const server = createServer({ ServerResponse: ReadyResponse }, (_message, response) => {
    const length = isChunked ? [] : ['Content-Length', String(body.length)]
    const pairs = [...length, 'X-One', 'a\u00e9', 'Connection', 'keep-alive']
    const head = toReadyHead(200, 'OK', pairs, body.length)!
    response.endReady(`${head.text}\r\n`, body, head.isChunked)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

describe('a ready head', () => {
  test('works on this version of Node.js', () => {
    expect(canSendReadyHeads()).toBe(true)
  })

  test.each([
    ['text', 'h\u00e9llo', false],
    ['bytes', Buffer.alloc(300_000, 7), false],
    ['text in chunks', 'h\u00e9llo', true],
    ['bytes in chunks', Buffer.alloc(300_000, 7), true],
  ] as const)('goes out with a body of %s, byte for byte', async (_kind, body, isChunked) => {
    const port = await serve(body, isChunked)
    const { headers, bytes } = await new Promise<{ headers: IncomingMessage['headers']; bytes: Buffer }>(
      (resolve, reject) => {
        httpRequest({ port, host: '127.0.0.1' }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }))
        })
          .on('error', reject)
          .end()
      },
    )
    expect(headers).toEqual({
      ...(isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) }),
      'x-one': 'a\u00e9',
      connection: 'keep-alive',
    })
    expect(bytes.equals(Buffer.from(body as string, 'latin1'))).toBe(true)
  })

  test('keeps the order of pipelined answers', async () => {
    const port = await serve('one')
    const text = await new Promise<string>((resolve, reject) => {
      let received = ''
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
      })
      socket.setEncoding('latin1')
      socket.on('error', reject)
      socket.on('data', (chunk: string) => {
        received += chunk
        if (received.split('one').length === 3) resolve(received)
      })
      closers.push(() => socket.destroy())
    })
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  })

  test.each([
    ['a line break in a value', ['X-A', 'b\r\nSet-Cookie: x']],
    ['a name that is no token', ['X A', 'b']],
    ['a character above 255', ['X-A', '\u0100']],
    ['a body of another length', ['Content-Length', '2']],
    ['two lengths', ['Content-Length', '1']],
    ['a coding of its own', ['Transfer-Encoding', 'chunked']],
  ])('is left to Node.js with %s', (_what, pairs) => {
    expect(toReadyHead(200, 'OK', ['Content-Length', '1'], 1)).toEqual({
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n',
      isChunked: false,
    })
    expect(toReadyHead(200, 'OK', ['Content-Length', '1', ...pairs], 1)).toBeNull()
  })

  test('is left to Node.js with a reason phrase that may not be sent', () => {
    expect(toReadyHead(200, 'OK\r\nX: y', ['Content-Length', '1'], 1)).toBeNull()
  })
})
