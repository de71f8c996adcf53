import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { NO_HOOKS } from '../../../src/functions/hooks.ts'
import { UNSET_SETTINGS } from './definitions.ts'
import { createFunctionRegistry } from '../../../src/functions/registry.ts'
import { Body } from '../../../src/message/body.ts'
import { Headers } from '../../../src/message/headers.ts'
import { DISTRIBUTION, S3_ORIGIN, behaviorWith, context, outgoingRequest, viewerRequest } from './messages.ts'
import type { BehaviorHooks } from '../../../src/functions/hooks.ts'
import type { FunctionLogEntry } from '../../../src/functions/log.ts'
import type { FunctionRegistryOptions } from '../../../src/functions/registry.ts'
import type { OriginResponse, RequestBody } from '../../../src/message/requests.ts'
import type { EventType } from '../../../src/model/functions.ts'

const ALL: EventType[] = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response']
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:edge:1'
const log: FunctionLogEntry[] = []
const OPTIONS: FunctionRegistryOptions = {
  functions: [
    {
      LambdaFunctionARN: ARN,
      name: 'edge',
      version: '1',
      file: fileURLToPath(new URL('../../fixtures/functions/edge.ts', import.meta.url)),
      exportName: 'handler',
      ...UNSET_SETTINGS,
    },
  ],
  watch: false,
  log: (entry) => log.push(entry),
  region: 'eu-central-1',
}
const registry = createFunctionRegistry(OPTIONS)
const hooks = registry.hooksFor(DISTRIBUTION, behaviorWith(ARN, ALL))
const bodyHooks = registry.hooksFor(DISTRIBUTION, behaviorWith(ARN, ALL, true))

beforeEach(() => {
  log.length = 0
})
afterAll(() => registry.dispose())

const oneLine = (code: string): string => code.replace(/\s*\n\s*/g, ' ')
const doing = (code: string, ...pairs: string[]): Headers =>
  new Headers(['Host', 'd1.example.com', ...pairs, 'X-Do', oneLine(code)])

function originResponse(changes: Partial<OriginResponse> = {}): OriginResponse {
  return {
    status: 200,
    statusText: 'OK',
    headers: new Headers(['Content-Type', 'text/plain', 'Content-Length', '5', 'X-Cache', 'Hit from proxy']),
    body: Body.of('hello'),
    settlement: null,
    outcome: 'Miss',
    layer: 'REC',
    isGenerated: false,
    failure: null,
    ...changes,
  }
}

/** The event that a function gets, brought out as a generated body. */
const ECHO = `return { status: 200, body: JSON.stringify(event.Records[0].cf) }`

