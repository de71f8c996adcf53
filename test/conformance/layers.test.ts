// Route of a request through the layers: which of them are asked, what they keep, and how that shows.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cachePolicy, startFront, type Answer, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { toStory } from '../../src/observe/story.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const cacheable = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"' }, body: 'version 1' }

const shieldIn = (OriginShieldRegion: string) => ({ OriginShield: { Enabled: true, OriginShieldRegion } })
const from = (pop: string) => ({ 'x-pocketfront-pop': pop })

/** A front whose origin is a bucket in Frankfurt's Region, reached over HTTP. */
function startBucketFront(
  origin: ScriptedOrigin,
  more: FrontOptions & { bucket?: object } = {},
): Promise<Front> {
  const { bucket, ...options } = more
  const Origins = [{ Id: 'origin', DomainName: 'pictures.s3.eu-central-1.amazonaws.com', ...bucket }]
  return startFront({ origin, ...options, distribution: { Origins } })
}

/** The layers that had something to say, in the words of the trace. */
function layersOf({ trace }: Answer): string[] {
  const records = [trace?.edge, trace?.regional, trace?.shield]
  return records.flatMap((record) =>
    record === null || record === undefined ? [] : [`${record.layer} ${record.place}: ${record.verdict}`],
  )
}

/** An origin that answers only when it is released. */
async function heldOrigin() {
  const waiting: (() => void)[] = []
  const origin = await startOrigin((_request, response) => {
    waiting.push(() => {
      response.writeHead(200, { ...cacheable.headers, 'Content-Length': '6' })
      response.end('shared')
    })
  })
  return Object.assign(origin, { release: () => waiting.splice(0).forEach((each) => each()) })
}

