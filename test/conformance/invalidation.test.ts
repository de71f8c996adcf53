// Invalidation: what a path or tag takes, how many may be under way, and how each goes on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=600' }, body: 'hello' })
})
afterAll(() => origin.stop())

const keyedBy = (parameters: object) => ({
  CachePolicy: {
    Name: 'keyed',
    MinTTL: 0,
    DefaultTTL: 600,
    MaxTTL: 600,
    ParametersInCacheKeyAndForwardedToOrigin: parameters,
  },
})
const BY_QUERY = keyedBy({ QueryStringsConfig: { QueryStringBehavior: 'all' } })

type Row = readonly [requested: string, path: string, taken: boolean, why: string]

/** The rule as a sentence, with its example. */
function toRules(rows: readonly Row[]) {
  return rows.map(([requested, path, taken, why]) => {
    return { requested, path, taken, rule: `${why}: ${path} ${taken ? 'takes' : 'leaves'} ${requested}` }
  })
}

/** Stores an object, invalidates, and says whether it is gone. */
async function isTaken(front: Front, requested: string, path: string, headers = {}): Promise<boolean> {
  await front.get(requested, headers)
  expect(await front.get(requested, headers)).toBeHit('edge')
  front.pocketfront.invalidate(path)
  const again = await front.get(requested, headers)
  if (again.headers['x-cache'] === 'Hit from cloudfront') return false
  expect(again).toBeMissBecause('invalidated')
  expect(again.trace?.regional?.because).toBe('invalidated')
  return true
}