describe('events', () => {
  test('of viewer-request have the config and what the viewer sent', async () => {
    const headers = doing(ECHO, 'Cookie', 'a=1', 'Accept', 'x', 'accept', 'y', 'Connection', 'close')
    const outcome = await hooks.viewerRequest!(viewerRequest({ headers, path: '/a%20b' }), context())
    const body = outcome.kind === 'responded' ? JSON.parse(outcome.response.body.toString()) : outcome
    expect(body).toEqual({
      config: {
        distributionDomainName: 'd111111abcdef8.cloudfront.net',
        distributionId: 'EDFDVBD6EXAMPLE',
        eventType: 'viewer-request',
        requestId: 'request-id-1',
      },
      request: {
        clientIp: '203.0.113.9',
        headers: {
          host: [{ key: 'Host', value: 'd1.example.com' }],
          cookie: [{ key: 'Cookie', value: 'a=1' }],
          accept: [
            { key: 'Accept', value: 'x' },
            { key: 'accept', value: 'y' },
          ],
          'x-do': [{ key: 'X-Do', value: ECHO }],
        },
        method: 'GET',
        querystring: 'q=1',
        uri: '/a%20b',
      },
    })
  })

  test.each([
    [
      'a custom origin',
      {},
      {
        custom: {
          customHeaders: { 'x-secret': [{ key: 'X-Secret', value: 'shared' }] },
          domainName: 'api.example.com',
          keepaliveTimeout: 5,
          path: '/v1',
          port: 443,
          protocol: 'https',
          readTimeout: 30,
          sslProtocols: ['TLSv1.2'],
        },
      },
    ],
    [
      'an S3 origin',
      { origin: S3_ORIGIN },
      {
        s3: {
          authMethod: 'origin-access-identity',
          customHeaders: { 'x-secret': [{ key: 'X-Secret', value: 'shared' }] },
          domainName: 'site.s3.us-east-1.amazonaws.com',
          path: '/v1',
          region: 'us-east-1',
        },
      },
    ],
  ])('of origin-request have %s', async (_, changes, origin) => {
    const request = outgoingRequest({ headers: doing(ECHO), ...changes })
    const outcome = await hooks.originRequest!(request, context())
    expect(outcome.kind === 'responded' && JSON.parse(outcome.response.body.toString())).toMatchObject({
      config: { eventType: 'origin-request' },
      request: { clientIp: '203.0.113.9', querystring: '', origin },
    })
  })

  test('of origin-response have request and response, and no body', async () => {
    const code = `return { ...response, headers: {}, body: JSON.stringify(cf) }`
    const request = outgoingRequest({ headers: doing(code) })
    const outcome = await hooks.originResponse!(request, originResponse({ status: 404 }), context())
    expect(outcome).toMatchObject({ kind: 'continue', status: 404, statusText: 'OK' })
    const cf = JSON.parse(outcome.kind === 'continue' ? outcome.body!.toString() : '')
    expect(cf).toMatchObject({
      config: { eventType: 'origin-response' },
      request: { origin: { custom: { domainName: 'api.example.com' } } },
    })
    expect(cf.response).toEqual({
      status: '404',
      statusDescription: 'OK',
      headers: {
        'content-type': [{ key: 'Content-Type', value: 'text/plain' }],
        'content-length': [{ key: 'Content-Length', value: '5' }],
      },
    })
  })

  test('of viewer-response have no origin, and headers that functions must not see stay with the response', async () => {
    const code = `response.headers['x-new'] = [{ value: String('origin' in request) }]; return response`
    const request = viewerRequest({ headers: doing(code) })
    expect(await hooks.viewerResponse!(request, originResponse(), context())).toEqual({
      kind: 'continue',
      status: 200,
      statusText: 'OK',
      headers: new Headers([
        ...[
          'Content-Type',
          'text/plain',
          'Content-Length',
          '5',
          'X-New',
          'false',
          'X-Cache',
          'Hit from proxy',
        ],
      ]),
    })
  })
})

describe('changes', () => {
  test('of a viewer-request function are in the request that goes on; hidden headers are, too', async () => {
    const code = `request.uri = '/b'; request.querystring = 'z=é'; delete request.headers.accept;
      request.headers['X-ADDED'] = [{ value: '1' }]; return request`
    const headers = doing(code, 'Accept', 'x', 'Upgrade', 'websocket')
    const request = viewerRequest({ headers })
    expect(await hooks.viewerRequest!(request, context())).toEqual({
      kind: 'continue',
      request: {
        ...request,
        path: '/b',
        queryString: 'z=%C3%A9',
        headers: new Headers([
          ...['Host', 'd1.example.com', 'X-Do', oneLine(code), 'X-Added', '1', 'Upgrade', 'websocket'],
        ]),
      },
    })
  })

  test('of an origin-request function may lead to another origin', async () => {
    const code = `request.origin = { s3: { domainName: 'b.s3.amazonaws.com', region: '', authMethod: 'none', path: '', customHeaders: {} } };
      request.headers.host = [{ key: 'Host', value: 'b.s3.amazonaws.com' }]; return request`
    const outcome = await hooks.originRequest!(outgoingRequest({ headers: doing(code) }), context())
    expect(outcome).toMatchObject({
      kind: 'continue',
      request: { origin: { kind: 's3', domainName: 'b.s3.amazonaws.com', port: 443, authMethod: 'none' } },
    })
    expect(outcome.kind === 'continue' && outcome.request.headers.get('host')).toBe('b.s3.amazonaws.com')
  })

  test('of an origin-response function to status and body are kept, with the length of the new body', async () => {
    const code = `response.status = 201; response.statusDescription = 'Made'; response.body = 'aGkh'; response.bodyEncoding = 'base64'; return response`
    const request = outgoingRequest({ headers: doing(code) })
    const outcome = await hooks.originResponse!(request, originResponse(), context())
    expect(outcome).toMatchObject({
      kind: 'continue',
      status: 201,
      statusText: 'Made',
      body: Buffer.from('hi!'),
    })
    expect(outcome.kind === 'continue' && outcome.headers.get('content-length')).toBe('3')
  })

  test('without a body leave the origin its own body and its length', async () => {
    const code = `response.headers['content-length'] = [{ value: '99' }]; return response`
    const request = outgoingRequest({ headers: doing(code) })
    const outcome = await hooks.originResponse!(request, originResponse(), context())
    expect(outcome).toMatchObject({ kind: 'continue', body: null })
    expect(outcome.kind === 'continue' && outcome.headers.get('content-length')).toBe('5')
  })

  test('to the request of a response event have no effect', async () => {
    const code = `cf.request.uri = '/other'; cf.request.headers = {}; return response`
    const outcome = await hooks.viewerResponse!(
      viewerRequest({ headers: doing(code) }),
      originResponse(),
      context(),
    )
    expect(outcome).toMatchObject({ kind: 'continue', status: 200 })
  })
})

