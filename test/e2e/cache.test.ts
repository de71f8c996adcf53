// What the layers keep, confirm, share and forget, over real sockets.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'

const cacheable = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"' }, body: 'version 1' }

describe('Layers', () => {
  test('A miss fills both tiers; the next request is a hit at the edge with an Age', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    const miss = await front.get('/a')
    expect(miss).toBeMissBecause('not-in-cache')
    expect(miss.headers.age).toBeUndefined()
    expect(miss.trace?.regional).toMatchObject({ place: 'eu-central-1', verdict: 'miss', stored: true })
    front.clock.advanceSeconds(7)
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.headers.age).toBe('7')
    expect(hit.text).toBe('version 1')
    expect(origin.countOf('/a')).toBe(1)
  })

  test('A POP of the same area finds the object in the shared regional cache, and keeps its age', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a', { 'x-pocketfront-pop': 'FRA56' })
    front.clock.advanceSeconds(20)
    const munich = await front.get('/a', { 'x-pocketfront-pop': 'MUC50' })
    expect(munich).toBeHit('regional')
    expect(munich.trace?.edge?.verdict).toBe('miss')
    expect(munich.headers.age).toBe('20')
    front.clock.advanceSeconds(20)
    const again = await front.get('/a', { 'x-pocketfront-pop': 'MUC50' })
    expect(again).toBeHit('edge')
    expect(again.headers.age).toBe('40')
  })

  test('A POP of another Region misses in its own regional cache', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a', { 'x-pocketfront-pop': 'FRA56' })
    const tokyo = await front.get('/a', { 'x-pocketfront-pop': 'NRT20' })
    expect(tokyo).toBeMiss()
    expect(tokyo.trace?.regional?.place).toBe('ap-northeast-1')
    expect(origin.countOf('/a')).toBe(2)
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s passes every cache by', async (method) => {
    await using origin = await startOrigin(cacheable)
    const AllowedMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
    await using front = await startFront({ origin, behavior: { AllowedMethods } })
    for (let i = 0; i < 2; i++) {
      const answer = await front.ask('/a', { method })
      expect(answer).toBeMiss()
      expect(answer.trace).toMatchObject({ bypass: 'proxy-method', edge: null, regional: null })
    }
    expect(origin.countOf('/a')).toBe(2)
  })

  test('OPTIONS as a cached method is kept apart from GET, at the POP only', async () => {
    await using origin = await startOrigin(cacheable)
    const methods = ['GET', 'HEAD', 'OPTIONS']
    await using front = await startFront({
      origin,
      behavior: { AllowedMethods: methods, CachedMethods: methods },
    })
    await front.get('/a')
    const first = await front.ask('/a', { method: 'OPTIONS' })
    expect(first).toBeMiss()
    expect(first.trace?.regional).toBeNull()
    expect(await front.ask('/a', { method: 'OPTIONS' })).toBeHit('edge')
  })

  test('A behavior with all TTLs 0 goes straight to the origin', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
    await front.get('/a')
    const second = await front.get('/a')
    expect(second).toBeMiss()
    expect(second.trace).toMatchObject({ bypass: 'caching-disabled', edge: null })
  })
})

describe('Expired copies', () => {
  test('An expired copy that the origin confirms with 304 is a RefreshHit, and fresh again', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    origin.on('/a', { status: 304, headers: { ETag: '"v1"', 'Cache-Control': 'max-age=30', 'X-New': 'yes' } })
    front.clock.advanceSeconds(61)
    const refreshed = await front.get('/a')
    expect(refreshed).toBeRefreshHit()
    expect(refreshed.text).toBe('version 1')
    expect(refreshed.headers['x-new']).toBe('yes')
    expect(origin.requests.at(-1)!.headers['if-none-match']).toBe('"v1"')
    front.clock.advanceSeconds(29)
    expect(await front.get('/a')).toBeHit('edge')
    front.clock.advanceSeconds(2)
    expect(await front.get('/a')).toBeRefreshHit()
  })

  test('An expired copy with Last-Modified alone is confirmed with If-Modified-Since', async () => {
    const modified = 'Tue, 01 Jan 2019 00:00:00 GMT'
    await using origin = await startOrigin({
      headers: { 'Cache-Control': 'max-age=5', 'Last-Modified': modified },
    })
    await using front = await startFront({ origin })
    await front.get('/a')
    origin.on('/a', { status: 304 })
    front.clock.advanceSeconds(6)
    expect(await front.get('/a')).toBeRefreshHit()
    expect(origin.requests.at(-1)!.headers['if-modified-since']).toBe(modified)
  })

  test('An expired copy that has changed is a Miss with the new body', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    origin.on('/a', { headers: { 'Cache-Control': 'max-age=60', ETag: '"v2"' }, body: 'version 2' })
    front.clock.advanceSeconds(61)
    const changed = await front.get('/a')
    expect(changed).toBeMissBecause('expired')
    expect(changed.text).toBe('version 2')
    expect((await front.get('/a')).text).toBe('version 2')
  })

  test('A POP with an expired copy asks the regional cache, which another POP has refreshed', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a', { 'x-pocketfront-pop': 'FRA56' })
    await front.get('/a', { 'x-pocketfront-pop': 'MUC50' })
    origin.on('/a', { status: 304, headers: { 'Cache-Control': 'max-age=60' } })
    front.clock.advanceSeconds(61)
    await front.get('/a', { 'x-pocketfront-pop': 'FRA56' })
    const asked = origin.countOf('/a')
    const munich = await front.get('/a', { 'x-pocketfront-pop': 'MUC50' })
    expect(munich).toBeRefreshHit()
    expect(munich.trace?.regional?.because).toBe('fresh')
    expect(origin.countOf('/a')).toBe(asked)
  })

  test('With cookies forwarded an expired copy is fetched whole, without a condition', async () => {
    await using origin = await startOrigin(cacheable)
    const CachePolicy = cachePolicy(0, 60, 600, { CookiesConfig: { CookieBehavior: 'all' } })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    await front.get('/a')
    front.clock.advanceSeconds(61)
    expect(await front.get('/a')).toBeMissBecause('expired')
    expect(origin.requests.at(-1)!.headers['if-none-match']).toBeUndefined()
  })

  test('stale-while-revalidate answers at once and refreshes behind the viewer', async () => {
    const headers = { 'Cache-Control': 'max-age=10, stale-while-revalidate=60' }
    await using origin = await startOrigin({ headers, body: 'old' })
    await using front = await startFront({ origin })
    await front.get('/a')
    origin.on('/a', { headers, body: 'new' })
    front.clock.advanceSeconds(11)
    const stale = await front.get('/a')
    expect(stale.text).toBe('old')
    expect(stale.trace?.edge?.because).toBe('stale-while-revalidate')
    await origin.seen(2)
    await expect.poll(async () => (await front.get('/a')).text).toBe('new')
    expect(origin.countOf('/a')).toBeLessThanOrEqual(3)
  })
})

