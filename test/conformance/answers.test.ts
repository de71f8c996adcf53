// What viewers receive: CloudFront's own headers, the words of X-Cache, compressed forms from the cache.
import { createConnection } from 'node:net'
import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { startFunctionFront, handler } from '../support/cloudfront-functions.ts'
import { cachePolicy, startFront, type Answer, type Front } from '../support/front.ts'
import { connectHttp2 } from '../support/http2.ts'
import { startLambdaFront } from '../support/lambda.ts'
import { startOrigin } from '../support/origin.ts'

const words = (answer: Answer) => [answer.status, answer.headers['x-cache']]
const VIA = /^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/

describe('5.1 Response headers', () => {
  test('Via is one element for the distribution, 1.1 towards HTTP/2 as well (observed)', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin, httpsPort: 0 })
    expect((await front.get('/a')).headers.via).toMatch(VIA)
    await using client = await connectHttp2(front)
    expect((await client.get('/a')).headers.via).toMatch(VIA)
  })

  test('X-Amz-Cf-Id is 56 characters, ends with == and is another for every request (observed)', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const ids = [await front.get('/a'), await front.get('/a'), await front.get('/a')].map(
      (answer) => answer.headers['x-amz-cf-id'],
    )
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{54}==$/)
    expect(new Set(ids).size).toBe(3)
  })

  test('X-Amz-Cf-Pop is the code of the edge location with a suffix (observed)', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const answer = await front.get('/a', { 'x-pocketfront-pop': 'NRT20' })
    expect(answer.headers['x-amz-cf-pop']).toMatch(/^NRT20-[CP]\d$/)
  })

  test('An inner distribution keeps its Via in front, and its X-Amz-Cf-Pop as a second one (observed)', async () => {
    const headers = { Via: '1.1 inner.cloudfront.net (CloudFront)', 'X-Amz-Cf-Pop': 'IAD89-C1' }
    await using origin = await startOrigin({ headers })
    await using front = await startFront({ origin })
    for (const answer of [await front.get('/a'), await front.get('/a')]) {
      const pops = answer.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1] === 'X-Amz-Cf-Pop')
      expect(pops).toHaveLength(2)
      expect(pops).toContain('IAD89-C1')
      expect(String(answer.headers.via).split(', ')[0]).toBe(headers.Via)
    }
  })

  test("Server and Date are the origin's, on hits as well (observed)", async () => {
    const headers = { Server: 'nginx', Date: 'Mon, 31 Dec 2029 23:59:00 GMT' }
    await using origin = await startOrigin({ headers })
    await using front = await startFront({ origin })
    await front.get('/a')
    front.clock.advanceSeconds(30)
    const hit = await front.get('/a')
    expect([hit.headers.server, hit.headers.date]).toEqual([headers.Server, headers.Date])
  })

  test('Server and Date are those of CloudFront where a policy removed those of the origin', async () => {
    await using origin = await startOrigin({
      headers: { Server: 'nginx', Date: 'Mon, 31 Dec 2029 23:59:00 GMT' },
    })
    const ResponseHeadersPolicy = { RemoveHeadersConfig: [{ Header: 'Server' }, { Header: 'Date' }] }
    await using front = await startFront({ origin, behavior: { ResponseHeadersPolicy } })
    const { headers } = await front.get('/a')
    expect([headers.server, headers.date]).toEqual(['CloudFront', 'Tue, 01 Jan 2030 00:00:00 GMT'])
  })

  test('Age is whole seconds on a hit, and absent on a miss (observed)', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    expect((await front.get('/a')).headers).not.toHaveProperty('age')
    front.clock.advance(2900)
    expect((await front.get('/a')).headers.age).toBe('2')
  })

  test('Connection is keep-alive on HTTP/1.1 (observed)', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const socket = createConnection(front.port, '127.0.0.1')
    socket.write('GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [head] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(head.toString()).toContain('\r\nConnection: keep-alive\r\n')
  })

  test('A body that came chunked goes on chunked', async () => {
    await using origin = await startOrigin((_, response) => {
      response.write('a')
      response.end('b')
    })
    await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
    const answer = await front.get('/a')
    expect([answer.headers['transfer-encoding'], answer.headers['content-length']]).toEqual([
      'chunked',
      undefined,
    ])
  })

  test('Names are in lower case towards HTTP/2', async () => {
    await using origin = await startOrigin({ headers: { 'X-MiXed': '1' } })
    await using front = await startFront({ origin, httpsPort: 0 })
    await using client = await connectHttp2(front)
    const { rawHeaders } = await client.get('/a')
    expect(rawHeaders.filter((_, index) => index % 2 === 0).join()).not.toMatch(/[A-Z]/)
    expect(rawHeaders).toContain('x-mixed')
  })

  test('Access-Control-* and whatever else the origin sends stay as they are', async () => {
    const headers = {
      'Access-Control-Allow-Origin': 'https://a.example',
      'X-Any': ' a, b ',
      Link: '</a>; rel=x',
    }
    await using origin = await startOrigin({ headers })
    await using front = await startFront({ origin })
    for (const answer of [await front.get('/a'), await front.get('/a')]) {
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://a.example',
        'x-any': 'a, b',
        link: '</a>; rel=x',
      })
    }
  })
})

