// Conditional requests: what the caches ask the origin, and what viewers' conditions are answered with.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Answer, type Front } from '../support/front.ts'
import { startOrigin, type Script, type ScriptedOrigin } from '../support/origin.ts'

const MODIFIED = 'Tue, 01 Jan 2030 00:00:10 GMT'
const EARLIER = 'Tue, 01 Jan 2030 00:00:09 GMT'
const LATER = 'Tue, 01 Jan 2030 00:00:11 GMT'
const FOR_A_MINUTE = { 'Cache-Control': 'max-age=60' }
const CachePolicy = cachePolicy(0, 60, 3600)
const WITH_COOKIES = cachePolicy(0, 60, 3600, { CookiesConfig: { CookieBehavior: 'all' } })

interface Scene extends AsyncDisposable {
  readonly origin: ScriptedOrigin
  readonly front: Front
}

/** 'old' with these headers is cached and has expired; from now on the origin answers with `then`. */
async function expired(headers: Record<string, string>, then: Script, policy = CachePolicy): Promise<Scene> {
  const at = await cached(headers, policy)
  at.origin.on('/a', then)
  at.front.clock.advanceSeconds(61)
  return at
}

/** 'old' with these headers is cached and fresh. */
async function cached(headers: Record<string, string>, policy = CachePolicy): Promise<Scene> {
  const origin = await startOrigin({ headers: { ...FOR_A_MINUTE, ...headers }, body: 'old' })
  const front = await startFront({ origin, behavior: { CachePolicy: policy } })
  await front.get('/a')
  return {
    origin,
    front,
    async [Symbol.asyncDispose]() {
      await front.stop()
      await origin.stop()
    },
  }
}

/** The conditions of the latest request that the origin has seen. */
function conditions({ origin }: Scene): Record<string, unknown> {
  const { headers } = origin.requests.at(-1)!
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('if-')))
}

const notModified: Script = { status: 304, headers: FOR_A_MINUTE }
const brief = ({ status, text }: Answer) => [status, text]

