// Custom error responses: which page is shown for which error, how it is fetched, and how long it lives.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, startRawOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { closedPort } from '../support/ports.ts'

interface Entry {
  readonly ErrorCode: number
  readonly ResponseCode?: number
  readonly ResponsePagePath?: string
  readonly ErrorCachingMinTTL?: number
}

/** Both the site and its pages come from one origin, pages by a behavior of their own. */
function startSite(
  origin: { url: string },
  entries: readonly Entry[],
  more: FrontOptions = {},
): Promise<Front> {
  return startFront({
    origin: origin as ScriptedOrigin,
    originConfig: { ConnectionAttempts: 1 },
    behaviors: [{ PathPattern: '/errors/*' }],
    ...more,
    distribution: { CustomErrorResponses: entries, ...more.distribution },
  })
}

/** Fails with a status everywhere but below /errors/. */
async function failingSite(status: number, headers: Record<string, string> = {}) {
  const origin = await startOrigin({ status, headers, body: `the origin's own ${status}` })
  origin.on('/errors/page.html', {
    headers: { 'Content-Type': 'text/x-page', 'X-Page': 'yes' },
    body: 'the page',
  })
  return origin
}

const PAGE = '/errors/page.html'
const to = (ErrorCode: number, ResponseCode: number, more: object = {}): Entry[] => [
  { ErrorCode, ResponseCode, ResponsePagePath: PAGE, ...more },
]
const CODES = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]

