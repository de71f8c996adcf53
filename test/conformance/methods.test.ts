// Methods, Set-Cookie, Vary and Authorization against the caches.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'

const ALL = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const forwardsCookies = cachePolicy(0, 60, 600, { CookiesConfig: { CookieBehavior: 'all' } })

describe('2.9 Methods', () => {
  test('HEAD is answered from a cached GET (observed)', async () => {
    await using origin = await startOrigin({ body: 'hello' })
    await using front = await startFront({ origin })
    await front.get('/a')
    const answer = await front.ask('/a', { method: 'HEAD' })
    expect(answer).toBeHit('edge')
    expect([answer.text, answer.headers['content-length']]).toEqual(['', '5'])
    expect(origin.requests).toHaveLength(1)
  })

  test('a HEAD that misses is sent as HEAD, and its answer never serves a GET (choice)', async () => {
    await using origin = await startOrigin({ body: 'hello' })
    await using front = await startFront({ origin })
    await front.ask('/a', { method: 'HEAD' })
    expect(await front.ask('/a', { method: 'HEAD' })).toBeHit('edge')
    expect((await front.get('/a')).text).toBe('hello')
    expect(origin.requests.map((each) => each.method)).toEqual(['HEAD', 'GET'])
  })

  test('OPTIONS is cached where it is a cached method, apart from GET', async () => {
    const behavior = { AllowedMethods: ['GET', 'HEAD', 'OPTIONS'], CachedMethods: ['GET', 'HEAD', 'OPTIONS'] }
    await using origin = await startOrigin((request, response) => response.end(request.method))
    await using front = await startFront({ origin, behavior })
    await front.get('/a')
    expect((await front.ask('/a', { method: 'OPTIONS' })).text).toBe('OPTIONS')
    expect(await front.ask('/a', { method: 'OPTIONS' })).toBeHit('edge')
    expect((await front.get('/a')).text).toBe('GET')
    expect(origin.requests).toHaveLength(2)
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s is never cached by default',
    async (method) => {
      await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'x' })
      await using front = await startFront({ origin, behavior: { AllowedMethods: ALL } })
      await front.ask('/a', { method })
      const answer = await front.ask('/a', { method })
      expect(answer).toBeMiss()
      expect(answer.trace?.bypass).toBe('proxy-method')
      expect(origin.requests).toHaveLength(2)
    },
  )

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s leaves a cached GET of its path alone (unverified)',
    async (method) => {
      await using origin = await startOrigin({ body: 'hello' })
      await using front = await startFront({ origin, behavior: { AllowedMethods: ALL } })
      await front.get('/a')
      await front.ask('/a', { method })
      expect(await front.get('/a')).toBeHit('edge')
    },
  )

  test.each([
    { AllowedMethods: ['GET', 'HEAD'], refused: ['OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] },
    { AllowedMethods: ['GET', 'HEAD', 'OPTIONS'], refused: ['POST', 'DELETE'] },
  ])('with AllowedMethods $AllowedMethods, $refused give 403', async ({ AllowedMethods, refused }) => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin, behavior: { AllowedMethods } })
    for (const method of refused) {
      const answer = await front.ask('/a', { method })
      expect([method, answer.status, answer.headers['x-cache']]).toEqual([
        method,
        403,
        'Error from cloudfront',
      ])
      expect(answer.trace?.detailedResultType).toBe('InvalidRequestMethod')
    }
    expect(origin.requests).toHaveLength(0)
  })
})

