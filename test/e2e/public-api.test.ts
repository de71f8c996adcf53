// The package as a test or a script uses it: what the README shows, every option, every refusal.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  createPocketfront,
  PocketfrontError,
  type Pocketfront,
  type PocketfrontOptions,
} from '../../src/index.ts'
import { startOrigin } from '../support/origin.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-api-'))
  mkdirSync(join(folder, 'dist/img'), { recursive: true })
  writeFileSync(join(folder, 'dist/index.html'), '<h1>Hello</h1>')
  writeFileSync(join(folder, 'dist/img/digits.txt'), '0123456789')
  utimesSync(join(folder, 'dist/img/digits.txt'), 1_000_000_000, 1_000_000_000)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function start(options: PocketfrontOptions): Promise<Pocketfront> {
  const front = await createPocketfront({ cwd: folder, graceMs: 200, ...options })
  onTestFinished(() => front.stop())
  return front
}

/** What createPocketfront rejects with. */
async function refusalOf(options: PocketfrontOptions): Promise<PocketfrontError> {
  const outcome = await createPocketfront({ cwd: folder, ...options }).catch((error: unknown) => error)
  if (outcome instanceof PocketfrontError) return outcome
  throw new Error('was not refused', { cause: outcome })
}

const xCache = async (response: Response | Promise<Response>): Promise<string | null> =>
  (await response).headers.get('x-cache')

test('The example of the README', async () => {
  const front = await createPocketfront({ origins: './dist', cwd: folder })
  onTestFinished(() => front.stop())
  const ask = async (): Promise<string | null> => (await front.fetch('/index.html')).headers.get('x-cache')
  expect(await ask()).toBe('Miss from cloudfront')
  expect(await ask()).toBe('Hit from cloudfront')
  front.clock.advance(25 * 60 * 60 * 1000)
  expect(await ask()).toBe('RefreshHit from cloudfront')
  expect(front.traces.last(1)[0]?.edge?.because).toBe('not-modified')
})

const config = {
  Id: 'EAPITEST',
  Aliases: ['www.example.com'],
  Origins: [
    { Id: 'site', DomainName: 'site.s3.eu-west-1.amazonaws.com' },
    { Id: 'api', DomainName: 'api.example.com', CustomOriginConfig: { OriginProtocolPolicy: 'http-only' } },
  ],
  DefaultCacheBehavior: { TargetOriginId: 'site' },
  CacheBehaviors: [{ PathPattern: '/api/*', TargetOriginId: 'api' }],
}

describe('Origins', () => {
  test.each([
    ['a map', (api: string) => ({ site: './dist', api })],
    ['a list as on the command line', (api: string) => ['site=./dist', `api=${api}`]],
  ])('%s says where they are', async (_, toOrigins) => {
    await using origin = await startOrigin({ body: 'from the API' })
    const front = await start({ config, origins: toOrigins(origin.url) })
    expect(await (await front.fetch('/index.html')).text()).toBe('<h1>Hello</h1>')
    expect(await (await front.fetch('/api/x')).text()).toBe('from the API')
    expect(origin.requests[0]!.headers.host).toBe('api.example.com')
  })

  test('a single text is the only origin', async () => {
    await using origin = await startOrigin({ body: 'hello' })
    const front = await start({ origins: origin.url })
    expect(await (await front.fetch('/')).text()).toBe('hello')
    expect(front.loaded.deployment.Distributions[0]?.Origins).toMatchObject([
      { target: { kind: 'http', port: origin.port, source: 'command line' } },
    ])
  })

  test('the environment counts only when it is passed', async () => {
    await using origin = await startOrigin({ body: 'hello' })
    const env = { POCKETFRONT_ORIGIN_API: origin.url, POCKETFRONT_ORIGIN_SITE: './dist' }
    const front = await start({ config, env })
    expect((await front.fetch('/api/x')).status).toBe(200)
    const without = await start({ config })
    expect((await without.fetch('/api/x')).status).toBe(502)
  })
})

