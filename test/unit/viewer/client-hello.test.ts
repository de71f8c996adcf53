// The first bytes of a TLS connection, as real clients and as nobody sends them.
import { createServer } from 'node:net'
import { connect } from 'node:tls'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseClientHello } from '../../../src/viewer/tls/client-hello.ts'

/** The bytes that Node.js's own client sends first. */
async function helloOf(servername: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (bytes: Buffer) => {
        resolve(bytes)
        socket.destroy()
        server.close()
      })
    })
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const client = connect({ port, host: '127.0.0.1', servername, ALPNProtocols: ['h2', 'http/1.1'] })
      client.on('error', () => {})
    })
  })
}

/** The same handshake bytes in records of a few bytes each. */
function inRecordsOf(size: number, hello: Buffer): Buffer {
  const message = hello.subarray(5)
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size)
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part)
  }
  return Buffer.concat(records)
}

test('the server name of a real client is found, in lower case', async () => {
  expect(parseClientHello(await helloOf('WWW.Example.com'))).toEqual({
    kind: 'hello',
    serverName: 'www.example.com',
  })
})

test('a client that names no server has none', async () => {
  expect(parseClientHello(await helloOf(''))).toEqual({ kind: 'hello', serverName: null })
})

test('every start of a hello is incomplete, however it is cut into records', async () => {
  const hello = await helloOf('www.example.com')
  for (const bytes of [hello, inRecordsOf(100, hello), inRecordsOf(1, hello)]) {
    for (let length = 0; length < bytes.length; length++) {
      expect(parseClientHello(bytes.subarray(0, length)).kind).toBe('incomplete')
    }
    expect(parseClientHello(bytes)).toEqual({ kind: 'hello', serverName: 'www.example.com' })
  }
})

test('what follows the hello does not matter', async () => {
  const hello = await helloOf('www.example.com')
  expect(parseClientHello(Buffer.concat([hello, Buffer.from([23, 3, 3, 0, 5])])).kind).toBe('hello')
})

test.each([
  ['an HTTP request', 'GET / HTTP/1.1\r\n'],
  ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['another kind of record', '\x17\x03\x03\x00\x05hello'],
  ['another handshake message', '\x16\x03\x01\x00\x05\x02\x00\x00\x01x'],
  ['a hello that claims to be huge', '\x16\x03\x01\x00\x05\x01\xff\xff\xff\x00'],
  ['a hello whose parts are longer than it', '\x16\x03\x01\x00\x06\x01\x00\x00\x02xx'],
])('%s is not taken for a hello', (_, bytes) => {
  expect(parseClientHello(Buffer.from(bytes, 'latin1')).kind).toBe('not-tls')
})

test('no bytes make the parser throw, nor does a real hello with some of them changed', async () => {
  const hello = await helloOf('www.example.com')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseClientHello(Buffer.from(bytes))
      parseClientHello(Buffer.concat([Buffer.from([22, 3, 1]), Buffer.from(bytes)]))
    }),
  )
  fc.assert(
    fc.property(fc.nat(hello.length - 1), fc.nat(255), (at, value) => {
      const changed = Buffer.from(hello)
      changed[at] = value
      parseClientHello(changed)
    }),
  )
})