describe('2.10 Set-Cookie, Vary, Authorization', () => {
  test('where cookies are not forwarded, Cookie and Set-Cookie are removed', async () => {
    await using origin = await startOrigin({ headers: { 'Set-Cookie': 's=1' } })
    await using front = await startFront({ origin })
    const answer = await front.get('/a', { Cookie: 'a=1' })
    expect(origin.requests[0]!.headers.cookie).toBeUndefined()
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('where cookies are forwarded, Set-Cookie is cached with the object and repeated on every hit', async () => {
    await using origin = await startOrigin({ headers: { 'Set-Cookie': ['s=1; Path=/', 't=2'] } })
    await using front = await startFront({ origin, behavior: { CachePolicy: forwardsCookies } })
    expect((await front.get('/a')).headers['set-cookie']).toEqual(['s=1; Path=/', 't=2'])
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.headers['set-cookie']).toEqual(['s=1; Path=/', 't=2'])
  })

  test('no-cache="Set-Cookie" keeps Set-Cookie out of the stored object, the first viewer gets it', async () => {
    const headers = { 'Set-Cookie': 's=1', 'Cache-Control': 'max-age=60, no-cache="Set-Cookie"' }
    await using origin = await startOrigin({ headers })
    await using front = await startFront({ origin, behavior: { CachePolicy: forwardsCookies } })
    expect((await front.get('/a')).headers['set-cookie']).toEqual(['s=1'])
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.headers['set-cookie']).toBeUndefined()
  })

  test('forwarded cookies switch request collapsing and conditional requests off', async () => {
    const headers = { ETag: '"1"', 'Cache-Control': 'max-age=10' }
    const waiting: (() => void)[] = []
    await using origin = await startOrigin((_, response) => {
      waiting.push(() => response.writeHead(200, headers).end('x'))
      if (waiting.length === 3) for (const answer of waiting) answer()
    })
    await using front = await startFront({ origin, behavior: { CachePolicy: forwardsCookies } })
    // Only all three together are answered: one request for three would wait for ever.
    await Promise.all([front.get('/a'), front.get('/a'), front.get('/a')])
    expect(origin.requests).toHaveLength(3)
    origin.on('/a', { headers, body: 'x' })
    front.clock.advanceSeconds(11)
    await front.get('/a')
    expect(origin.requests[3]!.headers['if-none-match']).toBeUndefined()
  })

  test('Vary does not change the cache key', async () => {
    await using origin = await startOrigin({ headers: { Vary: 'Accept-Language' }, body: 'x' })
    await using front = await startFront({ origin })
    await front.get('/a', { 'Accept-Language': 'de' })
    expect(await front.get('/a', { 'Accept-Language': 'fr' })).toBeHit('edge')
  })

  test('Vary: * with MinTTL 0 sends every request to the origin, without conditions', async () => {
    await using origin = await startOrigin({
      headers: { Vary: '*', ETag: '"1"', 'Cache-Control': 'max-age=60' },
    })
    await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(0, 60, 600) } })
    await front.get('/a')
    expect(await front.get('/a')).toBeMiss()
    expect(origin.requests[1]!.headers['if-none-match']).toBeUndefined()
  })

  test('Vary: * with a MinTTL above 0 is as any other Vary', async () => {
    await using origin = await startOrigin({ headers: { Vary: '*' }, body: 'x' })
    await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(1, 60, 600) } })
    await front.get('/a')
    expect(await front.get('/a')).toBeHit('edge')
  })

  test('Authorization does not prevent caching, and is not forwarded unless a policy says so', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    await front.get('/a', { Authorization: 'Basic eDp5' })
    expect(await front.get('/a')).toBeHit('edge')
    expect(origin.requests[0]!.headers.authorization).toBeUndefined()
  })

  test('Authorization in the cache policy is forwarded and splits the cache', async () => {
    const CachePolicy = cachePolicy(0, 60, 600, {
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Authorization'] },
    })
    await using origin = await startOrigin()
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    await front.get('/a', { Authorization: 'one' })
    expect(await front.get('/a', { Authorization: 'two' })).toBeMiss()
    expect(await front.get('/a', { Authorization: 'one' })).toBeHit('edge')
    expect(origin.requests.map((each) => each.headers.authorization)).toEqual(['one', 'two'])
  })

  test('a chunked body is streamed and cached', async () => {
    await using origin = await startOrigin((_, response) => {
      response.write('first ')
      response.end('second')
    })
    await using front = await startFront({ origin })
    expect((await front.get('/a')).text).toBe('first second')
    expect(await front.get('/a')).toBeHit('edge')
  })

  test.each([
    { name: 'an incomplete chunked body', head: 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n' },
    { name: 'a body shorter than its Content-Length', head: 'Content-Length: 10\r\n\r\nhello' },
  ])('$name is delivered as far as it came, and not cached', async ({ head }) => {
    await using origin = await startRawOrigin((socket) => socket.end(`HTTP/1.1 200 OK\r\n${head}`))
    await using front = await startFront({ origin })
    const answer = await front.get('/a')
    expect([answer.text, answer.broken]).toEqual(['hello', true])
    expect(answer.trace?.edge).toMatchObject({ stored: false, storedBecause: 'truncated' })
    expect((await front.get('/a')).trace?.edge?.because).toBe('not-in-cache')
  })

  test('a body that only the end of the connection ends is delivered and cached', async () => {
    await using origin = await startRawOrigin((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello'),
    )
    await using front = await startFront({ origin })
    expect((await front.get('/a')).text).toBe('hello')
    expect(await front.get('/a')).toBeHit('edge')
  })
})
