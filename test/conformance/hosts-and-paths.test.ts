// Which distribution and which cache behavior answer a request.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { compilePathPattern, normalizePath } from '../../src/behaviors/path-pattern.ts'
import { createPocketfront } from '../../src/pocketfront.ts'

let origin: ScriptedOrigin

beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'hello' })
})
afterAll(() => origin.stop())

/** A front with one behavior per pattern, in this order. */
const withPatterns = (...patterns: string[]): Promise<Front> =>
  startFront({ origin, behaviors: patterns.map((PathPattern) => ({ PathPattern })) })

/** Sends a request line as it is, past the client's own normalization. */
async function ask(front: Front, target: string, host = 'localhost'): Promise<string> {
  const socket = connect(front.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, 'latin1')
  await once(socket, 'close')
  return text
}

/** The pattern of the behavior that answered a raw target. */
async function behaviorOf(front: Front, target: string): Promise<string | undefined> {
  await ask(front, target)
  return front.pocketfront.traces.last(1)[0]?.behavior
}

describe('6.1 Path patterns', () => {
  test.each([
    { pattern: 'images/*.jpg', path: '/images/a.jpg', matches: true },
    { pattern: 'images/*.jpg', path: '/images/x/y.jpg', matches: true },
    { pattern: 'images/*.jpg', path: '/images/.jpg', matches: true },
    { pattern: 'images/*.jpg', path: '/other/images/a.jpg', matches: false },
    { pattern: 'images/*.jpg', path: '/images/a.jpg.txt', matches: false },
    { pattern: 'a*.jpg', path: '/abra/cadabra/magic.jpg', matches: true },
  ])('* is zero or more characters, slashes too: $pattern and $path', ({ pattern, path, matches }) => {
    expect(compilePathPattern(pattern)(path)).toBe(matches)
  })

  test.each([
    { pattern: '*.doc?', path: '/a.docx', matches: true },
    { pattern: '*.doc?', path: '/a.doc', matches: false },
    { pattern: '*.doc?', path: '/a.docxx', matches: false },
  ])('? is exactly one character: $pattern and $path', ({ pattern, path, matches }) => {
    expect(compilePathPattern(pattern)(path)).toBe(matches)
  })

  test.each(['*product.jpg', '/*product.jpg'])('The leading slash is optional: %s', (pattern) => {
    expect(compilePathPattern(pattern)('/my/product.jpg')).toBe(true)
  })

  test('Case matters', () => {
    expect(compilePathPattern('/A/*')('/a/b')).toBe(false)
  })

  test('The pattern covers the whole path', () => {
    expect(compilePathPattern('/a')('/a/b')).toBe(false)
    expect(compilePathPattern('/a')('/a')).toBe(true)
  })

  test.each(['.', '+', '$', '(', '['])('%s stands for itself', (character) => {
    expect(compilePathPattern(`/a${character}b`)(`/a${character}b`)).toBe(true)
    expect(compilePathPattern(`/a${character}b`)('/aab')).toBe(false)
  })

  test('The first pattern in the list that matches wins, the default behavior comes last', async () => {
    await using front = await withPatterns('/a/b*', '/a*', '/a/b/c')
    expect(await behaviorOf(front, '/a/b/c')).toBe('/a/b*')
    expect(await behaviorOf(front, '/ax')).toBe('/a*')
    expect(await behaviorOf(front, '/b')).toBe('*')
  })

  test('Query string and cookies are not considered', async () => {
    await using front = await withPatterns('/a?b', '/a')
    expect(await behaviorOf(front, '/a?b')).toBe('/a')
    expect(await behaviorOf(front, '/axb?c')).toBe('/a?b')
  })

  test('/ alone is the root and nothing else (unverified)', async () => {
    await using front = await withPatterns('/')
    expect(await behaviorOf(front, '/')).toBe('/')
    expect(await behaviorOf(front, '/index.html')).toBe('*')
  })

  test.each([
    { name: '256 characters', pattern: 'a'.repeat(256) },
    { name: 'a space', pattern: 'a b' },
    { name: 'a character outside ASCII', pattern: 'ä' },
    { name: 'a percent sign', pattern: '/%20*' },
  ])('A pattern with $name is refused', async ({ pattern }) => {
    await expect(withPatterns(pattern)).rejects.toMatchObject({ code: 'PF_CONFIG' })
  })

  test('Letters, digits and _ - . * $ / ~ " \' @ : + & ? are allowed', async () => {
    await using front = await withPatterns(`/aZ0_-.*$/~"'@:+&?`)
    expect(front.port).toBeGreaterThan(0)
  })
})

