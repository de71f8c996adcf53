// The HTTPS port: certificates, names, connections that are none, WebSocket, stopping.
import { once } from 'node:events'
import { mkdtemp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CA_FOLDER, startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { createLocalAuthority } from '../../src/assembly/https.ts'
import { createPocketfront } from '../../src/pocketfront.ts'

let origin: ScriptedOrigin
let folder: string

beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'hello' })
  folder = await mkdtemp(join(tmpdir(), 'pocketfront-https-'))
})
afterAll(async () => {
  await origin.stop()
  await rm(folder, { recursive: true })
})

const start = (options: FrontOptions = {}): Promise<Front> =>
  startFront({
    origin,
    httpsPort: 0,
    ...options,
    distribution: { Aliases: ['www.example.com', '*.example.org'], ...options.distribution },
  })

/** A connection after its handshake. */
async function dial({ pocketfront }: Front, servername: string, more: object = {}): Promise<TLSSocket> {
  const ca = await pocketfront.ca()
  const socket = connect({ port: pocketfront.httpsPort!, host: '127.0.0.1', servername, ca, ...more })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return socket
}

async function certificateFor(front: Front, servername: string): Promise<PeerCertificate> {
  const socket = await dial(front, servername, { checkServerIdentity: () => undefined })
  const certificate = socket.getPeerCertificate()
  socket.destroy()
  return certificate
}

/** Writes a certificate and its key for these names. */
async function writeCertificate(name: string, names: readonly string[]) {
  const { cert, key } = await createLocalAuthority(CA_FOLDER).issue(names)
  const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) }
  await writeFile(files.cert, cert)
  await writeFile(files.key, key)
  return files
}

test.each(['localhost', 'etestdistribut.localhost', 'www.example.com', 'a.example.org'])(
  'a client that trusts the local authority is served under %s',
  async (host) => {
    await using front = await start()
    const answer = await front.ask('/a', { https: true, headers: { host } })
    expect(answer.status).toBe(200)
    expect(answer.trace).toMatchObject({ scheme: 'https', host })
  },
)

