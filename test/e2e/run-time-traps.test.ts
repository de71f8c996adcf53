// Traps that requests show: a query string that gets the answer to another one.
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let front: Front | null = null
let origin: ScriptedOrigin | null = null
afterEach(async () => {
  await front?.stop()
  await origin?.stop()
  front = origin = null
})

const POLICY = (query: object, forwarded = 'all', ttl = 60) => ({
  behavior: {
    CachePolicy: {
      Name: 'list',
      MinTTL: 0,
      DefaultTTL: ttl,
      MaxTTL: 3600,
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingGzip: false,
        EnableAcceptEncodingBrotli: false,
        QueryStringsConfig: query,
      },
    },
    ...(forwarded !== 'none' && {
      OriginRequestPolicy: {
        Name: 'all',
        HeadersConfig: { HeaderBehavior: 'none' },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: forwarded },
      },
    }),
  },
})
const NONE = { QueryStringBehavior: 'none' }

/** The origin answers with the query string it got, unless `answer` says something else. */
async function start(
  options: FrontOptions,
  answer: (url: string) => { readonly body: string; readonly headers?: Record<string, string> } = (url) => ({
    body: url,
  }),
): Promise<Front> {
  origin = await startOrigin((request, response) => {
    const { body, headers = {} } = answer(request.url ?? '')
    response.writeHead(200, headers).end(body)
  })
  front = await startFront({ origin, ...options })
  return front
}

const told = ({ pocketfront }: Front) =>
  pocketfront
    .traps()
    .filter(({ code }) => code === 'query-string-ignored')
    .map(({ message }) => message)

async function ask(at: Front, ...urls: readonly string[]): Promise<void> {
  for (const url of urls) await at.get(url)
}

describe('A query string that is not in the key', () => {
  test('is told when another one got its copy, with both URLs and what the origin gets', async () => {
    const at = await start(POLICY(NONE))
    await ask(at, '/list?page=1', '/list?page=2')
    expect(told(at)).toEqual([
      '/list?page=2 was answered with the copy fetched for /list?page=1: origin gets page, but the key of the default behavior does not have it',
    ])
  })

  test('is told in other words when the origin never gets it', async () => {
    const at = await start(POLICY(NONE, 'none'))
    await ask(at, '/list', '/list?page=2&sort=up')
    expect(told(at)).toEqual([
      '/list?page=2&sort=up was answered with the copy fetched for /list: page and sort are not in the key of the default behavior, and origin never gets it',
    ])
  })

  test('is told once, and again when the origin was seen to answer differently', async () => {
    const lines: Record<string, unknown>[] = []
    const logger = pino(
      { level: 'warn' },
      { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) },
    )
    const at = await start({ ...POLICY(NONE), logger })
    await ask(at, '/list?page=1', '/list?page=2', '/list?page=3', '/other?q=1', '/other?q=2')
    expect(told(at)).toHaveLength(1)
    at.clock.advance(61_000)
    await ask(at, '/list?page=4')
    expect(told(at)).toEqual([
      '/list?page=1 and /list?page=4 are one object in the cache of the default behavior, though origin answers them differently',
    ])
    const own = lines.filter(({ event }) => event === 'trap')
    expect(own.map(({ code, hint }) => [code, hint])).toEqual(
      [1, 2].map(() => ['query-string-ignored', 'add page to the query strings of the cache policy']),
    )
  })

  test('is told in the trace of the request that showed it', async () => {
    const at = await start(POLICY(NONE))
    await ask(at, '/list?page=1')
    const { headers } = await at.get('/list?page=2')
    const trace = at.pocketfront.traces.get(String(headers['x-amz-cf-id']))
    expect(trace?.trap).toBe('/list?page=2 was answered with the copy fetched for /list?page=1')
  })

  test('is on the admin port, beside the traps of the configuration', async () => {
    const at = await start({ ...POLICY(NONE), adminPort: 0 })
    await ask(at, '/list?page=1', '/list?page=2')
    const response = await fetch(`${at.pocketfront.adminUrl}/traps`)
    const { traps } = (await response.json()) as { traps: { code: string }[] }
    expect(traps.map(({ code }) => code)).toEqual(['query-strings-not-in-key', 'query-string-ignored'])
  })

  test('is told of a regional copy, too', async () => {
    const at = await start(POLICY(NONE))
    await at.get('/list?page=1', { 'x-pocketfront-pop': 'FRA56' })
    await at.get('/list?page=2', { 'x-pocketfront-pop': 'MUC50' })
    expect(told(at)).toHaveLength(1)
  })

  test('is told of the names that a list leaves out', async () => {
    const at = await start(POLICY({ QueryStringBehavior: 'whitelist', QueryStrings: ['page'] }))
    await ask(at, '/list?page=1&sort=up', '/list?page=2&sort=up', '/list?page=1&sort=down')
    expect(told(at)).toEqual([
      '/list?page=1&sort=down was answered with the copy fetched for /list?page=1&sort=up: origin gets sort, but the key of the default behavior does not have it',
    ])
  })
})