describe('5.2 X-Cache values', () => {
  const CachePolicy = cachePolicy(0, 60, 600)

  test('Miss, Hit and RefreshHit, from cloudfront', async () => {
    await using origin = await startOrigin((request, response) => {
      const isSame = request.headers['if-none-match'] !== undefined
      response.writeHead(isSame ? 304 : 200, { ETag: '"1"' }).end(isSame ? undefined : 'x')
    })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    expect(words(await front.get('/a'))).toEqual([200, 'Miss from cloudfront'])
    expect(words(await front.get('/a'))).toEqual([200, 'Hit from cloudfront'])
    front.clock.advanceSeconds(61)
    expect(words(await front.get('/a'))).toEqual([200, 'RefreshHit from cloudfront'])
  })

  test('RefreshHit as well for a copy that stands in for an origin with a 5xx (observed)', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    await front.get('/a')
    origin.on('/a', { status: 503 })
    front.clock.advanceSeconds(61)
    expect(words(await front.get('/a'))).toEqual([200, 'RefreshHit from cloudfront'])
  })

  test('Miss for what is never cached and for methods that go to the origin', async () => {
    await using origin = await startOrigin({ headers: { 'Cache-Control': 'no-store' } })
    const AllowedMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
    await using front = await startFront({ origin, behavior: { CachePolicy, AllowedMethods } })
    const answers = [
      await front.get('/a'),
      await front.get('/a'),
      await front.ask('/a', { method: 'POST', body: 'x' }),
    ]
    for (const answer of answers) expect(words(answer)).toEqual([200, 'Miss from cloudfront'])
  })

  test.each([400, 404, 500])('Error for a %d of the origin, from the cache as well', async (status) => {
    await using origin = await startOrigin({ status, headers: { 'Cache-Control': 'max-age=60' } })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    expect(words(await front.get('/a'))).toEqual([status, 'Error from cloudfront'])
    expect(words(await front.get('/a'))).toEqual([status, 'Error from cloudfront'])
    expect(origin.requests).toHaveLength(1)
  })

  test('Error for what CloudFront refuses by itself', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    expect(words(await front.ask('/a', { method: 'DELETE' }))).toEqual([403, 'Error from cloudfront'])
  })

  test('Redirect for the way from HTTP to HTTPS', async () => {
    await using origin = await startOrigin()
    const behavior = { ViewerProtocolPolicy: 'redirect-to-https' }
    await using front = await startFront({ origin, httpsPort: 0, behavior })
    expect(words(await front.get('/a'))).toEqual([301, 'Redirect from cloudfront'])
  })

  test.each([
    ['FunctionGeneratedResponse', 200, 'return { statusCode: 200, statusDescription: "OK" }'],
    ['FunctionExecutionError', 503, 'throw new Error("oops")'],
    ['FunctionValidationError', 502, 'return { statusCode: "none" }'],
  ])('%s of a CloudFront function (observed)', async (word, status, code) => {
    await using origin = await startOrigin()
    await using front = await startFunctionFront({ origin, code: { 'viewer-request': handler(code) } })
    expect(words(await front.get('/a'))).toEqual([status, `${word} from cloudfront`])
  })

  test.each([
    ['LambdaGeneratedResponse (observed)', 200, "return { status: '200' }"],
    ['LambdaExecutionError', 503, "throw new Error('oops')"],
    ['LambdaValidationError', 502, "return { status: 'none' }"],
  ])('%s', async (word, status, code) => {
    await using origin = await startOrigin()
    await using front = await startLambdaFront(
      { '/a': { 'viewer-request': code } },
      { origin, events: ['viewer-request'] },
    )
    expect(words(await front.get('/a'))).toEqual([
      status,
      `${word.replace(' (observed)', '')} from cloudfront`,
    ])
  })

  test('Error stays when an error page has made 200 of a 404', async () => {
    await using origin = await startOrigin({ status: 404 })
    origin.on('/index.html', { body: 'app' })
    const CustomErrorResponses = [{ ErrorCode: 404, ResponsePagePath: '/index.html', ResponseCode: 200 }]
    await using front = await startFront({ origin, distribution: { CustomErrorResponses } })
    expect(words(await front.get('/a'))).toEqual([200, 'Error from cloudfront'])
  })
})