describe('5.11 Invalidation', () => {
  test.each(
    toRules([
      ['/dir/a', '/dir/a', true, 'a path names one file'],
      ['/dir/a', '/Dir/a', false, 'upper and lower case differ'],
      ['/dir/a', '/dir', false, 'a directory is not its files'],
      ['/dir', '/dir/', false, 'a directory with a slash is another path than without'],
      ['/dir/', '/dir/', true, 'a directory with a slash is named with it'],
      ['/dir/a/b', '/dir/*', true, 'a wildcard crosses slashes'],
      ['/dir', '/dir/*', false, 'a wildcard after a slash leaves out the directory itself'],
      ['/dir', '/dir*', true, 'a wildcard takes zero characters, too'],
      ['/dir/name.jpg', '/dir/name.*', true, 'a wildcard stands for the extension'],
      ['/any/thing', '/*', true, 'the slash and a wildcard take everything'],
      ['/a-b', '/a*b', false, 'a star that is not the last character is no wildcard'],
      ['/a*b', '/a*b', true, 'a star elsewhere is itself'],
      ['/a**', '/a**', true, 'of two stars the last is the wildcard'],
    ]),
  )('$rule', async ({ requested, path, taken }) => {
    await using front = await startFront({ origin })
    expect(await isTaken(front, requested, path)).toBe(taken)
  })

  test.each(
    toRules([
      ['/img.jpg?x=1', '/img.jpg?x=1', true, 'the path has the query string of the object'],
      ['/img.jpg?x=1', '/img.jpg', false, 'the bare path takes the object without query string only'],
      ['/img.jpg', '/img.jpg', true, 'the bare path takes the object without query string'],
      ['/img.jpg?x=1', '/img.jpg*', true, 'a wildcard takes all query strings'],
      ['/img.jpg?x=1&y=2', '/img.jpg?x=1*', true, 'a wildcard may stand in the query string'],
      ['/img.jpg?x=1&y=2', '/img.jpg?y=2&x=1', false, 'the order of parameters counts'],
    ]),
  )('with the query string in the key, $rule', async ({ requested, path, taken }) => {
    await using front = await startFront({ origin, behavior: BY_QUERY })
    expect(await isTaken(front, requested, path)).toBe(taken)
  })

  test('with the query string not in the key the path alone is enough', async () => {
    await using front = await startFront({ origin })
    expect(await isTaken(front, '/a?x=1', '/a')).toBe(true)
  })

  test('all variants by header, cookie and encoding go together', async () => {
    const behavior = keyedBy({
      EnableAcceptEncodingGzip: true,
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['X-Kind'] },
      CookiesConfig: { CookieBehavior: 'whitelist', Cookies: ['id'] },
    })
    await using front = await startFront({ origin, behavior })
    const variants = [{}, { 'X-Kind': 'a' }, { Cookie: 'id=1' }, { 'Accept-Encoding': 'gzip' }]
    for (const headers of variants) {
      await front.get('/v', headers)
      expect(await front.get('/v', headers)).toBeHit('edge')
    }
    front.pocketfront.invalidate('/v')
    for (const headers of variants) expect(await front.get('/v', headers)).toBeMissBecause('invalidated')
  })

  test('the default root object is named like any file, / is not it', async () => {
    await using front = await startFront({ origin, distribution: { DefaultRootObject: 'index.html' } })
    expect(await isTaken(front, '/', '/')).toBe(false)
    expect(await isTaken(front, '/', '/index.html')).toBe(true)
  })

  test('a path is as the viewer requests it, without OriginPath', async () => {
    await using front = await startFront({ origin, originConfig: { OriginPath: '/production' } })
    expect(await isTaken(front, '/a', '/production/a')).toBe(false)
    expect(await isTaken(front, '/a', '/a')).toBe(true)
  })

  test('a cached error goes with the URL of its object', async () => {
    origin.on('/missing', { status: 404 })
    await using front = await startFront({ origin })
    await front.get('/missing')
    origin.on('/missing', { body: 'here', headers: { 'Cache-Control': 'max-age=600' } })
    expect((await front.get('/missing')).status).toBe(404)
    front.pocketfront.invalidate('/missing')
    expect((await front.get('/missing')).status).toBe(200)
  })

  test.each([
    { requested: '/caf%C3%A9', path: '/café', rule: 'what is outside ASCII may be encoded or not' },
    { requested: '/caf%c3%a9', path: '/café', rule: 'the case of the digits does not count' },
    { requested: '/a%20b', path: '/a b', rule: 'a space may be encoded or not' },
    { requested: '/%7Bid%7D', path: '/{id}', rule: 'so may other unsafe characters' },
    { requested: '/{id}', path: '/%7Bid%7D', rule: 'on either side' },
  ])('$rule: $path takes $requested (choice)', async ({ requested, path }) => {
    await using front = await startFront({ origin })
    expect(await isTaken(front, requested, path)).toBe(true)
  })

  test('nothing else is to be encoded: an encoded letter is another path', async () => {
    await using front = await startFront({ origin })
    expect(await isTaken(front, '/abc', '/%61bc')).toBe(false)
  })

  test.each(['/~user/a', '/%7Euser/a', '/%7euser/*'])(
    '~ is not supported, encoded or not: %s is refused (choice)',
    async (path) => {
      await using front = await startFront({ origin })
      expect(() => front.pocketfront.invalidate(path)).toThrow(/InvalidArgument: ~ is not supported/)
    },
  )

  test('a path without a slash in front is refused', async () => {
    await using front = await startFront({ origin })
    expect(() => front.pocketfront.invalidate('a')).toThrow(/InvalidArgument: .*slash/)
    expect(() => front.pocketfront.invalidate('*')).toThrow(/InvalidArgument: .*slash/)
  })

  test('a path has 4,000 characters at most', async () => {
    await using front = await startFront({ origin })
    expect(() => front.pocketfront.invalidate(`/${'a'.repeat(4000)}`)).toThrow(/InvalidArgument: .*4001/)
    expect(front.pocketfront.invalidate(`/${'a'.repeat(3999)}`)).toHaveLength(1)
  })

  test('one request has 3,000 paths at most, else BatchTooLarge', async () => {
    await using front = await startFront({ origin })
    const paths = Array.from({ length: 3001 }, (_, index) => `/${index}`)
    expect(() => front.pocketfront.invalidate(paths)).toThrow(/BatchTooLarge/)
    expect(front.pocketfront.invalidate(paths.slice(1))).toHaveLength(1)
  })

  test('where a function changes the URI, the object has the new one (choice)', async () => {
    await using front = await startFront({
      origin,
      behavior: { CachePolicy: 'CachingOptimized', LambdaFunctionAssociations: [REWRITE] },
      lambdas: [`rewrite=${REWRITE_FILE}`],
    })
    expect(await isTaken(front, '/', '/')).toBe(false)
    expect(await isTaken(front, '/', '/index.html')).toBe(true)
    await front.get('/')
    front.pocketfront.invalidate(['/', '/index.html'])
    expect(await front.get('/')).toBeMiss()
  })

  test('every place loses the object: edge locations, regional caches and the Origin Shield', async () => {
    await using front = await startFront({
      origin,
      originConfig: { OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' } },
    })
    const pops = ['FRA56', 'NRT20', 'IAD89']
    for (const pop of pops) await front.get('/everywhere', { 'x-pocketfront-pop': pop })
    front.pocketfront.invalidate('/everywhere')
    const seen = origin.countOf('/everywhere')
    for (const pop of pops) {
      const { trace } = await front.get('/everywhere', { 'x-pocketfront-pop': pop })
      expect(trace?.edge?.because).toBe('invalidated')
    }
    expect(origin.countOf('/everywhere')).toBe(seen + 1)
  })

  test('what comes next is a full miss, without a condition and without stale copies (choice)', async () => {
    const etagged = { headers: { ETag: '"1"', 'Cache-Control': 'max-age=1, stale-if-error=600' }, body: 'a' }
    origin.on('/etag', etagged)
    await using front = await startFront({ origin })
    await front.get('/etag')
    front.clock.advanceSeconds(10)
    front.pocketfront.invalidate('/etag')
    origin.on('/etag', { status: 503 })
    const answer = await front.get('/etag')
    expect([answer.status, origin.requests.at(-1)?.headers['if-none-match']]).toEqual([503, undefined])
  })

  test('an invalidation is of one distribution', async () => {
    const distribution = (Id: string, alias: string) => ({
      Id,
      Enabled: true,
      Comment: '',
      Aliases: [alias],
      Origins: [
        {
          Id: 'origin',
          DomainName: 'origin.example.com',
          CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'origin',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicy: 'CachingOptimized',
      },
    })
    const config = { Distributions: [distribution('EONE', 'one.test'), distribution('ETWO', 'two.test')] }
    await using front = await startFront({ origin, config })
    for (const Host of ['one.test', 'two.test']) await front.get('/a', { Host })
    front.pocketfront.invalidate('/a', 'ETWO')
    expect(await front.get('/a', { Host: 'one.test' })).toBeHit('edge')
    expect(await front.get('/a', { Host: 'two.test' })).toBeMissBecause('invalidated')
  })
})

const REWRITE = {
  EventType: 'viewer-request',
  LambdaFunctionARN: 'arn:aws:lambda:us-east-1:123456789012:function:rewrite:1',
}
const REWRITE_FILE = new URL('../../config/edge/index-pages.ts', import.meta.url).pathname

describe('5.11 Invalidation: limits and course', () => {
  async function post(front: Front, paths: readonly string[]) {
    const response = await fetch(`${front.pocketfront.adminUrl}/invalidations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ paths }),
    })
    return {
      status: response.status,
      json: (await response.json()) as { error?: string; invalidations?: { Id: string }[] },
    }
  }
  const files = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`)

  test('3,000 files may be in progress, with one more TooManyInvalidationsInProgress', async () => {
    await using front = await startFront({ origin, adminPort: 0 })
    expect((await post(front, files(1500))).status).toBe(201)
    expect((await post(front, files(1500))).status).toBe(201)
    const refused = await post(front, ['/a'])
    expect([refused.status, refused.json.error]).toEqual([
      400,
      expect.stringMatching(/^TooManyInvalidationsInProgress: /),
    ])
    expect((await post(front, ['/a*'])).status).toBe(201)
  })

  test('besides those, 15 paths with a wildcard', async () => {
    await using front = await startFront({ origin, adminPort: 0 })
    for (let count = 0; count < 15; count++) expect((await post(front, [`/${count}*`])).status).toBe(201)
    expect((await post(front, ['/*'])).json.error).toMatch(/^TooManyInvalidationsInProgress: 16 /)
    expect((await post(front, ['/a'])).status).toBe(201)
  })

  test('a refused invalidation takes nothing', async () => {
    await using front = await startFront({ origin, adminPort: 0 })
    await front.get('/kept')
    const wildcards = Array.from({ length: 16 }, () => '/kept*')
    expect((await post(front, wildcards)).status).toBe(400)
    expect(await front.get('/kept')).toBeHit('edge')
  })

  test('it is InProgress, within a second Completed, and makes room for others (choice)', async () => {
    await using front = await startFront({ origin, adminPort: 0 })
    const { json } = await post(front, files(3000))
    const { Id } = json.invalidations![0]!
    const statusOf = () => front.pocketfront.invalidations.get(Id)?.Status
    expect(statusOf()).toBe('InProgress')
    front.clock.advance(999)
    expect(statusOf()).toBe('InProgress')
    front.clock.advance(1)
    expect(statusOf()).toBe('Completed')
    expect((await post(front, ['/a'])).status).toBe(201)
  })

  test('it takes effect before it is Completed (choice)', async () => {
    await using front = await startFront({ origin })
    await front.get('/a')
    expect(front.pocketfront.invalidate('/a')).toMatchObject([{ Status: 'InProgress' }])
    expect(await front.get('/a')).toBeMissBecause('invalidated')
  })

  test('what a test invalidates through the handle is not limited (choice)', async () => {
    await using front = await startFront({ origin, adminPort: 0 })
    for (let count = 0; count < 100; count++) front.pocketfront.invalidate('/*')
    expect((await post(front, ['/*'])).status).toBe(201)
  })
})

describe('5.11 Invalidation: tags', () => {
  const tagged = (header: string | string[]) => ({
    headers: { 'Cache-Control': 'max-age=600', 'Cache-Tag': header },
    body: 'tagged',
  })
  const start = () => startFront({ origin, distribution: { CacheTagConfig: { HeaderName: 'Cache-Tag' } } })

  test.each(
    [
      ['product:1, category:tv', '#product:1', true, 'tags stand between commas'],
      ['product:1, category:tv', '#category:tv', true, 'each tag counts'],
      ['Product:1', '#pRODUCT:1', true, 'case does not count'],
      ['product:12', '#product:1', false, 'the whole tag is compared'],
      ['product:1', '#product:*', false, 'a star is no wildcard in a tag'],
      ['product:*', '#product:*', true, 'a star in a tag is itself'],
      ['a'.repeat(256), `#${'a'.repeat(256)}`, true, 'a tag may have 256 characters'],
      [Array.from({ length: 51 }, (_, i) => `t${i}`).join(','), '#t49', true, 'fifty tags are stored'],
      [
        Array.from({ length: 51 }, (_, i) => `t${i}`).join(','),
        '#t50',
        false,
        'the fifty-first tag is not stored',
      ],
    ].map(([header, item, taken, rule]) => ({
      header: String(header),
      item: String(item),
      taken,
      rule: String(rule),
    })),
  )('$rule', async ({ header, item, taken }) => {
    origin.on('/tagged', tagged(header))
    await using front = await start()
    expect(await isTaken(front, '/tagged', item)).toBe(taken)
  })

  test('every variant of every object with the tag goes', async () => {
    origin.on('/one', tagged('brand:acme'))
    origin.on('/two', tagged('brand:acme, other'))
    origin.on('/three', tagged('other'))
    await using front = await start()
    const all = ['/one', '/two', '/three']
    for (const path of all) await front.get(path)
    front.pocketfront.invalidate('#brand:acme')
    const answers = await Promise.all(all.map((path) => front.get(path)))
    expect(answers.map(({ headers }) => headers['x-cache'])).toEqual([
      'Miss from cloudfront',
      'Miss from cloudfront',
      'Hit from cloudfront',
    ])
  })

  test('paths and tags stand in one invalidation', async () => {
    origin.on('/one', tagged('brand:acme'))
    await using front = await start()
    for (const path of ['/one', '/path']) await front.get(path)
    expect(front.pocketfront.invalidate(['/path', '#brand:acme'])).toHaveLength(1)
    for (const path of ['/one', '/path']) expect(await front.get(path)).toBeMissBecause('invalidated')
  })

  test('several header lines are one list (choice)', async () => {
    origin.on('/tagged', tagged(['a', 'b']))
    await using front = await start()
    expect(await isTaken(front, '/tagged', '#b')).toBe(true)
  })

  test('what is no tag is left out, the rest counts (choice)', async () => {
    origin.on('/tagged', tagged(`two words,, ${'a'.repeat(257)}, ok`))
    await using front = await start()
    expect(await isTaken(front, '/tagged', '#ok')).toBe(true)
  })

  test.each(['#', '#a,b', '#a b', '#é', `#${'a'.repeat(257)}`])(
    '%s is no tag and is refused',
    async (item) => {
      await using front = await start()
      expect(() => front.pocketfront.invalidate(item)).toThrow(/InvalidArgument: .* is no cache tag/)
    },
  )

  test('without CacheTagConfig objects have no tags, and a tag is refused (choice)', async () => {
    origin.on('/tagged', tagged('a'))
    await using front = await startFront({ origin })
    await front.get('/tagged')
    expect((await front.get('/tagged')).trace?.settlement?.tags).toBeNull()
    expect(() => front.pocketfront.invalidate('#a')).toThrow(/CacheTagConfig/)
  })

  test('a confirmed copy has the tags of the confirmation (choice)', async () => {
    origin.on('/tagged', {
      headers: { 'Cache-Control': 'max-age=1', ETag: '"1"', 'Cache-Tag': 'old' },
      body: 'tagged',
    })
    await using front = await start()
    await front.get('/tagged')
    origin.on('/tagged', {
      status: 304,
      headers: { 'Cache-Control': 'max-age=600', ETag: '"1"', 'Cache-Tag': 'new' },
    })
    front.clock.advanceSeconds(5)
    expect(await front.get('/tagged')).toBeRefreshHit()
    front.pocketfront.invalidate('#old')
    expect(await front.get('/tagged')).toBeHit('edge')
    front.pocketfront.invalidate('#new')
    expect((await front.get('/tagged')).trace?.edge?.because).toBe('invalidated')
  })

  test('a tag counts as one path towards the 3,000', async () => {
    await using front = await startFront({
      origin,
      adminPort: 0,
      distribution: { CacheTagConfig: { HeaderName: 'Cache-Tag' } },
    })
    const send = async (paths: readonly string[]): Promise<number> => {
      const response = await fetch(`${front.pocketfront.adminUrl}/invalidations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ paths }),
      })
      await response.arrayBuffer()
      return response.status
    }
    expect(await send(Array.from({ length: 3000 }, (_, index) => `#t${index}`))).toBe(201)
    expect(await send(['/a'])).toBe(400)
  })
})
