// Origin groups: when the secondary origin is asked, and what it gets.
import { describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'
import { closedPort } from '../support/ports.ts'
import { toStory } from '../../src/observe/story.ts'

interface Group {
  readonly primary: string
  readonly secondary: string
  readonly codes: readonly number[]
  readonly behavior?: object
  readonly originConfig?: object
  readonly secondaryConfig?: object
  readonly distribution?: object
}

const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only', OriginReadTimeout: 1 }

/** A distribution whose only behavior sends to a group of two origins. */
function startGroup({ primary, secondary, codes, behavior = {}, ...rest }: Group): Promise<Front> {
  const { originConfig = {}, secondaryConfig = {}, distribution = {} } = rest
  const origin = { CustomOriginConfig: custom, ConnectionAttempts: 1 }
  return startFront({
    origins: { main: primary, spare: secondary },
    behavior: { TargetOriginId: 'group', ...behavior },
    distribution: {
      Origins: [
        { Id: 'main', DomainName: 'main.example.com', ...origin, ...originConfig },
        { Id: 'spare', DomainName: 'spare.example.com', ...origin, ...secondaryConfig },
      ],
      OriginGroups: [
        {
          Id: 'group',
          FailoverCriteria: { StatusCodes: codes },
          Members: [{ OriginId: 'main' }, { OriginId: 'spare' }],
        },
      ],
      ...distribution,
    },
  })
}

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const LISTED = [400, 403, 404, 416, 429, 500, 502, 503, 504]

describe('5.10 Origin groups', () => {
  test.each(LISTED)(
    'A listed status of the primary, %d, sends the request to the secondary',
    async (status) => {
      await using main = await startOrigin({ status, body: 'main failed' })
      await using spare = await startOrigin({ body: 'from spare' })
      await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: LISTED })
      const answer = await front.get('/a')
      expect(answer.status).toBe(200)
      expect(answer.text).toBe('from spare')
      expect(answer.trace?.failovers).toEqual([
        {
          groupId: 'group',
          primary: 'main',
          secondary: 'spare',
          because: 'status',
          status,
          attemptsBefore: 1,
          shield: null,
        },
      ])
      expect(toStory(answer.trace!)).toContain(
        `origin group group: failover to spare (main answered ${status})`,
      )
    },
  )

  test.each([200, 301, 304, 404, 500, 503])(
    'A status that is not listed, %d, goes to the viewer from the primary',
    async (status) => {
      await using main = await startOrigin({ status, headers: { Location: '/b' } })
      await using spare = await startOrigin()
      await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: [502] })
      const answer = await front.get('/')
      expect(answer.status).toBe(status)
      expect(spare.requests).toHaveLength(0)
      expect(answer.trace?.failovers).toBeNull()
    },
  )

  test.each([
    { listed: '503', codes: [503], status: 200, failovers: ['connect-failed'] },
    { listed: 'not 503', codes: [500, 502, 504], status: 502, failovers: null },
  ])(
    'A primary that cannot be connected to is left for the secondary if 503 is listed; listed is $listed: $status',
    async ({ codes, status, failovers }) => {
      const primary = `http://127.0.0.1:${await closedPort()}`
      await using spare = await startOrigin()
      await using front = await startGroup({ primary, secondary: spare.url, codes })
      const answer = await front.get('/')
      expect(answer.status).toBe(status)
      expect(answer.trace?.failovers?.map((each) => each.because) ?? null).toEqual(failovers)
    },
  )

  test('A primary that cannot be connected to gets all its attempts before the secondary is asked', async () => {
    const primary = `http://127.0.0.1:${await closedPort()}`
    await using spare = await startOrigin()
    const originConfig = { ConnectionAttempts: 3 }
    await using front = await startGroup({ primary, secondary: spare.url, codes: [503], originConfig })
    const { trace } = await front.get('/')
    const attempts = trace?.origins?.map(({ originId, attempt, end }) => [originId, attempt, end])
    expect(attempts).toEqual([
      ['main', 1, 'retried'],
      ['main', 2, 'retried'],
      ['main', 3, 'attempts-used-up'],
      ['spare', 1, 'answered'],
    ])
  })

  test.each([
    { listed: '504', codes: [504], status: 200, failovers: ['timed-out'] },
    { listed: 'not 504', codes: [500, 502, 503], status: 504, failovers: null },
  ])(
    'A primary that does not answer in time is left for the secondary if 504 is listed; listed is $listed: $status',
    async ({ codes, status, failovers }) => {
      await using main = await startRawOrigin(() => {})
      await using spare = await startOrigin()
      await using front = await startGroup({ primary: main.url, secondary: spare.url, codes })
      const answer = await front.get('/')
      expect(answer.status).toBe(status)
      expect(answer.trace?.failovers?.map((each) => each.because) ?? null).toEqual(failovers)
    },
  )

  const READ = ['GET', 'HEAD']
  const READ_AND_OPTIONS = [...READ, 'OPTIONS']
  test.each([
    { rule: 'GET fails over', method: 'GET', cached: READ, spareAsked: 1 },
    { rule: 'HEAD fails over', method: 'HEAD', cached: READ, spareAsked: 1 },
    {
      rule: 'OPTIONS fails over where it is a cached method',
      method: 'OPTIONS',
      cached: READ_AND_OPTIONS,
      spareAsked: 1,
    },
    {
      rule: 'OPTIONS does not fail over where it is not cached',
      method: 'OPTIONS',
      cached: READ,
      spareAsked: 0,
    },
    ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
      rule: `${method} does not fail over`,
      method,
      cached: READ_AND_OPTIONS,
      spareAsked: 0,
    })),
  ])('$rule', async ({ method, cached, spareAsked }) => {
    await using main = await startOrigin({ status: 500 })
    await using spare = await startOrigin()
    await using front = await startGroup({
      primary: main.url,
      secondary: spare.url,
      codes: [500],
      behavior: { AllowedMethods: ALL_METHODS, CachedMethods: cached },
    })
    const answer = await front.ask('/', { method })
    expect(spare.requests).toHaveLength(spareAsked)
    expect(answer.status).toBe(spareAsked === 1 ? 200 : 500)
  })

  test('Every request starts at the primary again', async () => {
    await using main = await startOrigin({ status: 500 })
    await using spare = await startOrigin()
    await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: [500] })
    await front.get('/1')
    main.on('/2', { body: 'well again' })
    expect((await front.get('/2')).text).toBe('well again')
    await front.get('/3')
    expect(main.requests.map(({ url }) => url)).toEqual(['/1', '/2', '/3'])
    expect(spare.requests.map(({ url }) => url)).toEqual(['/1', '/3'])
  })

  test('When the secondary fails too, its status goes to the viewer', async () => {
    await using main = await startOrigin({ status: 500, body: 'main' })
    await using spare = await startOrigin({ status: 503, body: 'spare' })
    await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: [500, 503] })
    const answer = await front.get('/')
    expect([answer.status, answer.text]).toEqual([503, 'spare'])
    expect(main.requests).toHaveLength(1)
    expect(spare.requests).toHaveLength(1)
  })

  test('The secondary gets the same request with its own domain name, path and custom headers', async () => {
    await using main = await startOrigin({ status: 500 })
    await using spare = await startOrigin()
    await using front = await startGroup({
      primary: main.url,
      secondary: spare.url,
      codes: [500],
      originConfig: {
        OriginPath: '/main',
        CustomHeaders: [{ HeaderName: 'X-From', HeaderValue: 'main' }],
      },
      secondaryConfig: {
        OriginPath: '/spare',
        CustomHeaders: [{ HeaderName: 'X-From', HeaderValue: 'spare' }],
      },
      behavior: {
        CachePolicy: 'UseOriginCacheControlHeaders-QueryStrings',
      },
    })
    await front.get('/a?x=1')
    expect(main.requests[0]).toMatchObject({ url: '/main/a?x=1', headers: { 'x-from': 'main' } })
    const { host: _, 'x-from': from, ...rest } = spare.requests[0]!.headers
    const { host: _main, 'x-from': _from, ...same } = main.requests[0]!.headers
    expect(spare.requests[0]!.url).toBe('/spare/a?x=1')
    expect(from).toBe('spare')
    expect(rest).toEqual(same)
  })

  test('Without a forwarded Host each member gets its own domain name as Host', async () => {
    await using main = await startOrigin({ status: 500 })
    await using spare = await startOrigin()
    await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: [500] })
    await front.get('/')
    expect(main.requests[0]!.headers.host).toBe('main.example.com')
    expect(spare.requests[0]!.headers.host).toBe('spare.example.com')
  })

  test('The cache key does not depend on the member that answered', async () => {
    await using main = await startOrigin({ status: 500 })
    await using spare = await startOrigin({ body: 'from spare' })
    await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: [500] })
    const first = await front.get('/')
    main.on('*', { body: 'from main' })
    const second = await front.get('/')
    expect(second).toBeHit('edge')
    expect(second.text).toBe('from spare')
    expect(first.trace?.key).toBe(second.trace?.key)
  })

  test('The secondary is asked before a stale copy is used (choice)', async () => {
    await using main = await startOrigin({ headers: { 'Cache-Control': 'max-age=10' }, body: 'old' })
    await using spare = await startOrigin({ body: 'new' })
    await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: [500] })
    await front.get('/')
    front.clock.advanceSeconds(11)
    main.on('*', { status: 500 })
    expect((await front.get('/')).text).toBe('new')
  })

  test('A stale copy is used when both members fail (choice)', async () => {
    await using main = await startOrigin({ headers: { 'Cache-Control': 'max-age=10' }, body: 'old' })
    await using spare = await startOrigin({ status: 503 })
    await using front = await startGroup({ primary: main.url, secondary: spare.url, codes: [500] })
    await front.get('/')
    front.clock.advanceSeconds(11)
    main.on('*', { status: 500 })
    const answer = await front.get('/')
    expect(answer.text).toBe('old')
    expect(answer.trace?.regional?.because).toBe('stale-if-error')
  })
})