describe('5.3 Other response rules', () => {
  const marks = { 'viewer-response': handler("response.headers['x-ran'] = { value: '1' }") }

  test.each([
    [200, '1'],
    [301, '1'],
    [400, undefined],
    [404, undefined],
    [500, undefined],
  ])('A viewer-response function on an origin status of %d: x-ran is %s', async (status, ran) => {
    await using origin = await startOrigin({ status })
    await using front = await startFunctionFront({ origin, code: marks })
    expect((await front.get('/a')).headers['x-ran']).toBe(ran)
  })

  test('A viewer-response function does not run on the redirect to HTTPS', async () => {
    await using origin = await startOrigin()
    await using front = await startFunctionFront({
      origin,
      code: marks,
      httpsPort: 0,
      behavior: { ViewerProtocolPolicy: 'redirect-to-https' },
    })
    const answer = await front.get('/a')
    expect([answer.status, answer.headers['x-ran']]).toEqual([301, undefined])
  })

  const acts = {
    'origin-response': "response.headers['x-ran'] = [{ key: 'X-Ran', value: 'yes' }]; return response",
  }

  test.each([200, 301, 404, 500])('An origin-response function runs for status %d', async (status) => {
    await using origin = await startOrigin({ status })
    await using front = await startLambdaFront({ '/a': acts }, { origin, events: ['origin-response'] })
    expect((await front.get('/a')).headers['x-ran']).toBe('yes')
  })

  test('An origin-response function does not run on a fresh hit, nor when origin-request answered', async () => {
    await using origin = await startOrigin()
    const generated = { ...acts, 'origin-request': "return { status: '200', body: 'made' }" }
    await using front = await startLambdaFront(
      { '/a': acts, '/b': generated },
      { origin, events: ['origin-request', 'origin-response'] },
    )
    await front.get('/a')
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.trace?.functions ?? []).toEqual([])
    const made = await front.get('/b')
    expect([made.text, made.headers['x-ran']]).toEqual(['made', undefined])
  })

  test('HTTP/1.0 viewers get no compressed form', async () => {
    await using origin = await startOrigin({
      headers: { 'Content-Type': 'text/css' },
      body: 'x'.repeat(2000),
    })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    const socket = createConnection(front.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.write('GET /a HTTP/1.0\r\nHost: localhost\r\nAccept-Encoding: gzip, br\r\n\r\n')
    await once(socket, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).not.toMatch(/content-encoding/i)
  })
})

