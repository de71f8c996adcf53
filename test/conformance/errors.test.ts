// Errors of origins and of CloudFront itself: what is cached, for how long, and what a viewer sees.
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'

const maxAge = (seconds: number) => ({ 'Cache-Control': `max-age=${seconds}` })

/** Sends bytes over a connection of their own and reads until it is closed. */
async function sendRaw(front: Front, bytes: string): Promise<string> {
  const socket = connect(front.port, '127.0.0.1')
  socket.write(bytes)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

describe('2.4 Successful and redirect statuses', () => {
  test.each([203, 204, 300])('%d is cached by the normal rules (unverified)', async (status) => {
    await using origin = await startOrigin({ status, headers: maxAge(60) })
    await using front = await startFront({ origin })
    await front.get('/')
    const answer = await front.get('/')
    expect(answer).toBeHit('edge')
    expect(answer.status).toBe(status)
  })

  test.each([301, 302, 303, 307, 308])('%d is cached without any header, for DefaultTTL', async (status) => {
    await using origin = await startOrigin({ status, headers: { Location: '/elsewhere' } })
    await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(0, 100, 1000) } })
    expect((await front.get('/')).status).toBe(status)
    front.clock.advanceSeconds(99)
    expect(await front.get('/')).toBeHit('edge')
    front.clock.advanceSeconds(1)
    expect(await front.get('/')).toBeMissBecause('expired')
  })

  test('Redirects of the origin go to the viewer and are never followed', async () => {
    await using origin = await startOrigin({ status: 302, headers: { Location: '/elsewhere' } })
    await using front = await startFront({ origin })
    const answer = await front.get('/')
    expect([answer.status, answer.headers['location']]).toEqual([302, '/elsewhere'])
    expect(origin.requests.map(({ url }) => url)).toEqual(['/'])
  })

  test('A 304 refreshes the stored object and is none itself', async () => {
    await using origin = await startOrigin({ headers: { ...maxAge(10), ETag: '"1"' }, body: 'kept' })
    await using front = await startFront({ origin })
    await front.get('/')
    front.clock.advanceSeconds(11)
    origin.on('/', { status: 304, headers: { ...maxAge(10), ETag: '"1"' } })
    const refreshed = await front.get('/')
    expect(refreshed).toBeRefreshHit()
    expect([refreshed.status, refreshed.text]).toEqual([200, 'kept'])
    expect((await front.get('/')).text).toBe('kept')
  })

  test('1xx answers before the final one are not passed on', async () => {
    await using origin = await startRawOrigin((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n')
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal')
    })
    await using front = await startFront({ origin })
    const text = await sendRaw(front, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text).not.toContain('Link')
    expect(text).toMatch(/\r\n\r\nfinal$/)
  })
})

describe('2.4 Successful and redirect statuses: 100 Continue', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\n'
  const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal'

  test('One 100 Continue before the answer is accepted', async () => {
    await using origin = await startRawOrigin((socket) => void socket.write(CONTINUE + FINAL))
    await using front = await startFront({ origin })
    for (const path of ['/1', '/2', '/3']) {
      const answer = await front.get(path)
      expect([answer.status, answer.text]).toEqual([200, 'final'])
      expect(answer.headers).not.toHaveProperty('x-interim')
    }
    expect(origin.connections()).toBe(1)
  })

  test('A second one is an error', async () => {
    await using origin = await startRawOrigin((socket) => void socket.write(CONTINUE + CONTINUE + FINAL))
    await using front = await startFront({ origin, originConfig: { ConnectionAttempts: 1 } })
    expect((await front.get('/')).status).toBe(502)
  })
})

