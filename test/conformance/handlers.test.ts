// Function URLs and API Gateway as origins: events, answers, errors and streams of the functions behind them.
import { afterEach, describe, expect, test } from 'vitest'
import type { Front } from '../support/front.ts'
import { DOMAINS, startHandlerFront, type HandlerFrontOptions } from '../support/handlers.ts'

let front: Front | null = null
afterEach(async () => {
  await front?.stop()
  front = null
})

/** The event as the answer. */
const ECHO = 'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) })'
const returns = (value: string): string => `exports.handler = async () => (${value})`

async function start(code: string, options: HandlerFrontOptions = {}): Promise<Front> {
  front = await startHandlerFront(code, options)
  return front
}

type Json = Record<string, unknown> & {
  requestContext: Record<string, unknown>
  headers: Record<string, string>
}

async function eventOf(site: Front, path: string, ask: Parameters<Front['ask']>[1] = {}): Promise<Json> {
  return JSON.parse((await site.ask(path, ask)).text) as Json
}

describe('O.3 Function URLs and API Gateway', () => {
  test('a Function URL gives an event of format 2.0', async () => {
    const site = await start(ECHO)
    const event = await eventOf(site, '/a%20b/c?x=1&x=2&y=%2F&e', {
      headers: { cookie: 'a=1; b=2', accept: 'text/html' },
    })
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%20b/c',
      rawQueryString: 'x=1&x=2&y=%2F&e',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { x: '1,2', y: '/', e: '' },
      isBase64Encoded: false,
      requestContext: {
        accountId: 'anonymous',
        apiId: 'abcdefgh',
        domainName: DOMAINS['function-url'],
        domainPrefix: 'abcdefgh',
        http: { method: 'GET', path: '/a%20b/c', protocol: 'HTTP/1.1' },
        routeKey: '$default',
        stage: '$default',
        time: '01/Jan/2030:00:00:00 +0000',
        timeEpoch: Date.parse('2030-01-01T00:00:00Z'),
      },
    })
    expect(event.headers).toMatchObject({ host: DOMAINS['function-url'], accept: 'text/html' })
    expect(event.headers['x-forwarded-for']).toMatch(/^127\.0\.0\.1, /)
    expect(event).not.toHaveProperty('body')
    expect(event.headers).not.toHaveProperty('cookie')
  })

  test.each([
    ['application/json', '{"a":"ü"}', '{"a":"ü"}', false],
    ['text/plain; charset=utf-8', 'x', 'x', false],
    ['application/x-www-form-urlencoded', 'a=1', 'YT0x', true],
    ['image/png', '\u0089PNG', Buffer.from('\u0089PNG').toString('base64'), true],
  ])('a body of %s is text or base64 (observed)', async (type, body, expected, isBase64Encoded) => {
    const site = await start(ECHO)
    const event = await eventOf(site, '/', { method: 'POST', body, headers: { 'content-type': type } })
    expect(event).toMatchObject({ body: expected, isBase64Encoded })
  })

  test('a REST API gives an event of format 1.0 without the stage in its path', async () => {
    const site = await start(ECHO, { api: 'rest-api', originConfig: { OriginPath: '/prod' } })
    const event = await eventOf(site, '/items/7?x=1&x=2', {
      method: 'POST',
      body: 'b',
      headers: { accept: 'a/b' },
    })
    expect(event).toMatchObject({
      resource: '/{proxy+}',
      path: '/items/7',
      httpMethod: 'POST',
      queryStringParameters: { x: '2' },
      multiValueQueryStringParameters: { x: ['1', '2'] },
      pathParameters: { proxy: 'items/7' },
      body: 'b',
      isBase64Encoded: false,
      requestContext: { stage: 'prod', path: '/prod/items/7', resourcePath: '/{proxy+}', httpMethod: 'POST' },
    })
    expect(event).not.toHaveProperty('version')
  })

  test('an HTTP API may use format 1.0, and says so', async () => {
    const site = await start(ECHO, { api: 'http-api', settings: { payload: '1.0' } })
    expect(await eventOf(site, '/x')).toMatchObject({ version: '1.0', httpMethod: 'GET', path: '/x' })
  })

  test('an HTTP API with a stage has it in rawPath', async () => {
    const site = await start(ECHO, { api: 'http-api', originConfig: { OriginPath: '/dev' } })
    const event = await eventOf(site, '/x')
    expect(event).toMatchObject({ rawPath: '/dev/x', requestContext: { stage: 'dev' } })
  })

  test.each([
    [`{ message: 'hi' }`, 200, 'application/json', '{"message":"hi"}'],
    [`'Hello'`, 200, 'application/json', '"Hello"'],
    ['[1]', 200, 'application/json', '[1]'],
    ['undefined', 200, 'application/json', 'null'],
    [`{ statusCode: 201, body: 'x', headers: { 'content-type': 'a/b', n: 1 } }`, 201, 'a/b', 'x'],
    [
      `{ statusCode: 200, body: 'aGk=', isBase64Encoded: true, headers: { 'Content-Type': 'a/b' } }`,
      200,
      'a/b',
      'hi',
    ],
  ])('a Function URL answers for the result %s with %i', async (value, status, type, body) => {
    const site = await start(returns(value))
    const answer = await site.get('/')
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([status, type, body])
  })

  test('cookies of a result become Set-Cookie headers', async () => {
    const site = await start(returns(`{ statusCode: 200, cookies: ['a=1; Secure', 'b=2'] }`))
    expect((await site.get('/')).headers['set-cookie']).toEqual(['a=1; Secure', 'b=2'])
  })

  test('multiValueHeaders go before headers of the same name in format 1.0', async () => {
    const value = `{ statusCode: 200, headers: { 'X-A': 'lost', 'X-B': 'b' }, multiValueHeaders: { 'x-a': ['1', '2'] } }`
    const site = await start(returns(value), { api: 'rest-api' })
    const { headers } = await site.get('/')
    expect([headers['x-a'], headers['x-b']]).toEqual(['1, 2', 'b'])
  })

  test.each([
    ['function-url', `(() => { throw new Error('x') })()`, 502, 'Internal Server Error'],
    ['function-url', `{ statusCode: 'many' }`, 502, 'Internal Server Error'],
    ['http-api', `(() => { throw new Error('x') })()`, 500, '{"message":"Internal Server Error"}'],
    ['rest-api', `(() => { throw new Error('x') })()`, 502, '{"message": "Internal server error"}'],
    ['rest-api', `{ body: 'no status' }`, 502, '{"message": "Internal server error"}'],
    ['rest-api', `{ statusCode: 200, body: {} }`, 502, '{"message": "Internal server error"}'],
    ['function-url', `{ statusCode: 200, headers: { a: 'b\\r\\nc: d' } }`, 502, 'Internal Server Error'],
    ['function-url', `{ statusCode: 200, body: 'x'.repeat(6300000) }`, 502, 'Internal Server Error'],
  ] as const)(
    'a %s answers for the broken result %s with %i (observed)',
    async (api, value, status, body) => {
      const site = await start(returns(value), { api })
      const answer = await site.get('/')
      expect([answer.status, answer.text]).toEqual([status, body])
      expect(answer.trace?.origins?.[0]?.error).toContain('function')
    },
  )

  test.each([
    ['function-url', 502],
    ['http-api', 500],
    ['rest-api', 502],
  ] as const)('a %s whose function runs out of time answers with %i (observed)', async (api, status) => {
    const site = await start('exports.handler = () => new Promise((done) => setTimeout(done, 60000))', {
      api,
      settings: { timeout: 1 },
    })
    expect((await site.get('/')).status).toBe(status)
  })

  test('a function that is slower than the response timeout of the origin ends with 504', async () => {
    const site = await start('exports.handler = () => new Promise((done) => setTimeout(done, 60000))', {
      originConfig: {
        ConnectionAttempts: 1,
        CustomOriginConfig: {
          HTTPPort: 80,
          HTTPSPort: 443,
          OriginProtocolPolicy: 'https-only',
          OriginReadTimeout: 1,
        },
      },
    })
    expect((await site.get('/')).status).toBe(504)
  })

  test.each([
    ['function-url', '{"Message":null}'],
    ['http-api', '{"message":"Forbidden"}'],
    ['rest-api', '{"message":"Forbidden"}'],
  ] as const)('a %s refuses the forwarded Host of the viewer with 403 (observed)', async (api, body) => {
    const site = await start(ECHO, { api, behavior: { OriginRequestPolicy: 'AllViewer' } })
    const answer = await site.get('/')
    expect([answer.status, answer.text]).toEqual([403, body])
    expect(answer.trace?.origins?.[0]?.error).toContain('AllViewerExceptHostHeader')
  })

  test('a request that is larger than 6 MB is refused with 413', async () => {
    const site = await start(ECHO)
    const answer = await site.ask('/', { method: 'POST', body: Buffer.alloc(7_000_000, 'x') })
    expect(answer.status).toBe(413)
  })

  test('HEAD reaches the function and its answer has no body', async () => {
    const site = await start(
      'exports.handler = async (e) => ({ statusCode: 200, body: e.requestContext.http.method })',
    )
    const answer = await site.ask('/', { method: 'HEAD' })
    expect([answer.status, answer.headers['content-length'], answer.text]).toEqual([200, '4', ''])
  })

  test('a function in a Region has environment variables and its own name', async () => {
    const code = `exports.handler = async (event, context) => [process.env.TABLE, context.functionName, process.env.AWS_REGION, context.functionVersion]`
    const site = await start(code, { settings: { env: { TABLE: 'users' } }, file: 'orders.cjs' })
    expect(JSON.parse((await site.get('/')).text)).toEqual(['users', 'orders', 'eu-west-1', '$LATEST'])
  })

  const STREAM = `
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  stream = awslambda.HttpResponseStream.from(stream, {
    statusCode: 201, headers: { 'Content-Type': 'text/html', 'X-A': 'b' }, cookies: ['a=1', 'b=2'],
  })
  for (let i = 0; i < 3; i++) stream.write('part ' + i + '\\n')
  stream.end()
})`

  test.each([true, false])(
    'a response stream has status, headers and cookies of its metadata (streaming: %s)',
    async (streaming) => {
      const site = await start(STREAM, { settings: { streaming } })
      const { status, headers, text } = await site.get('/')
      expect([status, headers['content-type'], headers['x-a'], text]).toEqual([
        201,
        'text/html',
        'b',
        'part 0\npart 1\npart 2\n',
      ])
      expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    },
  )

  test('a response stream without metadata is 200 and application/octet-stream', async () => {
    const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.end(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1])) })`
    const site = await start(code, { settings: { streaming: true } })
    const answer = await site.get('/')
    expect([answer.status, answer.headers['content-type'], answer.body.length]).toEqual([
      200,
      'application/octet-stream',
      9,
    ])
  })

  test('a large response stream waits for its reader and arrives whole', async () => {
    const code = `
