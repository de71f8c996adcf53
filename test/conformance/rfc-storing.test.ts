// What a cache stores, how a 304 and a HEAD change it, and what requests can't ask of it, by HTTP's own rules.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type FrontOptions } from '../support/front.ts'
import { startOrigin, startRawOrigin, type ScriptedAnswer } from '../support/origin.ts'

/** MinTTL 0, DefaultTTL 1000, MaxTTL a year. */
const CachePolicy = cachePolicy(0, 1000, 31_536_000)
const WITH_COOKIES = cachePolicy(0, 1000, 31_536_000, { CookiesConfig: { CookieBehavior: 'all' } })
const NOW = 'Tue, 01 Jan 2030 00:00:00 GMT'

async function startBoth(answer: ScriptedAnswer, options: FrontOptions = {}) {
  const origin = await startOrigin(answer)
  const front = await startFront({ origin, behavior: { CachePolicy }, ...options })
  return {
    origin,
    front,
    async [Symbol.asyncDispose]() {
      await front.stop()
      await origin.stop()
    },
  }
}

describe('R.4 Storing, refreshing and HEAD (RFC 9111)', () => {
  test.each([
    'Content-Type',
    'Content-Language',
    'Content-Location',
    'Content-Disposition',
    'Clear-Site-Data',
    'Link',
    'Strict-Transport-Security',
    'WWW-Authenticate',
    'X-Frame-Options',
    'X-Anything',
  ])('%s is stored, and is there on a hit', async (name) => {
    await using at = await startBoth({ headers: { [name]: 'value; of=it', 'Cache-Control': 'max-age=60' } })
    await at.front.get('/a')
    const hit = await at.front.get('/a')
    expect(hit).toBeHit('edge')
    expect(hit.headers[name.toLowerCase()]).toBe('value; of=it')
  })

  test.each([
    ['no-cache="X-A"', [undefined, '2', '3']],
    ['no-cache="x-a, X-B"', [undefined, undefined, '3']],
    ['private="X-A"', [undefined, '2', '3']],
    ['private="X-A", no-cache="X-B"', [undefined, undefined, '3']],
    ['no-cache=X-A', [undefined, '2', '3']],
    ['no-cache="Content-Encoding"', ['1', '2', '3']],
  ])(
    'with %s the headers that it names are for the viewer that caused the fetch (choice)',
    async (value, expected) => {
      const own = { 'X-A': '1', 'X-B': '2', 'X-C': '3', 'Content-Encoding': 'x-none' }
      await using at = await startBoth({ headers: { ...own, 'Cache-Control': `max-age=60, ${value}` } })
      const [first, hit] = [await at.front.get('/a'), await at.front.get('/a')]
      const named = ({ headers }: typeof hit) => [headers['x-a'], headers['x-b'], headers['x-c']]
      expect(named(first)).toEqual(['1', '2', '3'])
      expect(hit).toBeHit('edge')
      expect(named(hit)).toEqual(expected)
      expect(hit.headers['content-encoding']).toBe('x-none')
    },
  )

  test('a header for one viewer is not for those that waited with it', async () => {
    await using at = await startBoth({})
    let answer = () => {}
    at.origin.on('/a', (_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60, private="X-A"', 'X-A': '1', 'X-B': '2' })
      answer = () => void response.end('hello')
    })
    const first = at.front.get('/a')
    await at.origin.seen(1)
    const second = at.front.get('/a')
    // What is asked later is answered here: both have arrived.
    await at.front.get('/other')
    answer()
    const [a, b] = await Promise.all([first, second])
    expect([a.headers['x-a'], b.headers['x-a'], b.headers['x-b']]).toEqual(['1', undefined, '2'])
  })

  test('a header for one viewer that a 304 brings is for the viewer that caused it (choice)', async () => {
    const headers = { ETag: '"1"', 'Cache-Control': 'max-age=10, private="X-A"', 'X-A': 'first' }
    await using at = await startBoth({ headers })
    await at.front.get('/a')
    at.origin.on('/a', { status: 304, headers: { 'X-A': 'second' } })
    at.front.clock.advanceSeconds(11)
    const [refreshed, hit] = [await at.front.get('/a'), await at.front.get('/a')]
    expect(refreshed).toBeRefreshHit()
    expect(hit).toBeHit('edge')
    expect([refreshed.headers['x-a'], hit.headers['x-a']]).toEqual(['second', undefined])
  })

  test.each([
    ['Content-Type', 'text/plain', 'text/html'],
    ['Content-Location', '/foo', '/bar'],
    ['Content-MD5', 'rL0Y20zC+Fzt72VPzMSk2A==', 'N7UdGUp1E+RbVvZSTy1R8g=='],
    ['Content-Security-Policy', "default-src 'self'", "default-src 'none'"],
    ['Expires', 'Tue, 01 Jan 2030 00:00:10 GMT', 'Tue, 01 Jan 2030 01:00:00 GMT'],
    ['Last-Modified', NOW, 'Tue, 01 Jan 2030 00:00:05 GMT'],
    ['X-Anything', 'old', 'new'],
  ])('%s of a 304 replaces the stored one', async (name, before, after) => {
    const validator = { ETag: '"1"', 'Cache-Control': 'max-age=10' }
    await using at = await startBoth({ headers: { ...validator, [name]: before } })
    await at.front.get('/a')
    at.origin.on('/a', { status: 304, headers: { ...validator, [name]: after } })
    at.front.clock.advanceSeconds(11)
    const [refreshed, hit] = [await at.front.get('/a'), await at.front.get('/a')]
    expect(refreshed).toBeRefreshHit()
    for (const { headers } of [refreshed, hit]) expect(headers[name.toLowerCase()]).toBe(after)
  })

  test.each(['Age', 'Connection', 'Keep-Alive', 'Proxy-Authenticate', 'Upgrade'])(
    '%s of a 304 is not stored',
    async (name) => {
      await using at = await startBoth({ headers: { ETag: '"1"', 'Cache-Control': 'max-age=10' } })
      await at.front.get('/a')
      at.origin.on('/a', { status: 304, headers: { [name]: '7' } })
      at.front.clock.advanceSeconds(11)
      await at.front.get('/a')
      const { rawHeaders } = await at.front.get('/a')
      const values = rawHeaders.filter(
        (_, i) => i > 0 && rawHeaders[i - 1]!.toLowerCase() === name.toLowerCase(),
      )
      // Age is CloudFront's own, once; Connection that of the viewer's connection.
      expect(values).toEqual(name === 'Age' ? ['7'] : name === 'Connection' ? ['close'] : [])
    },
  )

  test('a 304 that brings no-store ends the life of the copy', async () => {
    await using at = await startBoth({ headers: { ETag: '"1"', 'Cache-Control': 'max-age=10' } })
    await at.front.get('/a')
    at.origin.on('/a', { status: 304, headers: { 'Cache-Control': 'no-store' } })
    at.front.clock.advanceSeconds(11)
    const refreshed = await at.front.get('/a')
    expect(refreshed).toBeRefreshHit()
    expect(refreshed.trace?.edge).toMatchObject({ stored: false, storedBecause: 'no-store' })
    expect(await at.front.get('/a')).toBeMissBecause('not-in-cache')
  })

  test('HEAD on an expired copy is a HEAD to the origin, with its validators', async () => {
    await using at = await startBoth({ headers: { ETag: '"1"', 'Cache-Control': 'max-age=10' } })
    await at.front.get('/a')
    at.front.clock.advanceSeconds(11)
    await at.front.ask('/a', { method: 'HEAD' })
    const { method, headers } = at.origin.requests[1]!
    expect([method, headers['if-none-match']]).toEqual(['HEAD', '"1"'])
  })

  test('a 304 to HEAD refreshes the stored GET', async () => {
    await using at = await startBoth({
      headers: { ETag: '"1"', 'Cache-Control': 'max-age=10' },
      body: 'hello',
    })
    await at.front.get('/a')
    at.origin.on('/a', { status: 304, headers: { 'Cache-Control': 'max-age=100', 'X-A': 'new' } })
    at.front.clock.advanceSeconds(11)
    expect(await at.front.ask('/a', { method: 'HEAD' })).toBeRefreshHit()
    const hit = await at.front.get('/a')
    expect(hit).toBeHit('edge')
    expect([hit.text, hit.headers['x-a']]).toEqual(['hello', 'new'])
  })

  test('what a HEAD brought while the GET had expired answers the next HEAD, and never a GET', async () => {
    await using at = await startBoth({
      headers: { ETag: '"1"', 'Cache-Control': 'max-age=10' },
      body: 'hello',
    })
    await at.front.get('/a')
    at.origin.on('/a', (request, response) => {
      response.writeHead(200, { ETag: '"2"', 'Cache-Control': 'max-age=10', 'Content-Length': 7 })
      response.end(request.method === 'HEAD' ? '' : 'changed')
    })
    at.front.clock.advanceSeconds(11)
    expect((await at.front.ask('/a', { method: 'HEAD' })).headers.etag).toBe('"2"')
    const head = await at.front.ask('/a', { method: 'HEAD' })
    expect(head).toBeHit('edge')
    expect([head.headers.etag, head.headers['content-length']]).toEqual(['"2"', '7'])
    expect((await at.front.get('/a')).text).toBe('changed')
    expect(at.origin.requests.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET'])
  })

  test('an error that answers a HEAD is not the answer to GET', async () => {
    await using at = await startBoth({
      headers: { ETag: '"1"', 'Cache-Control': 'max-age=10' },
      body: 'hello',
    })
    await at.front.get('/a')
    at.origin.on('/a', (request, response) => {
      response.writeHead(request.method === 'HEAD' ? 410 : 200, { 'Cache-Control': 'max-age=10' }).end()
    })
    at.front.clock.advanceSeconds(11)
    expect((await at.front.ask('/a', { method: 'HEAD' })).status).toBe(410)
    expect((await at.front.get('/a')).status).toBe(200)
  })

  test.each([
    'no-cache',
    'no-store',
    'max-age=0',
    'min-fresh=9999',
    'max-stale=0',
    'only-if-cached',
    'no-transform',
    'stale-if-error=0',
  ])('Cache-Control: %s of a request changes nothing of a fresh copy', async (value) => {
    await using at = await startBoth({ headers: { 'Cache-Control': 'max-age=60' } })
    await at.front.get('/a')
    expect(await at.front.get('/a', { 'Cache-Control': value })).toBeHit('edge')
  })

  test.each(['max-stale', 'max-stale=9999', 'only-if-cached', 'stale-if-error=9999'])(
    'Cache-Control: %s of a request does not bring an expired copy',
    async (value) => {
      await using at = await startBoth({ headers: { 'Cache-Control': 'max-age=10' } })
      await at.front.get('/a')
      at.front.clock.advanceSeconds(11)
      expect(await at.front.get('/a', { 'Cache-Control': value })).toBeMissBecause('expired')
    },
  )

  test('Cache-Control: only-if-cached of a request does not keep an object from being fetched', async () => {
    await using at = await startBoth({})
    expect((await at.front.get('/a', { 'Cache-Control': 'only-if-cached' })).status).toBe(200)
  })

  test('Cache-Control: no-store of a request does not keep the answer out of the cache', async () => {
    await using at = await startBoth({})
    await at.front.get('/a', { 'Cache-Control': 'no-store' })
    expect(await at.front.get('/a')).toBeHit('edge')
  })

  test.each([
    ["max-age='60'", 0],
    ['max-age=60.0', 0],
    ['max-age=a60', 0],
    ['max-age=60a', 0],
    ['max-age=0060', 60],
    ['max-age=5, x="max-age=60"', 5],
    ['x="a\\", max-age=60", max-age=5', 5],
    ['x="never closed, max-age=60', 60],
    [',, ,max-age=60,,', 60],
    ['max-age=60, must-understand, no-store', 'not stored'],
    ['max-age=60, No-StOrE', 'not stored'],
    ['max-age=60, private=""', 'not stored'],
    ['max-age=60, no-cache=""', 0],
  ])('Cache-Control: %s makes %s s of freshness (choice)', async (value, seconds) => {
    await using at = await startBoth({ headers: { 'Cache-Control': value } })
    const { trace } = await at.front.get('/a')
    const { store, ttl } = trace!.settlement!
    expect(store ? ttl : 'not stored').toBe(seconds)
  })

  test.each([
    ['THU, 01 Jan 2037 00:00:00 GMT', 0],
    ['Thu, 01 JAN 2037 00:00:00 GMT', 0],
    ['Thu, 01 Jan 2037 00:00:00 UTC', 0],
    ['Thu, 01 Jan 37 00:00:00 GMT', 0],
    ['Thu 01 Jan 2037 00:00:00 GMT', 0],
    ['Thu, 01  Jan  2037 00:00:00 GMT', 0],
    ['Thu, 01-Jan-2037 00:00:00 GMT', 0],
    ['Thu, 01 Jan 2037 00.00.00 GMT', 0],
    ['Thu, 01 Jan 2037 0:00:00 GMT', 0],
    ['Wed, 31 Feb 2037 00:00:00 GMT', 0],
    ['2037-01-01T00:00:00Z', 0],
    ['Tue, 01 Jan 2030 00:01:00 GMT', 60],
    ['Wed, 01 Jan 2030 00:01:00 GMT', 60],
  ])('Expires: %s is a date as HTTP has it, or none: %d s (choice)', async (value, seconds) => {
    await using at = await startBoth({ headers: { Expires: value, Date: NOW } })
    expect((await at.front.get('/a')).trace!.settlement!.ttl).toBe(seconds)
  })

  test('a stale answer carries no Warning, and a Warning of the origin is passed on', async () => {
    await using at = await startBoth({ headers: { 'Cache-Control': 'max-age=10', 'X-A': '1' } })
    await at.front.get('/a')
    at.origin.on('/a', { status: 500 })
    at.front.clock.advanceSeconds(11)
    const stale = await at.front.get('/a')
    expect(stale.headers['x-a']).toBe('1')
    expect(stale.headers).not.toHaveProperty('warning')
    at.origin.on('/b', { headers: { Warning: '199 - "hm"' } })
    for (const path of ['/b', '/b']) expect((await at.front.get(path)).headers.warning).toBe('199 - "hm"')
  })

  test('a 204 is stored without content, whatever length the origin claims for it', async () => {
    await using origin = await startRawOrigin((socket) => {
      socket.write('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n')
    })
    await using front = await startFront({ origin, behavior: { CachePolicy } })
    const [first, hit] = [await front.get('/a'), await front.get('/a')]
    expect(hit).toBeHit('edge')
    for (const { status, headers, body } of [first, hit]) {
      expect([status, headers['x-a'], body.length]).toEqual([204, '1', 0])
      expect(headers).not.toHaveProperty('content-length')
    }
  })

  test('Set-Cookie under private="Set-Cookie" is for the first viewer only', async () => {
    const headers = { 'Set-Cookie': 's=1', 'Cache-Control': 'max-age=60, private="Set-Cookie"' }
    await using at = await startBoth({ headers }, { behavior: { CachePolicy: WITH_COOKIES } })
    const [first, hit] = [await at.front.get('/a'), await at.front.get('/a')]
    expect(first.headers['set-cookie']).toEqual(['s=1'])
    expect(hit).toBeHit('edge')
    expect(hit.headers).not.toHaveProperty('set-cookie')
  })
})