describe('request bodies with IncludeBody', () => {
  const stream = (...chunks: Buffer[]): RequestBody => ({
    kind: 'stream',
    stream: Readable.from(chunks, { objectMode: false }),
  })

  async function read(body: RequestBody | null): Promise<string> {
    if (body === null) return 'none'
    if (body.kind === 'bytes') return body.bytes.toString()
    return Buffer.concat(await body.stream.toArray()).toString()
  }

  async function post(
    run: BehaviorHooks,
    code: string,
    body: RequestBody | null,
  ): Promise<[string, Headers]> {
    const request = viewerRequest({ method: 'POST', headers: doing(code, 'Content-Length', '1'), body })
    const outcome = await run.viewerRequest!(request, context())
    if (outcome.kind !== 'continue') throw new Error(JSON.stringify(outcome))
    return [await read(outcome.request.body), outcome.request.headers]
  }

  const SHOW = `request.headers['x-body'] = [{ value: JSON.stringify(request.body) ?? 'none' }]; return request`

  test('are not shown without it, and go on untouched', async () => {
    const [sent, headers] = await post(hooks, SHOW, stream(Buffer.from('abc')))
    expect(sent).toBe('abc')
    expect(headers.get('x-body')).toBe('none')
  })

  test('are shown as base64; a request without body shows an empty one', async () => {
    const [sent, headers] = await post(bodyHooks, SHOW, stream(Buffer.from('ab'), Buffer.from('c')))
    expect(sent).toBe('abc')
    expect(JSON.parse(headers.get('x-body')!)).toEqual({
      inputTruncated: false,
      action: 'read-only',
      encoding: 'base64',
      data: 'YWJj',
    })
    const [none, noHeaders] = await post(bodyHooks, SHOW, null)
    expect(none).toBe('none')
    expect(JSON.parse(noHeaders.get('x-body')!)).toMatchObject({ inputTruncated: false, data: '' })
  })

  test('beyond 40 KB are cut for a viewer event, while the whole goes on', async () => {
    const code = `request.headers['x-body'] = [{ value: request.body.inputTruncated + ' ' + Buffer.from(request.body.data, 'base64').length }];
      request.body.data = 'ignored'; return request`
    const chunks = [Buffer.alloc(40 * 1024, 'a'), Buffer.alloc(100_000, 'b'), Buffer.from('end')]
    const [sent, headers] = await post(bodyHooks, code, stream(...chunks))
    expect(headers.get('x-body')).toBe('true 40960')
    expect(sent).toBe(Buffer.concat(chunks).toString())
  })

  test('of exactly 40 KB are not cut', async () => {
    const code = `request.headers['x-body'] = [{ value: String(request.body.inputTruncated) }]; return request`
    const [, headers] = await post(bodyHooks, code, stream(Buffer.alloc(40 * 1024, 'a')))
    expect(headers.get('x-body')).toBe('false')
  })

  test('may be replaced, with the length of the new body', async () => {
    const code = `request.body = { action: 'replace', encoding: 'text', data: 'näw' }; return request`
    const [sent, headers] = await post(bodyHooks, code, stream(Buffer.from('old')))
    expect(sent).toBe('näw')
    expect(headers.all('content-length')).toEqual(['4'])
  })

  test('that break off end the request without running the function', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('ECONNRESET'))
      },
    })
    const request = viewerRequest({
      method: 'POST',
      headers: doing('return request'),
      body: { kind: 'stream', stream: broken },
    })
    const here = context()
    expect(await bodyHooks.viewerRequest!(request, here)).toMatchObject({
      kind: 'failed',
      failure: { detailedResultType: 'ClientCommError' },
    })
    expect(here.trace.functions).toBeNull()
  })
})

