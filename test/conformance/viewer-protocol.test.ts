// HTTP and HTTPS viewers: the viewer protocol policy, security policies, and the answers CloudFront makes itself.
import { connect, type SecureVersion, type TLSSocket } from 'node:tls'
import { connect as connectTcp } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Ask, type Front } from '../support/front.ts'
import { connectHttp2 } from '../support/http2.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { MINIMUM_PROTOCOL_VERSIONS } from '../../src/model/viewer-certificate.ts'
import { toTlsSettings } from '../../src/viewer/tls/security-policy.ts'

let origin: ScriptedOrigin
let front: Front

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const policyOf = (ViewerProtocolPolicy: string, more: object = {}): object => ({
  PathPattern: `/${ViewerProtocolPolicy}/*`,
  ViewerProtocolPolicy,
  AllowedMethods: ALL_METHODS,
  CachePolicy: 'CachingDisabled',
  ...more,
})

beforeAll(async () => {
  origin = await startOrigin({ body: 'hello' })
  front = await startFront({
    origin,
    httpsPort: 0,
    behaviors: [
      policyOf('allow-all'),
      policyOf('https-only'),
      policyOf('redirect-to-https', {
        ResponseHeadersPolicy: {
          CustomHeadersConfig: [{ Header: 'X-Policy', Value: 'applied', Override: true }],
        },
      }),
    ],
    distribution: { Aliases: ['www.example.com'], HttpVersion: 'http2and3' },
  })
})
afterAll(async () => {
  await front.stop()
  await origin.stop()
})

