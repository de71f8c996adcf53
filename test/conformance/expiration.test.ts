// How long an object stays: the expiration page, seen from outside.
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import { issuesOf } from '../unit/config/harness.ts'
import { withFiles } from '../unit/config/harness.ts'

const control = (value: string) => ({ 'Cache-Control': value })

/** Fetches /a, then says what the cache makes of it after so many seconds. */
async function after(
  seconds: number,
  { headers = {}, policy = cachePolicy(0, 60, 600) as object | string, legacy = null as object | null },
) {
  await using origin = await startOrigin({ headers: { ETag: '"v1"', ...headers }, body: 'x' })
  origin.on('*', (request, response) => {
    const isSame = request.headers['if-none-match'] === '"v1"'
    response.writeHead(isSame ? 304 : 200, { ETag: '"v1"', ...headers })
    response.end(isSame ? undefined : 'x')
  })
  await using front = await startFront({ origin, behavior: legacy ?? { CachePolicy: policy } })
  await front.get('/a')
  front.clock.advanceSeconds(seconds)
  return String((await front.get('/a')).headers['x-cache']).replace(' from cloudfront', '')
}

const legacyWith = (more: object) => ({
  ForwardedValues: { QueryString: false, Cookies: { Forward: 'none' } },
  ...more,
})

describe('2.1 Algorithm', () => {
  test.each([
    ['s-maxage comes before max-age', control('max-age=30, s-maxage=100'), 99, 101],
    ['max-age comes before Expires', { ...control('max-age=30'), Expires: '2030-01-01' }, 29, 31],
    [
      'Expires counts where there is no max-age',
      { Date: 'Tue, 01 Jan 2030 00:00:00 GMT', Expires: 'Tue, 01 Jan 2030 00:01:40 GMT' },
      99,
      101,
    ],
    ['without any of them DefaultTTL counts', {}, 59, 61],
    ['MaxTTL cuts what the origin says', control('max-age=10000'), 599, 601],
  ])('%s', async (_, headers, fresh, expired) => {
    expect(await after(fresh, { headers })).toBe('Hit')
    expect(await after(expired, { headers })).toBe('RefreshHit')
  })

  test.each(['no-cache', 'no-store', 'private'])('MinTTL above 0 wins over %s', async (directive) => {
    const policy = cachePolicy(100, 200, 600)
    expect(await after(99, { headers: control(directive), policy })).toBe('Hit')
    expect(await after(101, { headers: control(directive), policy })).toBe('RefreshHit')
  })

  test('max-age of a hundred years is kept for as long, beyond MaxTTL of a year as well', async () => {
    const policy = cachePolicy(0, 60, 3_153_600_000)
    expect(await after(3_153_599_999, { headers: control('max-age=3153600000'), policy })).toBe('Hit')
  })

  test.each(['max-age=0', 'no-cache', 's-maxage=0'])(
    'with a TTL of 0 by %s the object is kept and asked for at each request (observed)',
    async (directive) => expect(await after(0, { headers: control(directive) })).toBe('RefreshHit'),
  )

  test.each(['no-store', 'private'])('with MinTTL 0, %s is not kept', async (directive) => {
    expect(await after(0, { headers: control(directive) })).toBe('Miss')
  })

  test('Last-Modified alone gives no lifetime of its own: DefaultTTL counts', async () => {
    const headers = { 'Last-Modified': 'Sat, 01 Jan 2000 00:00:00 GMT' }
    expect(await after(59, { headers })).toBe('Hit')
    expect(await after(61, { headers })).toBe('RefreshHit')
  })

  test.each([
    [{}, 86_400, 'max-age=99999999', 31_536_000],
    [{ MinTTL: 0, MaxTTL: 500 }, 500, 'max-age=1000', 500],
    [{ MinTTL: 100_000 }, 100_000, 'max-age=1', 100_000],
  ])(
    'Legacy TTLs %j have the defaults: %d s without headers, with %s %d s',
    async (ttls, byDefault, header, bounded) => {
      const legacy = legacyWith(ttls)
      expect(await after(byDefault - 1, { legacy })).toBe('Hit')
      expect(await after(byDefault + 1, { legacy })).toBe('RefreshHit')
      expect(await after(bounded - 1, { legacy, headers: control(header) })).toBe('Hit')
      expect(await after(bounded + 1, { legacy, headers: control(header) })).toBe('RefreshHit')
    },
  )

  test.each([
    [
      'legacy settings',
      'ForwardedValues: { QueryString: false }, MinTTL: 9, DefaultTTL: 5',
      'InvalidTTLOrder',
    ],
    ['a policy', 'CachePolicy: { MinTTL: 9, DefaultTTL: 5 }', 'InvalidArgument'],
    ['a policy', 'CachePolicy: { DefaultTTL: 9, MaxTTL: 5 }', 'InvalidArgument'],
  ])(
    'MinTTL, DefaultTTL and MaxTTL have to stand in order: %s with %s (unverified)',
    async (_, keys, code) => {
      const site = `Origins: [{ Id: a, DomainName: localhost }]\nDefaultCacheBehavior: { TargetOriginId: a, ${keys} }\n`
      const issues = await withFiles({ 'site.yaml': site }, (cwd) => issuesOf({ files: ['site.yaml'], cwd }))
      expect(issues.map((issue) => issue.code)).toContain(code)
    },
  )

  test.each([
    ['cache-control', 'no-cache'],
    ['cache-control', 'max-age=0'],
    ['cache-control', 'no-store'],
    ['pragma', 'no-cache'],
  ])('%s: %s of a viewer does not force a fetch', async (name, value) => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    await front.get('/a')
    expect(await front.get('/a', { [name]: value })).toBeHit('edge')
    expect(origin.requests).toHaveLength(1)
  })

  test('Cache-Control and Expires reach the viewer as they are, whatever TTL counted', async () => {
    const headers = { 'Cache-Control': 'no-store,  Max-Age=5', Expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }
    await using origin = await startOrigin({ headers })
    await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(100, 200, 300) } })
    for (const answer of [await front.get('/a'), await front.get('/a')]) {
      expect(answer.headers).toMatchObject({
        'cache-control': headers['Cache-Control'],
        expires: headers.Expires,
      })
    }
  })

  test('The time counts from arrival, less the Age of the origin (choice)', async () => {
    const headers = { ...control('max-age=100'), Age: '40' }
    expect(await after(59, { headers })).toBe('Hit')
    expect(await after(61, { headers })).toBe('RefreshHit')
  })
})