describe('the account of a run', () => {
  test('is in the trace: event, outcome, duration and log lines', async () => {
    const here = context()
    await hooks.viewerRequest!(viewerRequest({ headers: doing(`console.log('hi'); return request`) }), here)
    expect(here.trace.functions).toEqual([
      {
        event: 'viewer-request',
        kind: 'lambda-edge',
        name: 'edge',
        outcome: 'continued',
        milliseconds: expect.any(Number),
        coldStart: false,
        error: null,
        logs: [expect.stringMatching(/^1970-01-01T00:00:00\.\d{3}Z\trequest-id-1\tINFO\thi$/)],
        computeUtilization: null,
        originOverride: null,
        logData: null,
      },
    ])
    expect(log).toEqual([
      {
        kind: 'line',
        functionName: 'edge',
        event: 'viewer-request',
        requestId: 'request-id-1',
        level: 'INFO',
        line: here.trace.functions![0]!.logs[0],
      },
    ])
  })

  test('of a failure has the first line of the error, and the log has the stack', async () => {
    const here = context()
    const request = viewerRequest({ headers: doing(`throw new TypeError('oops')`) })
    expect(await hooks.viewerRequest!(request, here)).toMatchObject({
      kind: 'failed',
      status: 503,
      failure: {
        message:
          "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions.",
        resultType: 'LambdaExecutionError',
        detailedResultType: 'LambdaExecutionError',
      },
    })
    expect(here.trace.functions).toMatchObject([{ outcome: 'failed', error: 'TypeError: oops' }])
    expect(log).toMatchObject([
      { kind: 'failed', detail: expect.stringMatching(/^TypeError: oops\n[^]*edge\.ts:14:/) },
    ])
  })

  test('tells a generated response', async () => {
    const here = context()
    const code = `return { status: '302', headers: { location: [{ value: '/x' }] } }`
    expect(await hooks.originRequest!(outgoingRequest({ headers: doing(code) }), here)).toEqual({
      kind: 'responded',
      resultType: 'LambdaGeneratedResponse',
      response: {
        status: 302,
        statusText: '',
        headers: new Headers(['Location', '/x', 'Content-Length', '0']),
        body: Buffer.alloc(0),
      },
    })
    expect(here.trace.functions).toMatchObject([{ outcome: 'generated' }])
  })
})

describe('failures of the invocation', () => {
  test.each([
    ['no result', 'return null', /invalid JSON: The JSON output must be an object type\.$/],
    ['a list', 'return []', /invalid JSON: The JSON output must be an object type\.$/],
    ['a circle', 'const a = {}; a.a = a; return a', /The JSON output is not parsable\.$/],
    ['too much', `return { body: 'x'.repeat(2e6) }`, /exceeds the maximum size\.$/],
  ])('%s fails validation', async (_, code, message) => {
    const request = viewerRequest({ headers: doing(code) })
    expect(await hooks.viewerRequest!(request, context())).toMatchObject({
      kind: 'failed',
      status: 502,
      failure: {
        message: expect.stringMatching(message),
        resultType: 'LambdaValidationError',
        detailedResultType: 'LambdaValidationError',
      },
    })
  })

  test('a timeout exceeds a limit, and the next request is served', async () => {
    const hasty = createFunctionRegistry({ ...OPTIONS, viewerTimeoutMs: 50 })
    const run = hasty.hooksFor(DISTRIBUTION, behaviorWith(ARN, ALL))
    expect(await run.viewerRequest!(viewerRequest({ headers: doing('for (;;);') }), context())).toMatchObject(
      {
        kind: 'failed',
        status: 503,
        failure: { message: expect.stringMatching(/was throttled\.$/), resultType: 'LambdaLimitExceeded' },
      },
    )
    const outgoing = outgoingRequest({ headers: doing('return request') })
    expect(await run.originRequest!(outgoing, context())).toMatchObject({ kind: 'continue' })
    await hasty.dispose()
  })
})

test('a behavior without functions has no hooks, and one with some has only those', () => {
  expect(registry.hooksFor(DISTRIBUTION, behaviorWith(ARN, []))).toBe(NO_HOOKS)
  expect(registry.hooksFor(DISTRIBUTION, behaviorWith(ARN, ['origin-response']))).toEqual({
    ...NO_HOOKS,
    originResponse: expect.any(Function),
  })
})
