// Expired copies: when they are confirmed, replaced, served stale, or given up.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, type Script, type ScriptedOrigin } from '../support/origin.ts'

/** MinTTL 0, DefaultTTL 60, MaxTTL 3600. */
const CachePolicy = cachePolicy(0, 60, 3600)
const control = (value: string) => ({ 'Cache-Control': value })
const hangUp: Script = (request) => request.socket.destroy()

interface Scene extends AsyncDisposable {
  readonly origin: ScriptedOrigin
  readonly front: Front
}

/** A copy of 'old' is in the caches, and `seconds` have passed; from now on the origin does what `then` says. */
async function afterwards(
  seconds: number,
  headers: Record<string, string>,
  then: Script,
  options: FrontOptions = {},
): Promise<Scene> {
  const origin = await startOrigin({ headers, body: 'old' })
  const { behavior, ...rest } = options
  const front = await startFront({
    origin,
    behavior: { CachePolicy, ...behavior },
    originConfig: { ConnectionAttempts: 1 },
    ...rest,
  })
  await front.get('/a')
  origin.on('/a', then)
  front.clock.advanceSeconds(seconds)
  return {
    origin,
    front,
    async [Symbol.asyncDispose]() {
      await front.stop()
      await origin.stop()
    },
  }
}

describe('2.6 Stale objects', () => {
  test('within stale-while-revalidate the stale copy is served at once, as a Hit (unverified)', async () => {
    const headers = control('max-age=10, stale-while-revalidate=60')
    // The origin never answers the refresh: the viewer does not wait for it.
    await using scene = await afterwards(11, headers, () => undefined)
    const answer = await scene.front.get('/a')
    expect(answer).toBeHit('edge')
    expect(answer.text).toBe('old')
    expect(answer.headers.age).toBe('11')
    expect(answer.trace?.edge?.because).toBe('stale-while-revalidate')
    await scene.origin.seen(2)
    expect((await scene.front.get('/a')).text).toBe('old')
    expect(scene.origin.requests).toHaveLength(2)
  })

  test('one background fetch replaces the copy that stale-while-revalidate served', async () => {
    const headers = control('max-age=10, stale-while-revalidate=60')
    await using scene = await afterwards(11, headers, { headers, body: 'new' })
    await scene.front.get('/a')
    await expect.poll(async () => (await scene.front.get('/a')).text).toBe('new')
    expect(scene.origin.requests).toHaveLength(2)
  })

  test.each([
    { value: 'max-age=10, stale-while-revalidate=20', age: 31 },
    { value: 'max-age=10, stale-while-revalidate=999999', age: 3601 },
  ])('$value serves nothing stale at age $age s', async ({ value, age }) => {
    await using scene = await afterwards(age, control(value), { body: 'new' })
    const answer = await scene.front.get('/a')
    expect(answer).toBeMissBecause('expired')
    expect(answer.text).toBe('new')
  })

  test('an expired copy that the origin confirms is a RefreshHit and fresh for its new TTL', async () => {
    const headers = { ETag: '"1"', ...control('max-age=10') }
    await using scene = await afterwards(11, headers, { status: 304, headers: control('max-age=100') })
    const answer = await scene.front.get('/a')
    expect(answer).toBeRefreshHit()
    expect([answer.status, answer.text]).toEqual([200, 'old'])
    scene.front.clock.advanceSeconds(99)
    expect(await scene.front.get('/a')).toBeHit('edge')
  })

  test('an expired copy of which the origin has a new version is a Miss', async () => {
    const headers = { ETag: '"1"', ...control('max-age=10') }
    await using scene = await afterwards(11, headers, { headers: { ETag: '"2"' }, body: 'new' })
    const answer = await scene.front.get('/a')
    expect(answer).toBeMissBecause('expired')
    expect(answer.text).toBe('new')
  })

  test.each<[string, Script]>([
    ['500', { status: 500, body: 'broken' }],
    ['503', { status: 503 }],
    ['599', { status: 599 }],
    ['no answer', hangUp],
  ])('an expired copy stands in for an origin that gives %s', async (_, then) => {
    await using scene = await afterwards(11, control('max-age=10'), then)
    const answer = await scene.front.get('/a')
    expect([answer.status, answer.text]).toEqual([200, 'old'])
    expect(answer.trace?.regional?.because).toBe('stale-if-error')
  })

  test('a stale answer after an origin 500 shows RefreshHit and its age (observed)', async () => {
    await using scene = await afterwards(11, control('max-age=10'), { status: 500 })
    const answer = await scene.front.get('/a')
    expect(answer).toBeRefreshHit()
    expect(answer.headers.age).toBe('11')
  })

  test('after a failure the stale copy is served for ErrorCachingMinTTL without asking, then the origin is tried once', async () => {
    const distribution = { CustomErrorResponses: [{ ErrorCode: 502, ErrorCachingMinTTL: 30 }] }
    await using scene = await afterwards(11, control('max-age=10'), hangUp, { distribution })
    await scene.front.get('/a')
    expect(scene.origin.requests).toHaveLength(2)
    scene.front.clock.advanceSeconds(29)
    const paused = await scene.front.get('/a')
    expect(paused.text).toBe('old')
    expect(paused.trace?.regional?.because).toBe('stale-error-pause')
    expect(paused).toBeRefreshHit()
    expect(scene.origin.requests).toHaveLength(2)
    scene.front.clock.advanceSeconds(2)
    expect((await scene.front.get('/a')).text).toBe('old')
    expect(scene.origin.requests).toHaveLength(3)
  })

  test.each([
    { value: 'max-age=10, stale-if-error=20', age: 30, status: 200 },
    { value: 'max-age=10, stale-if-error=20', age: 31, status: 500 },
    { value: 'max-age=10, stale-if-error=0', age: 11, status: 500 },
    { value: 'max-age=10, stale-if-error=999999', age: 3599, status: 200 },
    { value: 'max-age=10, stale-if-error=999999', age: 3601, status: 500 },
    { value: 'max-age=10', age: 3599, status: 200 },
    { value: 'max-age=10', age: 3601, status: 500 },
  ])(
    'with $value and MaxTTL 3600 an origin 500 at age $age s gives $status',
    async ({ value, age, status }) => {
      await using scene = await afterwards(age, control(value), { status: 500, body: 'broken' })
      const answer = await scene.front.get('/a')
      expect(answer.status).toBe(status)
      expect(answer.text).toBe(status === 200 ? 'old' : 'broken')
    },
  )

  test.each([403, 404, 410, 429])('an expired copy does not stand in for a %d', async (status) => {
    await using scene = await afterwards(11, control('max-age=10'), { status, body: 'gone' })
    const answer = await scene.front.get('/a')
    expect([answer.status, answer.text]).toEqual([status, 'gone'])
  })

  test('without any copy the error goes to the viewer', async () => {
    await using origin = await startOrigin({ status: 503, body: 'broken' })
    await using front = await startFront({ origin })
    const answer = await front.get('/a')
    expect([answer.status, answer.text]).toEqual([503, 'broken'])
  })

  test.each([
    { value: 'no-store', status: 200 },
    { value: 'private', status: 200 },
    { value: 'no-cache', status: 200 },
    { value: 'no-store, stale-if-error=0', status: 500 },
  ])(
    'a copy kept by MinTTL in spite of $value answers a failing origin with $status',
    async ({ value, status }) => {
      const behavior = { CachePolicy: cachePolicy(10, 10, 3600) }
      await using scene = await afterwards(11, control(value), { status: 500 }, { behavior })
      expect((await scene.front.get('/a')).status).toBe(status)
    },
  )

  test.each(['must-revalidate', 'proxy-revalidate'])(
    '%s does not keep a stale copy from standing in (unverified)',
    async (directive) => {
      await using scene = await afterwards(11, control(`max-age=10, ${directive}`), { status: 500 })
      expect((await scene.front.get('/a')).text).toBe('old')
    },
  )

  test('stale-if-error answers after all attempts, stale-while-revalidate at once (observed)', async () => {
    const originConfig = { ConnectionAttempts: 3 }
    const headers = control('max-age=10, stale-if-error=100')
    await using scene = await afterwards(11, headers, hangUp, { originConfig })
    const answer = await scene.front.get('/a')
    expect(answer.text).toBe('old')
    expect(answer.trace?.origins?.map((each) => each.error !== null)).toEqual([true, true, true])
  })

  test('each layer says that its copy stands in, and how old it is', async () => {
    await using scene = await afterwards(20, control('max-age=10'), { status: 500 })
    const { trace } = await scene.front.get('/a')
    expect(trace?.edge).toMatchObject({ verdict: 'hit', because: 'stale-if-error', age: 20 })
    expect(trace?.regional).toMatchObject({ verdict: 'hit', because: 'stale-if-error', age: 20 })
  })

  test('a copy with a TTL of 0 that stands in is no RefreshHit in any layer', async () => {
    await using scene = await afterwards(20, control('max-age=0'), { status: 500 })
    const { trace } = await scene.front.get('/a')
    expect(trace?.edge).toMatchObject({ verdict: 'hit', because: 'stale-if-error', age: 20 })
    scene.origin.on('/a', { status: 304 })
    scene.front.clock.advanceSeconds(10)
    expect((await scene.front.get('/a')).trace?.edge).toMatchObject({ because: 'not-modified' })
  })

  test('a stale copy comes before the custom error page', async () => {
    const distribution = {
      CustomErrorResponses: [{ ErrorCode: 500, ResponsePagePath: '/sorry.html', ResponseCode: 200 }],
    }
    await using scene = await afterwards(11, control('max-age=10'), { status: 500 }, { distribution })
    scene.origin.on('/sorry.html', { body: 'sorry' })
    expect((await scene.front.get('/a')).text).toBe('old')
    expect(scene.origin.countOf('/sorry.html')).toBe(0)
  })
})