describe('1.1 Route of a request', () => {
  test.each(['GET', 'HEAD'])(
    '%s asks edge, regional cache and Origin Shield, and fills them',
    async (method) => {
      await using origin = await startOrigin(cacheable)
      await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
      const answer = await front.ask('/a', { method })
      expect(layersOf(answer)).toEqual([
        'edge FRA56: miss',
        'regional eu-central-1: miss',
        'shield us-east-1: miss',
      ])
      expect([
        answer.trace?.edge?.stored,
        answer.trace?.regional?.stored,
        answer.trace?.shield?.stored,
      ]).toEqual([true, true, true])
      expect(layersOf(await front.ask('/a', { method }))).toEqual(['edge FRA56: hit'])
      expect(layersOf(await front.ask('/a', { method, headers: from('MUC50') }))).toEqual([
        'edge MUC50: miss',
        'regional eu-central-1: hit',
      ])
      expect(layersOf(await front.ask('/a', { method, headers: from('NRT20') }))).toEqual([
        'edge NRT20: miss',
        'regional ap-northeast-1: miss',
        'shield us-east-1: hit',
      ])
      expect(origin.requests).toHaveLength(1)
    },
  )

  test.each(['PUT', 'POST', 'PATCH', 'DELETE'])('%s skips edge and regional cache', async (method) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, behavior: { AllowedMethods: ALL_METHODS } })
    await front.get('/a')
    const answer = await front.ask('/a', { method })
    expect(answer.trace).toMatchObject({ bypass: 'proxy-method', edge: null, regional: null, shield: null })
    expect(origin.requests.at(-1)?.method).toBe(method)
  })

  test.each(['PUT', 'POST', 'PATCH', 'DELETE'])(
    '%s passes through the Origin Shield uncached',
    async (method) => {
      await using origin = await startOrigin(cacheable)
      await using front = await startFront({
        origin,
        originConfig: shieldIn('us-east-1'),
        behavior: { AllowedMethods: ALL_METHODS },
      })
      for (const count of [1, 2]) {
        const answer = await front.ask('/a', { method })
        expect(layersOf(answer)).toEqual(['shield us-east-1: pass'])
        expect(origin.countOf('/a')).toBe(count)
      }
    },
  )

  test('OPTIONS that is no cached method passes through the Origin Shield uncached (choice)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({
      origin,
      originConfig: shieldIn('us-east-1'),
      behavior: { AllowedMethods: ALL_METHODS },
    })
    await front.ask('/a', { method: 'OPTIONS' })
    const answer = await front.ask('/a', { method: 'OPTIONS' })
    expect(layersOf(answer)).toEqual(['shield us-east-1: pass'])
    expect(answer.trace?.bypass).toBe('proxy-method')
    expect(origin.requests).toHaveLength(2)
  })

  test('OPTIONS as a cached method is kept at the edge only, and passes the Origin Shield (choice)', async () => {
    const methods = ['GET', 'HEAD', 'OPTIONS']
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({
      origin,
      originConfig: shieldIn('us-east-1'),
      behavior: { AllowedMethods: methods, CachedMethods: methods },
    })
    const first = await front.ask('/a', { method: 'OPTIONS' })
    expect(layersOf(first)).toEqual(['edge FRA56: miss', 'shield us-east-1: pass'])
    expect(first.trace?.regionalSkip).toBe('cached-options')
    expect(await front.ask('/a', { method: 'OPTIONS' })).toBeHit('edge')
    expect(await front.ask('/a', { method: 'OPTIONS', headers: from('MUC50') })).toBeMiss()
    expect(await front.get('/a')).toBeMiss()
  })

  test.each([
    ['all TTLs are 0', { CachePolicy: 'CachingDisabled' }, 'caching-disabled'],
    [
      'legacy settings forward all headers',
      { ForwardedValues: { QueryString: false, Headers: ['*'] }, MinTTL: 0 },
      'forwards-all-headers',
    ],
  ])('A request is dynamic and skips every cache when %s (choice)', async (_, behavior, because) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, behavior })
    const answer = await front.get('/a')
    expect(answer.trace).toMatchObject({ bypass: because, edge: null, regional: null })
  })

  test('A dynamic request passes through the Origin Shield uncached (unverified)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({
      origin,
      originConfig: shieldIn('us-east-1'),
      behavior: { CachePolicy: 'CachingDisabled' },
    })
    await front.get('/a')
    expect(layersOf(await front.get('/a'))).toEqual(['shield us-east-1: pass'])
    expect(origin.requests).toHaveLength(2)
  })

  test('A bucket in the Region of the regional cache is asked by the edge location itself', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startBucketFront(origin)
    const miss = await front.get('/a')
    expect(layersOf(miss)).toEqual(['edge FRA56: miss'])
    expect(miss.trace?.regionalSkip).toBe('bucket-in-region')
    expect(await front.get('/a')).toBeHit('edge')
    expect(await front.get('/a', from('MUC50'))).toBeMiss()
    expect(origin.requests).toHaveLength(2)
  })

  test('A bucket in another Region is asked through the regional cache', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startBucketFront(origin)
    const miss = await front.get('/a', from('NRT20'))
    expect(layersOf(miss)).toEqual(['edge NRT20: miss', 'regional ap-northeast-1: miss'])
    expect(miss.trace?.regionalSkip).toBeNull()
  })

  test('A website endpoint in the Region is a custom origin and keeps the regional cache', async () => {
    await using origin = await startOrigin(cacheable)
    const originConfig = { DomainName: 'pictures.s3-website.eu-central-1.amazonaws.com' }
    await using front = await startFront({ origin, originConfig })
    expect(layersOf(await front.get('/a'))).toEqual(['edge FRA56: miss', 'regional eu-central-1: miss'])
  })

  test('A bucket in the Region of the regional cache is asked through its Origin Shield (unverified)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startBucketFront(origin, { bucket: shieldIn('us-east-1') })
    expect(layersOf(await front.get('/a'))).toEqual(['edge FRA56: miss', 'shield us-east-1: miss'])
    expect(layersOf(await front.get('/a', from('MUC50')))).toEqual([
      'edge MUC50: miss',
      'shield us-east-1: hit',
    ])
  })

  test('A WebSocket skips edge and regional cache, and is a Miss (unverified)', async () => {
    const server = createServer()
    server.on('upgrade', (_, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      await using front = await startFront({
        origin: { url },
        behavior: { OriginRequestPolicy: 'AllViewer' },
      })
      const headers = {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      }
      const upgrade = httpRequest({ host: '127.0.0.1', port: front.port, path: '/chat', headers }).end()
      const [answer, socket] = (await once(upgrade, 'upgrade')) as [IncomingMessage, Socket]
      socket.destroy()
      expect([answer.statusCode, answer.headers['x-cache']]).toEqual([101, 'Miss from cloudfront'])
      await expect
        .poll(() => front.pocketfront.traces.last(1)[0])
        .toMatchObject({ resultType: 'Miss', bypass: 'websocket', edge: null, regional: null, shield: null })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('1.2 Filling, refreshing and removing', () => {
  test('An object whose viewer leaves before the end is not stored', async () => {
    await using origin = await startOrigin()
    let finish = (): void => {}
    origin.on('/a', (_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '10' })
      response.write('01234')
      finish = () => void response.end('56789')
    })
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    const leaving = new AbortController()
    const early = await front.pocketfront.fetch('/a', { signal: leaving.signal })
    expect(early.headers.get('x-cache')).toBe('Miss from cloudfront')
    leaving.abort()
    await expect.poll(() => front.pocketfront.traces.last(1)[0]?.delivery).toBe('client-gone')
    finish()
    const { edge, regional, shield } = front.pocketfront.traces.last(1)[0]!
    for (const record of [edge, regional, shield]) {
      expect(record).toMatchObject({ stored: false, storedBecause: 'abandoned' })
    }
  })

  test('A miss in all layers streams down at once, and every layer on the way stores it', async () => {
    await using origin = await startOrigin()
    let finish = (): void => {}
    origin.on('/a', (_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '10' })
      response.write('01234')
      finish = () => void response.end('56789')
    })
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    const early = await front.pocketfront.fetch('/a')
    const reader = early.body!.getReader()
    expect(Buffer.from((await reader.read()).value).toString()).toBe('01234')
    finish()
    expect(Buffer.from((await reader.read()).value).toString()).toBe('56789')
    expect((await reader.read()).done).toBe(true)
    const trace = front.pocketfront.traces.last(1)[0]
    expect([trace?.edge?.stored, trace?.regional?.stored, trace?.shield?.stored]).toEqual([true, true, true])
  })

  test.each([
    ['the regional cache', 'MUC50', 'regional'],
    ['the Origin Shield', 'NRT20', 'shield'],
  ] as const)('A hit in %s is stored at the edge location', async (_, pop, layer) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    await front.get('/a')
    expect(await front.get('/a', from(pop))).toBeHit(layer)
    expect(await front.get('/a', from(pop))).toBeHit('edge')
  })

  test('Edge locations of one area share a regional cache, others do not', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a', from('FRA56'))
    expect(await front.get('/a', from('MUC50'))).toBeHit('regional')
    expect(await front.get('/a', from('NRT20'))).toBeMiss()
  })

  test('An expired copy is revalidated hop by hop (unverified)', async () => {
    await using origin = await startOrigin((request, response) => {
      const isKnown = request.headers['if-none-match'] === '"v1"'
      response.writeHead(isKnown ? 304 : 200, cacheable.headers).end(isKnown ? undefined : 'version 1')
    })
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    await front.get('/a')
    await front.get('/a', from('NRT20'))
    front.clock.advanceSeconds(61)
    const refreshed = await front.get('/a')
    expect(refreshed).toBeRefreshHit()
    expect(layersOf(refreshed)).toEqual([
      'edge FRA56: refresh',
      'regional eu-central-1: refresh',
      'shield us-east-1: refresh',
    ])
    // Tokyo's caches ask the shield, which has been refreshed.
    const tokyo = await front.get('/a', from('NRT20'))
    expect(layersOf(tokyo)).toEqual([
      'edge NRT20: refresh',
      'regional ap-northeast-1: refresh',
      'shield us-east-1: hit',
    ])
    expect(origin.requests.map((each) => each.headers['if-none-match'])).toEqual([undefined, '"v1"'])
  })

  test('Age is carried down, so that layers do not add up lifetimes (choice)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    await front.get('/a')
    front.clock.advanceSeconds(40)
    const tokyo = await front.get('/a', from('NRT20'))
    expect(tokyo).toBeHit('shield')
    expect(tokyo.headers.age).toBe('40')
    front.clock.advanceSeconds(15)
    expect((await front.get('/a', from('NRT20'))).headers.age).toBe('55')
    front.clock.advanceSeconds(6)
    expect((await front.get('/a', from('NRT20'))).trace?.edge?.because).not.toBe('fresh')
  })

  test('An invalidation removes the object from every layer', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    await front.get('/a')
    front.pocketfront.invalidate('/a')
    const answer = await front.get('/a')
    const { edge, regional, shield } = answer.trace!
    expect([edge, regional, shield].map((record) => record?.because)).toEqual([
      'invalidated',
      'invalidated',
      'invalidated',
    ])
  })

  test('Each layer drops what was used least when its memory is full (choice)', async () => {
    await using origin = await startOrigin({ headers: cacheable.headers, body: Buffer.alloc(20_000) })
    await using front = await startFront({ origin, edgeMemory: 50_000 })
    for (const path of ['/a', '/b', '/a', '/c']) await front.get(path)
    expect(await front.get('/a')).toBeHit('edge')
    expect(await front.get('/b')).toBeHit('regional')
  })
})