describe('5.4 Compression', () => {
  const css = { 'Content-Type': 'text/css', ETag: '"v1"' }
  const body = 'a { color: red }\n'.repeat(200)
  const ask = (front: Front, accept?: string) =>
    front.get('/a', accept === undefined ? {} : { 'accept-encoding': accept })
  const decoded = ({ headers, body: bytes }: Answer) => {
    if (headers['content-encoding'] === 'br') return brotliDecompressSync(bytes).toString()
    return headers['content-encoding'] === 'gzip' ? gunzipSync(bytes).toString() : bytes.toString()
  }

  test.each([
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['deflate', undefined],
    [undefined, undefined],
  ])(
    'A viewer that sends Accept-Encoding: %s gets the coding %s, stored as it is sent',
    async (accept, coding) => {
      await using origin = await startOrigin({ headers: css, body })
      await using front = await startFront({ origin, behavior: { Compress: true } })
      const miss = await ask(front, accept)
      const hit = await ask(front, accept)
      expect(hit).toBeHit('edge')
      expect(hit.body.equals(miss.body)).toBe(true)
      for (const answer of [miss, hit]) {
        expect(answer.headers['content-encoding']).toBe(coding)
        expect(decoded(answer)).toBe(body)
        expect(answer.headers.etag).toBe(coding === undefined ? '"v1"' : 'W/"v1"')
      }
    },
  )

  test('A cached gzip form is given to viewers that take Brotli as well, until it expires', async () => {
    await using origin = await startOrigin({ headers: { ...css, 'Cache-Control': 'max-age=60' }, body })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    await ask(front, 'gzip')
    const both = await ask(front, 'gzip, br')
    expect(both).toBeHit('edge')
    expect([both.headers['content-encoding'], decoded(both)]).toEqual(['gzip', body])
    expect(both.trace?.edge?.because).toBe('other-coding')
    const head = await front.ask('/a', { method: 'HEAD', headers: { 'accept-encoding': 'gzip, br' } })
    expect(head).toBeHit('edge')
    front.clock.advanceSeconds(61)
    expect((await ask(front, 'gzip, br')).headers['content-encoding']).toBe('br')
  })

  test('Where both forms are cached, Brotli is preferred', async () => {
    await using origin = await startOrigin({ headers: css, body })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    for (const each of ['gzip', 'br']) await ask(front, each)
    const both = await ask(front, 'gzip, br')
    expect(both).toBeHit('edge')
    expect(both.headers['content-encoding']).toBe('br')
    expect(origin.requests).toHaveLength(2)
  })

  test('A gzip form in the regional cache or the Origin Shield is given as well', async () => {
    await using origin = await startOrigin({ headers: css, body })
    const originConfig = { OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' } }
    await using front = await startFront({ origin, originConfig, behavior: { Compress: true } })
    await ask(front, 'gzip')
    for (const [pop, layer] of [['MUC50', 'regional'] as const, ['NRT20', 'shield'] as const]) {
      const answer = await front.get('/a', { 'accept-encoding': 'gzip, br', 'x-pocketfront-pop': pop })
      expect(answer).toBeHit(layer)
      expect(answer.headers['content-encoding']).toBe('gzip')
    }
  })

  test('A copy that is not compressed is no form of its own for others', async () => {
    await using origin = await startOrigin({ headers: { 'Content-Type': 'image/png' }, body })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    await ask(front, 'gzip')
    expect(await ask(front, 'gzip, br')).toBeMissBecause('not-in-cache')
  })

  test('The length of the origin is gone, and Vary names Accept-Encoding (observed)', async () => {
    await using origin = await startOrigin({ headers: css, body })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    const { headers } = await ask(front, 'br')
    expect([headers['content-length'], headers.vary]).toEqual([undefined, 'Accept-Encoding'])
  })

  test('A 304 does not compress: a copy from before Compress was switched on stays as it is', async () => {
    await using origin = await startOrigin((request, response) => {
      const isSame = request.headers['if-none-match'] !== undefined
      response.writeHead(
        isSame ? 304 : 200,
        isSame ? { ETag: '"v1"' } : { ...css, 'Content-Length': body.length },
      )
      response.end(isSame ? undefined : body)
    })
    const config = {
      Origins: [{ Id: 'origin', DomainName: 'localhost' }],
      DefaultCacheBehavior: {
        TargetOriginId: 'origin',
        ViewerProtocolPolicy: 'allow-all',
        Compress: false,
        CachePolicy: cachePolicy(0, 60, 600, { EnableAcceptEncodingGzip: true }),
      },
    }
    await using front = await startFront({ origin, config, origins: { origin: origin.url } })
    await ask(front, 'gzip')
    config.DefaultCacheBehavior.Compress = true
    await front.pocketfront.reload()
    expect((await front.get('/b', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip')
    expect((await ask(front, 'gzip')).headers['content-encoding']).toBeUndefined()
    front.clock.advanceSeconds(61)
    const confirmed = await ask(front, 'gzip')
    expect(confirmed).toBeRefreshHit()
    expect(confirmed.headers['content-encoding']).toBeUndefined()
  })

  test.each([
    ['an answer that is encoded already', { headers: { ...css, 'Content-Encoding': 'identity' }, body }],
    ['an answer of 999 bytes', { headers: css, body: body.slice(0, 999) }],
    ['a type outside the list', { headers: { 'Content-Type': 'image/png' }, body }],
    ['a status other than 200, 403 and 404', { status: 410, headers: css, body }],
  ])('%s is not compressed', async (_, answer) => {
    await using origin = await startOrigin(answer)
    await using front = await startFront({ origin, behavior: { Compress: true } })
    const { headers, text } = await ask(front, 'gzip, br')
    expect([headers['content-encoding'] ?? 'identity', text]).toEqual(['identity', answer.body])
  })
})