describe('HEAD', () => {
  test('HEAD is answered from a cached GET, with its headers and no body', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    const head = await front.ask('/a', { method: 'HEAD' })
    expect(head).toBeHit('edge')
    expect(head.headers['content-length']).toBe('9')
    expect(head.body).toHaveLength(0)
  })

  test('The answer to HEAD serves later HEADs but never a GET', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    expect(await front.ask('/a', { method: 'HEAD' })).toBeMiss()
    expect(await front.ask('/a', { method: 'HEAD' })).toBeHit('edge')
    const get = await front.get('/a')
    expect(get).toBeMiss()
    expect(get.text).toBe('version 1')
  })
})

describe('Conditions and ranges of viewers', () => {
  test('A viewer condition on a fresh copy gives 304 with X-Cache Hit', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    const answer = await front.get('/a', { 'if-none-match': 'W/"v1", "x"' })
    expect(answer.status).toBe(304)
    expect(answer).toBeHit('edge')
    expect(answer.headers.etag).toBe('"v1"')
    expect(answer.headers['content-length']).toBeUndefined()
  })

  test('A viewer condition on a miss is evaluated here: the origin is asked without it, and the object is stored', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    const answer = await front.get('/a', { 'if-none-match': '"v1"' })
    expect(answer.status).toBe(304)
    expect(origin.requests[0]!.headers['if-none-match']).toBeUndefined()
    const hit = await front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.text).toBe('version 1')
  })

  test.each([
    ['bytes=0-2', 206, 'ver', 'bytes 0-2/9'],
    ['bytes=-1', 206, '1', 'bytes 8-8/9'],
    ['bytes=4-', 206, 'ion 1', 'bytes 4-8/9'],
    ['bytes=20-', 416, '', 'bytes */9'],
    ['bytes=5-2', 200, 'version 1', undefined],
    ['lines=1-2', 200, 'version 1', undefined],
  ])('A cached object answers Range: %s with %i', async (range, status, text, contentRange) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    const answer = await front.get('/a', { range })
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([
      status,
      text,
      contentRange,
    ])
    expect(origin.countOf('/a')).toBe(1)
  })

  test('A range that is not cached is fetched as asked and not stored as the object', async () => {
    await using origin = await startOrigin(cacheable)
    origin.on('/a', (request, response) => {
      if (request.headers.range === undefined) return response.end('0123456789')
      response.writeHead(206, {
        'Content-Range': 'bytes 1-2/10',
        'Content-Length': '2',
        'Cache-Control': 'max-age=60',
      })
      return response.end('12')
    })
    await using front = await startFront({ origin })
    const part = await front.get('/a', { range: 'bytes=1-2' })
    expect([part.status, part.text]).toEqual([206, '12'])
    expect(part.trace?.edge).toMatchObject({ because: 'range-request', storedBecause: 'partial-content' })
    expect((await front.get('/a')).text).toBe('0123456789')
  })

  test('A range of an object in many chunks starts and ends in the middle of them', async () => {
    const body = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251))
    await using origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body })
    await using front = await startFront({ origin })
    await front.get('/big')
    const part = await front.get('/big', { range: 'bytes=1234567-2345678' })
    expect(part.status).toBe(206)
    expect(part.body.equals(body.subarray(1_234_567, 2_345_679))).toBe(true)
  })
})

