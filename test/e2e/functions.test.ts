// Lambda@Edge functions of the user at the four events, through the whole program.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let folder: string
let origin: ScriptedOrigin

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pocketfront-functions-'))
  origin = await startOrigin({
    headers: { 'Cache-Control': 'max-age=60', 'X-From': 'origin' },
    body: 'origin body',
  })
})
afterAll(async () => {
  await origin.stop()
  await rm(folder, { recursive: true, force: true })
})

let count = 0
async function write(code: string, name = `f${++count}.ts`): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, code)
  return file
}

/** A front whose default behavior has these functions. */
async function withFunctions(functions: Record<string, string>, more: FrontOptions = {}): Promise<Front> {
  const LambdaFunctionAssociations = await Promise.all(
    Object.entries(functions).map(async ([EventType, code]) => ({ EventType, Handler: await write(code) })),
  )
  return startFront({
    origin,
    cwd: folder,
    ...more,
    behavior: { LambdaFunctionAssociations, ...more.behavior },
  })
}

describe('The four events', () => {
  test('viewer-request runs on every request and its change makes the cache key', async () => {
    await using front = await withFunctions({
      'viewer-request': `export const handler = async (event: any) => {
        const { request } = event.Records[0].cf
        request.uri = request.uri.replace(/^\\/alias/, '/real')
        return request
      }`,
    })
    expect(await front.get('/real/a')).toBeMiss()
    const hit = await front.get('/alias/a')
    expect(hit).toBeHit('edge')
    expect(hit.trace?.functions).toMatchObject([{ event: 'viewer-request', outcome: 'continued' }])
  })

  test('viewer-request may answer: not cached, X-Cache LambdaGeneratedResponse, no viewer-response', async () => {
    await using front = await withFunctions({
      'viewer-request': `exports.handler = (event, context, callback) => callback(null, {
        status: '401', statusDescription: 'Unauthorized', body: 'who are you?',
        headers: { 'www-authenticate': [{ key: 'WWW-Authenticate', value: 'Basic' }] } })`,
      'viewer-response': `exports.handler = async () => { throw new Error('must not run') }`,
    })
    for (let i = 0; i < 2; i++) {
      const answer = await front.get('/private')
      expect(answer.status).toBe(401)
      expect(answer.text).toBe('who are you?')
      expect(answer.headers['www-authenticate']).toBe('Basic')
      expect(answer.headers['x-cache']).toBe('LambdaGeneratedResponse from cloudfront')
      expect(answer.trace?.functions).toHaveLength(1)
    }
    expect(origin.countOf('/private')).toBe(0)
  })

  test('origin-request runs on a miss only, sees what will be sent, and changes it without changing the key', async () => {
    await using front = await withFunctions({
      'origin-request': `export const handler = async (event) => {
        const { request } = event.Records[0].cf
        request.headers['x-seen-host'] = [{ key: 'X-Seen-Host', value: request.headers.host[0].value + ' ' + request.origin.custom.domainName }]
        request.uri = '/rewritten' + request.uri
        return request
      }`,
    })
    const miss = await front.get('/o1')
    expect(miss).toBeMiss()
    const seen = origin.requests.find((each) => each.url === '/rewritten/o1')!
    expect(seen.headers['x-seen-host']).toBe('origin.example.com origin.example.com')
    const hit = await front.get('/o1')
    expect(hit).toBeHit('edge')
    expect(hit.trace?.functions).toBeNull()
  })

  test('origin-request may answer: the answer is cached, origin-response does not run, viewer-response does', async () => {
    await using front = await withFunctions({
      'origin-request': `export const handler = async () => ({ status: 200, body: 'made at the edge',
        headers: { 'cache-control': [{ value: 'max-age=30' }] } })`,
      'origin-response': `export const handler = async () => { throw new Error('must not run') }`,
      'viewer-response': `export const handler = async (event) => {
        const { response } = event.Records[0].cf
        response.headers['x-viewer'] = [{ value: 'yes' }]
        return response
      }`,
    })
    const miss = await front.get('/o2')
    expect([miss.status, miss.text, miss.headers['x-viewer']]).toEqual([200, 'made at the edge', 'yes'])
    expect(miss.trace?.detailedResultType).toBe('MissGeneratedResponse')
    expect(origin.countOf('/o2')).toBe(0)
    const hit = await front.get('/o2')
    expect(hit).toBeHit('edge')
    expect(hit.text).toBe('made at the edge')
    expect(hit.headers['x-viewer']).toBe('yes')
  })

  test('What origin-response returns is cached, body included', async () => {
    await using front = await withFunctions({
      'origin-response': `export const handler = async (event) => {
        const { response } = event.Records[0].cf
        response.headers['cache-control'] = [{ key: 'Cache-Control', value: 'max-age=5' }]
        response.headers['x-stamp'] = [{ key: 'X-Stamp', value: String(globalThis.runs = (globalThis.runs ?? 0) + 1) }]
        response.body = 'replaced'
        return response
      }`,
    })
    const miss = await front.get('/o3')
    const hit = await front.get('/o3')
    expect([miss.text, hit.text, hit.headers['x-stamp']]).toEqual(['replaced', 'replaced', '1'])
    expect(hit).toBeHit('edge')
    front.clock.advanceSeconds(6)
    expect((await front.get('/o3')).headers['x-stamp']).toBe('2')
  })

  test('viewer-response runs on hits as well, and not when the origin answered 400 or more', async () => {
    await using front = await withFunctions({
      'viewer-response': `export const handler = async (event) => {
        const { response, config } = event.Records[0].cf
        response.headers['x-request'] = [{ key: 'X-Request', value: config.requestId }]
        return response
      }`,
    })
    origin.on('/missing', { status: 404 })
    const miss = await front.get('/o4')
    const hit = await front.get('/o4')
    expect(hit).toBeHit('edge')
    for (const answer of [miss, hit]) expect(answer.headers['x-request']).toBe(answer.headers['x-amz-cf-id'])
    expect((await front.get('/missing')).headers['x-request']).toBeUndefined()
  })

  test('IncludeBody shows the body to viewer-request and origin-request, and the whole body goes on', async () => {
    const file = await write(`export const handler = async (event) => {
      const { request } = event.Records[0].cf
      const text = Buffer.from(request.body.data, 'base64').toString()
      request.headers['x-start'] = [{ key: 'X-Start', value: text.slice(0, 5) + request.body.inputTruncated }]
      return request
    }`)
    await using front = await startFront({
      origin,
      cwd: folder,
      behavior: {
        CachePolicy: 'CachingDisabled',
        OriginRequestPolicy: 'AllViewerExceptHostHeader',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
        LambdaFunctionAssociations: [{ EventType: 'viewer-request', Handler: file, IncludeBody: true }],
      },
    })
    await front.ask('/body', { method: 'POST', body: 'hello world' })
    await front.ask('/body', { method: 'POST', body: `begin${'x'.repeat(100_000)}` })
    const [short, long] = origin.requests.filter((each) => each.url === '/body')
    expect([short!.headers['x-start'], short!.bodyBytes]).toEqual(['hellofalse', 11])
    expect([long!.headers['x-start'], long!.bodyBytes]).toEqual(['begintrue', 100_005])
  })
})

