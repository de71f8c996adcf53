// Range requests: what is asked of the origin, what is kept, and what the viewer gets.
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Answer, type Front } from '../support/front.ts'
import { startOrigin, startRawOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { rangeScript } from '../support/ranges.ts'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'
const V1 = { ETag: '"v1"', 'Cache-Control': 'max-age=60' }
const V2 = { ETag: '"v2"', 'Cache-Control': 'max-age=60' }
const NEW = ALPHABET.toUpperCase()

interface Scene extends AsyncDisposable {
  readonly origin: ScriptedOrigin
  readonly front: Front
  range(range: string, headers?: Record<string, string>): Promise<Answer>
  /** The Range headers that the origin has seen. */
  asked(): unknown[]
}

/** An origin with ranges, in front of it a distribution; `before` are ranges that were asked already. */
async function scene(before: readonly string[] = [], headers: Record<string, string> = V1): Promise<Scene> {
  const origin = await startOrigin(rangeScript({ body: ALPHABET, headers }))
  const front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(0, 60, 3600) } })
  const range: Scene['range'] = (text, more = {}) => front.get('/a', { range: `bytes=${text}`, ...more })
  for (const each of before) await range(each)
  return {
    origin,
    front,
    range,
    asked: () => origin.requests.map((request) => request.headers.range),
    async [Symbol.asyncDispose]() {
      await front.stop()
      await origin.stop()
    },
  }
}

const brief = ({ status, text, headers }: Answer) => [status, text, headers['content-range']]

