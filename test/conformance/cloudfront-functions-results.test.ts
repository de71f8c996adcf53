// What CloudFront Functions may return, what the viewer gets for it, and what is logged.
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handler, startFunctionFront, type FunctionFrontOptions } from '../support/cloudfront-functions.ts'
import type { Answer, Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({
    headers: {
      'Content-Type': 'text/plain',
      Warning: '199 - old',
      'Cache-Control': 'max-age=60',
      ETag: '"v1"',
    },
    body: 'origin body',
  })
  origin.on('/missing', { status: 404, body: 'no such thing' })
  origin.on('/broken', { status: 500, body: 'broken' })
})
afterAll(() => origin.stop())

const start = (options: FunctionFrontOptions): Promise<Front> => startFunctionFront({ origin, ...options })

async function onRequest(
  statements: string,
  path = '/',
  headers: Record<string, string> = {},
): Promise<Answer> {
  await using front = await start({ code: { 'viewer-request': handler(statements) } })
  return await front.get(path, headers)
}

async function onResponse(
  statements: string,
  path = '/',
  options: Partial<FunctionFrontOptions> = {},
): Promise<Answer> {
  await using front = await start({
    ...options,
    code: { ...options.code, 'viewer-response': handler(statements) },
  })
  return await front.get(path)
}

const MARK = `response.headers['x-ran'] = { value: 'yes' }`
const REFUSED = { status: 502, xCache: 'FunctionValidationError from cloudfront' }
const FAILED = { status: 503, xCache: 'FunctionExecutionError from cloudfront' }

function outcomeOf(answer: Answer): { status: number; xCache: unknown } {
  return { status: answer.status, xCache: answer.headers['x-cache'] }
}

const DISALLOWED = [
  'Connection',
  'Expect',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Trailer',
  'Upgrade',
  'X-Accel-Buffering',
  'X-Accel-Charset',
  'X-Accel-Limit-Rate',
  'X-Accel-Redirect',
  'X-Amz-Cf-Id',
  'X-Amzn-Auth',
  'X-Amzn-Cf-Billing',
  'X-Amzn-Cf-Id',
  'X-Amzn-Cf-Xff',
  'X-Amzn-Errortype',
  'X-Amzn-Fle-Profile',
  'X-Amzn-Header-Count',
  'X-Amzn-Header-Order',
  'X-Amzn-Lambda-Integration-Tag',
  'X-Amzn-RequestId',
  'X-Cache',
  'X-Edge-Location',
  'X-Forwarded-Proto',
  'X-Real-IP',
]

