// The demo: its API, the way its page reads from response headers, and the files it needs.
import { readFile, readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDemoApi } from '../../src/demo/api.ts'
import type { DemoApi } from '../../src/demo/api.ts'

const site = new URL('../../config/demo/site/', import.meta.url)

interface Journey {
  readonly word: string
  readonly reached: 'pop' | 'regional' | 'origin'
  readonly skipsRegional: boolean
  readonly isConfirmed: boolean
}

interface JourneyModule {
  readonly readJourney: (headers: Headers, request: { method: string; wasHere: boolean }) => Journey
  readonly tellJourney: (journey: Journey) => string
}

async function loadJourney(): Promise<JourneyModule> {
  return (await import(new URL('journey.js', site).href)) as JourneyModule
}

describe('the demo API', () => {
  let api: DemoApi
  beforeAll(async () => {
    api = await startDemoApi({ slowMs: 1 })
  })
  afterAll(() => api.close())

  async function json(
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; cacheControl: string | null; body: Record<string, unknown> }> {
    const response = await fetch(`${api.url}${path}`, init)
    return {
      status: response.status,
      cacheControl: response.headers.get('cache-control'),
      body: (await response.json()) as Record<string, unknown>,
    }
  }

  test.each([
    ['/api/time', 200, 'max-age=5'],
    ['/api/slow', 200, 'max-age=30'],
    ['/api/private', 200, 'private'],
    ['/api/unchanged', 200, 'max-age=2'],
    ['/api/echo', 200, 'no-store'],
    ['/api/error', 500, null],
    ['/api/nowhere', 404, null],
  ])('%s answers %i with Cache-Control %s', async (path, status, cacheControl) => {
    expect(await json(`${path}?a=1`)).toMatchObject({ status, cacheControl })
  })

  test('counts how often it is asked', async () => {
    const [first, second] = [await json('/api/time'), await json('/api/private')]
    expect(second.body['hits']).toBe(Number(first.body['hits']) + 1)
    expect(new Date(String(first.body['time'])).toISOString()).toBe(first.body['time'])
  })

  test('shows what reached it', async () => {
    const { body } = await json('/api/echo?q=1', {
      method: 'POST',
      body: 'x'.repeat(100_000),
      headers: { 'X-Seen': 'yes' },
    })
    expect(body).toMatchObject({
      method: 'POST',
      url: '/api/echo?q=1',
      bodyBytes: 100_000,
      headers: { 'x-seen': ['yes'] },
    })
  })

  test('confirms an unchanged copy with 304', async () => {
    const first = await fetch(`${api.url}/api/unchanged`)
    await first.arrayBuffer()
    const etag = first.headers.get('etag')!
    const second = await fetch(`${api.url}/api/unchanged`, { headers: { 'If-None-Match': `W/${etag}` } })
    expect([second.status, second.headers.get('etag'), await second.text()]).toEqual([304, etag, ''])
  })

  test('sends no body to HEAD, but its length', async () => {
    const response = await fetch(`${api.url}/api/time`, { method: 'HEAD' })
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(10)
    expect(await response.text()).toBe('')
  })

  test('ends while a slow answer is under way', async () => {
    const slow = await startDemoApi({ slowMs: 600_000 })
    const pending = fetch(`${slow.url}/api/slow`).then(
      () => 'answered',
      () => 'refused',
    )
    await fetch(`${slow.url}/api/time`).then((response) => response.arrayBuffer())
    await slow.close()
    expect(await pending).toBe('refused')
  })
})

describe('the demo page', () => {
  test.each([
    [
      'Hit',
      'cdn-cache-hit,cdn-pop;desc="FRA56-P1",cdn-hit-layer;desc="EDGE",cdn-downstream-fbl;dur=1',
      null,
      'pop',
      'The POP had a copy.',
    ],
    [
      'Hit',
      'cdn-cache-hit,cdn-hit-layer;desc="REC"',
      '3',
      'regional',
      'The POP had none, the regional edge cache behind it did.',
    ],
    ['Hit', null, '3', 'pop', 'The POP had a copy.'],
    [
      'Miss',
      'cdn-upstream-layer;desc="REC",cdn-cache-miss',
      null,
      'origin',
      'Nobody had a copy: all the way to the origin.',
    ],
    [
      'Miss',
      'cdn-upstream-layer;desc="EDGE",cdn-cache-miss',
      null,
      'origin',
      'Never cached: straight from the POP to the origin.',
    ],
    [
      'RefreshHit',
      'cdn-cache-refresh',
      null,
      'origin',
      'The copy was too old; the origin said it is still good.',
    ],
    ['Error', null, null, 'origin', 'The origin answered with an error.'],
    ['Error', null, '2', 'pop', 'The error was still remembered: the origin was left alone.'],
    ['LambdaGeneratedResponse', null, null, 'pop', 'An edge function answered.'],
  ] as const)('reads %s with %s as a way to the %s', async (word, timing, age, reached, story) => {
    const { readJourney, tellJourney } = await loadJourney()
    const headers = new Headers({ 'X-Cache': `${word} from cloudfront` })
    if (timing !== null) headers.set('Server-Timing', timing)
    if (age !== null) headers.set('Age', age)
    const journey = readJourney(headers, { method: 'GET', wasHere: true })
    expect(journey).toMatchObject({ word, reached })
    expect(tellJourney(journey)).toBe(story)
  })

  test.each([
    ['Hit', 'GET', true, 'pop', false],
    ['Hit', 'GET', false, 'regional', false],
    ['Error', 'GET', false, 'regional', false],
    ['Miss', 'POST', false, 'origin', true],
    ['Miss', 'GET', true, 'origin', false],
  ] as const)(
    'without Server-Timing reads %s for %s, asked before: %s',
    async (word, method, wasHere, reached, skipsRegional) => {
      const { readJourney } = await loadJourney()
      const headers = new Headers({
        'X-Cache': `${word} from cloudfront`,
        ...(word === 'Miss' ? {} : { Age: '1' }),
      })
      expect(readJourney(headers, { method, wasHere })).toMatchObject({ reached, skipsRegional })
    },
  )

  test('names only files that exist, and nothing on another host', async () => {
    const page = await readFile(new URL('index.html', site), 'utf8')
    const script = await readFile(new URL('app.js', site), 'utf8')
    const files = (await readdir(site, { recursive: true })).map((name) => name.replaceAll('\\', '/'))
    const named = [...page.matchAll(/(?:href|src|data-path)="\/?(?!data:)([^"]+)"/g)].map(
      (match) => match[1]!,
    )
    expect(named.length).toBeGreaterThan(8)
    for (const name of named) {
      if (!name.startsWith('api/') && name !== 'nothing-here') expect(files).toContain(name)
    }
    expect(`${page}${script}`).not.toMatch(/https?:\/\/(?!127\.0\.0\.1|www\.w3\.org\/2000\/svg)/)
  })

  test('has a text that is worth compressing', async () => {
    const text = await readFile(new URL('places.txt', site))
    expect(text.length).toBeGreaterThan(1000)
  })

  test('asks for every element by an id that the page has', async () => {
    const page = await readFile(new URL('index.html', site), 'utf8')
    const script = await readFile(new URL('app.js', site), 'utf8')
    for (const [, id] of script.matchAll(/byId\('([\w-]+)'\)/g)) expect(page).toContain(`id="${id}"`)
  })
})
