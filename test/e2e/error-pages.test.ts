// Custom error pages under load, with functions, and with bodies that stream, break or are not wanted.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStory } from '../../src/observe/story.ts'
import { toTraceJson } from '../../src/observe/trace-view.ts'
import { startFront, type FrontOptions } from '../support/front.ts'
import { startOrigin, startRawOrigin, type ScriptedOrigin } from '../support/origin.ts'

const PAGE = '/errors/page.html'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pocketfront-pages-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const startSite = (origin: { url: string }, ErrorCode: number, more: FrontOptions = {}) =>
  startFront({
    cwd: folder,
    origin: origin as ScriptedOrigin,
    originConfig: { ConnectionAttempts: 1 },
    behaviors: [{ PathPattern: '/errors/*' }],
    ...more,
    distribution: { CustomErrorResponses: [{ ErrorCode, ResponsePagePath: PAGE, ResponseCode: ErrorCode }] },
  })

async function failingSite(status: number) {
  const origin = await startOrigin({ status, body: 'own' })
  origin.on(PAGE, { body: 'the page', headers: { 'Cache-Control': 'max-age=60' } })
  return origin
}

test('Viewer functions run for the request alone, origin functions for the page as well', async () => {
  const names = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response']
  for (const name of names) {
    const part = name.endsWith('request') ? 'request' : 'response'
    await writeFile(
      join(folder, `${name}.mjs`),
      `export const handler = async (e) => e.Records[0].cf.${part}`,
    )
  }
  const functions = {
    LambdaFunctionAssociations: names.map((EventType) => ({ EventType, Handler: `${EventType}.mjs` })),
  }
  await using origin = await failingSite(404)
  await using front = await startSite(origin, 404, {
    behavior: functions,
    behaviors: [{ PathPattern: '/errors/*', ...functions }],
  })
  const { trace, text } = await front.get('/a')
  expect(text).toBe('the page')
  const events = (runs: typeof trace) => runs?.functions?.map((each) => each.event)
  expect(events(trace)).toEqual(['viewer-request', 'origin-request', 'origin-response'])
  expect(events(trace!.errorPage!.fetch)).toEqual(['origin-request', 'origin-response'])
})

test('The trace tells which page was fetched, by which behavior, from where', async () => {
  await using origin = await failingSite(404)
  await using front = await startSite(origin, 404)
  await front.get('/a')
  const { trace } = await front.get('/b')
  expect(toStory(trace!)).toEqual(
    expect.arrayContaining([
      `custom error page for 404: ${PAGE} by behavior /errors/*`,
      'custom error page, edge FRA56: hit (fresh), age 0 s',
      `custom error page ${PAGE}: shown with status 404 (shown)`,
    ]),
  )
  expect(toTraceJson(trace!, String).errorPage).toMatchObject({
    errorCode: 404,
    path: PAGE,
    responseCode: 404,
    outcome: 'shown',
    status: 200,
    behavior: { pathPattern: '/errors/*', index: 0 },
    tiers: [{ layer: 'edge', verdict: 'hit' }],
  })
})

test('Many viewers of one missing object are one request for it and one for the page', async () => {
  await using origin = await failingSite(404)
  await using front = await startSite(origin, 404)
  const answers = await Promise.all(Array.from({ length: 50 }, () => front.get('/a')))
  expect(answers.every(({ status, text }) => status === 404 && text === 'the page')).toBe(true)
  expect([origin.countOf('/a'), origin.countOf(PAGE)]).toEqual([1, 1])
})

test('The body of an error that a page stands in for is not read to its end unless it is cached', async () => {
  const closed: Promise<unknown>[] = []
  await using origin = await startRawOrigin((socket, head) => {
    if (head.startsWith(`GET ${PAGE}`)) return socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage')
    closed.push(once(socket, 'close'))
    return socket.write('HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nendl\r\n')
  })
  await using front = await startSite(origin, 403)
  expect((await front.get('/a')).text).toBe('page')
  expect(closed).toHaveLength(1)
  await Promise.all(closed)
})

test('A page that breaks off breaks the connection to the viewer and is not cached', async () => {
  await using origin = await startRawOrigin((socket, head) => {
    if (head.startsWith(`GET ${PAGE}`)) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\npage')
    else socket.end('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n')
  })
  await using front = await startSite(origin, 404)
  for (let i = 0; i < 2; i++) {
    const answer = await front.get('/a')
    expect([answer.status, answer.text, answer.broken]).toEqual([404, 'page', true])
    expect(answer.trace?.errorPage?.fetch.edge?.verdict).toBe('miss')
  }
})

test('A viewer that leaves while the page is fetched leaves nothing behind', async () => {
  const gone: Promise<unknown>[] = []
  await using origin = await startRawOrigin((socket, head) => {
    if (head.startsWith(`GET ${PAGE}`)) gone.push(once(socket, 'close'))
    else socket.end('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n')
  })
  await using front = await startSite(origin, 404)
  const viewer = connect(front.port, '127.0.0.1')
  viewer.write('GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(() => gone.length).toBe(1)
  viewer.destroy()
  await Promise.all(gone)
})

test('The upload of a request that fails does not hold up its error page', async () => {
  await using origin = await failingSite(500)
  await using front = await startSite(origin, 500, {
    behavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] },
  })
  const answer = await front.ask('/a', { method: 'POST', body: Buffer.alloc(1_000_000) })
  expect([answer.status, answer.text]).toEqual([500, 'the page'])
})

test('A cached error loses its page, and gets it back, with a reload', async () => {
  const config = (page: object) => ({
    Id: 'ERELOAD',
    Origins: [
      { Id: 'o', DomainName: 'o.example.com', CustomOriginConfig: { OriginProtocolPolicy: 'http-only' } },
    ],
    DefaultCacheBehavior: {
      TargetOriginId: 'o',
      ViewerProtocolPolicy: 'allow-all',
      CachePolicy: 'CachingOptimized',
    },
    CustomErrorResponses: [{ ErrorCode: 404, ErrorCachingMinTTL: 60, ...page }],
  })
  await using origin = await failingSite(404)
  const file = join(folder, 'reload.json')
  await writeFile(file, JSON.stringify(config({})))
  await using front = await startFront({ config: file, origins: { o: origin.url } })
  expect((await front.get('/a')).text).toBe('own')
  await writeFile(file, JSON.stringify(config({ ResponsePagePath: PAGE, ResponseCode: 404 })))
  expect(await front.pocketfront.reload()).toMatchObject({ ok: true })
  expect((await front.get('/a')).text).toBe('the page')
  expect(origin.countOf('/a')).toBe(1)
  await writeFile(file, JSON.stringify(config({})))
  await front.pocketfront.reload()
  expect((await front.get('/a')).text).toBe('own')
})