describe('5.7 Custom error responses', () => {
  test.each(CODES)('ErrorCode may be %d, and the page is shown for it', async (status) => {
    await using origin = await failingSite(status)
    await using front = await startSite(origin, to(status, 404))
    const answer = await front.get('/a')
    expect([answer.status, answer.text]).toEqual([404, 'the page'])
    expect(answer.trace?.errorPage).toMatchObject({
      errorCode: status,
      path: PAGE,
      behavior: '/errors/*',
      responseCode: 404,
      outcome: 'shown',
    })
  })

  test.each([412, 415])('%d cannot be an ErrorCode', async (status) => {
    await using origin = await failingSite(status)
    await expect(startSite(origin, to(status, 404))).rejects.toThrow(/ErrorCode/)
  })

  test.each([200, ...CODES])('ResponseCode may be %d', async (code) => {
    await using origin = await failingSite(500)
    await using front = await startSite(origin, to(500, code))
    const answer = await front.get('/a')
    expect([answer.status, answer.text]).toEqual([code, 'the page'])
  })

  test('Body and headers are those of the page, the status is ResponseCode', async () => {
    await using origin = await failingSite(404, { 'X-Failed': 'yes', 'Content-Type': 'text/x-failed' })
    await using front = await startSite(origin, to(404, 404))
    const { headers, text } = await front.get('/a')
    expect(text).toBe('the page')
    expect(headers).toMatchObject({ 'content-type': 'text/x-page', 'x-page': 'yes', 'content-length': '8' })
    expect(headers).not.toHaveProperty('x-failed')
  })

  test('The first behavior that matches ResponsePagePath gives the origin of the page', async () => {
    await using origin = await startOrigin({ status: 500 })
    await using pages = await startOrigin({ body: 'from the page origin' })
    const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' }
    await using front = await startSite(origin, to(500, 500), {
      origins: { site: origin.url, pages: pages.url },
      behavior: { TargetOriginId: 'site' },
      behaviors: [
        { PathPattern: '/errors/p*', TargetOriginId: 'pages' },
        { PathPattern: '/errors/*', TargetOriginId: 'site' },
      ],
      distribution: {
        Origins: ['site', 'pages'].map((Id) => ({
          Id,
          DomainName: `${Id}.example.com`,
          CustomOriginConfig: custom,
          ...(Id === 'pages' && { OriginPath: '/v1' }),
        })),
      },
    })
    expect((await front.get('/a')).text).toBe('from the page origin')
    expect(pages.requests.map(({ url }) => url)).toEqual(['/v1/errors/page.html'])
  })

  test("The page behavior's policies decide what its origin gets, and what is in its cache key", async () => {
    await using origin = await failingSite(404)
    const keyed = { HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Accept-Language'] } }
    await using front = await startSite(origin, to(404, 404), {
      behaviors: [{ PathPattern: '/errors/*', CachePolicy: cachePolicy(1, 60, 60, keyed) }],
    })
    await front.get('/a', { 'Accept-Language': 'de' })
    await front.get('/a', { 'Accept-Language': 'de' })
    await front.get('/a', { 'Accept-Language': 'fr' })
    const asked = origin.requests.filter(({ url }) => url === PAGE)
    expect(asked.map(({ headers }) => headers['accept-language'])).toEqual(['de', 'fr'])
    expect(origin.requests.find(({ url }) => url === '/a')!.headers).not.toHaveProperty('accept-language')
  })

  test('An entry without a page only sets how long the error is cached', async () => {
    await using origin = await failingSite(404)
    await using front = await startSite(origin, [{ ErrorCode: 404, ErrorCachingMinTTL: 60 }])
    expect((await front.get('/a')).text).toBe("the origin's own 404")
    front.clock.advanceSeconds(59)
    await front.get('/a')
    expect(origin.countOf('/a')).toBe(1)
    front.clock.advanceSeconds(2)
    await front.get('/a')
    expect(origin.countOf('/a')).toBe(2)
  })

  test('The error is cached for ErrorCachingMinTTL and shows the page each time; then the object is asked for again', async () => {
    await using origin = await failingSite(404)
    await using front = await startSite(origin, to(404, 404, { ErrorCachingMinTTL: 30 }))
    for (let i = 0; i < 3; i++) expect((await front.get('/a')).text).toBe('the page')
    expect(origin.countOf('/a')).toBe(1)
    front.clock.advanceSeconds(31)
    origin.on('/a', { body: 'found' })
    expect((await front.get('/a')).text).toBe('found')
  })

  test('The error is cached for max-age of the failed answer where that is longer', async () => {
    await using origin = await failingSite(404, { 'Cache-Control': 'max-age=100' })
    await using front = await startSite(origin, to(404, 404, { ErrorCachingMinTTL: 30 }))
    await front.get('/a')
    front.clock.advanceSeconds(99)
    await front.get('/a')
    expect(origin.countOf('/a')).toBe(1)
    front.clock.advanceSeconds(2)
    await front.get('/a')
    expect(origin.countOf('/a')).toBe(2)
  })

  test('The page is cached as its own behavior says, apart from the error', async () => {
    await using origin = await failingSite(404)
    await using front = await startSite(origin, to(404, 404, { ErrorCachingMinTTL: 10 }), {
      behaviors: [{ PathPattern: '/errors/*', CachePolicy: cachePolicy(0, 300, 300) }],
    })
    for (let i = 0; i < 20; i++) {
      await front.get('/a')
      front.clock.advanceSeconds(11)
    }
    expect(origin.countOf('/a')).toBe(20)
    expect(origin.countOf(PAGE)).toBe(1)
    await front.get('/b')
    front.clock.advanceSeconds(100)
    await front.get('/b')
    expect(origin.countOf(PAGE)).toBe(2)
  })

  test('A page that was fetched for an error is a hit when a viewer asks for it itself', async () => {
    await using origin = await failingSite(404)
    await using front = await startSite(origin, to(404, 404))
    await front.get('/a')
    expect(await front.get(PAGE)).toBeHit('edge')
  })

  test('A page that cannot be fetched gives the viewer the status of its fetch', async () => {
    await using origin = await failingSite(500)
    origin.on(PAGE, { status: 404, body: 'no page' })
    await using front = await startSite(origin, to(500, 200))
    const answer = await front.get('/a')
    expect(answer.status).toBe(404)
    expect(answer.trace?.errorPage).toMatchObject({ outcome: 'page-status', fetch: { status: 404 } })
    expect(answer.trace?.problem).toContain('/errors/page.html could not be fetched: 404')
  })

  test('The body is that of the failed fetch of the page, too (unverified)', async () => {
    await using origin = await failingSite(500)
    origin.on(PAGE, { status: 404, body: 'no page' })
    await using front = await startSite(origin, to(500, 200))
    expect((await front.get('/a')).text).toBe('no page')
  })

  test('There is no second substitution, so that pages cannot loop', async () => {
    await using origin = await startOrigin({ status: 404, body: 'nothing here' })
    await using front = await startSite(origin, [...to(404, 404), ...to(500, 500)])
    const answer = await front.get('/a')
    expect([answer.status, answer.text]).toEqual([404, 'nothing here'])
    expect(origin.requests.map(({ url }) => url)).toEqual(['/a', PAGE])
  })

  test("When the page's origin cannot be reached the viewer gets that error", async () => {
    await using origin = await failingSite(500)
    const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' }
    await using front = await startSite(origin, to(500, 200), {
      origins: { site: origin.url, pages: `http://127.0.0.1:${await closedPort()}` },
      behavior: { TargetOriginId: 'site' },
      behaviors: [{ PathPattern: '/errors/*', TargetOriginId: 'pages' }],
      distribution: {
        Origins: ['site', 'pages'].map((Id) => ({
          Id,
          DomainName: `${Id}.example.com`,
          CustomOriginConfig: custom,
          ConnectionAttempts: 1,
        })),
      },
    })
    const answer = await front.get('/a')
    expect(answer.status).toBe(502)
    expect(answer.text).toContain("CloudFront wasn't able to connect to the origin.")
    expect(answer.trace?.errorPage?.outcome).toBe('page-failed')
  })

  test('The page stands in for a 502 that CloudFront makes', async () => {
    const site = { url: `http://127.0.0.1:${await closedPort()}` }
    await using pages = await startOrigin({ body: 'back soon' })
    const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' }
    await using front = await startSite(site, to(502, 503), {
      origins: { site: site.url, pages: pages.url },
      behavior: { TargetOriginId: 'site' },
      behaviors: [{ PathPattern: '/errors/*', TargetOriginId: 'pages' }],
      distribution: {
        Origins: ['site', 'pages'].map((Id) => ({
          Id,
          DomainName: `${Id}.example.com`,
          CustomOriginConfig: custom,
          ConnectionAttempts: 1,
        })),
      },
    })
    for (let i = 0; i < 2; i++) {
      const answer = await front.get('/a')
      expect([answer.status, answer.text]).toEqual([503, 'back soon'])
      expect(answer.trace?.detailedResultType).toBe('OriginConnectError')
    }
  })

  test('The page stands in for a 504 that CloudFront makes', async () => {
    await using origin = await startRawOrigin((socket, head) => {
      if (head.startsWith('GET /errors/')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage')
    })
    await using front = await startSite(origin, to(504, 504), {
      originConfig: {
        ConnectionAttempts: 1,
        CustomOriginConfig: {
          OriginProtocolPolicy: 'http-only',
          HTTPPort: 80,
          HTTPSPort: 443,
          OriginReadTimeout: 1,
        },
      },
    })
    const answer = await front.get('/a')
    expect([answer.status, answer.text]).toEqual([504, 'page'])
  })

  test.each([
    { what: 'a method that is not allowed (403)', code: 403, method: 'POST', path: '/a' },
    { what: 'a GET with a body (403)', code: 403, method: 'GET', path: '/a', body: 'x' },
    { what: 'a malformed request (400)', code: 400, method: 'GET', path: 'nonsense' },
    { what: 'a URL that is too long (414)', code: 414, method: 'GET', path: `/${'a'.repeat(8192)}` },
  ])(
    'No page stands in for what CloudFront refuses as unsafe: $what',
    async ({ code, method, path, body }) => {
      await using origin = await failingSite(404)
      await using front = await startSite(origin, to(code, 200))
      const answer = await front.ask(path, {
        method,
        ...(body !== undefined && { body, headers: { 'Content-Length': '1' } }),
      })
      expect(answer.status).toBe(code)
      expect(origin.requests).toHaveLength(0)
    },
  )

  test('The page stands in for a 416 that CloudFront makes of a cached object (choice)', async () => {
    await using origin = await startOrigin({ body: 'hello' })
    origin.on('/416.html', { body: 'no such bytes' })
    const CustomErrorResponses = [{ ErrorCode: 416, ResponsePagePath: '/416.html', ResponseCode: 416 }]
    await using front = await startFront({ origin, distribution: { CustomErrorResponses } })
    await front.get('/a')
    const answer = await front.get('/a', { Range: 'bytes=9-' })
    expect([answer.status, answer.text]).toEqual([416, 'no such bytes'])
    expect(answer.trace?.errorPage).toMatchObject({ errorCode: 416, outcome: 'shown' })
  })

  test('A stale copy that can be used comes before the page', async () => {
    await using origin = await failingSite(500)
    origin.on('/a', { headers: { 'Cache-Control': 'max-age=10' }, body: 'good' })
    await using front = await startSite(origin, to(500, 503))
    await front.get('/a')
    front.clock.advanceSeconds(11)
    origin.on('/a', { status: 500 })
    const answer = await front.get('/a')
    expect([answer.status, answer.text]).toEqual([200, 'good'])
    expect(origin.countOf(PAGE)).toBe(0)
  })

  test('The page is shown when stale-if-error forbids the stale copy', async () => {
    await using origin = await failingSite(500)
    origin.on('/a', { headers: { 'Cache-Control': 'max-age=10, stale-if-error=0' }, body: 'good' })
    await using front = await startSite(origin, to(500, 503))
    await front.get('/a')
    front.clock.advanceSeconds(11)
    origin.on('/a', { status: 500 })
    expect((await front.get('/a')).text).toBe('the page')
  })

  test('The log says the new status and the result type Error', async () => {
    await using origin = await failingSite(403)
    await using front = await startSite(origin, to(403, 200))
    const { trace } = await front.get('/a')
    expect(trace).toMatchObject({ status: 200, resultType: 'Error', detailedResultType: 'Error' })
  })

  test('X-Cache is Error from cloudfront even when the status has become 200 (observed)', async () => {
    await using origin = await failingSite(404)
    await using front = await startSite(origin, to(404, 200))
    for (let i = 0; i < 2; i++) {
      const { headers } = await front.get('/a')
      expect(headers['x-cache']).toBe('Error from cloudfront')
    }
  })

  test('A single-page application answers every unknown path with /index.html and 200', async () => {
    await using origin = await startOrigin({ status: 403, body: '<Error/>' })
    origin.on('/index.html', { body: 'the app' })
    await using front = await startFront({
      origin,
      distribution: {
        DefaultRootObject: 'index.html',
        CustomErrorResponses: [403, 404].map((ErrorCode) => ({
          ErrorCode,
          ResponseCode: 200,
          ResponsePagePath: '/index.html',
        })),
      },
    })
    for (const path of ['/', '/orders/7', '/orders/8', '/orders/7']) {
      const answer = await front.get(path)
      expect([answer.status, answer.text]).toEqual([200, 'the app'])
    }
    expect(origin.countOf('/index.html')).toBe(1)
  })

  test('The page is fetched with GET whatever the method was (choice)', async () => {
    await using origin = await failingSite(500)
    await using front = await startSite(origin, to(500, 503), {
      behavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] },
    })
    const head = await front.ask('/head', { method: 'HEAD' })
    expect([head.status, head.text, head.headers['content-length']]).toEqual([503, '', '8'])
    const post = await front.ask('/post', { method: 'POST', body: 'data' })
    expect([post.status, post.text]).toEqual([503, 'the page'])
    const asked = origin.requests.filter(({ url }) => url === PAGE)
    expect(asked.map(({ method, headers }) => [method, headers['content-length']])).toEqual([
      ['GET', undefined],
    ])
  })

  test('Ranges and conditions of the request do not concern the page (choice)', async () => {
    await using origin = await failingSite(404)
    origin.on(PAGE, { headers: { ETag: '"page"', 'Cache-Control': 'max-age=60' }, body: 'the page' })
    await using front = await startSite(origin, to(404, 200))
    for (const path of ['/a', '/b']) {
      const range = await front.get(path, { Range: 'bytes=0-2' })
      expect([range.status, range.text]).toEqual([200, 'the page'])
      const condition = await front.get(path, { 'If-None-Match': '"page"' })
      expect([condition.status, condition.text]).toEqual([200, 'the page'])
    }
    const asked = origin.requests.find(({ url }) => url === PAGE)!
    expect(asked.headers).not.toHaveProperty('range')
  })

  test('With CachingDisabled neither the error nor the page is cached', async () => {
    await using origin = await failingSite(404)
    await using front = await startSite(origin, to(404, 404), {
      behavior: { CachePolicy: 'CachingDisabled' },
      behaviors: [{ PathPattern: '/errors/*', CachePolicy: 'CachingDisabled' }],
    })
    await front.get('/a')
    expect((await front.get('/a')).text).toBe('the page')
    expect([origin.countOf('/a'), origin.countOf(PAGE)]).toEqual([2, 2])
  })

  test('Viewer-request and viewer-response functions do not run for the page', async () => {
    const seen = 'event.Records[0].cf.request.uri'
    const folder = await mkdtemp(join(tmpdir(), 'pocketfront-pages-'))
    await writeFile(
      join(folder, 'request.mjs'),
      `export const handler = async (event) => { console.log(${seen}); return event.Records[0].cf.request }`,
    )
    await writeFile(
      join(folder, 'response.mjs'),
      `export const handler = async () => { throw new Error('no') }`,
    )
    await using origin = await failingSite(404)
    const functions = {
      LambdaFunctionAssociations: [
        { EventType: 'viewer-request', Handler: 'request.mjs' },
        { EventType: 'viewer-response', Handler: 'response.mjs' },
      ],
    }
    await using front = await startSite(origin, to(404, 200), {
      cwd: folder,
      behavior: functions,
      behaviors: [{ PathPattern: '/errors/*', ...functions }],
    })
    const answer = await front.get('/a')
    expect([answer.status, answer.text]).toEqual([200, 'the page'])
    expect(answer.trace?.functions).toMatchObject([
      { event: 'viewer-request', logs: [expect.stringMatching(/\t\/a$/)] },
    ])
    expect(answer.trace?.errorPage?.fetch.functions).toBeNull()
    await rm(folder, { recursive: true })
  })

  test("The origin-facing functions of the page's behavior run for it (unverified)", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pocketfront-pages-'))
    await writeFile(
      join(folder, 'request.mjs'),
      `export const handler = async (event) => {
        const { request } = event.Records[0].cf
        request.headers['x-function'] = [{ key: 'X-Function', value: 'ran' }]
        return request
      }`,
    )
    await using origin = await failingSite(404)
    await using front = await startSite(origin, to(404, 200), {
      cwd: folder,
      behaviors: [
        {
          PathPattern: '/errors/*',
          LambdaFunctionAssociations: [{ EventType: 'origin-request', Handler: 'request.mjs' }],
        },
      ],
    })
    await front.get('/a')
    expect(origin.requests.map(({ url, headers }) => [url, headers['x-function']])).toEqual([
      ['/a', undefined],
      [PAGE, 'ran'],
    ])
    await rm(folder, { recursive: true })
  })

  test('The response headers policy is that of the behavior of the page (choice)', async () => {
    await using origin = await failingSite(404)
    const policy = (value: string) => ({
      ResponseHeadersPolicy: {
        Name: value,
        CustomHeadersConfig: { Items: [{ Header: 'X-Policy', Value: value, Override: true }] },
      },
    })
    await using front = await startSite(origin, to(404, 404), {
      behavior: policy('object'),
      behaviors: [{ PathPattern: '/errors/*', ...policy('page') }],
    })
    expect((await front.get('/a')).headers['x-policy']).toBe('page')
  })
})