describe('Functions that fail', () => {
  test.each([
    ['throws', `throw new Error('boom')`, 503, 'LambdaExecutionError'],
    ['exits', `process.exit(3)`, 503, 'LambdaExecutionError'],
    ['returns nothing', ``, 502, 'LambdaValidationError'],
    [
      'changes a read-only header',
      `const { request } = event.Records[0].cf; request.headers.host = [{ value: 'evil' }]; return request`,
      502,
      'LambdaValidationError',
    ],
    [
      'puts a line break into a header',
      `return { status: '200', headers: { 'x-a': [{ value: 'a\\r\\nSet-Cookie: b=c' }] } }`,
      502,
      'LambdaValidationError',
    ],
    ['answers with a status that is none', `return { status: '999' }`, 502, 'LambdaValidationError'],
  ])(
    "A viewer-request function that %s gets CloudFront's page, and the next request works",
    async (_, code, status, word) => {
      await using front = await withFunctions({
        'viewer-request': `export const handler = async (event) => {
        if (event.Records[0].cf.request.uri === '/bad') { ${code} } else return event.Records[0].cf.request
      }`,
      })
      const bad = await front.get('/bad')
      expect(bad.status).toBe(status)
      expect(bad.headers['x-cache']).toBe(`${word} from cloudfront`)
      expect(bad.text).toContain('The Lambda function')
      expect(bad.headers['set-cookie']).toBeUndefined()
      expect(bad.trace?.functions).toMatchObject([{ outcome: 'failed' }])
      expect((await front.get('/good')).status).toBe(200)
    },
  )

  test("An origin-request function that fails gives 503; the page is not the origin's", async () => {
    await using front = await withFunctions({
      'origin-request': `export const handler = async () => { throw new Error('no') }`,
    })
    const answer = await front.get('/fails')
    expect(answer.status).toBe(503)
    expect(answer.headers['x-cache']).toBe('LambdaExecutionError from cloudfront')
    expect(origin.countOf('/fails')).toBe(0)
  })

  test("The log has the stack with the line of the user's TypeScript", async () => {
    const lines: string[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    await using front = await withFunctions(
      {
        'viewer-request': `interface Never { a: string }\n\nexport const handler = async (event: Never) => {\n  throw new Error('on line 4')\n}`,
      },
      { logger },
    )
    await front.get('/x')
    const failure = lines.find((line) => line.includes('on line 4'))!
    expect(failure).toMatch(/f\d+\.ts:4/)
  })

  test('What a function logs is in the trace of its request', async () => {
    await using front = await withFunctions({
      'viewer-request': `export const handler = async (event) => { console.log('hello', { a: 1 }); return event.Records[0].cf.request }`,
    })
    const answer = await front.get('/logs')
    expect(answer.trace?.functions?.[0]?.logs.join('\n')).toContain('hello { a: 1 }')
  })
})

test('Saving the file of a function puts the new code in use', async () => {
  const code = (value: string): string => `export const handler = async (event) => {
    const { response } = event.Records[0].cf
    response.headers['x-version'] = [{ value: '${value}' }]
    return response
  }`
  const file = await write(code('one'))
  await using front = await startFront({
    origin,
    cwd: folder,
    watch: true,
    behavior: { LambdaFunctionAssociations: [{ EventType: 'viewer-response', Handler: file }] },
  })
  expect((await front.get('/v')).headers['x-version']).toBe('one')
  await writeFile(file, code('two'))
  await expect.poll(async () => (await front.get('/v')).headers['x-version'], { timeout: 10_000 }).toBe('two')
  await writeFile(file, 'this is not JavaScript')
  expect((await front.get('/v')).headers['x-version']).toBe('two')
})