describe('Configuration', () => {
  test('a file, relative to cwd, with its folders relative to itself', async () => {
    writeFileSync(join(folder, 'file.json'), JSON.stringify({ ...config, origins: { site: './dist' } }))
    const front = await start({ config: 'file.json', origins: { api: 'http://127.0.0.1:9' } })
    expect((await front.fetch('/index.html')).status).toBe(200)
    expect(front.loaded.files).toEqual([join(folder, 'file.json')])
  })

  test('several files make one configuration', async () => {
    writeFileSync(join(folder, 'one.json'), JSON.stringify(config))
    writeFileSync(join(folder, 'local.yaml'), 'origins: { site: ./dist, api: "http://127.0.0.1:9" }')
    const front = await start({ config: ['one.json', 'local.yaml'] })
    expect((await front.fetch('/index.html')).status).toBe(200)
    expect(front.loaded.warnings).toEqual([])
  })

  test('what it asks for and does not get, and what is suspicious, can be read', async () => {
    const odd = { ...config, Comentt: 'x', WebACLId: '473e64fd-f30b-4765-81a0-62ad96dd167a' }
    const front = await start({ config: odd, origins: { site: './dist', api: 'http://127.0.0.1:9' } })
    expect(front.loaded.warnings.map(({ path }) => path)).toEqual(['Comentt'])
    expect(front.loaded.notes.map(({ feature }) => feature)).toContain('WebACLId')
  })

  test('every problem is in the error at once, with code, path and place', async () => {
    const broken = { ...config, DefaultRootObject: '/x', DefaultCacheBehavior: { TargetOriginId: 'stie' } }
    const error = await refusalOf({ config: broken })
    expect([error.code, error.exitCode]).toEqual(['PF_CONFIG', 2])
    expect(error).toMatchObject({
      issues: expect.arrayContaining([
        expect.objectContaining({ path: 'DefaultRootObject', code: 'InvalidDefaultRootObject' }),
        expect.objectContaining({ path: 'DefaultCacheBehavior.TargetOriginId', code: 'NoSuchOrigin' }),
      ]),
    })
    expect(error.message).toContain('did you mean site?')
  })

  test('nothing to serve is a problem, too', async () => {
    expect(await refusalOf({})).toMatchObject({ code: 'PF_CONFIG', issues: [{ severity: 'error' }] })
    expect(await refusalOf({ config: 'missing.yaml' })).toMatchObject({
      code: 'PF_CONFIG',
      issues: [{ file: join(folder, 'missing.yaml') }],
    })
  })

  test('an edge location that does not exist is refused', async () => {
    expect(await refusalOf({ origins: './dist', pop: 'XXX1' })).toMatchObject({ code: 'PF_USAGE' })
  })
})

describe('Ports', () => {
  async function takePort(): Promise<number> {
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
    return (server.address() as AddressInfo).port
  }

  test('a port in use is refused, for viewers and for the admin', async () => {
    const port = await takePort()
    const refused = await refusalOf({ origins: './dist', port })
    expect([refused.code, refused.exitCode]).toEqual(['PF_PORT_IN_USE', 1])
    expect(refused.problem).toContain(String(port))
    expect(await refusalOf({ origins: './dist', adminPort: port })).toMatchObject({ code: 'PF_PORT_IN_USE' })
  })

  test('a refused admin port frees the port for viewers', async () => {
    const adminPort = await takePort()
    const probe = await start({ origins: './dist' })
    const { port } = probe
    await probe.stop()
    await refusalOf({ origins: './dist', port, adminPort })
    expect((await start({ origins: './dist', port })).port).toBe(port)
  })

  test('stopping frees the ports, and may be asked for twice', async () => {
    const front = await start({ origins: './dist', adminPort: 0 })
    const { port, adminPort } = front
    await Promise.all([front.stop(), front.stop()])
    await front.stop()
    await expect(front.fetch('/index.html')).rejects.toThrow('fetch failed')
    const next = await start({ origins: './dist', port, adminPort })
    expect([next.port, next.adminPort]).toEqual([port, adminPort])
    expect((await next.fetch('/index.html')).status).toBe(200)
  })

  test('without adminPort there is none', async () => {
    const front = await start({ origins: './dist' })
    expect([front.adminUrl, front.adminPort]).toEqual([null, null])
    expect(front.url).toBe(`http://127.0.0.1:${front.port}`)
  })
})