describe('F.0 Edge functions: the pipeline', () => {
  test('A viewer-request function of CloudFront Functions runs on hits and misses, before the cache look-up', async () => {
    const code = handler(`request.uri = request.headers['x-to'].value`)
    await using front = await start({
      code: { 'viewer-request': code },
      behavior: { CachePolicy: 'CachingOptimized' },
    })
    expect((await front.get('/a', { 'X-To': '/p' })).headers['x-cache']).toBe('Miss from cloudfront')
    expect((await front.get('/b', { 'X-To': '/p' })).headers['x-cache']).toBe('Hit from cloudfront')
    expect(origin.countOf('/p')).toBe(1)
  })

  test('A viewer-response function of CloudFront Functions runs on hits and misses, and what it does is not cached', async () => {
    const code = handler(`response.headers['x-for'] = { value: request.headers['x-me'].value }`)
    await using front = await start({
      code: { 'viewer-response': code },
      behavior: { CachePolicy: 'CachingOptimized' },
    })
    const first = await front.get('/each', { 'X-Me': 'one' })
    const second = await front.get('/each', { 'X-Me': 'two' })
    expect([first.headers['x-for'], second.headers['x-for']]).toEqual(['one', 'two'])
    expect(second.headers['x-cache']).toBe('Hit from cloudfront')
  })

  test.each(['/missing', '/broken'])(
    'A viewer-response function does not run when the origin answered 400 or more: %s',
    async (path) => {
      const answer = await onResponse(MARK, path)
      expect(answer.headers['x-ran']).toBeUndefined()
      expect(answer.trace?.functions).toBeNull()
    },
  )

  test('A viewer-response function does not run when a custom error page is returned', async () => {
    const answer = await onResponse(MARK, '/missing', {
      distribution: {
        CustomErrorResponses: [{ ErrorCode: 404, ResponsePagePath: '/page.html', ResponseCode: 200 }],
      },
    })
    expect([answer.status, answer.text]).toEqual([200, 'origin body'])
    expect(answer.headers['x-ran']).toBeUndefined()
  })

  test('A viewer-response function does not run when the viewer-request function answered', async () => {
    const answer = await onResponse(MARK, '/', {
      code: { 'viewer-request': handler('return { statusCode: 200 }') },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers['x-ran']).toBeUndefined()
  })

  test('A viewer-response function does not run for errors that CloudFront makes itself (unverified)', async () => {
    const answer = await onResponse(MARK, '/', { origins: { origin: 'http://127.0.0.1:1' } })
    expect(answer.status).toBe(502)
    expect(answer.headers['x-ran']).toBeUndefined()
  })

  test('A changed uri does not select another behavior', async () => {
    await using front = await start({
      code: { 'viewer-request': handler(`request.uri = '/other/page'`) },
      behaviors: [{ PathPattern: '/other/*', AllowedMethods: ['GET', 'HEAD'] }],
    })
    const answer = await front.get('/here')
    expect(answer.trace?.behavior).toBe('*')
    expect(origin.requests.at(-1)!.url).toBe('/other/page')
  })

  test('CloudFront Functions on viewer events and Lambda@Edge on origin events go together', async () => {
    const lambda = new URL('../fixtures/functions/cff-origin-request.mjs', import.meta.url).pathname
    await using front = await start({
      code: {
        'viewer-request': handler(`request.headers['x-from-viewer'] = { value: 'cff' }`),
        'viewer-response': handler(MARK),
      },
      behavior: { LambdaFunctionAssociations: [{ EventType: 'origin-request', Handler: lambda }] },
    })
    const answer = await front.get('/both')
    expect(answer.headers['x-ran']).toBe('yes')
    expect(origin.requests.at(-1)!.headers['x-from-lambda']).toBe('after cff')
    expect(answer.trace?.functions?.map(({ kind }) => kind)).toEqual([
      'cloudfront-function',
      'lambda-edge',
      'cloudfront-function',
    ])
  })

  test.each([
    ['viewer-request', 'viewer-request'],
    ['viewer-request', 'viewer-response'],
    ['viewer-response', 'viewer-request'],
    ['viewer-response', 'viewer-response'],
  ])('CloudFront Functions on %s and Lambda@Edge on %s of one behavior are refused', async (cff, lambda) => {
    const file = new URL('../fixtures/functions/cff-origin-request.mjs', import.meta.url).pathname
    const starting = start({
      code: { [cff]: handler('') },
      behavior: { LambdaFunctionAssociations: [{ EventType: lambda, Handler: file }] },
    })
    await expect(starting).rejects.toThrow('InvalidFunctionAssociation')
  })

  test('Two functions for one event of a behavior are refused', async () => {
    const association = { EventType: 'viewer-request', FunctionCode: handler('') }
    const starting = start({ code: {}, behavior: { FunctionAssociations: [association, association] } })
    await expect(starting).rejects.toThrow('InvalidFunctionAssociation')
  })
})

describe('F.A6 Edge functions: header restrictions', () => {
  test.each(DISALLOWED)('A CloudFront function must not add %s', async (name) => {
    const entry = `{ value: 'x' }`
    expect(outcomeOf(await onRequest(`request.headers['${name.toLowerCase()}'] = ${entry}`))).toEqual(REFUSED)
    expect(outcomeOf(await onResponse(`response.headers['${name.toLowerCase()}'] = ${entry}`))).toEqual(
      REFUSED,
    )
  })

  test('A CloudFront function is not shown disallowed headers, and they go on', async () => {
    const echo = `return { statusCode: 200, body: Object.keys(request.headers).join() }`
    const answer = await onRequest(echo, '/', {
      'X-Real-IP': '192.0.2.1',
      'X-Edge-A': '1',
      'X-Amz-Cf-B': '2',
    })
    expect(answer.text).not.toMatch(/x-real-ip|x-edge|x-amz-cf|connection/)
  })

  test.each(['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'])(
    'At viewer-request a CloudFront function must not change %s',
    async (name) => {
      expect(outcomeOf(await onRequest(`request.headers['${name}'] = { value: '0' }`))).toEqual(REFUSED)
    },
  )

  test.each(['warning', 'via'])(
    'At viewer-response a CloudFront function must not change %s',
    async (name) => {
      expect(outcomeOf(await onResponse(`response.headers['${name}'] = { value: '0' }`))).toEqual(REFUSED)
    },
  )

  test('A CloudFront function must not delete a read-only header', async () => {
    expect(outcomeOf(await onRequest('delete request.headers.host'))).toEqual(REFUSED)
    expect(outcomeOf(await onResponse('delete response.headers.warning'))).toEqual(REFUSED)
  })

  test('A CloudFront function may set a read-only header to its own value (unverified)', async () => {
    const answer = await onRequest('request.headers.host = { value: request.headers.host.value }')
    expect(answer.status).toBe(200)
  })
})

describe('F.A7 CloudFront Functions: responses, errors, logs', () => {
  test('A response of the viewer-request function is the answer, and nothing is cached', async () => {
    const code = handler(
      `return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/new' } } }`,
    )
    await using front = await start({
      code: { 'viewer-request': code },
      behavior: { CachePolicy: 'CachingOptimized' },
    })
    for (const path of ['/old', '/old']) {
      const answer = await front.get(path)
      expect([answer.status, answer.statusText, answer.headers['location']]).toEqual([302, 'Found', '/new'])
      expect(answer.trace?.edge).toBeNull()
    }
    expect(origin.countOf('/old')).toBe(0)
  })

  test('A generated response says FunctionGeneratedResponse, also with a status of 400 and more (observed)', async () => {
    for (const status of [200, 301, 401, 403, 503]) {
      const answer = await onRequest(`return { statusCode: ${status} }`)
      expect(outcomeOf(answer)).toEqual({ status, xCache: 'FunctionGeneratedResponse from cloudfront' })
      expect(answer.trace?.detailedResultType).toBe('FunctionGeneratedResponse')
    }
  })

  test('The head of a generated response has server, date, content-length, via and the X-Amz-Cf-* headers (observed)', async () => {
    const { headers } = await onRequest(`return { statusCode: 301, headers: { location: { value: '/x' } } }`)
    expect(headers).toMatchObject({
      server: 'CloudFront',
      date: expect.any(String) as string,
      'content-length': '0',
      via: expect.stringMatching(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/) as string,
      'x-amz-cf-pop': expect.any(String) as string,
      'x-amz-cf-id': expect.any(String) as string,
    })
  })

  test('The response headers policy applies to a generated response (observed)', async () => {
    await using front = await start({
      code: { 'viewer-request': handler('return { statusCode: 200 }') },
      behavior: { ResponseHeadersPolicy: 'SecurityHeadersPolicy' },
    })
    expect((await front.get('/')).headers['x-content-type-options']).toBe('nosniff')
  })

  test.each([
    ['a string', `'grüß'`, 'grüß'],
    ['text', `{ encoding: 'text', data: 'hello' }`, 'hello'],
    ['base64', `{ encoding: 'base64', data: 'aGVsbG8=' }`, 'hello'],
  ])('A body is %s', async (_, body, expected) => {
    const generated = await onRequest(`return { statusCode: 200, body: ${body} }`)
    const replaced = await onResponse(`response.body = ${body}`)
    for (const answer of [generated, replaced]) {
      expect(answer.text).toBe(expected)
      expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(expected)))
    }
  })

  test('At viewer-response an empty body removes the original, an absent one keeps it', async () => {
    expect((await onResponse(`response.body = ''`)).text).toBe('')
    expect((await onResponse(MARK)).text).toBe('origin body')
  })

  test('A replaced body is not stored', async () => {
    const code = handler(`if (request.querystring.replace) response.body = 'mine'`)
    await using front = await start({
      code: { 'viewer-response': code },
      behavior: { CachePolicy: 'CachingOptimized' },
    })
    expect((await front.get('/stored?replace')).text).toBe('mine')
    const hit = await front.get('/stored')
    expect([hit.text, hit.headers['x-cache']]).toEqual(['origin body', 'Hit from cloudfront'])
    const again = await front.ask('/stored?replace', {
      headers: { 'If-None-Match': '"v1"', Range: 'bytes=0-1' },
    })
    expect([again.status, again.text]).toEqual([200, 'mine'])
  })

  test('At viewer-response a function may change status and description', async () => {
    const answer = await onResponse(`response.statusCode = 203; response.statusDescription = 'Made here'`)
    expect([answer.status, answer.statusText, answer.text]).toEqual([203, 'Made here', 'origin body'])
  })

  test.each([
    ['throws', `throw new Error('no')`],
    ['rejects', `await Promise.reject(new Error('no'))`],
    ['needs a module that is not there', `require('fs')`],
    ['takes too much memory', `const all = []; for (;;) all.push('x'.repeat(100000) + all.length)`],
    ['takes too long', 'for (;;) {}'],
  ])('A function that %s ends the request with 503 and FunctionExecutionError', async (_, statements) => {
    for (const answer of [await onRequest(statements), await onResponse(statements)]) {
      expect(outcomeOf(answer)).toEqual(FAILED)
      expect(answer.text).toContain(
        'The CloudFront function associated with the CloudFront distribution is invalid or could not run.',
      )
      expect(answer.trace?.detailedResultType).toBe('FunctionExecutionError')
    }
  })

  test.each([
    ['a syntax error', 'function handler(event) {'],
    ['no handler', 'function other(event) { return event.request }'],
    [
      'syntax that the engine does not know',
      'function handler(event) { for (const a of []) {} return event.request }',
    ],
  ])('Code with %s fails when it runs, with 503', async (_, code) => {
    await using front = await start({ code: { 'viewer-request': code } })
    expect(outcomeOf(await front.get('/'))).toEqual(FAILED)
  })

  test.each([
    ['returns nothing', 'return undefined', ''],
    ['returns a text', `return 'x'`, ''],
    [
      'changes the uri to something without a slash',
      `request.uri = 'x'`,
      'request.uri does not start with a slash',
    ],
    ['changes the uri to a number', 'request.uri = 1', 'request.uri is not a string'],
    ['returns headers that are no object', `request.headers = 'x'`, 'request.headers is not an object'],
    [
      'returns base64 that is none',
      `return { statusCode: 200, body: { encoding: 'base64', data: '!' } }`,
      'response.body.data is not base64',
    ],
    [
      'returns a body that is a number',
      'return { statusCode: 200, body: 7 }',
      'response.body is neither a string nor an object',
    ],
    [
      'returns a status that is a text',
      `return { statusCode: '200' }`,
      'response.statusCode is not an integer',
    ],
    [
      'returns a header value with a line break',
      `return { statusCode: 200, headers: { a: { value: 'x\\r\\ny: z' } } }`,
      'response.headers.a has a control character',
    ],
    [
      'returns set-cookie among the headers',
      `return { statusCode: 200, headers: { 'set-cookie': { value: 'a=1' } } }`,
      'response.headers must not have set-cookie; use response.cookies',
    ],
  ])(
    'A function that %s ends the request with 502 and FunctionValidationError',
    async (_, statements, detail) => {
      const answer = await onRequest(statements)
      expect(outcomeOf(answer)).toEqual(REFUSED)
      expect(answer.text).toContain(`The CloudFront function returned an invalid value: ${detail}`)
    },
  )

  test.each([199, 600, 99, -1, 200.5])('The status %s is refused (unverified)', async (status) => {
    expect(outcomeOf(await onRequest(`return { statusCode: ${status} }`))).toEqual(REFUSED)
    expect(outcomeOf(await onResponse(`response.statusCode = ${status}`))).toEqual(REFUSED)
  })

  test('A generated response of more than 40 KB is refused (unverified)', async () => {
    expect((await onRequest(`return { statusCode: 200, body: 'x'.repeat(40000) }`)).status).toBe(200)
    expect(outcomeOf(await onRequest(`return { statusCode: 200, body: 'x'.repeat(41000) }`))).toEqual(REFUSED)
  })

  test('A status of 400 and more that a function sets brings no custom error page', async () => {
    const distribution = {
      CustomErrorResponses: [{ ErrorCode: 404, ResponsePagePath: '/page.html', ResponseCode: 200 }],
    }
    const code = { 'viewer-request': handler(`return { statusCode: 404, body: 'mine' }`) }
    await using front = await start({ code, distribution })
    expect((await front.get('/')).text).toBe('mine')
    const answer = await onResponse(`response.statusCode = 404; response.body = 'mine too'`, '/', {
      distribution,
    })
    expect([answer.status, answer.text]).toEqual([404, 'mine too'])
  })

  test('Custom error pages do not replace the errors of a function', async () => {
    const distribution = {
      CustomErrorResponses: [{ ErrorCode: 503, ResponsePagePath: '/page.html', ResponseCode: 200 }],
    }
    await using front = await start({
      code: { 'viewer-request': handler('throw new Error()') },
      distribution,
    })
    expect(outcomeOf(await front.get('/'))).toEqual(FAILED)
  })

  async function linesOf(code: string): Promise<{ id: string; lines: string[] }> {
    const lines: string[] = []
    const logger = pino({ level: 'info' }, { write: (text: string) => void lines.push(text) })
    await using front = await start({ code: { 'viewer-request': code }, logger })
    const answer = await front.get('/')
    const entries = lines.map((line) => JSON.parse(line) as { event?: string; msg: string })
    const own = entries.filter(({ event }) => event === 'function')
    return { id: answer.headers['x-amz-cf-id'] as string, lines: own.map(({ msg }) => msg) }
  }

  test('The lines of a run stand between START with the distribution and END, each with the request id', async () => {
    const { id, lines } = await linesOf(handler(`console.log('one'); console.log('two')`))
    expect(lines).toEqual([
      `${id} START DistributionID: ETESTDISTRIBUT`,
      `${id} one`,
      `${id} two`,
      `${id} END`,
    ])
  })

  test('A function that logs nothing writes nothing', async () => {
    expect((await linesOf(handler(''))).lines).toEqual([])
  })

  test('A run uses a whole number of percent of its time', async () => {
    const light = await onRequest('')
    const heavy = await onRequest('let a = 0; for (let i = 0; i < 20000; i++) a += i')
    const [few, many] = [light, heavy].map(({ trace }) => trace!.functions![0]!.computeUtilization!)
    expect(few).toBeLessThanOrEqual(50)
    expect(many!).toBeGreaterThan(few!)
    expect([Number.isInteger(few), Number.isInteger(many)]).toEqual([true, true])
  })
})