describe('2.7 Range requests', () => {
  test.each([
    ['0-2', 'abc', 'bytes 0-2/26'],
    ['24-', 'yz', 'bytes 24-25/26'],
    ['-3', 'xyz', 'bytes 23-25/26'],
    ['20-99', 'uvwxyz', 'bytes 20-25/26'],
  ])('of a cached object, the range %s comes from the cache as 206', async (range, text, contentRange) => {
    await using at = await scene()
    await at.front.get('/a')
    const answer = await at.range(range)
    expect(answer).toBeHit('edge')
    expect(brief(answer)).toEqual([206, text, contentRange])
    expect(answer.headers['content-length']).toBe(String(text.length))
    expect(at.origin.requests).toHaveLength(1)
  })

  test('the origin is asked for exactly the range that the viewer wants (choice)', async () => {
    await using at = await scene()
    expect(brief(await at.range('2-5'))).toEqual([206, 'cdef', 'bytes 2-5/26'])
    expect(brief(await at.range('-4'))).toEqual([206, 'wxyz', 'bytes 22-25/26'])
    expect(at.asked()).toEqual(['bytes=2-5', 'bytes=-4'])
  })

  test('a part that was received is cached, and ranges within it are hits', async () => {
    await using at = await scene(['2-9'])
    const answer = await at.range('4-6')
    expect(answer).toBeHit('edge')
    expect(answer.trace?.edge?.because).toBe('part-in-cache')
    expect(brief(answer)).toEqual([206, 'efg', 'bytes 4-6/26'])
    expect(at.asked()).toEqual(['bytes=2-9'])
  })

  test('parts that meet or overlap answer a range across them', async () => {
    await using at = await scene(['0-4', '5-9', '8-15'])
    expect(brief(await at.range('3-14'))).toEqual([206, 'defghijklmno', 'bytes 3-14/26'])
    expect(at.asked()).toHaveLength(3)
  })

  test('a range that is only partly there goes to the origin as the viewer asked for it (choice)', async () => {
    await using at = await scene(['0-4'])
    const answer = await at.range('3-7')
    expect(answer).toBeMissBecause('part-missing')
    expect(brief(answer)).toEqual([206, 'defgh', 'bytes 3-7/26'])
    expect(at.asked()).toEqual(['bytes=0-4', 'bytes=3-7'])
  })

  test('when all parts are there, the object is there', async () => {
    await using at = await scene(['0-9', '10-19', '20-'])
    const answer = await at.front.get('/a')
    expect(answer).toBeHit('edge')
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, ALPHABET, '26'])
    expect(answer.headers).not.toHaveProperty('content-range')
    const again = await at.front.get('/a')
    expect(again.trace?.edge?.because).toBe('fresh')
    expect(at.origin.requests).toHaveLength(3)
  })

  test('a request without Range for an object of which parts are cached fetches all of it', async () => {
    await using at = await scene(['0-4'])
    const answer = await at.front.get('/a')
    expect(answer).toBeMissBecause('part-missing')
    expect([answer.status, answer.text]).toEqual([200, ALPHABET])
    expect(at.asked()).toEqual(['bytes=0-4', undefined])
    expect(await at.range('9-9')).toBeHit('edge')
  })

  test('a part lies in every cache on the way', async () => {
    await using at = await scene(['0-4'])
    const munich = await at.range('1-2', { 'x-pocketfront-pop': 'MUC50' })
    expect(munich).toBeHit('regional')
    expect(brief(munich)).toEqual([206, 'bc', 'bytes 1-2/26'])
    expect(at.origin.requests).toHaveLength(1)
  })

  test('a part lives as long as its own headers say, then the origin is asked whether it still holds', async () => {
    await using at = await scene(['0-4'])
    at.front.clock.advanceSeconds(50)
    await at.range('5-9')
    at.front.clock.advanceSeconds(11)
    expect(await at.range('6-8')).toBeHit('edge')
    const answer = await at.range('1-2')
    expect(answer).toBeRefreshHit()
    expect(brief(answer)).toEqual([206, 'bc', 'bytes 1-2/26'])
    expect(at.origin.requests.at(-1)!.headers).toMatchObject({ 'if-none-match': '"v1"', range: 'bytes=1-2' })
    expect(await at.range('0-4')).toBeHit('edge')
  })

  test('a part of another version replaces the parts that were there', async () => {
    await using at = await scene(['0-4', '10-14'])
    at.origin.on('*', rangeScript({ body: NEW, headers: V2 }))
    expect((await at.range('5-9')).text).toBe('FGHIJ')
    const answer = await at.range('0-9')
    expect(answer).toBeMissBecause('part-missing')
    expect(answer.text).toBe('ABCDEFGHIJ')
    expect((await at.range('10-14')).text).toBe('KLMNO')
  })

  test('a part of an object that has become longer replaces the parts that were there', async () => {
    await using at = await scene(['0-4'])
    at.origin.on('*', rangeScript({ body: ALPHABET + NEW, headers: V1 }))
    await at.range('5-9')
    expect(await at.range('0-4')).toBeMissBecause('part-missing')
  })

  test('an expired part that has changed is replaced', async () => {
    await using at = await scene(['0-4'])
    at.front.clock.advanceSeconds(61)
    at.origin.on('*', rangeScript({ body: NEW, headers: V2 }))
    const answer = await at.range('0-4')
    expect(answer).toBeMissBecause('expired')
    expect(answer.text).toBe('ABCDE')
    expect(await at.range('0-4')).toBeHit('edge')
  })

  test('parts with the same Last-Modified belong together, too', async () => {
    const dated = { 'Last-Modified': 'Tue, 01 Jan 2030 00:00:00 GMT', 'Cache-Control': 'max-age=60' }
    await using at = await scene(['0-4', '5-9'], dated)
    expect((await at.range('3-6')).text).toBe('defg')
    expect(at.origin.requests).toHaveLength(2)
  })

  test.each([
    ['no validator', { 'Cache-Control': 'max-age=60' }],
    ['a weak ETag only', { ETag: 'W/"v1"', 'Cache-Control': 'max-age=60' }],
  ])('a part with %s is passed on and not stored (choice)', async (_, headers) => {
    await using at = await scene([], headers)
    const answer = await at.range('0-4')
    expect(brief(answer)).toEqual([206, 'abcde', 'bytes 0-4/26'])
    expect(answer.trace?.edge).toMatchObject({ stored: false, storedBecause: 'partial-content' })
    expect(await at.range('0-4')).toBeMissBecause('range-request')
  })

  test('a part with no-store is not stored', async () => {
    await using at = await scene(['0-4'], { ETag: '"v1"', 'Cache-Control': 'no-store' })
    expect(await at.range('0-4')).toBeMiss()
  })

  test('an invalidation takes the parts of an object', async () => {
    await using at = await scene(['0-4'])
    at.front.pocketfront.invalidate('/a')
    expect(await at.range('0-4')).toBeMissBecause('invalidated')
    expect(at.origin.requests).toHaveLength(2)
  })

  test('an origin that answers with everything: the viewer gets all of it with 200, later ranges are 206', async () => {
    await using at = await scene()
    at.origin.on('*', { headers: V1, body: ALPHABET })
    const first = await at.range('0-4')
    expect(first).toBeMiss()
    expect(brief(first)).toEqual([200, ALPHABET, undefined])
    const later = await at.range('0-4')
    expect(later).toBeHit('edge')
    expect(brief(later)).toEqual([206, 'abcde', 'bytes 0-4/26'])
    expect(at.origin.requests).toHaveLength(1)
  })

  test('an origin that answers in chunks: the viewer gets the whole object', async () => {
    await using at = await scene()
    at.origin.on('*', (_, response) => {
      response.writeHead(200, V1)
      response.write('abc')
      response.end('def')
    })
    expect(brief(await at.range('0-1'))).toEqual([200, 'abcdef', undefined])
    expect(brief(await at.range('0-1'))).toEqual([206, 'ab', 'bytes 0-1/6'])
  })

  test.each([
    ['5-6,0-1', 'not ascending'],
    ['0-5,3-8', 'overlapping'],
    ['0-1,x', 'not valid'],
    ['0-1,30-40', 'beyond the object'],
  ])('several ranges %s (%s) bring the whole object', async (range) => {
    await using at = await scene()
    await at.front.get('/a')
    expect(brief(await at.range(range))).toEqual([200, ALPHABET, undefined])
  })

  test('several ranges of a cached object come as multipart/byteranges (unverified)', async () => {
    await using at = await scene([], { ...V1, 'Content-Type': 'text/plain' })
    await at.front.get('/a')
    const answer = await at.range('0-1, 4-6,-2')
    expect(answer.status).toBe(206)
    const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(
      String(answer.headers['content-type']),
    )![1]!
    const part = (place: string, text: string) =>
      `\r\n--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${place}/26\r\n\r\n${text}`
    expect(answer.text).toBe(
      `${part('0-1', 'ab')}${part('4-6', 'efg')}${part('24-25', 'yz')}\r\n--${boundary}--\r\n`,
    )
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    expect(answer.headers).not.toHaveProperty('content-range')
  })

  test('several ranges of which all bytes are cached as parts come from the parts (choice)', async () => {
    await using at = await scene(['0-5', '20-25'])
    const answer = await at.range('1-2,21-22')
    expect(answer).toBeHit('edge')
    expect(answer.trace?.edge?.because).toBe('part-in-cache')
    expect(answer.status).toBe(206)
    expect(answer.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=/)
    expect(answer.headers).not.toHaveProperty('content-range')
    const parts = answer.text.split(/\r\n--[A-Za-z0-9]+(?:--)?\r\n/).filter((part) => part !== '')
    expect(parts).toEqual([
      'Content-Range: bytes 1-2/26\r\n\r\nbc',
      'Content-Range: bytes 21-22/26\r\n\r\nvw',
    ])
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    expect(at.asked()).toEqual(['bytes=0-5', 'bytes=20-25'])
  })

  test('several ranges of which a part is missing go to the origin as the viewer asked for them (choice)', async () => {
    await using at = await scene(['0-5'])
    expect(await at.range('1-2,21-22')).toBeMissBecause('part-missing')
    expect(at.asked().at(-1)).toBe('bytes=1-2,21-22')
  })

  test('several ranges of expired parts are revalidated together', async () => {
    await using at = await scene(['0-5', '20-25'])
    at.front.clock.advanceSeconds(61)
    const answer = await at.range('1-2,21-22')
    expect(answer).toBeRefreshHit()
    expect([answer.status, answer.text.includes('bc'), answer.text.includes('vw')]).toEqual([206, true, true])
    expect(await at.range('0-1')).toBeHit('edge')
  })

  test('HEAD is answered from a fresh part, with the length of the whole object (choice)', async () => {
    await using at = await scene(['4-7'])
    const answer = await at.front.ask('/a', { method: 'HEAD' })
    expect(answer).toBeHit('edge')
    expect([answer.status, answer.headers['content-length'], answer.headers.etag]).toEqual([
      200,
      '26',
      '"v1"',
    ])
    expect(answer.headers).not.toHaveProperty('content-range')
    at.front.clock.advanceSeconds(61)
    expect(await at.front.ask('/a', { method: 'HEAD' })).toBeMiss()
  })

  test('HEAD from the part of another layer is no object for GET', async () => {
    await using at = await scene(['4-7'])
    const elsewhere = { 'x-pocketfront-pop': 'MUC50' }
    const head = await at.front.ask('/a', { method: 'HEAD', headers: elsewhere })
    expect(head).toBeHit('regional')
    expect((await at.front.get('/a', elsewhere)).text).toBe(ALPHABET)
  })

  test('an expired object that lies there as parts stands in for an origin that fails', async () => {
    await using at = await scene(['0-9', '10-25'])
    at.origin.on('/a', { status: 500 })
    at.front.clock.advanceSeconds(61)
    const answer = await at.front.get('/a')
    expect([answer.status, answer.text]).toEqual([200, ALPHABET])
    expect(answer.trace?.edge?.because).toBe('stale-if-error')
  })

  test('an expired object that lies there as parts is confirmed by a 304 as a whole', async () => {
    await using at = await scene(['0-9', '10-25'])
    at.front.clock.advanceSeconds(61)
    const answer = await at.front.get('/a')
    expect(answer).toBeRefreshHit()
    expect([answer.status, answer.text]).toEqual([200, ALPHABET])
    expect(await at.front.get('/a')).toBeHit('edge')
  })

  test('a range counts bytes of the compressed form', async () => {
    await using origin = await startOrigin({
      headers: { ...V1, 'Content-Type': 'text/plain' },
      body: 'hello '.repeat(1000),
    })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    const whole = await front.get('/a', { 'accept-encoding': 'gzip' })
    const part = await front.get('/a', { 'accept-encoding': 'gzip', range: 'bytes=5-14' })
    expect(part.headers['content-encoding']).toBe('gzip')
    expect(part.headers['content-range']).toBe(`bytes 5-14/${whole.body.length}`)
    expect(part.body.equals(whole.body.subarray(5, 15))).toBe(true)
  })

  test("an origin's 416 is passed on and never cached", async () => {
    await using at = await scene()
    for (const count of [1, 2]) {
      const answer = await at.range('50-60')
      expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */26'])
      expect(at.origin.requests).toHaveLength(count)
    }
  })

  test('a range beyond a cached object is 416 with its length (unverified)', async () => {
    await using at = await scene()
    await at.front.get('/a')
    const answer = await at.range('26-')
    expect([answer.status, answer.headers['content-range'], answer.headers['content-length']]).toEqual([
      416,
      'bytes */26',
      '0',
    ])
    expect(at.origin.requests).toHaveLength(1)
  })

  test('If-Range is forwarded to the origin', async () => {
    await using at = await scene()
    await at.range('0-4', { 'if-range': '"v1"' })
    expect(at.origin.requests[0]!.headers['if-range']).toBe('"v1"')
  })

  test.each([
    ['"v1"', 206],
    ['"v2"', 200],
    ['W/"v1"', 200],
    ['Tue, 01 Jan 2030 00:00:00 GMT', 206],
    ['Tue, 01 Jan 2030 00:00:01 GMT', 200],
  ])('If-Range: %s on a cached object brings %d (unverified)', async (ifRange, status) => {
    await using at = await scene([], { ...V1, 'Last-Modified': 'Tue, 01 Jan 2030 00:00:00 GMT' })
    await at.front.get('/a')
    const answer = await at.range('0-4', { 'if-range': ifRange })
    expect([answer.status, answer.text]).toEqual([status, status === 206 ? 'abcde' : ALPHABET])
    expect(at.origin.requests).toHaveLength(1)
  })

  test('If-Range that names another version than the cached parts goes to the origin (choice)', async () => {
    await using at = await scene(['0-4'])
    const answer = await at.range('0-4', { 'if-range': '"v2"' })
    expect(answer).toBeMissBecause('if-range-differs')
    expect(brief(answer)).toEqual([200, ALPHABET, undefined])
  })

  test('an object above 50 GB is not fetched where caching is on: the connection is closed, the viewer gets 502', async () => {
    await using origin = await startRawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 53687091201\r\n\r\nstart')
    })
    await using front = await startFront({ origin })
    const answer = await front.get('/a')
    expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'Error from cloudfront'])
    expect(answer.trace?.problem).toContain('largest object')
  })

  test('a range of an object above 50 GB is fine', async () => {
    await using origin = await startRawOrigin((socket) => {
      socket.write(
        'HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nETag: "v1"\r\nContent-Range: bytes 60000000000-60000000004/90000000000\r\n\r\nvwxyz',
      )
    })
    await using front = await startFront({ origin })
    for (const xCache of ['Miss', 'Hit']) {
      const answer = await front.get('/a', { range: 'bytes=60000000000-60000000004' })
      expect(brief(answer)).toEqual([206, 'vwxyz', 'bytes 60000000000-60000000004/90000000000'])
      expect(answer.headers['x-cache']).toBe(`${xCache} from cloudfront`)
    }
  })

  test('where caching is off, an object above 50 GB is passed through', async () => {
    let held: ServerResponse | null = null
    await using origin = await startOrigin((_, response) => {
      held = response
      response.writeHead(200, { 'Content-Length': '53687091201' })
      response.write('start')
    })
    await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
    const controller = new AbortController()
    const answer = await front.pocketfront.fetch('/a', { signal: controller.signal })
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '53687091201'])
    controller.abort()
    await expect.poll(() => held?.destroyed).toBe(true)
  })
})