describe('1.3 How the outcome shows', () => {
  test('A hit in an Origin Shield of another Region is an OriginShieldHit in the logs', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    await front.get('/a')
    const { trace, headers } = await front.get('/a', from('NRT20'))
    expect(headers['x-cache']).toBe('Hit from cloudfront')
    expect([trace?.resultType, trace?.detailedResultType]).toEqual(['Hit', 'OriginShieldHit'])
  })

  test.each([
    ['edge location', 'FRA56'],
    ['regional cache', 'MUC50'],
  ])('A hit in the %s is a Hit with an age', async (_, pop) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    await front.get('/a')
    front.clock.advanceSeconds(3)
    const { trace, headers } = await front.get('/a', from(pop))
    expect([headers['x-cache'], headers.age]).toEqual(['Hit from cloudfront', '3'])
    expect([trace?.resultType, trace?.detailedResultType]).toEqual(['Hit', 'Hit'])
  })

  test('A hit in the Origin Shield of the own Region is a plain Hit', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('eu-central-1') })
    await front.get('/a')
    const { trace, headers } = await front.get('/a', from('MUC50'))
    expect(headers['x-cache']).toBe('Hit from cloudfront')
    expect([trace?.resultType, trace?.detailedResultType]).toEqual(['Hit', 'Hit'])
  })

  test('A miss has no Age of its own (observed)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin })
    const { trace, headers } = await front.get('/a')
    expect([headers['x-cache'], headers.age]).toEqual(['Miss from cloudfront', undefined])
    expect([trace?.resultType, trace?.detailedResultType]).toEqual(['Miss', 'Miss'])
  })

  test('On a miss the Age of the origin is passed on (unverified)', async () => {
    await using origin = await startOrigin({ headers: { ...cacheable.headers, Age: '5' } })
    await using front = await startFront({ origin })
    expect((await front.get('/a')).headers.age).toBe('5')
    front.clock.advanceSeconds(2)
    expect((await front.get('/a')).headers.age).toBe('7')
  })

  test('The Age of a copy that a 304 confirmed restarts (unverified)', async () => {
    await using origin = await startOrigin((request, response) => {
      const isKnown = request.headers['if-none-match'] !== undefined
      response.writeHead(isKnown ? 304 : 200, cacheable.headers).end(isKnown ? undefined : 'version 1')
    })
    await using front = await startFront({ origin })
    await front.get('/a')
    front.clock.advanceSeconds(61)
    const { trace, headers } = await front.get('/a')
    expect([headers['x-cache'], headers.age]).toEqual(['RefreshHit from cloudfront', '0'])
    expect([trace?.resultType, trace?.detailedResultType]).toEqual(['RefreshHit', 'RefreshHit'])
  })

  test('The first of several requests is a Miss, those that waited are Hits', async () => {
    await using origin = await heldOrigin()
    await using front = await startFront({ origin })
    const all = [front.get('/a'), front.get('/a'), front.get('/a')]
    await origin.seen(1)
    origin.release()
    const words = (await Promise.all(all)).map((answer) => answer.headers['x-cache'])
    expect(words.filter((word) => word === 'Hit from cloudfront')).toHaveLength(2)
    expect(words.filter((word) => word === 'Miss from cloudfront')).toHaveLength(1)
  })

  test.each([404, 500])(
    'A %d of the origin is an Error, with an Age when it comes from the cache',
    async (status) => {
      await using origin = await startOrigin({ status, body: 'no' })
      await using front = await startFront({ origin })
      const fresh = await front.get('/a')
      expect([fresh.headers['x-cache'], fresh.headers.age]).toEqual(['Error from cloudfront', undefined])
      front.clock.advanceSeconds(2)
      const cached = await front.get('/a')
      expect([cached.headers['x-cache'], cached.headers.age]).toEqual(['Error from cloudfront', '2'])
      expect(cached.trace?.resultType).toBe('Error')
    },
  )

  test('An answer of an origin-request function is a MissGeneratedResponse in the logs', async () => {
    await using origin = await startOrigin(cacheable)
    const folder = await mkdtemp(join(tmpdir(), 'pocketfront-layers-'))
    try {
      const Handler = join(folder, 'answer.mjs')
      await writeFile(Handler, `export const handler = async () => ({ status: '200', body: 'made' })`)
      const LambdaFunctionAssociations = [{ EventType: 'origin-request', Handler }]
      await using front = await startFront({ origin, behavior: { LambdaFunctionAssociations } })
      const { trace, text } = await front.get('/a')
      expect([text, trace?.detailedResultType]).toEqual(['made', 'MissGeneratedResponse'])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('Via has one element for the distribution, however many layers there are (observed)', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    const { headers } = await front.get('/a')
    expect(headers.via).toMatch(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/)
    expect(origin.requests[0]?.headers.via).toMatch(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/)
  })

  test('X-Amz-Cf-Pop names the edge location that talked to the viewer', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    await front.get('/a')
    expect((await front.get('/a', from('NRT20'))).headers['x-amz-cf-pop']).toMatch(/^NRT20-P\d$/)
  })
})