describe('2.2 Directives', () => {
  test.each([
    'public',
    'immutable',
    'no-transform',
    'must-understand',
    'proxy-revalidate',
    'must-revalidate',
  ])('%s has no effect on the lifetime', async (directive) => {
    const headers = control(directive)
    expect(await after(59, { headers })).toBe('Hit')
    expect(await after(61, { headers })).toBe('RefreshHit')
  })

  test('no-cache with MinTTL 0 is kept and asked for at each request', async () => {
    expect(await after(1, { headers: control('no-cache') })).toBe('RefreshHit')
  })

  test('no-cache="Set-Cookie" leaves the lifetime as it is', async () => {
    const headers = control('no-cache="Set-Cookie", max-age=100')
    expect(await after(99, { headers })).toBe('Hit')
    expect(await after(101, { headers })).toBe('RefreshHit')
  })

  test.each(['yesterday', '0', 'Thu, 01 Jan 1970 00:00:00 GMT', ''])(
    'Expires: %j is in the past (unverified)',
    async (Expires) => expect(await after(0, { headers: { Expires } })).toBe('RefreshHit'),
  )

  test('Pragma: no-cache of an origin has no effect (unverified)', async () => {
    expect(await after(59, { headers: { Pragma: 'no-cache' } })).toBe('Hit')
  })

  test('Expires is counted from Date where there is one (choice)', async () => {
    const headers = { Date: 'Tue, 01 Jan 2030 00:10:00 GMT', Expires: 'Tue, 01 Jan 2030 00:10:30 GMT' }
    expect(await after(29, { headers })).toBe('Hit')
    expect(await after(31, { headers })).toBe('RefreshHit')
  })

  test('Expires is counted from arrival where there is no Date (choice)', async () => {
    await using origin = await startOrigin((_, response) => {
      response.sendDate = false
      response.writeHead(200, { Expires: 'Tue, 01 Jan 2030 00:00:30 GMT' }).end('x')
    })
    await using front = await startFront({ origin, behavior: { CachePolicy: cachePolicy(0, 60, 600) } })
    await front.get('/a')
    front.clock.advanceSeconds(29)
    expect(await front.get('/a')).toBeHit('edge')
    front.clock.advanceSeconds(2)
    expect(await front.get('/a')).toBeMissBecause('expired')
  })
})
