// Invalidations over the admin port and the handle: what they would take, what is remembered, and races with fetches.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InvalidationPreview, InvalidationReceipt } from '../../src/control/admin.ts'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

const TAGGED = { headers: { 'Cache-Control': 'max-age=600', 'Cache-Tag': 'a, B' }, body: 'hello' }

let origin: ScriptedOrigin
let front: Front
beforeEach(async () => {
  origin = await startOrigin(TAGGED)
  front = await startFront({
    origin,
    adminPort: 0,
    distribution: { CacheTagConfig: { HeaderName: 'cache-tag' } },
  })
})
afterEach(async () => {
  await front.stop()
  await origin.stop()
})

interface Told {
  readonly status: number
  readonly json: {
    readonly error?: string
    readonly invalidations?: readonly (InvalidationPreview & InvalidationReceipt)[]
  }
}

async function admin(method: string, path: string, body?: object): Promise<Told> {
  const response = await fetch(`${front.pocketfront.adminUrl}${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  })
  return { status: response.status, json: (await response.json()) as Told['json'] }
}

describe('A dry run', () => {
  test('counts by path and lists what would go in every place, and takes nothing', async () => {
    await front.get('/img/a.png', { 'Accept-Encoding': 'gzip' })
    await front.get('/img/b.png')
    await front.get('/other')
    front.clock.advanceSeconds(7)
    const { status, json } = await admin('POST', '/invalidations', {
      paths: ['/img/*', '/img/a.png', '/nothing', '#a'],
      dryRun: true,
    })
    expect(status).toBe(200)
    const preview = json.invalidations![0]!
    expect(preview).toMatchObject({
      DistributionId: 'ETESTDISTRIBUT',
      objects: 6,
      paths: [
        { path: '/img/*', objects: 4 },
        { path: '/img/a.png', objects: 2 },
        { path: '/nothing', objects: 0 },
        { path: '#a', objects: 6 },
      ],
    })
    const edge = preview.listed.filter(({ layer }) => layer === 'edge')
    expect(edge.map(({ url }) => url).toSorted()).toEqual(['/img/a.png', '/img/b.png', '/other'])
    expect(edge.find(({ url }) => url === '/img/a.png')).toMatchObject({
      place: 'FRA56',
      status: 200,
      ageSeconds: 7,
      tags: ['a', 'b'],
      key: { path: '/img/a.png', acceptEncoding: 'gzip' },
    })
    for (const path of ['/img/b.png', '/other']) expect(await front.get(path)).toBeHit('edge')
    expect((await admin('GET', '/invalidations')).json).toEqual({ invalidations: [] })
  })

  test('leaves out what an earlier invalidation has taken, and answers to HEAD count', async () => {
    await front.get('/a')
    await front.ask('/head', { method: 'HEAD' })
    const objects = () => front.pocketfront.invalidations.preview('/*')[0]!.objects
    expect(objects()).toBe(4)
    front.pocketfront.invalidate('/a')
    expect(objects()).toBe(2)
    front.pocketfront.invalidate('/*')
    expect(objects()).toBe(0)
  })

  test('lists a hundred objects and counts all', async () => {
    for (let index = 0; index < 60; index++) await front.get(`/${index}`)
    const [preview] = front.pocketfront.invalidations.preview('/*')
    expect([preview!.objects, preview!.listed.length]).toEqual([120, 100])
  })

  test('tells the query string only where it is in the key', async () => {
    await front.get('/q?x=1')
    expect(front.pocketfront.invalidations.preview('/q')[0]!.listed[0]!.url).toBe('/q')
    await using keyed = await startFront({
      origin,
      behavior: {
        CachePolicy: {
          Name: 'q',
          MinTTL: 0,
          DefaultTTL: 1,
          MaxTTL: 60,
          ParametersInCacheKeyAndForwardedToOrigin: { QueryStringsConfig: { QueryStringBehavior: 'all' } },
        },
      },
    })
    await keyed.get('/q?x=1')
    expect(keyed.pocketfront.invalidations.preview('/q*')[0]!.listed[0]!.url).toBe('/q?x=1')
    expect(keyed.pocketfront.invalidations.preview('/q')[0]!.objects).toBe(0)
  })

  test('refuses what the invalidation would refuse', async () => {
    const refused = await admin('POST', '/invalidations', { paths: ['a'], dryRun: true })
    expect([refused.status, refused.json.error]).toEqual([400, expect.stringMatching(/^InvalidArgument: /)])
    expect((await admin('POST', '/invalidations', { paths: ['/a'], dryRun: 'yes' })).status).toBe(400)
  })
})

describe('The list of invalidations', () => {
  test('has the newest first, each with its status, and finds one by its id', async () => {
    const first = await admin('POST', '/invalidations', { paths: ['/a'] })
    front.clock.advanceSeconds(5)
    await admin('POST', '/invalidations', { paths: ['/b*', '#c'] })
    const { json } = await admin('GET', '/invalidations?distribution=ETESTDISTRIBUT')
    expect(json.invalidations).toMatchObject([
      { Status: 'InProgress', Paths: ['/b*', '#c'], CreateTime: '2030-01-01T00:00:05.000Z' },
      { Status: 'Completed', Paths: ['/a'], CreateTime: '2030-01-01T00:00:00.000Z' },
    ])
    const { Id } = first.json.invalidations![0]!
    expect(Id).toMatch(/^I[A-Z0-9]{13}$/)
    expect((await admin('GET', `/invalidations/${Id}`)).json).toMatchObject({ Id, Status: 'Completed' })
  })

  test('says 404 for an id or distribution that it does not know', async () => {
    expect(await admin('GET', '/invalidations/INOTHERE')).toMatchObject({
      status: 404,
      json: { error: "No invalidation with the id 'INOTHERE'" },
    })
    expect((await admin('GET', '/invalidations?distribution=ENOTHERE')).status).toBe(404)
  })

  test('is bounded, and outlives a reload', async () => {
    for (let index = 0; index < 150; index++) front.pocketfront.invalidate(`/${index}`)
    expect((await front.pocketfront.reload()).ok).toBe(true)
    const list = front.pocketfront.invalidations.list()
    expect(list).toHaveLength(100)
    expect(list[0]!.Paths).toEqual(['/149'])
  })
})

describe('An invalidation by tag while an object is being fetched', () => {
  test('keeps what comes in from being stored, and the next viewer does not wait for it', async () => {
    let release = (): void => {}
    origin.on('/slow', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=600', 'Cache-Tag': 'a', 'Content-Length': '3' })
      response.write('o')
      release = () => response.end('ld')
    })
    const first = front.get('/slow')
    await origin.seen(1)
    front.pocketfront.invalidate('#a')
    origin.on('/slow', { ...TAGGED, body: 'new' })
    expect((await front.get('/slow')).text).toBe('new')
    release()
    const answer = await first
    expect(answer.text).toBe('old')
    expect((await front.get('/slow')).text).toBe('new')
  })

  test('with another tag leaves it alone', async () => {
    let release = (): void => {}
    origin.on('/slow', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=600', 'Cache-Tag': 'a', 'Content-Length': '3' })
      response.write('o')
      release = () => response.end('ne')
    })
    const first = front.get('/slow')
    await origin.seen(1)
    front.pocketfront.invalidate('#z')
    release()
    await first
    expect(await front.get('/slow')).toBeHit('edge')
  })
})

test('A changed header name does not tag again what is stored', async () => {
  await front.get('/a')
  await front.stop()
  const config = {
    Id: 'ETAGS',
    Enabled: true,
    Comment: '',
    CacheTagConfig: { HeaderName: 'Cache-Tag' },
    Origins: [
      {
        Id: 'origin',
        DomainName: 'o.example.com',
        CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
      },
    ],
    DefaultCacheBehavior: {
      TargetOriginId: 'origin',
      ViewerProtocolPolicy: 'allow-all',
      CachePolicy: 'CachingOptimized',
    },
  }
  front = await startFront({ origin, config })
  await front.get('/a')
  config.CacheTagConfig.HeaderName = 'Other-Tag'
  expect((await front.pocketfront.reload()).ok).toBe(true)
  expect((await front.get('/c')).trace?.settlement?.tags).toBeNull()
  expect(await front.get('/a')).toBeHit('edge')
  front.pocketfront.invalidate('#a')
  expect(await front.get('/a')).toBeMissBecause('invalidated')
})