describe('1.4 Request collapsing', () => {
  test('Requests of one Region for one object are one request of its regional cache', async () => {
    await using origin = await heldOrigin()
    await using front = await startFront({ origin })
    const all = ['FRA56', 'MUC50', 'HAM50'].map((pop) => front.get('/a', from(pop)))
    await origin.seen(1)
    origin.release()
    expect((await Promise.all(all)).map((answer) => answer.text)).toEqual(['shared', 'shared', 'shared'])
    expect(origin.requests).toHaveLength(1)
  })

  test('Requests of all Regions for one object are one request of the Origin Shield', async () => {
    await using origin = await heldOrigin()
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    const all = ['FRA56', 'NRT20', 'SYD1', 'IAD89'].map((pop) => front.get('/a', from(pop)))
    await origin.seen(1)
    origin.release()
    const answers = await Promise.all(all)
    expect(answers.map((answer) => answer.text)).toEqual(['shared', 'shared', 'shared', 'shared'])
    expect(origin.requests).toHaveLength(1)
    expect(answers.filter((answer) => answer.trace?.shield?.verdict === 'hit')).toHaveLength(3)
  })

  test('An answer that is not for sharing sends each that waited to the origin, through the shield', async () => {
    await using origin = await startOrigin({ headers: { 'Cache-Control': 'no-store' } })
    await using front = await startFront({
      origin,
      originConfig: shieldIn('us-east-1'),
      behavior: { CachePolicy: cachePolicy(0, 60, 600) },
    })
    const answers = await Promise.all(['FRA56', 'NRT20', 'SYD1'].map((pop) => front.get('/a', from(pop))))
    expect(answers.map((answer) => answer.headers['x-cache'])).toEqual(Array(3).fill('Miss from cloudfront'))
    expect(origin.requests).toHaveLength(3)
  })

  const twoAtOnce = async (
    options: FrontOptions,
    ask: (front: Front, index: number) => Promise<Answer>,
  ): Promise<{ words: unknown[]; requests: number }> => {
    const waiting: (() => void)[] = []
    await using origin = await startOrigin((_, response) => {
      const answer = (): void => void response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end('shared')
      // The first is held until the second has come, here or at a cache.
      if (waiting.push(answer) === 2) waiting.forEach((each) => each())
    })
    await using front = await startFront({ origin, ...options })
    const first = ask(front, 0)
    await origin.seen(1)
    const second = ask(front, 1)
    await origin.seen(2)
    const words = (await Promise.all([first, second])).map((answer) => answer.headers['x-cache'])
    return { words, requests: origin.requests.length }
  }

  test.each<[string, FrontOptions, (front: Front, index: number) => Promise<Answer>]>([
    ['with different cache keys', {}, (front, index) => front.get(`/${index}`)],
    [
      'of a behavior with all TTLs 0',
      { behavior: { CachePolicy: 'CachingDisabled' } },
      (front) => front.get('/a'),
    ],
    [
      'whose cookies are in the key',
      {
        behavior: {
          CachePolicy: cachePolicy(0, 60, 600, { CookiesConfig: { CookieBehavior: 'all' } }),
        },
      },
      (front) => front.get('/a'),
    ],
    [
      'whose cookies are forwarded by the origin request policy',
      {
        behavior: {
          OriginRequestPolicy: {
            Name: 'cookies',
            HeadersConfig: { HeaderBehavior: 'none' },
            CookiesConfig: { CookieBehavior: 'all' },
            QueryStringsConfig: { QueryStringBehavior: 'none' },
          },
        },
      },
      (front) => front.get('/a'),
    ],
    [
      'whose cookies are forwarded by legacy settings',
      { behavior: { ForwardedValues: { QueryString: false, Cookies: { Forward: 'all' } } } },
      (front) => front.get('/a'),
    ],
    [
      'that are POSTs',
      { behavior: { AllowedMethods: ALL_METHODS } },
      (front) => front.ask('/a', { method: 'POST', body: 'x' }),
    ],
  ])('Requests %s are not collapsed', async (_, options, ask) => {
    const { words, requests } = await twoAtOnce(options, ask)
    expect(words).toEqual(['Miss from cloudfront', 'Miss from cloudfront'])
    expect(requests).toBe(2)
  })
})

