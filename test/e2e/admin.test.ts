// The admin port beside a running distribution: everything it tells and changes is visible to viewers.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Front } from '../support/front.ts'
import { startFront } from '../support/front.ts'
import type { ScriptedOrigin } from '../support/origin.ts'
import { startOrigin } from '../support/origin.ts'

let origin: ScriptedOrigin
let front: Front
beforeEach(async () => {
  origin = await startOrigin({ headers: { 'cache-control': 'max-age=60', etag: '"1"' }, body: 'hello' })
  front = await startFront({ origin, adminPort: 0, keepTraces: 5 })
})
afterEach(async () => {
  await front.stop()
  await origin.stop()
})

interface Told {
  readonly status: number
  readonly text: string
  readonly json: unknown
}

async function admin(method: string, path: string, body?: object): Promise<Told> {
  const response = await fetch(`${front.pocketfront.adminUrl}${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return { status: response.status, text, json: isJson ? JSON.parse(text) : null }
}

test('the X-Amz-Cf-Id of a response leads to its whole story', async () => {
  const answer = await front.get('/img/a.png?x=1')
  const { json } = await admin('GET', `/traces/${String(answer.headers['x-amz-cf-id'])}`)
  expect(json).toMatchObject({
    id: answer.headers['x-amz-cf-id'],
    startedAt: '2030-01-01T00:00:00.000Z',
    request: { method: 'GET', url: '/img/a.png?x=1' },
    distribution: { id: 'ETESTDISTRIBUT', pop: 'FRA56', region: 'eu-central-1' },
    behavior: { pathPattern: '*', because: 'default' },
    cacheKey: { path: '/img/a.png', queryString: '' },
    tiers: [
      { layer: 'edge', place: 'FRA56', verdict: 'miss', because: 'not-in-cache', stored: true },
      { layer: 'regional', place: 'eu-central-1', verdict: 'miss', because: 'not-in-cache', stored: true },
    ],
    ttl: { seconds: 60, rule: 'max-age', store: true },
    origins: [{ originId: 'origin', status: 200 }],
    response: {
      status: 200,
      resultType: 'Miss',
      xCache: 'Miss from cloudfront',
      bytes: 5,
      delivery: 'complete',
    },
    story: expect.arrayContaining([
      'edge FRA56: miss (not-in-cache)',
      'regional eu-central-1: miss (not-in-cache)',
    ]),
  })
})

test('the latest requests are told newest first, older ones go', async () => {
  for (let number = 1; number <= 7; number++) await front.get(`/${number}`)
  const { json } = await admin('GET', '/traces')
  const urls = ['/7', '/6', '/5', '/4', '/3']
  expect(json).toMatchObject({ traces: urls.map((url) => ({ request: { url } })) })
})

test('advancing the clock lets objects expire', async () => {
  await front.get('/a')
  await admin('POST', '/clock', { advance: '59s' })
  expect(await front.get('/a')).toBeHit('edge')
  const { json } = await admin('POST', '/clock', { advance: '2s' })
  expect(json).toMatchObject({ now: '2030-01-01T00:01:01.000Z' })
  expect(await front.get('/a')).not.toBeHit()
  expect(origin.countOf('/a')).toBe(2)
})

test('an invalidation takes effect at once, in every cache', async () => {
  await front.get('/img/a')
  await front.get('/b')
  const { status, json } = await admin('POST', '/invalidations', { paths: ['/img/*'] })
  expect(status).toBe(201)
  expect(json).toMatchObject({
    invalidations: [{ DistributionId: 'ETESTDISTRIBUT', Status: 'InProgress', Paths: ['/img/*'] }],
  })
  expect(await front.get('/img/a')).toBeMissBecause('invalidated')
  expect(await front.get('/b')).toBeHit('edge')
})

test('a path that CloudFront refuses is a 400, and nothing is invalidated', async () => {
  await front.get('/a')
  const { status, json } = await admin('POST', '/invalidations', { paths: ['a'] })
  expect({ status, json }).toMatchObject({
    status: 400,
    json: { error: expect.any(String), hint: expect.any(String) },
  })
  expect(await front.get('/a')).toBeHit('edge')
})

test('DELETE /caches empties edge and regional caches', async () => {
  await front.get('/a')
  expect((await admin('GET', '/metrics')).text).toContain(
    'pocketfront_cache_entries{layer="edge",place="FRA56"} 1\n',
  )
  expect(await admin('DELETE', '/caches')).toMatchObject({ status: 200, json: { removed: 2 } })
  expect(await front.get('/a')).toBeMiss()
})

test('the metrics count what viewers got', async () => {
  await front.get('/a')
  await front.get('/a')
  await front.get('/a')
  const lines = (await admin('GET', '/metrics')).text.split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'pocketfront_requests_total{result="Miss"} 1',
      'pocketfront_requests_total{result="Hit"} 2',
      'pocketfront_tier_lookups_total{layer="edge",place="FRA56",verdict="hit",reason="fresh"} 2',
      'pocketfront_origin_requests_total{distribution="ETESTDISTRIBUT",origin="origin",status="2xx"} 1',
      'pocketfront_viewer_bytes_total 15',
      'pocketfront_cache_entries{layer="regional",place="eu-central-1"} 1',
    ]),
  )
})

test('the health names the distributions, and the admin port ends with the rest', async () => {
  expect((await admin('GET', '/health')).json).toMatchObject({
    status: 'ok',
    distributions: ['ETESTDISTRIBUT'],
  })
  await front.stop()
  await expect(admin('GET', '/health')).rejects.toThrow('fetch failed')
})