describe('5.1 Response headers', () => {
  test.each([
    ...[400, 405, 414, 416, 500, 501].map((status) => [status, 'close'] as const),
    ...[403, 404, 502, 503, 504].map((status) => [status, 'keep-alive'] as const),
  ])('With a custom error page for %d, Connection is %s', async (status, connection) => {
    await using origin = await failingSite(status)
    await using front = await startSite(origin, to(status, 200))
    const viewer = connect(front.port, '127.0.0.1')
    viewer.write('GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [head] = (await once(viewer, 'data')) as [Buffer]
    expect(head.toString().toLowerCase()).toContain(`\r\nconnection: ${connection}\r\n`)
    if (connection === 'close') await once(viewer.resume(), 'end')
    viewer.destroy()
  })
})

describe('4.2 Headers CloudFront can add', () => {
  const headers = ['CloudFront-Error-Uri', 'CloudFront-Error-Args']
  const policy = {
    OriginRequestPolicy: {
      Name: 'errors',
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: headers },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    },
  }

  test('CloudFront-Error-Uri and -Args tell the origin of an error page what failed (unverified)', async () => {
    await using origin = await failingSite(404)
    await using front = await startSite(origin, to(404, 404), {
      behavior: policy,
      behaviors: [{ PathPattern: '/errors/*', ...policy }],
    })
    await front.get('/a/b?x=1', { 'CloudFront-Error-Uri': '/forged' })
    const [failed, page] = origin.requests
    expect(failed!.headers).not.toHaveProperty('cloudfront-error-uri')
    expect(page!.headers).toMatchObject({ 'cloudfront-error-uri': '/a/b', 'cloudfront-error-args': 'x=1' })
  })
})