describe('Errors', () => {
  test('A 404 is cached for ErrorCachingMinTTL and shows X-Cache Error', async () => {
    await using origin = await startOrigin({ status: 404, body: 'nothing' })
    const CustomErrorResponses = [{ ErrorCode: 404, ErrorCachingMinTTL: 30 }]
    await using front = await startFront({ origin, distribution: { CustomErrorResponses } })
    for (const expectedRequests of [1, 1]) {
      const answer = await front.get('/a')
      expect([answer.status, answer.text, answer.headers['x-cache']]).toEqual([
        404,
        'nothing',
        'Error from cloudfront',
      ])
      expect(origin.countOf('/a')).toBe(expectedRequests)
    }
    front.clock.advanceSeconds(31)
    await front.get('/a')
    expect(origin.countOf('/a')).toBe(2)
  })

  test('A 403 without max-age is not cached', async () => {
    await using origin = await startOrigin({ status: 403 })
    await using front = await startFront({ origin })
    await front.get('/a')
    const second = await front.get('/a')
    expect(origin.countOf('/a')).toBe(2)
    expect(second.trace?.edge?.storedBecause).toBe('error-without-max-age')
  })
})

describe('Invalidation', () => {
  test.each([
    ['/a', true],
    ['/a*', true],
    ['/*', true],
    ['/A', false],
    ['/b', false],
    ['/*a', false],
  ])('Invalidating %s removes /a: %s', async (path, removed) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    front.pocketfront.invalidate(path)
    const answer = await front.get('/a')
    if (removed) expect(answer).toBeMissBecause('invalidated')
    else expect(answer).toBeHit('edge')
  })

  test('Every layer forgets: the object is not taken from the regional cache either', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    front.pocketfront.invalidate('/a')
    const answer = await front.get('/a')
    expect(answer.trace?.regional?.because).toBe('invalidated')
    expect(origin.countOf('/a')).toBe(2)
  })

  test('With the query string in the key the bare path removes only the variant without one', async () => {
    await using origin = await startOrigin(cacheable)
    const CachePolicy = cachePolicy(0, 60, 600, { QueryStringsConfig: { QueryStringBehavior: 'all' } })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    await front.get('/a')
    await front.get('/a?x=1')
    front.pocketfront.invalidate('/a')
    expect(await front.get('/a?x=1')).toBeHit('edge')
    expect(await front.get('/a')).toBeMiss()
    front.pocketfront.invalidate('/a*')
    expect(await front.get('/a?x=1')).toBeMiss()
  })

  test('An object whose fetch began before the invalidation is not stored after it', async () => {
    await using origin = await startOrigin(cacheable)
    let release = (): void => {}
    origin.on('/slow', (_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '3' })
      response.write('ol')
      release = () => void response.end('d')
    })
    await using front = await startFront({ origin })
    const first = front.get('/slow')
    await origin.seen(1)
    front.pocketfront.invalidate('/slow')
    const second = front.get('/slow')
    await origin.seen(2)
    origin.on('/slow', { headers: { 'Cache-Control': 'max-age=60' }, body: 'new' })
    release()
    await second
    void first.catch(() => {})
    front.pocketfront.purge()
    expect((await front.get('/slow')).text).toBe('new')
  })

  test('Purging empties every cache', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    expect(front.pocketfront.purge()).toBe(2)
    expect(await front.get('/a')).toBeMiss()
  })
})

describe('Budgets', () => {
  test('The least recently used object goes when the budget of the place is full', async () => {
    await using origin = await startOrigin({
      headers: { 'Cache-Control': 'max-age=60' },
      body: Buffer.alloc(40_000),
    })
    await using front = await startFront({ origin, edgeMemory: 100_000, regionalMemory: 100_000 })
    for (const path of ['/1', '/2', '/1', '/3']) await front.get(path)
    expect(await front.get('/1')).toBeHit('edge')
    expect((await front.get('/2')).trace?.edge).toMatchObject({ verdict: 'miss', because: 'not-in-cache' })
  })

  test('An object above the largest cacheable size is passed through and not stored', async () => {
    await using origin = await startOrigin({
      headers: { 'Cache-Control': 'max-age=60' },
      body: Buffer.alloc(50_000),
    })
    await using front = await startFront({ origin, largestObject: 10_000 })
    const first = await front.get('/a')
    expect(first.body).toHaveLength(50_000)
    expect(first.trace?.edge).toMatchObject({ stored: false, storedBecause: 'too-large' })
    expect(await front.get('/a')).toBeMiss()
  })

  test('A body of unknown length that grows too large is let go while it streams', async () => {
    await using origin = await startOrigin()
    origin.on('/a', (_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60' })
      for (let i = 0; i < 20; i++) response.write(Buffer.alloc(5000, i))
      response.end()
    })
    await using front = await startFront({ origin, largestObject: 10_000 })
    const first = await front.get('/a')
    expect(first.body).toHaveLength(100_000)
    expect(first.trace?.edge?.storedBecause).toBe('too-large')
  })
})