describe('1.5 Origin Shield', () => {
  const OFFERED =
    'us-east-1 us-east-2 us-west-2 ap-south-1 ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 ' +
    'eu-central-1 eu-west-1 eu-west-2 sa-east-1 me-central-1'
  test.each(OFFERED.split(' '))('It is offered in %s', async (region) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn(region) })
    expect((await front.get('/a')).trace?.shield?.place).toBe(region)
  })

  test.each([
    ['us-west-1', 'us-west-2'],
    ['af-south-1', 'eu-west-1'],
    ['ap-east-1', 'ap-southeast-1'],
    ['ca-central-1', 'us-east-1'],
    ['eu-south-1', 'eu-central-1'],
    ['eu-west-3', 'eu-west-2'],
    ['eu-north-1', 'eu-west-2'],
    ['me-south-1', 'ap-south-1'],
  ])('It is not offered in %s, for whose origins %s is advised', async (region, advised) => {
    const starting = startFront({ originConfig: shieldIn(region) })
    await expect(starting).rejects.toThrow(`AWS advises ${advised}`)
  })

  test('All regional caches go through the one Region that the owner chose', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('us-east-1') })
    for (const pop of ['FRA56', 'NRT20', 'SYD1', 'GRU3', 'BOM78']) {
      expect((await front.get('/a', from(pop))).trace?.shield?.place).toBe('us-east-1')
    }
    expect(origin.requests).toHaveLength(1)
  })

  test('A regional cache in the Region of the shield is the shield: no extra hop', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, originConfig: shieldIn('eu-central-1') })
    const miss = await front.get('/a')
    expect(layersOf(miss)).toEqual(['edge FRA56: miss', 'shield eu-central-1: miss'])
    expect(miss.trace?.regionalSkip).toBe('is-origin-shield')
    // What viewers of this Region have fetched is there for all other Regions.
    expect(await front.get('/a', from('NRT20'))).toBeHit('shield')
    expect(origin.requests).toHaveLength(1)
  })

  test('It is a property of the origin, not of the behavior', async () => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({
      origins: { origin: origin.url, plain: origin.url },
      behaviors: [{ PathPattern: '/plain/*', TargetOriginId: 'plain' }],
      distribution: {
        Origins: [
          {
            Id: 'origin',
            DomainName: 'origin.example.com',
            CustomOriginConfig: {},
            ...shieldIn('us-east-1'),
          },
          { Id: 'plain', DomainName: 'plain.example.com', CustomOriginConfig: {} },
        ],
      },
    })
    expect((await front.get('/a')).trace?.shield?.place).toBe('us-east-1')
    expect((await front.get('/plain/a')).trace?.shield).toBeNull()
  })

  test("Of an origin group each member's own shield is used, the secondary's after the primary's", async () => {
    await using primary = await startOrigin({ status: 503 })
    await using secondary = await startOrigin(cacheable)
    await using front = await startFront({
      origins: { primary: primary.url, secondary: secondary.url },
      behavior: { TargetOriginId: 'group' },
      distribution: {
        Origins: [
          { Id: 'primary', DomainName: 'one.example.com', CustomOriginConfig: {}, ...shieldIn('us-east-1') },
          {
            Id: 'secondary',
            DomainName: 'two.example.com',
            CustomOriginConfig: {},
            ...shieldIn('eu-west-1'),
          },
        ],
        OriginGroups: [
          {
            Id: 'group',
            FailoverCriteria: { StatusCodes: [503] },
            Members: [{ OriginId: 'primary' }, { OriginId: 'secondary' }],
          },
        ],
      },
      adminPort: 0,
    })
    const { trace } = await front.get('/a')
    expect(trace?.failovers?.[0]?.shield).toMatchObject({ place: 'us-east-1', verdict: 'miss' })
    expect(trace?.shield?.place).toBe('eu-west-1')
    expect(toStory(trace!).filter((line) => line.startsWith('shield '))).toEqual([
      'shield us-east-1: miss (not-in-cache)',
      'shield eu-west-1: miss (not-in-cache)',
    ])
    const metrics = await (await fetch(`${front.pocketfront.adminUrl}/metrics`)).text()
    for (const region of ['us-east-1', 'eu-west-1']) {
      expect(metrics).toContain(`pocketfront_cache_entries{layer="shield",place="${region}"} 1\n`)
    }
  })

  test('Functions on origin events run in the Region of the shield', async () => {
    await using origin = await startOrigin(cacheable)
    const folder = await mkdtemp(join(tmpdir(), 'pocketfront-layers-'))
    try {
      const Handler = join(folder, 'region.mjs')
      await writeFile(
        Handler,
        `export const handler = async (event) => {
          const { request } = event.Records[0].cf
          request.headers['x-region'] = [{ value: process.env.AWS_REGION }]
          return request
        }`,
      )
      const LambdaFunctionAssociations = [{ EventType: 'origin-request', Handler }]
      await using front = await startFront({
        origin,
        originConfig: shieldIn('us-east-1'),
        behavior: { LambdaFunctionAssociations },
      })
      await front.get('/a', from('NRT20'))
      expect(origin.requests[0]?.headers['x-region']).toBe('us-east-1')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('Switched off it is not asked, whatever Region it names', async () => {
    await using origin = await startOrigin(cacheable)
    const originConfig = { OriginShield: { Enabled: false, OriginShieldRegion: 'us-east-1' } }
    await using front = await startFront({ origin, originConfig })
    expect((await front.get('/a')).trace?.shield).toBeNull()
  })
})

describe('1.7 Regional edge caches', () => {
  test.each([
    ['FRA56', 'eu-central-1'],
    ['IAD89', 'us-east-1'],
    ['ORD51', 'us-east-2'],
    ['SFO20', 'us-west-1'],
    ['SEA19', 'us-west-2'],
    ['BOM78', 'ap-south-1'],
    ['NRT20', 'ap-northeast-1'],
    ['ICN57', 'ap-northeast-2'],
    ['SIN2', 'ap-southeast-1'],
    ['SYD1', 'ap-southeast-2'],
    ['DUB56', 'eu-west-1'],
    ['LHR50', 'eu-west-2'],
    ['GRU3', 'sa-east-1'],
  ])('%s asks the regional cache in %s (choice)', async (pop, region) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, pop })
    expect((await front.get('/a')).trace?.regional?.place).toBe(region)
  })

  test.each([
    ['YUL62', 'us-east-1'],
    ['HKG1', 'ap-southeast-1'],
    ['CPT52', 'eu-west-1'],
    ['ARN56', 'eu-west-2'],
    ['BAH53', 'ap-south-1'],
  ])("%s asks the one in %s, which AWS's own advice names for its area (choice)", async (pop, region) => {
    await using origin = await startOrigin(cacheable)
    await using front = await startFront({ origin, pop })
    expect((await front.get('/a')).trace?.regional?.place).toBe(region)
  })
})