test('a client without a server name is served, and the address of this machine is in the certificate', async () => {
  await using front = await start()
  const ca = await front.pocketfront.ca()
  const response = await new Promise<number | undefined>((resolve, reject) => {
    const url = `https://127.0.0.1:${front.pocketfront.httpsPort}/a`
    request(url, { ca, agent: false }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
  expect(response).toBe(200)
})

test('a name that nobody has gets the certificate of localhost and 421', async () => {
  await using front = await start()
  const certificate = await certificateFor(front, 'unknown.example.net')
  expect(certificate.subjectaltname).toContain('DNS:localhost')
  const socket = await dial(front, 'unknown.example.net', { checkServerIdentity: () => undefined })
  socket.write('GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n')
  const [head] = (await once(socket, 'data')) as [Buffer]
  expect(head.toString()).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/)
  expect(head.toString()).toContain(
    'The distribution does not match the certificate for which the HTTPS connection was established with.',
  )
  expect(front.pocketfront.traces.last(1)[0]).toMatchObject({
    detailedResultType: 'InvalidRequestCertificate',
  })
  socket.destroy()
})

test('a cached object is no way around 421, and the next request of the connection is judged by itself', async () => {
  await using front = await start()
  await front.ask('/a', { https: true, headers: { host: 'www.example.com' } })
  const socket = await dial(front, 'unknown.example.net', { checkServerIdentity: () => undefined })
  const statusFor = async (host: string): Promise<string> => {
    socket.write(`HEAD /a HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    return head.toString().slice(9, 12)
  }
  const { DomainName } = front.pocketfront.loaded.deployment.Distributions[0]!
  expect(await statusFor('www.example.com')).toBe('421')
  expect(await statusFor(DomainName)).toBe('200')
  expect(await statusFor('www.example.com')).toBe('421')
  socket.destroy()
})

test("the user's own certificate is served for its names, the local authority's for all others", async () => {
  const files = await writeCertificate('own', ['www.example.com'])
  await using front = await start({ certificates: [files] })
  const own = await certificateFor(front, 'www.example.com')
  expect(own.raw.toString('base64')).toBe(
    (await readFile(files.cert, 'utf8')).replace(/-----[A-Z ]+-----|\s/g, ''),
  )
  expect((await certificateFor(front, 'a.example.org')).subject.CN).toBe('a.example.org')
})

test.each([
  {
    name: 'a file that is not there',
    files: async () => ({ cert: join(folder, 'none.pem'), key: join(folder, 'none.pem') }),
    expected: /none\.pem is not there/,
  },
  {
    name: 'a file that is no certificate',
    files: async () => {
      const file = join(folder, 'text.pem')
      await writeFile(file, 'hello')
      return { cert: file, key: file }
    },
    expected: /text\.pem is no certificate in PEM form/,
  },
  {
    name: 'a file that is no key',
    files: async () => {
      const { cert } = await writeCertificate('swapped', ['a.test'])
      return { cert, key: cert }
    },
    expected: /swapped\.pem is no private key in PEM form/,
  },
  {
    name: 'the key of another certificate',
    files: async () => {
      const { cert } = await writeCertificate('one', ['a.test'])
      return { cert, key: (await writeCertificate('two', ['a.test'])).key }
    },
    expected: /two-key\.pem is not the key of .*one\.pem/,
  },
])('does not start with $name', async ({ files, expected }) => {
  const certificates = [await files()]
  await expect(createPocketfront({ origins: origin.url, httpsPort: 0, certificates })).rejects.toMatchObject({
    code: 'PF_CERTIFICATE',
    message: expect.stringMatching(expected) as unknown,
  })
})

test('the local authority is made once, its key for its owner alone', async () => {
  const caFolder = join(folder, 'fresh', 'ca')
  const authorities = Array.from({ length: 3 }, () => createLocalAuthority(caFolder))
  const pairs = await Promise.all(authorities.map((authority) => authority.get()))
  expect(new Set(pairs.map(({ cert }) => cert.trim())).size).toBe(1)
  expect((await readdir(caFolder)).toSorted()).toEqual(['ca-key.pem', 'ca.pem'])
  expect((await stat(join(caFolder, 'ca-key.pem'))).mode & 0o777).toBe(0o600)
  expect((await stat(caFolder)).mode & 0o777).toBe(0o700)
  const [again] = [await createLocalAuthority(caFolder).get()]
  expect(again.cert).toBe(pairs[0]!.cert)
})

test('a damaged authority is a problem that names the folder, and the port lives on', async () => {
  const caFolder = join(folder, 'damaged')
  await mkdir(caFolder)
  await writeFile(join(caFolder, 'ca-key.pem'), 'hello')
  await using front = await start({ caFolder })
  await expect(front.pocketfront.ca()).rejects.toMatchObject({
    code: 'PF_CERTIFICATE',
    message: expect.stringContaining(caFolder) as unknown,
  })
  const socket = connect({ port: front.pocketfront.httpsPort!, host: '127.0.0.1', servername: 'localhost' })
  socket.on('error', () => {})
  await new Promise((resolve) => void socket.on('close', resolve))
  await rm(caFolder, { recursive: true })
  expect((await front.ask('/a', { https: true })).status).toBe(200)
})

test('plain HTTP on the HTTPS port gets 400 and the connection is closed', async () => {
  await using front = await start()
  const socket = connectTcp(front.pocketfront.httpsPort!, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString()))
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'end')
  socket.destroy()
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(front.pocketfront.traces.last(1)[0]!.problem).toContain('plain HTTP')
})

test("connections that send half a hello, or nothing don't disturb others", async () => {
  await using front = await start()
  const { httpsPort } = front.pocketfront
  const sockets = ['', '\x16', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'].map((bytes) => {
    const socket = connectTcp(httpsPort!, '127.0.0.1')
    socket.on('error', () => {})
    if (bytes !== '') socket.write(bytes, 'latin1')
    return socket
  })
  expect((await front.ask('/a', { https: true })).status).toBe(200)
  for (const socket of sockets) socket.destroy()
})

test('a hello that comes byte by byte is understood', async () => {
  await using front = await start()
  const ca = await front.pocketfront.ca()
  const relay = createTcpRelay(front.pocketfront.httpsPort!)
  const port = await relay.port
  const socket = connect({ port, host: '127.0.0.1', servername: 'www.example.com', ca })
  await once(socket, 'secureConnect')
  socket.write('GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n')
  const [head] = (await once(socket, 'data')) as [Buffer]
  expect(head.toString()).toMatch(/^HTTP\/1\.1 200/)
  socket.destroy()
  relay.close()
})

/** Passes the first bytes of a client on one at a time. */
function createTcpRelay(to: number) {
  const server = createServer()
  server.removeAllListeners('connection')
  server.on('connection', (client) => {
    const upstream = connectTcp({ port: to, host: '127.0.0.1', noDelay: true })
    client.on('error', () => {})
    upstream.on('error', () => {})
    upstream.pipe(client)
    client.once('data', (first: Buffer) => {
      client.pause()
      const sendFrom = (at: number): void => {
        if (at < first.length) return void upstream.write(first.subarray(at, at + 1), () => sendFrom(at + 1))
        client.pipe(upstream)
      }
      sendFrom(0)
    })
    client.on('close', () => upstream.destroy())
  })
  const port = new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  return { port, close: () => server.close() }
}

test('WebSocket works over HTTPS', async () => {
  const server = createServer()
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await using front = await start({
    origin: { url },
    behavior: { OriginRequestPolicy: 'AllViewer', ViewerProtocolPolicy: 'https-only' },
  })
  const socket = await dial(front, 'www.example.com')
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: www.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await expect.poll(() => text).toMatch(/^HTTP\/1\.1 101/)
  socket.write('ping over tls')
  await expect.poll(() => text).toContain('ping over tls')
  socket.destroy()
  server.closeAllConnections()
  server.close()
})

test('a WebSocket over plain HTTP is redirected where the behavior wants HTTPS', async () => {
  await using front = await start({ behavior: { ViewerProtocolPolicy: 'redirect-to-https' } })
  const socket = connectTcp(front.port, '127.0.0.1')
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: www.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const [head] = (await once(socket, 'data')) as [Buffer]
  expect(head.toString()).toMatch(/^HTTP\/1\.1 301/)
  socket.destroy()
})

test('the origin is told of https', async () => {
  await using front = await start({
    behavior: {
      CachePolicy: 'CachingDisabled',
      OriginRequestPolicy: {
        Name: 'p',
        HeadersConfig: {
          HeaderBehavior: 'whitelist',
          Headers: { Items: ['CloudFront-Forwarded-Proto', 'CloudFront-Viewer-Http-Version'] },
        },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
      },
    },
  })
  await front.ask('/proto', { https: true })
  expect(origin.requests.findLast(({ url }) => url === '/proto')?.headers).toMatchObject({
    'cloudfront-forwarded-proto': 'https',
    'cloudfront-viewer-http-version': '1.1',
  })
})

test('stopping lets a running HTTPS response finish and ends idle connections', async () => {
  let finish = (): void => {}
  origin.on('/slow', (_, response) => {
    response.write('start ')
    finish = () => response.end('end')
  })
  await using front = await start({ graceMs: 5000 })
  const idle = await dial(front, 'www.example.com')
  const idleClosed = once(idle, 'close')
  const socket = await dial(front, 'www.example.com')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write('GET /slow HTTP/1.1\r\nHost: www.example.com\r\n\r\n')
  await expect.poll(() => text).toContain('start')
  const stopped = front.stop()
  await idleClosed
  finish()
  await stopped
  expect(text).toContain('end')
})

test('without an HTTPS port the viewer protocol policy is not enforced, and the notes say so', async () => {
  await using front = await startFront({ origin, behavior: { ViewerProtocolPolicy: 'redirect-to-https' } })
  expect((await front.get('/a')).status).toBe(200)
  const { httpsUrl, httpsPort, caFile, loaded } = front.pocketfront
  expect([httpsUrl, httpsPort, caFile]).toEqual([null, null, null])
  expect(loaded.notes.map(({ feature }) => feature)).toContain('ViewerProtocolPolicy')
  await expect(front.pocketfront.ca()).rejects.toMatchObject({ code: 'PF_USAGE' })
})

test('with an HTTPS port nothing is said of the viewer protocol policy', async () => {
  await using front = await start({ behavior: { ViewerProtocolPolicy: 'redirect-to-https' } })
  expect(front.pocketfront.loaded.notes.map(({ feature }) => feature)).not.toContain('ViewerProtocolPolicy')
})

test('an HTTPS port that is taken is named with its option, and nothing stays open', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  await expect(createPocketfront({ origins: origin.url, httpsPort: port })).rejects.toMatchObject({
    code: 'PF_PORT_IN_USE',
    hint: expect.stringContaining('--https-port') as unknown,
  })
  taken.close()
})

test('fetch() reaches the HTTPS port and follows no redirect', async () => {
  await using front = await start({ behavior: { ViewerProtocolPolicy: 'redirect-to-https' } })
  const redirect = await front.pocketfront.fetch('/a', { host: 'www.example.com' })
  expect(redirect.headers.get('location')).toBe(`https://www.example.com:${front.pocketfront.httpsPort}/a`)
  const answer = await front.pocketfront.fetch('/a', { https: true, host: 'www.example.com' })
  expect([answer.status, await answer.text()]).toEqual([200, 'hello'])
})
