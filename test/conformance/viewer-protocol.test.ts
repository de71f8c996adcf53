// HTTP and HTTPS viewers: the viewer protocol policy, security policies, and the answers CloudFront makes itself.
import { connect, type SecureVersion } from 'node:tls'
import { connect as connectTcp } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Ask, type Front } from '../support/front.ts'
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
