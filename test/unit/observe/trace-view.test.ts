import { expect, test } from 'vitest'
import { Trace } from '../../../src/message/trace.ts'
import { toTraceJson } from '../../../src/observe/trace-view.ts'
import { failedTrace, hitTrace, missTrace, STARTED, tier } from './traces.ts'

const describeKey = (key: string) => ({ lines: key.split('\n') })
const view = (trace: Trace) => toTraceJson(trace, describeKey)

test('a hit tells the tier, its reason and age, the key and the TTL', () => {
  const json = view(hitTrace())
  expect(json).toMatchObject({
    id: 'hit==',
    startedAt: '2030-01-01T00:00:00.000Z',
    request: {
      method: 'GET',
      scheme: 'http',
      host: 'localhost:8080',
      url: '/img/a.png',
      clientIp: '127.0.0.1',
      httpVersion: '1.1',
    },
    distribution: { id: 'E1', pop: 'FRA56', region: 'eu-central-1' },
    behavior: { pathPattern: '/img/*', index: 0, because: 'first-match' },
    bypass: null,
    cacheKey: { lines: ['E1', '/img/a.png'] },
    ttl: { store: true, seconds: 3600, rule: 'max-age', arithmetic: 'max-age=3600', because: 'cacheable' },
    response: {
      status: 200,
      resultType: 'Hit',
      xCache: 'Hit from cloudfront',
      bytes: 1000,
      delivery: 'complete',
    },
    timings: { firstByteMs: 0.21, totalMs: 0.312 },
  })
  expect(json.tiers).toEqual([
    {
      layer: 'edge',
      place: 'FRA56',
      verdict: 'hit',
      because: 'fresh',
      sentence: 'a stored copy is within its TTL',
      ageSeconds: 42,
      stored: null,
      storedBecause: null,
      storedSentence: null,
    },
  ])
})

test('the story of a miss follows the journey, in the words of the reasons', () => {
  expect(view(missTrace()).story).toEqual([
    'viewer 127.0.0.1: GET /img/a.png for localhost:8080',
    'distribution E1: default behavior (*), no path pattern matches',
    'edge FRA56: miss (not-in-cache)',
    'regional eu-central-1: miss (invalidated)',
    'origin-request rewrite: continued in 1.3 ms, cold start',
    'origin api: GET http://127.0.0.1:3000/img/a.png answered 200 after 11.2 ms',
    'ttl: 3600 s (max-age): max-age=3600',
    'regional eu-central-1: not stored (truncated)',
    'response: 200 (Miss), 1000 bytes, complete in 12.3 ms',
  ])
})

test.each([
  ['http', '1.1', 'localhost:8080'],
  ['http', '1.0', 'localhost:8080 (HTTP/1.0)'],
  ['https', '1.1', 'localhost:8080 over HTTPS'],
  ['https', '2.0', 'localhost:8080 over HTTPS (HTTP/2)'],
] as const)('a viewer with %s and HTTP/%s asks for %s', (scheme, httpVersion, host) => {
  const { story, request } = view(Object.assign(hitTrace(), { scheme, httpVersion }))
  expect(story[0]).toBe(`viewer 127.0.0.1: GET /img/a.png for ${host}`)
  expect(request).toMatchObject({ scheme, httpVersion })
})

test('the story of a failure names the step that failed', () => {
  const { story, response, ttl } = view(failedTrace())
  expect(story.slice(-3)).toEqual([
    'origin api (attempt 3): GET http://127.0.0.1:3000/img/a.png failed, ECONNREFUSED 127.0.0.1:3000 (attempts-used-up)',
    'problem: origin api: ECONNREFUSED 127.0.0.1:3000',
    'response: 502 (Error, OriginConnectError), 1000 bytes, complete in 12.3 ms',
  ])
  expect(response).toMatchObject({
    xCache: 'Error from cloudfront',
    problem: 'origin api: ECONNREFUSED 127.0.0.1:3000',
  })
  expect(ttl).toBeNull()
})

test('a problem with a stack is one sentence of the story; the whole of it stays in the response', () => {
  const problem = 'auth: TypeError: oops\n    at handler (auth.ts:3:9)'
  const { story, response } = view(Object.assign(failedTrace(), { problem }))
  expect(story).toContain('problem: auth: TypeError: oops')
  expect(story.join('')).not.toContain('\n')
  expect(response.problem).toBe(problem)
})

test('a request that passes the caches by says why', () => {
  const trace = missTrace()
  trace.bypass = 'proxy-method'
  trace.edge = null
  trace.regional = null
  const json = view(trace)
  expect(json.bypass).toEqual({
    because: 'proxy-method',
    sentence: 'requests with this method always go to the origin',
  })
  expect(json.tiers).toEqual([])
  expect(json.story).toContain('caches: passed by (proxy-method)')
})

test('a request that no distribution owns has no distribution, behavior or key', () => {
  const trace = new Trace('x', STARTED, 0)
  trace.status = 403
  expect(view(trace)).toMatchObject({
    distribution: null,
    behavior: null,
    cacheKey: null,
    tiers: [],
    origins: [],
  })
})

test.each([
  ['client-gone', 'the viewer left after 0.3 ms'],
  ['broken', 'broken off after 0.3 ms'],
  ['open', 'still being sent'],
] as const)('a delivery that is %s is told', (delivery, words) => {
  const trace = hitTrace()
  trace.delivery = delivery
  expect(view(trace).story.at(-1)).toBe(`response: 200 (Hit), 1000 bytes, ${words}`)
})

test('instants that no date can hold are null, and the view survives JSON unchanged', () => {
  const json = view(missTrace())
  expect(json.ttl).toMatchObject({ freshUntil: '2030-01-01T01:00:00.000Z', staleIfErrorUntil: null })
  expect(JSON.parse(JSON.stringify(json))).toEqual(json)
})

test('a refreshed copy is told as a refresh hit', () => {
  const trace = hitTrace()
  trace.edge = tier({ layer: 'edge', verdict: 'refresh', because: 'not-modified' })
  expect(view(trace).story).toContain('edge FRA56: refresh hit (not-modified)')
})