const { pipeline } = require('node:stream/promises'), { Readable } = require('node:stream')
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  function* parts() { for (let i = 0; i < 320; i++) yield Buffer.alloc(65536, i) }
  await pipeline(Readable.from(parts()), stream)
})`
    const site = await start(code, { settings: { streaming: true } })
    const answer = await site.get('/')
    expect([answer.broken, answer.body.length, answer.body.at(-1)]).toEqual([false, 320 * 65_536, 319 & 255])
  })

  test('a function that fails before it has streamed anything is an error, later a broken response', async () => {
    const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      if (event.rawPath === '/late') { stream.write('x'.repeat(100)); await new Promise((d) => setTimeout(d, 50)) }
      throw new Error('no')
    })`
    const site = await start(code, { settings: { streaming: true } })
    expect((await site.get('/early')).status).toBe(502)
    const late = await site.get('/late')
    expect([late.status, late.broken]).toEqual([200, true])
  })

  test('Python functions answer as Node.js ones do', async () => {
    const code = `import json, os
def lambda_handler(event, context):
    if event['rawPath'] == '/plain':
        return 'Hello'
    return {'statusCode': 200, 'body': json.dumps([event['requestContext']['http']['method'], os.environ['TABLE'], context.function_name])}
`
    const site = await start(code, { file: 'orders.py', settings: { env: { TABLE: 'users' } } })
    expect((await site.get('/plain')).text).toBe('"Hello"')
    expect(JSON.parse((await site.get('/')).text)).toEqual(['GET', 'users', 'orders'])
  })
})