describe('6.2 Normalization', () => {
  test.each([
    { target: '/a/b?c=1', expected: '/a/b*' },
    { target: '/a/b/..?c=1', expected: '/a*' },
  ])('$target is answered by $expected, as in the guide', async ({ target, expected }) => {
    await using front = await withPatterns('/a/b*', '/a*')
    expect(await behaviorOf(front, target)).toBe(expected)
  })

  test.each([
    { raw: '/a/./b', path: '/a/b' },
    { raw: '/a/../b', path: '/b' },
    { raw: '/../../b', path: '/b' },
    { raw: '/a/b/..', path: '/a/' },
    { raw: '/a/.', path: '/a/' },
    { raw: '/..', path: '/' },
    { raw: '/a..b', path: '/a..b' },
    { raw: '/.well-known/x', path: '/.well-known/x' },
    { raw: '/...', path: '/...' },
  ])('Dot segments are resolved to find the behavior: $raw is $path', ({ raw, path }) => {
    expect(normalizePath(raw)).toBe(path)
  })

  test.each([
    { raw: '//a', path: '/a' },
    { raw: '/a///b', path: '/a/b' },
    { raw: '/a//', path: '/a/' },
    { raw: '///', path: '/' },
  ])('Repeated slashes are one to find the behavior: $raw is $path', ({ raw, path }) => {
    expect(normalizePath(raw)).toBe(path)
  })

  test.each([
    { raw: '/%61', path: '/a' },
    { raw: '/%7Euser', path: '/~user' },
    { raw: '/%2D%2E%5F', path: '/-._' },
    { raw: '/a/%2e%2E/b', path: '/b' },
  ])(
    'Unreserved characters are decoded to find the behavior: $raw is $path (unverified)',
    ({ raw, path }) => {
      expect(normalizePath(raw)).toBe(path)
    },
  )

  test.each([
    { raw: '/a%2Fb', path: '/a%2Fb' },
    { raw: '/a%2f..%2fb', path: '/a%2F..%2Fb' },
  ])('An encoded slash is none: $raw (unverified)', ({ raw, path }) => {
    expect(normalizePath(raw)).toBe(path)
  })

  test('Escapes in either case find the same behavior and are two objects (unverified)', async () => {
    await using front = await withPatterns('/a*')
    expect(normalizePath('/a%2f')).toBe(normalizePath('/a%2F'))
    await ask(front, '/a%2f')
    await ask(front, '/a%2F')
    expect(front.pocketfront.traces.last(1)[0]?.edge?.verdict).toBe('miss')
  })

  test('A broken escape is left alone', () => {
    expect(normalizePath('/a%zz/%')).toBe('/a%zz/%')
  })

  test.each(['/a/../b', '//x//y', '/%61%7e', '/a%2Fb', '/a/./b'])(
    'The origin gets %s as the viewer sent it',
    async (target) => {
      await using front = await withPatterns('/b')
      await ask(front, target)
      expect(origin.requests.at(-1)?.url).toBe(target)
    },
  )

  test.each([
    ['/b', '/a/../b'],
    ['/b', '//b'],
    ['/b', '/%62'],
    ['/b', '/b/'],
  ])('%s and %s are two objects in the cache', async (first, second) => {
    await using front = await withPatterns('/b')
    await ask(front, first)
    expect(await ask(front, second)).toContain('X-Cache: Miss from cloudfront')
    expect(await ask(front, second)).toContain('X-Cache: Hit from cloudfront')
  })

  test('Bytes outside ASCII in the request line are refused with 400, and the trace says what to do (choice)', async () => {
    await using front = await withPatterns('/b')
    expect(await ask(front, '/\xe4')).toMatch(/^HTTP\/1\.1 400 /)
    expect(front.pocketfront.traces.last(1)[0]?.problem).toContain('percent-encode')
  })
})

const site = (Id: string, Aliases: string[], Enabled = true): object => ({
  Id,
  Enabled,
  Aliases,
  Origins: [
    { Id: 'o', DomainName: 'o.example.com', CustomOriginConfig: { OriginProtocolPolicy: 'http-only' } },
  ],
  DefaultCacheBehavior: {
    TargetOriginId: 'o',
    ViewerProtocolPolicy: 'allow-all',
    CachePolicy: 'CachingOptimized',
  },
})