describe('2.5 Error statuses from the origin: in the caches', () => {
  test('An error is cached under the key of the requested object', async () => {
    await using origin = await startOrigin({ status: 404, body: 'none' })
    await using front = await startFront({ origin })
    await front.get('/a')
    const cached = await front.get('/a')
    expect(cached.trace?.edge).toMatchObject({ verdict: 'hit', because: 'fresh' })
    expect([cached.status, cached.text]).toEqual([404, 'none'])
    await front.get('/b')
    expect(origin.requests.map(({ url }) => url)).toEqual(['/a', '/b'])
  })

  test("An invalidation of the object's URL removes its cached error", async () => {
    await using origin = await startOrigin({ status: 404 })
    await using front = await startFront({ origin })
    await front.get('/a')
    origin.on('/a', { body: 'there now' })
    front.pocketfront.invalidate('/a')
    expect((await front.get('/a')).text).toBe('there now')
  })

  test('After its time the next request goes to the origin again', async () => {
    await using origin = await startOrigin({ status: 503 })
    await using front = await startFront({ origin })
    await front.get('/')
    front.clock.advanceSeconds(10)
    origin.on('/', { body: 'well again' })
    const answer = await front.get('/')
    expect([answer.status, answer.text]).toEqual([200, 'well again'])
  })

  test('A 403 with only an ErrorCachingMinTTL entry is not cached (choice)', async () => {
    await using origin = await startOrigin({ status: 403 })
    await using front = await startFront({
      origin,
      distribution: { CustomErrorResponses: [{ ErrorCode: 403, ErrorCachingMinTTL: 60 }] },
    })
    await front.get('/')
    await front.get('/')
    expect(origin.requests).toHaveLength(2)
  })

  test('A 416 is never cached', async () => {
    await using origin = await startOrigin({ status: 416, headers: maxAge(60) })
    await using front = await startFront({
      origin,
      distribution: { CustomErrorResponses: [{ ErrorCode: 416, ErrorCachingMinTTL: 60 }] },
    })
    await front.get('/')
    await front.get('/')
    expect(origin.requests).toHaveLength(2)
  })

  test.each([402, 406, 409, 418, 422, 429, 505])(
    'A status that is not listed, %d, is not cached (choice)',
    async (status) => {
      await using origin = await startOrigin({ status, headers: maxAge(60) })
      await using front = await startFront({ origin })
      await front.get('/')
      expect((await front.get('/')).trace?.edge?.storedBecause).toBe('status')
      expect(origin.requests).toHaveLength(2)
    },
  )

  test('MinTTL of the behavior does not apply to errors (choice)', async () => {
    await using origin = await startOrigin({ status: 404 })
    await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(100, 200, 300) } })
    await front.get('/')
    front.clock.advanceSeconds(11)
    await front.get('/')
    expect(origin.requests).toHaveLength(2)
  })

  test('CachingDisabled caches no error', async () => {
    await using origin = await startOrigin({ status: 500, headers: maxAge(60) })
    await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
    await front.get('/')
    await front.get('/')
    expect(origin.requests).toHaveLength(2)
  })

  test('An error of a bucket is cached for a second even with ErrorCachingMinTTL 0', async () => {
    await using origin = await startOrigin({ status: 404 })
    await using front = await startFront({
      origins: { bucket: origin.url },
      behavior: { TargetOriginId: 'bucket' },
      distribution: {
        Origins: [{ Id: 'bucket', DomainName: 'b.s3.eu-central-1.amazonaws.com', S3OriginConfig: {} }],
        CustomErrorResponses: [{ ErrorCode: 404, ErrorCachingMinTTL: 0 }],
      },
    })
    await front.get('/')
    await front.get('/')
    expect(origin.requests).toHaveLength(1)
    front.clock.advanceSeconds(1)
    await front.get('/')
    expect(origin.requests).toHaveLength(2)
  })

  test('A 501 of a bucket with no-store is not cached', async () => {
    await using origin = await startOrigin({ status: 501, headers: { 'Cache-Control': 'no-store' } })
    await using front = await startFront({
      origins: { bucket: origin.url },
      behavior: { TargetOriginId: 'bucket', CachePolicy: cachePolicy(60, 60, 60) },
      distribution: {
        Origins: [{ Id: 'bucket', DomainName: 'b.s3.eu-central-1.amazonaws.com', S3OriginConfig: {} }],
      },
    })
    await front.get('/')
    await front.get('/')
    expect(origin.requests).toHaveLength(2)
  })

  test('No answer from the origin is handled as a 5xx of it', async () => {
    await using origin = await startRawOrigin((socket) => socket.destroy())
    await using front = await startFront({
      origin,
      originConfig: { ConnectionAttempts: 1 },
      distribution: { CustomErrorResponses: [{ ErrorCode: 502, ErrorCachingMinTTL: 30 }] },
    })
    await front.get('/')
    front.clock.advanceSeconds(29)
    expect((await front.get('/')).status).toBe(502)
    expect(origin.connections()).toBe(1)
    front.clock.advanceSeconds(1)
    await front.get('/')
    expect(origin.connections()).toBe(2)
  })
})