describe('The running system', () => {
  test('fetch() takes pop beside the options of fetch', async () => {
    const front = await start({ config, origins: { site: './dist', api: 'http://127.0.0.1:9' } })
    const answer = await front.fetch('/index.html', { pop: 'nrt20', method: 'HEAD' })
    expect(answer.headers.get('x-amz-cf-pop')).toMatch(/^NRT20-/)
    expect(front.traces.last(1)[0]).toMatchObject({ method: 'HEAD', region: 'ap-northeast-1' })
  })

  // fetch of Node.js replaces a Host header by the authority of the URL, so `host` has no effect yet.
  test('fetch() chooses a distribution by host', async () => {
    const front = await start({ config, origins: { site: './dist', api: 'http://127.0.0.1:9' } })
    expect((await front.fetch('/index.html', { host: 'www.example.com' })).status).toBe(200)
    expect(front.traces.last(1)[0]?.host).toBe('www.example.com')
    expect((await front.fetch('/index.html', { host: 'other.example.com' })).status).toBe(403)
  })

  test('a trace is found by X-Amz-Cf-Id; only the latest are kept', async () => {
    const front = await start({ origins: './dist', keepTraces: 2 })
    const ids: string[] = []
    for (const path of ['/1', '/2', '/3']) {
      const response = await front.fetch(path)
      await response.arrayBuffer()
      ids.push(response.headers.get('x-amz-cf-id')!)
    }
    expect(front.traces.last(10).map(({ url }) => url)).toEqual(['/3', '/2'])
    expect(ids.map((id) => front.traces.get(id)?.url)).toEqual([undefined, '/2', '/3'])
  })

  test('invalidations take one path or many, and refuse what CloudFront refuses', async () => {
    const front = await start({ origins: './dist' })
    await front.fetch('/index.html')
    const id = front.loaded.deployment.Distributions[0]!.Id
    expect(front.invalidate('/index.html', id)).toMatchObject([{ DistributionId: id, Status: 'InProgress' }])
    expect(await xCache(front.fetch('/index.html'))).toBe('Miss from cloudfront')
    for (const [paths, distribution] of [
      ['index.html', id],
      [[], id],
      [['/a', ''], id],
      [`/${'x'.repeat(4000)}`, id],
      [Array.from({ length: 3001 }, (_, index) => `/${index}`), id],
      ['/*', 'EUNKNOWN'],
    ] as const) {
      expect(() => front.invalidate(paths, distribution)).toThrow(
        expect.objectContaining({ name: 'PocketfrontError', code: 'PF_INVALIDATION' }),
      )
    }
    expect(await xCache(front.fetch('/index.html'))).toBe('Hit from cloudfront')
    expect(() => front.invalidate('/*', 'EUNKNOWN')).toThrow(`loaded: ${id}`)
  })

  test('purging empties every cache and says how many objects went', async () => {
    const front = await start({ origins: './dist' })
    await front.fetch('/index.html')
    await front.fetch('/index.html', { pop: 'NRT20' })
    expect([front.purge(), front.purge()]).toEqual([4, 0])
    expect(await xCache(front.fetch('/index.html'))).toBe('Miss from cloudfront')
  })

  test('the clock can be set', async () => {
    const front = await start({ origins: './dist' })
    front.clock.set(Date.parse('2040-01-01T00:00:00Z'))
    const answer = await front.fetch('/index.html')
    expect(answer.headers.get('date')).toMatch(/^Sun, 01 Jan 2040 00:00:0\d GMT$/)
  })
})

describe('A folder as a bucket', () => {
  test('/ is the default root object; other folders have no page', async () => {
    const front = await start({ origins: './dist' })
    const root = await front.fetch('/')
    expect([root.status, await root.text()]).toEqual([200, '<h1>Hello</h1>'])
    expect(root.headers.get('content-type')).toBe('text/html')
    expect((await front.fetch('/img/')).status).toBe(403)
    expect(await xCache(front.fetch('/index.html'))).toBe('Hit from cloudfront')
  })

  test('a key that does not exist, or leaves the folder, is 403', async () => {
    const front = await start({ origins: './dist' })
    for (const path of ['/missing.txt', '/img', '/%2e%2e/file.json', '/..%2ffile.json']) {
      const answer = await front.fetch(path)
      expect([path, answer.status, await xCache(answer)]).toEqual([path, 403, 'Error from cloudfront'])
      expect(await answer.text()).toContain('AccessDenied')
    }
  })

  test('ranges and conditions are answered from the bucket and from the cache', async () => {
    const front = await start({ origins: './dist' })
    const get = (headers: Record<string, string>): Promise<Response> =>
      front.fetch('/img/digits.txt', { headers })
    const whole = await get({})
    expect(await whole.text()).toBe('0123456789')
    const etag = whole.headers.get('etag')!
    expect(whole.headers.get('last-modified')).toBe('Sun, 09 Sep 2001 01:46:40 GMT')
    for (const _ of ['hit', 'purged']) {
      const part = await get({ range: 'bytes=2-4' })
      expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
        206,
        'bytes 2-4/10',
        '234',
      ])
      expect((await get({ 'if-none-match': etag })).status).toBe(304)
      expect((await get({ 'if-modified-since': 'Sun, 09 Sep 2001 01:46:40 GMT' })).status).toBe(304)
      front.purge()
    }
  })
})