describe('6.3 Host names', () => {
  let front: Front
  beforeAll(async () => {
    front = await startFront({
      httpsPort: 0,
      origins: { 'o.example.com': origin.url },
      config: {
        Distributions: [
          site('EXACT', ['a.example.com', 'deep.b.example.com']),
          site('WILD', ['*.example.com']),
          site('LONGER', ['*.b.example.com']),
          site('OFF', ['off.example.net'], false),
        ],
      },
    })
  })
  afterAll(() => front.stop())

  const distributionFor = async (host: string, https = false): Promise<string | number | undefined> => {
    const { status, trace } = await front.ask('/a', { headers: { host }, https })
    return status === 200 ? trace?.distributionId : status
  }

  test.each([
    { host: 'a.example.com', expected: 'EXACT' },
    { host: 'other.example.com', expected: 'WILD' },
    { host: 'x.y.example.com', expected: 'WILD' },
    { host: 'x.b.example.com', expected: 'LONGER' },
    { host: 'x.y.b.example.com', expected: 'LONGER' },
    { host: 'deep.b.example.com', expected: 'EXACT' },
    { host: 'b.example.com', expected: 'WILD' },
  ])(
    '$host: exact before wildcard, longer wildcard before shorter, any depth below',
    async ({ host, expected }) => {
      expect(await distributionFor(host)).toBe(expected)
    },
  )

  test('The bare rest of a wildcard is not covered', async () => {
    expect(await distributionFor('example.com')).toBe(403)
    expect(await distributionFor('notexample.com')).toBe(403)
  })

  test('The domain name of a distribution is one of its names', async () => {
    const { deployment } = front.pocketfront.loaded
    for (const { Id, DomainName, Enabled } of deployment.Distributions) {
      expect(await distributionFor(DomainName)).toBe(Enabled ? Id : 403)
    }
  })

  test.each(['A.EXAMPLE.COM', 'a.example.com:8080', 'a.example.com.'])(
    'Case and port do not count: %s (choice)',
    async (host) => {
      expect(await distributionFor(host)).toBe('EXACT')
    },
  )

  test('A name that no distribution has gets 403', async () => {
    const { status, text } = await front.get('/a', { host: 'unknown.example.net' })
    expect(status).toBe(403)
    expect(text).toContain('Bad request.')
  })

  test('A disabled distribution is not served (choice)', async () => {
    expect(await distributionFor('off.example.net')).toBe(403)
  })

  test('The Host selects, not the name of the TLS connection', async () => {
    const ca = await front.pocketfront.ca()
    const { connect: connectTls } = await import('node:tls')
    const socket = connectTls({
      port: front.pocketfront.httpsPort!,
      host: '127.0.0.1',
      servername: 'a.example.com',
      ca,
    })
    socket.write('GET /a HTTP/1.1\r\nHost: other.example.com\r\nConnection: close\r\n\r\n')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await once(socket, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 200/)
    expect(front.pocketfront.traces.last(1)[0]?.distributionId).toBe('WILD')
  })

  test('An alias in two distributions is refused', async () => {
    const config = { Distributions: [site('ONE', ['same.example.com']), site('TWO', ['same.example.com'])] }
    await expect(
      createPocketfront({ config, origins: { 'o.example.com': origin.url } }),
    ).rejects.toMatchObject({
      code: 'PF_CONFIG',
      message: expect.stringContaining('CNAMEAlreadyExists') as unknown,
    })
  })

  test.each(['a*.example.com', 'a.*.example.com', '*'])('The wildcard %s is refused', async (alias) => {
    await expect(
      createPocketfront({ config: site('ONE', [alias]), origins: { 'o.example.com': origin.url } }),
    ).rejects.toMatchObject({ code: 'PF_CONFIG' })
  })

  test('No server name in the TLS connection: the default certificate, and the request is served', async () => {
    const ca = await front.pocketfront.ca()
    const { connect: connectTls } = await import('node:tls')
    const socket = connectTls({ port: front.pocketfront.httpsPort!, host: '127.0.0.1', ca })
    await once(socket, 'secureConnect')
    expect(socket.getPeerCertificate().subjectaltname).toContain('DNS:localhost')
    socket.write('GET /a HTTP/1.1\r\nHost: a.example.com\r\n\r\n')
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(head.toString()).toMatch(/^HTTP\/1\.1 200/)
    socket.destroy()
  })

  test('421 when the TLS name is of another account and its certificate does not cover the Host', async () => {
    const certificate = (account: string): object => ({
      ACMCertificateArn: `arn:aws:acm:us-east-1:${account}:certificate/a`,
      MinimumProtocolVersion: 'TLSv1.2_2021',
    })
    await using two = await startFront({
      httpsPort: 0,
      origins: { 'o.example.com': origin.url },
      config: {
        Distributions: [
          { ...site('ONE', ['one.example.com']), ViewerCertificate: certificate('111111111111') },
          { ...site('TWO', ['two.example.com']), ViewerCertificate: certificate('222222222222') },
        ],
      },
    })
    const ca = await two.pocketfront.ca()
    const { connect: connectTls } = await import('node:tls')
    const socket = connectTls({
      port: two.pocketfront.httpsPort!,
      host: '127.0.0.1',
      servername: 'one.example.com',
      ca,
    })
    const statusFor = async (host: string): Promise<string> => {
      socket.write(`HEAD /a HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      const [head] = (await once(socket, 'data')) as [Buffer]
      return head.toString().slice(9, 12)
    }
    expect(await statusFor('two.example.com')).toBe('421')
    expect(await statusFor('one.example.com')).toBe('200')
    socket.destroy()
  })
})