describe('5.6 Errors CloudFront makes itself', () => {
  const PAGE = [
    '<TITLE>ERROR: The request could not be satisfied</TITLE>',
    'Generated by cloudfront (CloudFront)',
  ]
  const METHOD =
    'This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.'

  const requests: readonly { what: string; status: number; text: string; bytes: string }[] = [
    { what: 'a request that is not HTTP', status: 400, text: 'Bad request.', bytes: 'nonsense\r\n\r\n' },
    {
      what: 'a method outside AllowedMethods',
      status: 403,
      text: METHOD,
      bytes: 'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    },
    {
      what: 'a Host that no distribution has',
      status: 403,
      text: 'Bad request.',
      bytes: 'GET / HTTP/1.1\r\nHost: other.example.com\r\nConnection: close\r\n\r\n',
    },
    {
      what: 'a GET with a body',
      status: 403,
      text: 'Bad request.',
      bytes: 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx',
    },
    {
      what: 'a URL above 8,192 bytes',
      status: 414,
      text: 'Bad request.',
      bytes: `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    },
    {
      what: 'request headers above 32,768 bytes',
      status: 494,
      text: 'Bad request.',
      bytes: `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Big: ${'a'.repeat(32_768)}\r\n\r\n`,
    },
  ]
  test.each(requests)('$what is answered with $status', async ({ status, text, bytes }) => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const answer = await sendRaw(front, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toContain(text)
    expect(origin.requests).toHaveLength(0)
  })

  test.each(requests)("The page for $what has CloudFront's form (observed)", async ({ status, bytes }) => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const answer = await sendRaw(front, bytes)
    for (const part of PAGE) expect(answer).toContain(part)
    expect(answer).toContain(`<H1>${status} ERROR</H1>`)
    expect(answer).toMatch(/\r\nContent-Type: text\/html\r\n/)
    expect(answer).toMatch(/\r\nServer: CloudFront\r\n/)
    expect(answer).toMatch(/\r\nX-Cache: Error from cloudfront\r\n/)
    const id = /\r\nX-Amz-Cf-Id: (\S+)\r\n/.exec(answer)?.[1]
    expect(answer).toContain(`Request ID: ${id}`)
    const [head = '', body = ''] = answer.split(/\r\n\r\n/)
    expect(head).toContain(`Content-Length: ${body.length}`)
  })

  test('A request that comes through more than two distributions is answered with 403 (unverified)', async () => {
    const via = (count: number) =>
      Array.from({ length: count }, (_, i) => `1.1 ${String(i).repeat(32)}.cloudfront.net (CloudFront)`).join(
        ', ',
      )
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    expect((await front.get('/1', { Via: `1.1 proxy, ${via(1)}` })).status).toBe(200)
    const third = await front.get('/2', { Via: via(2) })
    expect(third.status).toBe(403)
    expect(third.trace?.problem).toContain('has passed 2 distributions')
    expect(origin.requests).toHaveLength(1)
  })

  test('A request body above 64 GB is answered with 413 (unverified)', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({
      origin,
      behavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] },
    })
    const head = `PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${64 * 1024 ** 3 + 1}\r\n\r\n`
    expect(await sendRaw(front, `${head}first bytes`)).toMatch(/^HTTP\/1\.1 413 /)
    expect(origin.requests).toHaveLength(0)
  })

  test('Neither Age nor ETag is on such a page, and HEAD gives its headers alone (observed)', async () => {
    await using front = await startFront({})
    const answer = await front.ask('/', { method: 'HEAD' })
    expect([answer.status, answer.text]).toEqual([502, ''])
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(500)
    expect(answer.headers).not.toHaveProperty('age')
    expect(answer.headers).not.toHaveProperty('etag')
  })

  test('A 405 of an origin is passed on; CloudFront makes none itself', async () => {
    await using origin = await startOrigin({ status: 405, headers: { Allow: 'GET' }, body: 'not so' })
    await using front = await startFront({ origin })
    const answer = await front.get('/')
    expect([answer.status, answer.text, answer.headers['allow']]).toEqual([405, 'not so', 'GET'])
  })
})

describe('5.8 Default root object', () => {
  const withRoot = (origin: FrontOptions['origin'], name: string, more: FrontOptions = {}) =>
    startFront({ origin: origin!, ...more, distribution: { DefaultRootObject: name } })

  test.each(['index.html', 'dir/index.html', '_-.*$~"\'&x'])('%s stands for /', async (name) => {
    await using origin = await startOrigin()
    await using front = await withRoot(origin, name)
    await front.get('/')
    expect(origin.requests.map(({ url }) => url)).toEqual([`/${name}`])
  })

  test.each([
    ['/index.html', 'a leading slash'],
    ['a'.repeat(256), '256 characters'],
    ['a b.html', 'a space'],
  ])('A name like %s is refused when it is configured: %s', async (name) => {
    await expect(startFront({ distribution: { DefaultRootObject: name } })).rejects.toThrow(
      /DefaultRootObject/,
    )
  })

  test.each(['/dir/', '///', '/dir', '//'])('It does not stand for %s', async (path) => {
    await using origin = await startOrigin()
    await using front = await withRoot(origin, 'index.html')
    await front.get(path)
    expect(origin.requests.map(({ url }) => url)).toEqual([path])
  })

  test('Without one, / goes to the origin', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    await front.get('/')
    expect(origin.requests.map(({ url }) => url)).toEqual(['/'])
  })

  test('It applies to every method', async () => {
    await using origin = await startOrigin()
    await using front = await withRoot(origin, 'index.html', {
      behavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] },
    })
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'])
      await front.ask('/', { method })
    expect(new Set(origin.requests.map(({ url }) => url))).toEqual(new Set(['/index.html']))
  })

  test('The query string stays', async () => {
    await using origin = await startOrigin()
    await using front = await withRoot(origin, 'index.html', {
      behavior: { CachePolicy: 'UseOriginCacheControlHeaders-QueryStrings' },
    })
    await front.get('/?a=1')
    expect(origin.requests.map(({ url }) => url)).toEqual(['/index.html?a=1'])
  })

  test('/ and the object share one entry, which is invalidated by the name of the object', async () => {
    await using origin = await startOrigin({ headers: maxAge(60) })
    await using front = await withRoot(origin, 'index.html')
    await front.get('/')
    expect(await front.get('/index.html')).toBeHit('edge')
    front.pocketfront.invalidate('/index.html')
    expect(await front.get('/')).toBeMissBecause('invalidated')
  })

  test('The behavior is selected for the object (unverified)', async () => {
    await using origin = await startOrigin()
    await using front = await withRoot(origin, 'index.html', { behaviors: [{ PathPattern: '/index.*' }] })
    expect((await front.get('/')).trace?.behavior).toBe('/index.*')
  })
})

describe('5.9 Order of checks', () => {
  test.each([
    {
      rule: 'Size limits come before the Host',
      bytes: `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: other.example.com\r\nConnection: close\r\n\r\n`,
      status: 414,
    },
    {
      rule: 'The Host comes before the method',
      bytes: 'POST / HTTP/1.1\r\nHost: other.example.com\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      status: 403,
      text: 'Bad request.',
    },
    {
      rule: 'The default root object and the behavior come before the method',
      bytes: 'PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      status: 200,
    },
  ])('$rule (choice)', async ({ bytes, status, text = '' }) => {
    await using origin = await startOrigin()
    await using front = await startFront({
      origin,
      distribution: { DefaultRootObject: 'index.html' },
      behaviors: [
        {
          PathPattern: '/index.html',
          AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
        },
      ],
    })
    const answer = await sendRaw(front, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toContain(text)
  })
})
