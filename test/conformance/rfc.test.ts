// HTTP's own caching rules, which hold wherever CloudFront's guide is silent.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedAnswer } from '../support/origin.ts'

/** MinTTL 0, DefaultTTL 1000, MaxTTL a year. */
const CachePolicy = cachePolicy(0, 1000, 31_536_000)
const NOW = 'Tue, 01 Jan 2030 00:00:00 GMT'
const date = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1000).toUTCString()

/** Fetches an object at 2030-01-01 and again after some seconds. */
async function fetchTwice(first: ScriptedAnswer, seconds: number, options: FrontOptions = {}) {
  const origin = await startOrigin(first)
  const front = await startFront({ origin, behavior: { CachePolicy }, ...options })
  try {
    const miss = await front.get('/a')
    front.clock.advanceSeconds(seconds)
    const again = await front.get('/a')
    return { miss, again, asked: origin.requests.length, requests: origin.requests }
  } finally {
    await front.stop()
    await origin.stop()
  }
}

describe('R.1 Age, freshness and dates (RFC 9111)', () => {
  test.each([
    { headers: { Age: '40', 'Cache-Control': 'max-age=60' }, fresh: 19, age: '59' },
    { headers: { Age: '40, 50', 'Cache-Control': 'max-age=60' }, fresh: 19, age: '59' },
    { headers: { Age: ['40', '50'], 'Cache-Control': 'max-age=60' }, fresh: 19, age: '59' },
    { headers: { Age: 'old', 'Cache-Control': 'max-age=60' }, fresh: 59, age: '59' },
    { headers: { Age: '-5', 'Cache-Control': 'max-age=60' }, fresh: 59, age: '59' },
    { headers: { Age: '7.5', 'Cache-Control': 'max-age=60' }, fresh: 59, age: '59' },
    { headers: { Age: '', 'Cache-Control': 'max-age=60' }, fresh: 59, age: '59' },
  ])(
    'after $headers an object is a hit for $fresh s, then with Age $age',
    async ({ headers, fresh, age }) => {
      const { again } = await fetchTwice({ headers }, fresh)
      expect(again).toBeHit('edge')
      expect(again.headers.age).toBe(age)
      const { asked } = await fetchTwice({ headers }, fresh + 2)
      expect(asked).toBe(2)
    },
  )

  test.each(['60', '61', '2147483648', '99999999999999999999'])(
    'an object that arrives with Age %s and max-age=60 is stale from the start',
    async (age) => {
      const { asked } = await fetchTwice({ headers: { Age: age, 'Cache-Control': 'max-age=60' } }, 0)
      expect(asked).toBe(2)
    },
  )

  test("on a miss the origin's Age goes through, on a hit there is only CloudFront's", async () => {
    const { miss, again } = await fetchTwice({ headers: { Age: '40', 'Cache-Control': 'max-age=60' } }, 3)
    expect(miss.headers.age).toBe('40')
    expect(again.rawHeaders.filter((name) => name.toLowerCase() === 'age')).toHaveLength(1)
    expect(again.headers.age).toBe('43')
  })

  test.each([
    ['0', 0],
    ['-1', 0],
    ['soon', 0],
    ['', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    [date(60), 60],
    ['Tuesday, 01-Jan-30 00:01:00 GMT', 60],
    ['Tue Jan  1 00:01:00 2030', 60],
  ])('Expires: %s makes %d s of freshness', async (expires, seconds) => {
    const answer = { headers: { Expires: expires, Date: NOW } }
    if (seconds > 0) expect((await fetchTwice(answer, seconds - 1)).asked).toBe(1)
    expect((await fetchTwice(answer, seconds)).asked).toBe(2)
  })

  test.each([['nonsense'], ['']])('an invalid Date (%j) leaves the time of arrival', async (invalid) => {
    const answer = { headers: { Expires: date(60), Date: invalid } }
    expect((await fetchTwice(answer, 59)).asked).toBe(1)
    expect((await fetchTwice(answer, 60)).asked).toBe(2)
  })

  test('a response without Date gets one', async () => {
    const { miss, again } = await fetchTwice({}, 10)
    expect([miss.headers.date, again.headers.date]).toEqual([miss.headers.date, miss.headers.date])
    expect(Date.parse(miss.headers.date as string)).not.toBeNaN()
  })

  test.each([
    ['MAX-AGE=60', 60],
    ['Max-Age="60"', 60],
    ['max-age=60, max-age=5', 60],
    ['public , max-age = 60', 60],
    ['foo="max-age=5", max-age=60', 60],
    ['s-maxage=60, max-age=5', 60],
    ['max-age=-1', 0],
    ['max-age=1e3', 0],
    ['max-age', 0],
  ])('Cache-Control: %s makes %d s of freshness', async (value, seconds) => {
    const answer = { headers: { 'Cache-Control': value } }
    if (seconds > 0) expect((await fetchTwice(answer, seconds - 1)).asked).toBe(1)
    expect((await fetchTwice(answer, seconds)).asked).toBe(2)
  })

  test('several lines of Cache-Control are one list', async () => {
    const answer = { headers: { 'Cache-Control': ['public', 'max-age=60'] } }
    expect((await fetchTwice(answer, 59)).asked).toBe(1)
    expect((await fetchTwice(answer, 60)).asked).toBe(2)
  })

  test('unknown directives mean nothing', async () => {
    expect((await fetchTwice({ headers: { 'Cache-Control': 'x-no-store, foo=bar' } }, 999)).asked).toBe(1)
  })
})

describe('R.2 Validation (RFC 9110, RFC 9111)', () => {
  /** A first answer, then a 304 with these headers. */
  async function refresh(first: Record<string, string>, confirmed: Record<string, string | string[]>) {
    await using origin = await startOrigin({
      headers: { ETag: '"1"', 'Cache-Control': 'max-age=10', ...first },
      body: 'hello',
    })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    await front.get('/a')
    origin.on('/a', { status: 304, headers: confirmed })
    front.clock.advanceSeconds(11)
    const refreshed = await front.get('/a')
    return { refreshed, hit: await front.get('/a') }
  }

  test('a 304 replaces stored headers of the same name, keeps the others and adds its own', async () => {
    const { refreshed, hit } = await refresh(
      { 'X-A': 'old', 'X-B': 'kept' },
      { 'X-A': ['new', 'newer'], 'X-C': 'added', 'Cache-Control': 'max-age=100' },
    )
    for (const answer of [refreshed, hit]) {
      expect(answer.headers).toMatchObject({
        'x-a': 'new, newer',
        'x-b': 'kept',
        'x-c': 'added',
        etag: '"1"',
      })
    }
    expect(hit).toBeHit('edge')
  })

  test.each([
    ['Content-Length', '999', '5'],
    ['Content-Encoding', 'gzip', undefined],
    ['Content-Range', 'bytes 0-1/5', undefined],
    ['Transfer-Encoding', 'chunked', undefined],
  ])('a 304 does not change %s', async (name, value, kept) => {
    const { refreshed, hit } = await refresh({}, { [name]: value, 'Cache-Control': 'max-age=100' })
    for (const answer of [refreshed, hit]) {
      expect([answer.text, answer.headers[name.toLowerCase()]]).toEqual(['hello', kept])
    }
  })

  test('a 304 without caching headers keeps those of the stored object, from now on', async () => {
    const { refreshed, hit } = await refresh({}, {})
    expect(refreshed).toBeRefreshHit()
    expect(hit).toBeHit('edge')
  })

  test('an answer to HEAD changes nothing of a stored GET', async () => {
    await using origin = await startOrigin({
      headers: { ETag: '"1"', 'Cache-Control': 'max-age=10' },
      body: 'hello',
    })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    await front.get('/a')
    origin.on('/a', (request, response) => {
      response.setHeader('ETag', '"2"').setHeader('Cache-Control', 'max-age=1000').setHeader('X-New', '1')
      response.end(request.method === 'HEAD' ? '' : 'changed')
    })
    front.clock.advanceSeconds(11)
    await front.ask('/a', { method: 'HEAD' })
    const answer = await front.get('/a')
    expect([answer.text, answer.headers.etag]).toEqual(['changed', '"2"'])
  })

  test.each([
    ['"1"', 304],
    ['W/"1"', 304],
    ['"0", "1"', 304],
    ['"0","a,b" , W/"1"', 304],
    ['*', 304],
    ['"2"', 200],
    ['', 200],
  ])('If-None-Match: %s on a stored "1" gives %d', async (value, status) => {
    await using origin = await startOrigin({ headers: { ETag: '"1"' }, body: 'hello' })
    await using front = await startFront({ origin })
    await front.get('/a')
    const answer = await front.get('/a', { 'If-None-Match': value })
    expect([answer.status, answer.text]).toEqual([status, status === 304 ? '' : 'hello'])
    expect(answer).toBeHit('edge')
  })

  test('a tag in If-None-Match that has lost its quotes counts as with them (choice)', async () => {
    await using origin = await startOrigin({ headers: { ETag: '"1"' }, body: 'hello' })
    await using front = await startFront({ origin })
    await front.get('/a')
    expect((await front.get('/a', { 'If-None-Match': '1' })).status).toBe(304)
  })

  test('a stored weak tag matches the same tag, weak or strong', async () => {
    await using origin = await startOrigin({ headers: { ETag: 'W/"1"' }, body: 'hello' })
    await using front = await startFront({ origin })
    await front.get('/a')
    for (const tag of ['W/"1"', '"1"']) {
      expect((await front.get('/a', { 'If-None-Match': tag })).status).toBe(304)
    }
  })

  test.each([
    [date(0), 304],
    [date(60), 304],
    [date(-1), 200],
    ['nonsense', 200],
  ])('If-Modified-Since: %s on an object of 2030-01-01 gives %d', async (value, status) => {
    await using origin = await startOrigin({ headers: { 'Last-Modified': NOW }, body: 'hello' })
    await using front = await startFront({ origin })
    await front.get('/a')
    expect((await front.get('/a', { 'If-Modified-Since': value })).status).toBe(status)
  })

  test('If-None-Match goes before If-Modified-Since', async () => {
    await using origin = await startOrigin({ headers: { ETag: '"1"', 'Last-Modified': NOW } })
    await using front = await startFront({ origin })
    await front.get('/a')
    const headers = { 'If-None-Match': '"2"', 'If-Modified-Since': NOW }
    expect((await front.get('/a', headers)).status).toBe(200)
  })

  test('a 304 to the viewer has the validators, Cache-Control, Vary and Age, and nothing of the body', async () => {
    const headers = {
      ETag: '"1"',
      'Cache-Control': 'max-age=60',
      Vary: 'Accept-Encoding',
      'Content-Type': 'text/plain',
    }
    await using origin = await startOrigin({ headers, body: 'hello' })
    await using front = await startFront({ origin })
    await front.get('/a')
    front.clock.advanceSeconds(5)
    const answer = await front.get('/a', { 'If-None-Match': '"1"' })
    expect(answer.headers).toMatchObject({
      etag: '"1"',
      'cache-control': 'max-age=60',
      vary: 'Accept-Encoding',
      age: '5',
    })
    expect(answer.headers).not.toHaveProperty('content-type')
    expect(answer.headers).not.toHaveProperty('content-length')
  })
})

describe('R.3 Connection and hop-by-hop headers (RFC 9110)', () => {
  test('request headers that Connection names end at CloudFront', async () => {
    await using origin = await startOrigin()
    const ForwardedValues = { QueryString: false, Cookies: { Forward: 'none' }, Headers: ['X-One', 'X-Two'] }
    await using front = await startFront({
      origin,
      behavior: { CachePolicyId: undefined, CachePolicy: undefined, ForwardedValues },
    })
    await front.get('/a', { Connection: 'keep-alive, x-other', 'X-Other': '1', 'X-Two': '2' })
    expect(origin.requests[0]!.headers).not.toHaveProperty('x-other')
    expect(origin.requests[0]!.headers).toMatchObject({ 'x-two': '2' })
  })

  test('response headers that Connection names are neither stored nor passed on', async () => {
    await using origin = await startOrigin({
      headers: { Connection: 'X-Hop, close', 'X-Hop': '1', 'X-Kept': '2' },
    })
    await using front = await startFront({ origin })
    for (const answer of [await front.get('/a'), await front.get('/a')]) {
      expect(answer.headers).not.toHaveProperty('x-hop')
      expect(answer.headers).toMatchObject({ 'x-kept': '2' })
    }
  })

  test.each(['Keep-Alive', 'Proxy-Authenticate', 'Proxy-Authorization', 'TE', 'Upgrade'])(
    '%s of an origin is its own',
    async (name) => {
      await using origin = await startOrigin({ headers: { [name]: 'timeout=5' } })
      await using front = await startFront({ origin })
      expect((await front.get('/a')).headers).not.toHaveProperty(name.toLowerCase())
    },
  )
})
