// What a test of a CloudFront Function takes and tells.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testFunction, type FunctionTest, type TestOutcome } from '../../src/assembly/test-function.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-test-function-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const EVENT = {
  version: '1.0',
  context: { eventType: 'viewer-request' },
  viewer: { ip: '198.51.100.11' },
  request: { method: 'GET', uri: '/index.html', headers: { host: { value: 'www.example.com' } } },
}

type TestResult = TestOutcome['result']

async function run(
  code: string,
  event: unknown = EVENT,
  options: Partial<FunctionTest> & { data?: object } = {},
): Promise<TestResult> {
  const { data, ...rest } = options
  writeFileSync(join(folder, 'f.js'), code)
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event))
  writeFileSync(join(folder, 'store.json'), JSON.stringify(data ?? {}))
  const outcome = await testFunction({
    file: 'f.js',
    event: 'event.json',
    kvs: data === undefined ? null : 'store.json',
    stage: null,
    runtime: 'cloudfront-js-2.0',
    strictDialect: true,
    cwd: folder,
    ...rest,
  })
  return outcome.result
}

const outputOf = (result: TestResult): unknown => JSON.parse(result.FunctionOutput) as unknown

describe('F.A11 CloudFront Functions: TestFunction', () => {
  test('FunctionOutput is the JSON of the request', async () => {
    const result = await run(`function handler(event) { event.request.uri = '/new'; return event.request }`)
    expect(result.FunctionErrorMessage).toBe('')
    expect(outputOf(result)).toEqual({
      request: {
        method: 'GET',
        uri: '/new',
        querystring: {},
        headers: { host: { value: 'www.example.com' } },
        cookies: {},
      },
    })
  })

  test('FunctionOutput is the JSON of the response, with empty cookies', async () => {
    const result = await run(
      `function handler(event) { return { statusCode: 302, headers: { location: { value: '/x' } } } }`,
    )
    expect(outputOf(result)).toEqual({
      response: { statusCode: 302, headers: { location: { value: '/x' } }, cookies: {} },
    })
  })

  test('The event may leave out distributionDomainName, distributionId, requestId, querystring and cookies', async () => {
    const echo = `function handler(event) { return { statusCode: 200, body: JSON.stringify(event) } }`
    const { response } = outputOf(await run(echo)) as { response: { body: string } }
    expect(JSON.parse(response.body)).toMatchObject({
      context: { distributionId: expect.any(String) as string, requestId: expect.any(String) as string },
      request: { querystring: {}, cookies: {} },
    })
  })

  test('An event with a response tests the viewer-response event', async () => {
    const event = {
      ...EVENT,
      context: { eventType: 'viewer-response' },
      response: { statusCode: 200, headers: {}, cookies: { id: { value: '1', attributes: 'Path=/' } } },
    }
    const result = await run(
      `function handler(event) { event.response.statusCode = 203; return event.response }`,
      event,
    )
    expect(outputOf(result)).toEqual({
      response: { statusCode: 203, headers: {}, cookies: { id: { value: '1', attributes: 'Path=/' } } },
    })
  })

  test('FunctionSummary has name, status, configuration and metadata', async () => {
    const { FunctionSummary } = await run('function handler() {}', EVENT, { data: {} })
    expect(FunctionSummary).toEqual({
      Name: 'f',
      Status: 'UNPUBLISHED',
      FunctionConfig: {
        Comment: '',
        Runtime: 'cloudfront-js-2.0',
        KeyValueStoreAssociations: [
          { KeyValueStoreARN: expect.stringMatching(/^arn:aws:cloudfront:/) as string },
        ],
      },
      FunctionMetadata: {
        FunctionARN: 'arn:aws:cloudfront::000000000000:function/f',
        Stage: 'DEVELOPMENT',
        CreatedTime: expect.any(String) as string,
        LastModifiedTime: expect.any(String) as string,
      },
    })
  })

  test('ComputeUtilization is a number as a text', async () => {
    const result = await run('function handler(event) { return event.request }')
    expect(result.ComputeUtilization).toMatch(/^\d+$/)
  })

  test('FunctionExecutionLogs has the lines of console.log, also of a run that fails', async () => {
    const result = await run(
      `function handler(event) { console.log('one'); console.log('two'); throw new Error('no') }`,
    )
    expect(result.FunctionExecutionLogs).toEqual(['one', 'two'])
  })

  test("FunctionErrorMessage is CloudFront's sentence and the engine's message (observed)", async () => {
    const sentence =
      'The CloudFront function associated with the CloudFront distribution is invalid or could not run.'
    const thrown = await run(`function handler(event) { throw new Error('no') }`)
    expect(thrown.FunctionErrorMessage).toBe(`${sentence} Error: no`)
    expect(thrown.FunctionOutput).toBe('')
    const loop = `function handler(event) {\n  for (const a of []) {}\n  return event.request\n}`
    expect((await run(loop)).FunctionErrorMessage).toBe(
      `${sentence} SyntaxError: Token "of" not supported in this version in 2`,
    )
  })

  test('A result that is not valid has its sentence as FunctionErrorMessage (observed)', async () => {
    const result = await run(
      `function handler(event) { return { statusCode: 200, headers: { 'X-A': { value: '1' } } } }`,
    )
    expect(result.FunctionErrorMessage).toBe(
      'The CloudFront function returned an invalid value: response.headers must have header names in lower case',
    )
  })

  test('Helpers for origins are run without a check that the origin changed', async () => {
    const code = `import cf from 'cloudfront'
      function handler(event) { cf.selectRequestOriginById('anything'); return event.request }`
    expect((await run(code)).FunctionErrorMessage).toBe('')
  })

  test('A key value store is read (choice)', async () => {
    const code = `import cf from 'cloudfront'
      async function handler(event) { return { statusCode: 200, body: await cf.kvs().get('color') } }`
    const { response } = outputOf(await run(code, EVENT, { data: { color: 'blue' } })) as {
      response: { body: string }
    }
    expect(response.body).toBe('blue')
  })

  test.each([
    ['an event that is no object', 7],
    ['an event without a request', {}],
    ['an event of another type', { ...EVENT, context: { eventType: 'origin-request' } }],
    ['an event of Lambda@Edge', { Records: [{ cf: {} }] }],
    ['a uri that is no text', { request: { uri: 7 } }],
    ['a header as a list', { request: { headers: { host: [{ key: 'Host', value: 'a' }] } } }],
    ['a header as a text', { request: { headers: { host: 'a' } } }],
    ['a header name with capitals', { request: { headers: { Host: { value: 'a' } } } }],
    ['a cookie among the headers', { request: { headers: { cookie: { value: 'a=b' } } } }],
    ['a cookie without a value', { request: { cookies: { a: {} } } }],
    ['a multiValue that is no list', { request: { querystring: { a: { value: '', multiValue: {} } } } }],
    ['a status that is a text', { request: {}, response: { statusCode: '200' } }],
    ['a viewer-response event without a response', { ...EVENT, context: { eventType: 'viewer-response' } }],
  ])('%s is refused', async (_, event) => {
    await expect(run('function handler(event) { return event.request }', event)).rejects.toThrow(
      /event\.json: /,
    )
  })
})