/** Sends bytes as they are over HTTP and returns what comes back until the connection ends. */
async function sendRaw(bytes: string): Promise<string> {
  const socket = connectTcp(front.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.write(bytes, 'latin1')
  await once(socket, 'close')
  return text
}

const ask = (path: string, what: Omit<Ask, 'headers'> & { headers?: Record<string, string> } = {}) =>
  front.ask(path, { ...what, headers: { host: 'www.example.com:8080', ...what.headers } })

describe('5.5 Viewer protocol policy', () => {
  test.each([
    ...ALL_METHODS.map((method) => ({ policy: 'allow-all', method, status: 200 })),
    ...ALL_METHODS.map((method) => ({ policy: 'https-only', method, status: 403 })),
    { policy: 'redirect-to-https', method: 'GET', status: 301 },
    { policy: 'redirect-to-https', method: 'HEAD', status: 301 },
    ...ALL_METHODS.slice(2).map((method) => ({ policy: 'redirect-to-https', method, status: 307 })),
  ])('$policy answers $method over HTTP with $status', async ({ policy, method, status }) => {
    expect((await ask(`/${policy}/a`, { method })).status).toBe(status)
  })

  test.each(['allow-all', 'https-only', 'redirect-to-https'])(
    '%s serves every HTTPS request',
    async (policy) => {
      for (const method of ['GET', 'POST']) {
        expect((await ask(`/${policy}/a`, { method, https: true })).status).toBe(200)
      }
    },
  )

  test.each([
    { policy: 'allow-all', method: 'POST', status: 200 },
    { policy: 'redirect-to-https', method: 'GET', status: 301 },
    { policy: 'redirect-to-https', method: 'HEAD', status: 301 },
    { policy: 'redirect-to-https', method: 'POST', status: 403 },
    { policy: 'redirect-to-https', method: 'DELETE', status: 403 },
    { policy: 'https-only', method: 'POST', status: 403 },
  ])('$policy answers $method over HTTP/1.0 with $status', async ({ policy, method, status }) => {
    const raw = await sendRaw(`${method} /${policy}/a HTTP/1.0\r\nHost: www.example.com\r\n\r\n`)
    expect(Number(raw.slice(9, 12))).toBe(status)
  })

  test('The redirect goes to the same host, path and query string over HTTPS (observed)', async () => {
    const { headers } = await ask('/redirect-to-https/a%20b/../c?x=1&y=%2F')
    const { httpsPort } = front.pocketfront
    expect(headers.location).toBe(
      `https://www.example.com:${httpsPort}/redirect-to-https/a%20b/../c?x=1&y=%2F`,
    )
  })

  test('The redirect is a small page with the headers of CloudFront alone (observed)', async () => {
    const { statusText, headers, text, rawHeaders } = await ask('/redirect-to-https/a', {
      headers: { connection: 'keep-alive' },
    })
    expect(statusText).toBe('Moved Permanently')
    expect(headers).toMatchObject({
      server: 'CloudFront',
      'content-type': 'text/html',
      'content-length': '167',
      connection: 'keep-alive',
      'x-cache': 'Redirect from cloudfront',
      via: expect.stringMatching(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/),
      'x-amz-cf-pop': 'FRA56-P1',
      'x-amz-cf-id': expect.stringMatching(/^.{54}==$/),
    })
    expect(Object.keys(headers).filter((name) => ['age', 'cache-control', 'etag'].includes(name))).toEqual([])
    expect(new Set(rawHeaders.filter((_, index) => index % 2 === 0)).size).toBe(rawHeaders.length / 2)
    expect(text.split('\r\n')).toEqual([
      '<html>',
      '<head><title>301 Moved Permanently</title></head>',
      '<body>',
      '<center><h1>301 Moved Permanently</h1></center>',
      '<hr><center>CloudFront</center>',
      '</body>',
      '</html>',
      '',
    ])
  })

  test('A HEAD is redirected with the headers alone', async () => {
    const { headers, body } = await ask('/redirect-to-https/a', { method: 'HEAD' })
    expect([headers['content-length'], body.length]).toEqual(['167', 0])
  })

  test('The response headers policy is applied to the redirect (observed)', async () => {
    expect((await ask('/redirect-to-https/a')).headers['x-policy']).toBe('applied')
  })

  test('The redirect is not made by the origin and is logged as Redirect', async () => {
    const { trace } = await ask('/redirect-to-https/a')
    expect(trace).toMatchObject({
      resultType: 'Redirect',
      detailedResultType: 'Redirect',
      edge: null,
      origins: null,
    })
  })

  test('A method outside AllowedMethods is refused and not redirected (choice)', async () => {
    await using only = await startFront({
      origin,
      httpsPort: 0,
      behavior: { ViewerProtocolPolicy: 'redirect-to-https' },
    })
    expect((await only.ask('/a', { method: 'POST' })).status).toBe(403)
    expect((await only.get('/a')).status).toBe(301)
  })

  test('Plain HTTP under https-only gets the error page (unverified)', async () => {
    const { headers, text, trace } = await ask('/https-only/a')
    expect(headers['x-cache']).toBe('Error from cloudfront')
    expect(text).toContain('Bad request.')
    expect(trace?.problem).toContain('https-only')
  })

  test('An object that HTTPS viewers have in the cache is no answer to plain HTTP', async () => {
    await using cached = await startFront({
      origin,
      httpsPort: 0,
      behavior: { ViewerProtocolPolicy: 'https-only' },
    })
    await cached.ask('/a', { https: true })
    expect(await cached.ask('/a', { https: true })).toBeHit('edge')
    expect((await cached.get('/a')).status).toBe(403)
  })

  test('HTTP and HTTPS viewers share the cached object', async () => {
    await using cached = await startFront({ origin, httpsPort: 0 })
    await cached.get('/a')
    expect(await cached.ask('/a', { https: true })).toBeHit('edge')
  })
})

describe('5.1 Response headers', () => {
  test.each([
    { name: 'a miss', path: '/allow-all/a' },
    { name: 'a hit', path: '/cached' },
    { name: 'a redirect', path: '/redirect-to-https/a' },
  ])('Alt-Svc tells of HTTP/3 on $name where it is enabled (observed)', async ({ path }) => {
    await ask(path)
    expect((await ask(path)).headers['alt-svc']).toBe('h3=":443"; ma=86400')
  })

  test('Without HTTP/3 there is no Alt-Svc', async () => {
    await using plain = await startFront({ origin, distribution: { HttpVersion: 'http2' } })
    await plain.get('/a')
    expect((await plain.get('/a')).headers).not.toHaveProperty('alt-svc')
  })
})

describe('A.8 TLS to viewers', () => {
  test.each([
    { policy: 'TLSv1', lowest: 'TLSv1' },
    { policy: 'TLSv1_2016', lowest: 'TLSv1' },
    { policy: 'TLSv1.1_2016', lowest: 'TLSv1.1' },
    { policy: 'TLSv1.2_2018', lowest: 'TLSv1.2' },
    { policy: 'TLSv1.2_2019', lowest: 'TLSv1.2' },
    { policy: 'TLSv1.2_2021', lowest: 'TLSv1.2' },
    { policy: 'TLSv1.2_2025', lowest: 'TLSv1.2' },
    { policy: 'TLSv1.3_2025', lowest: 'TLSv1.3' },
  ] as const)('$policy accepts $lowest and nothing older', async ({ policy, lowest }) => {
    await using secure = await startFront({
      origin,
      httpsPort: 0,
      distribution: { Aliases: ['www.example.com'], ViewerCertificate: ownCertificate(policy) },
    })
    const versions: SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']
    const accepted: SecureVersion[] = []
    for (const version of versions) {
      if ((await handshake(secure, { minVersion: version, maxVersion: version })) !== null)
        accepted.push(version)
    }
    expect(accepted).toEqual(versions.slice(versions.indexOf(lowest)))
  })

  test('The default certificate goes with TLSv1, whatever MinimumProtocolVersion says', async () => {
    await using secure = await startFront({
      origin,
      httpsPort: 0,
      distribution: {
        ViewerCertificate: { CloudFrontDefaultCertificate: true, MinimumProtocolVersion: 'TLSv1.2_2021' },
      },
    })
    const { DomainName } = secure.pocketfront.loaded.deployment.Distributions[0]!
    const options = { servername: DomainName, maxVersion: 'TLSv1' as const }
    expect(await handshake(secure, options)).toBe('TLSv1')
  })

  test('The distributions of one port keep their own security policies', async () => {
    const site = (Id: string, policy: string) => ({
      Id,
      Enabled: true,
      Aliases: [`${Id.toLowerCase()}.example.com`],
      Origins: [
        { Id: 'o', DomainName: 'o.example.com', CustomOriginConfig: { OriginProtocolPolicy: 'http-only' } },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'o',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicy: 'CachingOptimized',
      },
      ViewerCertificate: ownCertificate(policy),
    })
    await using secure = await startFront({
      httpsPort: 0,
      origins: { 'o.example.com': origin.url },
      config: { Distributions: [site('OLD', 'TLSv1_2016'), site('NEW', 'TLSv1.3_2025')] },
    })
    const versionOf = (servername: string) => handshake(secure, { servername, maxVersion: 'TLSv1.2' })
    expect(await versionOf('old.example.com')).toBe('TLSv1.2')
    expect(await versionOf('new.example.com')).toBeNull()
  })

  const suites = (policy: (typeof MINIMUM_PROTOCOL_VERSIONS)[number]) =>
    toTlsSettings(policy, '3.5.0')
      .ciphers.split(':')
      .filter((name) => !name.startsWith('TLS_') && !name.startsWith('@'))
  test.each([
    { policy: 'TLSv1.1_2016', has: 'AES128-SHA', lacks: 'DES-CBC3-SHA' },
    { policy: 'TLSv1.2_2018', has: 'AES128-GCM-SHA256', lacks: 'ECDHE-RSA-AES128-SHA' },
    { policy: 'TLSv1.2_2019', has: 'ECDHE-RSA-AES256-SHA384', lacks: 'AES128-GCM-SHA256' },
    { policy: 'TLSv1.2_2021', has: 'ECDHE-RSA-CHACHA20-POLY1305', lacks: 'ECDHE-RSA-AES128-SHA256' },
    { policy: 'TLSv1.2_2025', has: 'ECDHE-RSA-AES256-GCM-SHA384', lacks: 'ECDHE-RSA-CHACHA20-POLY1305' },
  ] as const)('$policy offers $has and not $lacks', ({ policy, has, lacks }) => {
    expect(suites(policy)).toContain(has)
    expect(suites(policy)).not.toContain(lacks)
  })

  test('TLSv1.3_2025 offers the cipher suites of TLS 1.3 alone', () => {
    expect(suites('TLSv1.3_2025')).toEqual([])
  })

  test.each(MINIMUM_PROTOCOL_VERSIONS)('%s offers TLS 1.3', async (policy) => {
    expect(toTlsSettings(policy, '3.5.0').ciphers).toMatch(
      /^TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256/,
    )
  })
})

function ownCertificate(MinimumProtocolVersion: string): object {
  return {
    ACMCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a',
    SSLSupportMethod: 'sni-only',
    MinimumProtocolVersion,
  }
}

/** The protocol version that came about, or null. */
async function handshake(
  { pocketfront }: Front,
  options: { servername?: string; minVersion?: SecureVersion; maxVersion?: SecureVersion },
): Promise<string | null> {
  const ca = await pocketfront.ca()
  return new Promise((resolve) => {
    const socket = connect({
      port: pocketfront.httpsPort!,
      host: '127.0.0.1',
      servername: 'www.example.com',
      minVersion: 'TLSv1',
      // Otherwise the client would refuse what is old before the server could.
      ciphers: 'ALL:@SECLEVEL=0',
      ca,
      ...options,
    })
    socket.on('secureConnect', () => {
      resolve(socket.getProtocol())
      socket.destroy()
    })
    socket.on('error', () => resolve(null))
  })
}

describe('H.2 The headers', () => {
  const names = [
    'CloudFront-Viewer-TLS',
    'CloudFront-Viewer-Http-Version',
    'CloudFront-Forwarded-Proto',
    'CloudFront-Viewer-Header-Count',
  ]
  const forwarding = {
    CachePolicy: 'CachingDisabled',
    OriginRequestPolicy: {
      Name: 'p',
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: { Items: names } },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    },
  }
  let secure: Front
  beforeAll(async () => {
    secure = await startFront({ origin, httpsPort: 0, behavior: forwarding })
  })
  afterAll(() => secure.stop())
  const seen = () => origin.requests.at(-1)!.headers

  test('CloudFront-Viewer-TLS is version, cipher and handshake; later requests of a connection reuse it', async () => {
    await using client = await connectHttp2(secure)
    await client.get('/tls')
    expect(seen()['cloudfront-viewer-tls']).toBe('TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake')
    await client.get('/tls')
    expect(seen()['cloudfront-viewer-tls']).toBe('TLSv1.3:TLS_AES_128_GCM_SHA256:connectionReused')
  })

  test('A TLS session that is taken up again says sessionResumed', async () => {
    const ca = await secure.pocketfront.ca()
    const options = { port: secure.pocketfront.httpsPort!, host: '127.0.0.1', servername: 'localhost', ca }
    const askOver = async (socket: TLSSocket): Promise<void> => {
      socket.write('GET /tls HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await once(socket, 'data')
      socket.destroy()
    }
    const first = connect(options)
    const ticket = once(first, 'session') as Promise<[Buffer]>
    await askOver(first)
    const [session] = await ticket
    await askOver(connect({ ...options, session }))
    expect(seen()['cloudfront-viewer-tls']).toBe('TLSv1.3:TLS_AES_128_GCM_SHA256:sessionResumed')
  })

  test('The cipher of TLS 1.2 has its OpenSSL name', async () => {
    const ca = await secure.pocketfront.ca()
    const socket = connect({
      port: secure.pocketfront.httpsPort!,
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
      maxVersion: 'TLSv1.2',
    })
    socket.write('GET /tls HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    expect(seen()['cloudfront-viewer-tls']).toBe('TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:fullHandshake')
  })

  test('Over plain HTTP there is no CloudFront-Viewer-TLS', async () => {
    await secure.get('/tls')
    expect(seen()).not.toHaveProperty('cloudfront-viewer-tls')
    expect(seen()['cloudfront-forwarded-proto']).toBe('http')
  })

  test('HTTP/2 viewers are 2.0 over https, and pseudo-headers do not count (unverified)', async () => {
    await using client = await connectHttp2(secure)
    await client.get('/tls', { 'x-one': '1', 'x-two': '2' })
    expect(seen()).toMatchObject({
      'cloudfront-viewer-http-version': '2.0',
      'cloudfront-forwarded-proto': 'https',
      'cloudfront-viewer-header-count': '2',
    })
  })
})

/** A page as it arrives, with its header lines. */
async function rawAnswer(bytes: string): Promise<{ status: number; head: string; body: string }> {
  const raw = await sendRaw(bytes)
  const end = raw.indexOf('\r\n\r\n')
  return { status: Number(raw.slice(9, 12)), head: raw.slice(0, end), body: raw.slice(end + 4) }
}

describe('5.6 Errors CloudFront makes itself', () => {
  const HOST = 'Host: www.example.com'
  const REFUSED: readonly (readonly [name: string, bytes: string, status: number])[] = [
    ['A malformed request (unverified)', 'GARBAGE\r\n\r\n', 400],
    [
      'A Host that no distribution has',
      'GET / HTTP/1.1\r\nHost: nobody.test\r\nConnection: close\r\n\r\n',
      403,
    ],
    ['A request of HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', 403],
    ['A request of HTTP/1.1 without Host (unverified)', 'GET / HTTP/1.1\r\n\r\n', 400],
    [
      'A GET with a body',
      `GET / HTTP/1.1\r\n${HOST}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`,
      403,
    ],
    ['A URL above 8,192 bytes', `GET /${'a'.repeat(8192)} HTTP/1.1\r\n${HOST}\r\n\r\n`, 414],
    ['Headers above 32,768 bytes', `GET / HTTP/1.1\r\n${HOST}\r\nX: ${'a'.repeat(32_768)}\r\n\r\n`, 494],
  ]

  test.each(REFUSED)('%s', async (_, bytes, status) => {
    const answer = await rawAnswer(bytes)
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(`<H1>${status} ERROR</H1>`)
    expect(answer.body).toContain('Bad request.')
  })

  test('URL and headers up to the limits are served', async () => {
    const path = `/${'a'.repeat(8191)}`
    expect((await rawAnswer(`GET ${path} HTTP/1.0\r\n${HOST}\r\n\r\n`)).status).toBe(200)
    const rest = 32_768 - '/'.length - `${HOST}\r\nX: \r\n`.length
    const head = `GET / HTTP/1.0\r\n${HOST}\r\nX: ${'a'.repeat(rest)}\r\n\r\n`
    expect((await rawAnswer(head)).status).toBe(200)
  })

  test('A method that the behavior does not allow', async () => {
    const { status, text, headers } = await ask('/default', { method: 'DELETE' })
    expect([status, headers['x-cache']]).toEqual([403, 'Error from cloudfront'])
    expect(text).toContain(
      'This distribution is not configured to allow the HTTP request method that was used for this request. ' +
        'The distribution supports only cachable requests.',
    )
  })

  test('The page has the headers of CloudFront, no Age and no ETag (observed)', async () => {
    const { head } = await rawAnswer(REFUSED[1]![1])
    const names = head
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(':')[0])
    expect(names).toEqual([
      'Server',
      'Date',
      'Content-Type',
      'Content-Length',
      'Connection',
      'X-Cache',
      'Via',
      'X-Amz-Cf-Pop',
      'X-Amz-Cf-Id',
    ])
    expect(head).toContain('\r\nServer: CloudFront\r\n')
    expect(head).toContain('\r\nContent-Type: text/html\r\n')
    expect(head).toContain('\r\nX-Cache: Error from cloudfront\r\n')
  })

  test('The page is HTML 4.01 with the texts that clients match on, line by line (observed)', async () => {
    const { head, body } = await rawAnswer(REFUSED[1]![1])
    const id = /X-Amz-Cf-Id: (.*)/.exec(head)![1]!
    const lines = body.split('\n')
    expect(lines[0]).toBe(
      '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">',
    )
    expect(lines[1]).toContain('charset=iso-8859-1')
    for (const text of [
      '<TITLE>ERROR: The request could not be satisfied</TITLE>',
      '<H1>403 ERROR</H1>',
      '<H2>The request could not be satisfied.</H2>',
      '<HR noshade size="1px">',
      'Bad request.',
      'Generated by cloudfront (CloudFront)',
      `Request ID: ${id}`,
    ]) {
      expect(lines).toContain(text)
    }
    expect(body).toMatch(/<\/BODY><\/HTML>$/)
    expect(body).not.toContain('\r')
    expect(head).toContain(`Content-Length: ${body.length}`)
  })

  test('HEAD gives the headers of the page alone (unverified)', async () => {
    const { status, headers, body } = await front.ask('/', {
      method: 'HEAD',
      headers: { host: 'nobody.test' },
    })
    expect([status, body.length]).toEqual([403, 0])
    expect(Number(headers['content-length'])).toBeGreaterThan(500)
  })

  test('The page is never compressed (unverified)', async () => {
    const { headers } = await front.get('/', { host: 'nobody.test', 'accept-encoding': 'gzip, br' })
    expect(headers).not.toHaveProperty('content-encoding')
  })

  test.each(REFUSED.filter(([, , status]) => status === 400 || status === 414 || status === 494))(
    'The connection is closed after it: %s',
    async (_, bytes) => {
      expect((await rawAnswer(bytes)).head).toContain('\r\nConnection: close\r\n')
    },
  )

  test('A method that no behavior can allow gets 403', async () => {
    expect((await ask('/allow-all/a', { method: 'PROPFIND' })).status).toBe(403)
  })
})

describe('4.5 URL, body, protocol', () => {
  test('Expect is answered with 100 and does not reach the origin (unverified)', async () => {
    const socket = connectTcp(front.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.write(
      'POST /allow-all/expect HTTP/1.1\r\nHost: www.example.com\r\nExpect: 100-continue\r\n' +
        'Content-Length: 4\r\nConnection: close\r\n\r\n',
    )
    await expect.poll(() => text).toMatch(/^HTTP\/1\.1 100 Continue\r\n/)
    socket.write('body')
    await once(socket, 'close')
    expect(text).toContain('HTTP/1.1 200 OK')
    expect(origin.requests.at(-1)?.headers).not.toHaveProperty('expect')
  })

  test('Another Expect than 100-continue is left out, and the request goes on (unverified)', async () => {
    const raw = await sendRaw(
      'POST /allow-all/expect HTTP/1.1\r\nHost: www.example.com\r\nExpect: something\r\n' +
        'Content-Length: 4\r\nConnection: close\r\n\r\nbody',
    )
    expect(raw).toContain('HTTP/1.1 200 OK')
    expect(raw).toContain('X-Cache: Miss from cloudfront')
    expect(origin.requests.at(-1)?.headers).not.toHaveProperty('expect')
  })

  test('A chunked body is passed on chunked', async () => {
    const raw = await sendRaw(
      'POST /allow-all/chunked HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding: chunked\r\n' +
        'Connection: close\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
    )
    expect(raw).toContain('HTTP/1.1 200 OK')
    const seen = origin.requests.at(-1)!
    expect(seen.headers['transfer-encoding']).toBe('chunked')
    await expect.poll(() => seen.bodyBytes).toBe(4)
  })

  test('HTTP/1.0 viewers are served', async () => {
    const { status, head } = await rawAnswer('GET /allow-all/a HTTP/1.0\r\nHost: www.example.com\r\n\r\n')
    expect(status).toBe(200)
    expect(head).toContain('Connection: close')
  })
})