describe('Nothing is told', () => {
  test.each<[string, FrontOptions, readonly string[]]>([
    ['of parameters for tracking', POLICY(NONE), ['/a?utm_source=x', '/a?utm_source=y&gclid=1', '/a']],
    [
      'of what only makes a URL new',
      POLICY(NONE),
      ['/a.css?v=1', '/a.css?v=2', '/a.css?3f9c21', '/a.css?_=7'],
    ],
    ['of the same parameters in another order', POLICY(NONE), ['/a?x=1&y=2', '/a?y=2&x=1']],
    ['of query strings in the key', POLICY({ QueryStringBehavior: 'all' }), ['/a?page=1', '/a?page=2']],
    ['with --no-lint', { ...POLICY(NONE), lint: false }, ['/a?page=1', '/a?page=2']],
    [
      'when the file switches the rule off',
      { ...POLICY(NONE), distribution: { lint: { off: ['query-string-ignored'] } } },
      ['/a?page=1', '/a?page=2'],
    ],
  ])('%s', async (_, options, urls) => {
    const at = await start(options)
    await ask(at, ...urls)
    expect(told(at)).toEqual([])
  })

  test('of objects that the origin answers alike: by what it sent, or because it confirmed the copy', async () => {
    const at = await start(POLICY(NONE), () => ({ body: 'the same', headers: { ETag: '"1"' } }))
    await ask(at, '/a?page=1')
    at.clock.advance(61_000)
    await ask(at, '/a?page=2', '/a?page=3')
    expect(told(at)).toEqual([])
  })

  test('of a bucket, which answers alike for all query strings', async () => {
    const bucket = { Id: 'origin', DomainName: 'b.s3.us-east-1.amazonaws.com', S3OriginConfig: {} }
    const at = await start({ ...POLICY(NONE), distribution: { Origins: [bucket] } })
    await ask(at, '/a?page=1', '/a?page=2')
    expect(told(at)).toEqual([])
  })
})

test('A cache-buster counts when the origin was seen to answer differently', async () => {
  const at = await start(POLICY(NONE))
  await ask(at, '/a.css?v=1')
  at.clock.advance(61_000)
  await ask(at, '/a.css?v=2')
  expect(told(at)).toEqual([
    '/a.css?v=1 and /a.css?v=2 are one object in the cache of the default behavior, though origin answers them differently',
  ])
})

test('After a reload that changes nothing the trap is still known, without being told again', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const at = await start({ ...POLICY(NONE), logger })
  await ask(at, '/list?page=1', '/list?page=2')
  expect(told(at)).toHaveLength(1)
  await at.pocketfront.reload()
  await ask(at, '/list?page=3')
  expect(told(at)).toHaveLength(1)
  expect(lines).toHaveLength(1)
})