describe('2.8 Conditional requests', () => {
  test.each([
    [{ ETag: '"v1"' }, { 'if-none-match': '"v1"' }],
    [{ ETag: 'W/"v1"' }, { 'if-none-match': 'W/"v1"' }],
    [{ 'Last-Modified': MODIFIED }, { 'if-modified-since': MODIFIED }],
    [
      { ETag: '"v1"', 'Last-Modified': MODIFIED },
      { 'if-none-match': '"v1"', 'if-modified-since': MODIFIED },
    ],
  ])('an expired copy with %j is asked after with its validators', async (headers, expected) => {
    await using at = await expired(headers, notModified)
    await at.front.get('/a')
    expect(conditions(at)).toEqual(expected)
  })

  test('an expired copy without validator is fetched with a plain GET', async () => {
    await using at = await expired({}, { body: 'new', headers: FOR_A_MINUTE })
    const answer = await at.front.get('/a')
    expect([brief(answer), conditions(at)]).toEqual([[200, 'new'], {}])
  })

  test('where cookies are forwarded, an expired copy is fetched in full', async () => {
    await using at = await expired({ ETag: '"v1"' }, { body: 'new', headers: FOR_A_MINUTE }, WITH_COOKIES)
    const answer = await at.front.get('/a')
    expect([brief(answer), conditions(at)]).toEqual([[200, 'new'], {}])
  })

  test('304 from the origin: the stored copy, with RefreshHit', async () => {
    await using at = await expired({ ETag: '"v1"' }, notModified)
    const answer = await at.front.get('/a')
    expect(answer).toBeRefreshHit()
    expect(brief(answer)).toEqual([200, 'old'])
    expect(await at.front.get('/a')).toBeHit('edge')
  })

  test('the new TTL comes from the headers of the 304 (unverified)', async () => {
    const longer: Script = { status: 304, headers: { 'Cache-Control': 'max-age=600' } }
    await using at = await expired({ ETag: '"v1"' }, longer)
    await at.front.get('/a')
    at.front.clock.advanceSeconds(599)
    expect(await at.front.get('/a')).toBeHit('edge')
  })

  test('a copy is not compressed when the origin confirms it', async () => {
    const text = 'hello '.repeat(500)
    await using origin = await startOrigin()
    origin.on('/a', (_, response) => {
      // Without Content-Length CloudFront does not compress.
      response.writeHead(200, { ...FOR_A_MINUTE, ETag: '"v1"', 'Content-Type': 'text/plain' })
      response.write(text)
      response.end()
    })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    await front.get('/a', { 'accept-encoding': 'gzip' })
    front.clock.advanceSeconds(61)
    origin.on('/a', { status: 304, headers: { ...FOR_A_MINUTE, 'Content-Length': String(text.length) } })
    const answer = await front.get('/a', { 'accept-encoding': 'gzip' })
    expect(answer).toBeRefreshHit()
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(answer.text).toBe(text)
  })

  test('a viewer condition that matches a fresh copy brings 304 with X-Cache Hit (observed)', async () => {
    await using at = await cached({ ETag: '"v1"' })
    const answer = await at.front.get('/a', { 'if-none-match': '"v1"' })
    expect(answer).toBeHit('edge')
    expect(brief(answer)).toEqual([304, ''])
    expect(answer.headers.etag).toBe('"v1"')
    expect(answer.headers).not.toHaveProperty('content-length')
    expect(at.origin.requests).toHaveLength(1)
  })

  test('on a miss the origin is asked without the condition, the answer is stored, and then compared (choice)', async () => {
    await using origin = await startOrigin({ headers: { ...FOR_A_MINUTE, ETag: '"v1"' }, body: 'old' })
    await using front = await startFront({ origin })
    const answer = await front.get('/a', { 'if-none-match': '"v1"', 'if-modified-since': LATER })
    expect(answer).toBeMiss()
    expect(answer.status).toBe(304)
    expect(conditions({ origin, front } as Scene)).toEqual({})
    expect(brief(await front.get('/a'))).toEqual([200, 'old'])
    expect(origin.requests).toHaveLength(1)
  })

  test.each([
    ['"v1"', '"v1"', 304],
    ['W/"v1"', '"v1"', 304],
    ['"v1"', 'W/"v1"', 304],
    ['W/"v1"', 'W/"v1"', 304],
    ['"v0", "v1"', '"v1"', 304],
    ['"v0", W/"v1" , "v2"', '"v1"', 304],
    ['"a,b"', '"a,b"', 304],
    ['*', '"v1"', 304],
    ['"v2"', '"v1"', 200],
    ['"V1"', '"v1"', 200],
    ['"v0", "v2"', '"v1"', 200],
    ['"a,v1"', '"v1"', 200],
    ['', '"v1"', 200],
  ])('If-None-Match: %s against ETag %s compares weakly: %d', async (condition, ETag, status) => {
    await using at = await cached({ ETag })
    expect((await at.front.get('/a', { 'if-none-match': condition })).status).toBe(status)
  })

  test('a tag that was weakened by compression still matches', async () => {
    const headers = { ...FOR_A_MINUTE, ETag: '"v1"', 'Content-Type': 'text/plain' }
    await using origin = await startOrigin({ headers, body: 'hello '.repeat(500) })
    await using front = await startFront({ origin, behavior: { Compress: true } })
    const first = await front.get('/a', { 'accept-encoding': 'gzip' })
    expect(first.headers.etag).toBe('W/"v1"')
    const strong = await front.get('/a', { 'accept-encoding': 'gzip', 'if-none-match': '"v1"' })
    expect(strong.status).toBe(304)
  })

  test.each([
    [{ 'if-modified-since': MODIFIED }, 304],
    [{ 'if-modified-since': LATER }, 304],
    [{ 'if-modified-since': EARLIER }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-none-match': '"v2"', 'if-modified-since': LATER }, 200],
    [{ 'if-none-match': '"v1"', 'if-modified-since': EARLIER }, 304],
    [{ 'if-match': '"v1"' }, 200],
    [{ 'if-match': '"v0", "v1"' }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': '"v2"' }, 412],
    [{ 'if-match': 'W/"v1"' }, 412],
    [{ 'if-unmodified-since': MODIFIED }, 200],
    [{ 'if-unmodified-since': EARLIER }, 412],
    [{ 'if-unmodified-since': 'yesterday' }, 200],
    [{ 'if-match': '"v1"', 'if-unmodified-since': EARLIER }, 200],
    [{ 'if-match': '"v2"', 'if-none-match': '"v1"' }, 412],
    [{ 'if-match': '"v1"', 'if-none-match': '"v1"' }, 304],
    [{ 'if-none-match': '"v1"', range: 'bytes=0-0' }, 304],
    [{ 'if-match': '"v1"', range: 'bytes=0-0' }, 206],
  ] satisfies [Record<string, string>, number][])(
    '%j on a cached copy: %d, in the order of RFC 9110 (choice)',
    async (headers, status) => {
      await using at = await cached({ ETag: '"v1"', 'Last-Modified': MODIFIED })
      const answer = await at.front.get('/a', headers)
      expect(answer.status).toBe(status)
      expect(answer.text).toBe({ 200: 'old', 206: 'o' }[status] ?? '')
      if (status === 412)
        expect(answer.headers).toMatchObject({ 'x-cache': 'Error from cloudfront', 'content-length': '0' })
      expect(at.origin.requests).toHaveLength(1)
    },
  )

  test('conditions concern 200 only: a cached redirect or error is sent as it is', async () => {
    await using origin = await startOrigin({
      status: 301,
      headers: { ...FOR_A_MINUTE, ETag: '"v1"', Location: '/b' },
    })
    await using front = await startFront({ origin })
    await front.get('/a')
    expect((await front.get('/a', { 'if-none-match': '"v1"' })).status).toBe(301)
  })

  test('conditions concern GET and HEAD only: a cached OPTIONS is sent as it is', async () => {
    await using origin = await startOrigin({ headers: { ...FOR_A_MINUTE, ETag: '"v1"' } })
    const methods = ['GET', 'HEAD', 'OPTIONS']
    await using front = await startFront({
      origin,
      behavior: { AllowedMethods: methods, CachedMethods: methods },
    })
    const ask = { method: 'OPTIONS', headers: { 'if-none-match': '"v1"' } }
    await front.ask('/a', ask)
    const answer = await front.ask('/a', ask)
    expect(answer).toBeHit('edge')
    expect(answer.status).toBe(200)
  })

  test.each(['"caf\xe9"', '"a b"', '"a,b\\"', 'W/"caf\xe9"'])(
    'the tag %s is compared byte for byte',
    async (tag) => {
      await using origin = await startOrigin({ headers: { ...FOR_A_MINUTE, ETag: tag } })
      await using front = await startFront({ origin })
      const miss = await front.get('/a')
      expect(miss.headers.etag).toBe(tag)
      expect((await front.get('/a', { 'if-none-match': tag })).status).toBe(304)
      front.clock.advanceSeconds(61)
      await front.get('/a')
      expect(origin.requests[1]!.headers['if-none-match']).toBe(tag)
    },
  )

  test('HEAD with a condition is answered as GET would be', async () => {
    await using at = await cached({ ETag: '"v1"' })
    const headers = { 'if-none-match': '"v1"' }
    expect((await at.front.ask('/a', { method: 'HEAD', headers })).status).toBe(304)
  })

  test('Vary: * with MinTTL 0: every request goes to the origin without conditions', async () => {
    await using at = await cached({ ETag: '"v1"', Vary: '*' })
    expect(await at.front.get('/a')).toBeMiss()
    expect(conditions(at)).toEqual({})
  })
})
