// How Lambda@Edge functions are run, what they find, and what viewers see when they fail.
import { writeFileSync } from 'node:fs'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Answer, type Front, type FrontOptions } from '../support/front.ts'
import { startLambdaFront, writeModule } from '../support/lambda.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { hasPython } from '../unit/functions/definitions.ts'

const INVALID =
  "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions."
const THROTTLED = 'The Lambda function associated with the CloudFront distribution was throttled.'

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'origin body' })
})
afterAll(() => origin.stop())

/** A front with this code at viewer-request, or another event. */
function withCode(
  code: string,
  name?: string,
  options: FrontOptions & { event?: string } = {},
): Promise<Front> {
  const { event: EventType = 'viewer-request', ...rest } = options
  const Handler = writeModule(code, name)
  return startFront({ origin, ...rest, behavior: { LambdaFunctionAssociations: [{ EventType, Handler }] } })
}

const ANSWER = `{ status: '200', body: 'made' }`

describe('F.B5 Lambda@Edge: programming model', () => {
  test.each([
    ['exports.handler of CommonJS', 'cjs', `exports.handler = async () => (${ANSWER})`],
    ['an exported const of an ES module', 'mjs', `export const handler = async () => (${ANSWER})`],
    ['TypeScript', 'ts', `export const handler = async (): Promise<object> => (${ANSWER})`],
    ['a callback', 'cjs', `exports.handler = (event, context, callback) => callback(null, ${ANSWER})`],
    [
      'a callback from a timer',
      'cjs',
      `exports.handler = (event, context, callback) => { setTimeout(() => callback(null, ${ANSWER}), 1) }`,
    ],
    [
      'a callback while the event loop is not empty, with callbackWaitsForEmptyEventLoop off',
      'cjs',
      `exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false
        setInterval(() => {}, 1000); callback(null, ${ANSWER}) }`,
    ],
  ])('A handler can be %s', async (_form, extension, code) => {
    await using front = await withCode(code, `form-${_form.replaceAll(/\W/g, '-')}.${extension}`)
    expect((await front.get('/')).text).toBe('made')
  })

  test('A callback waits for the event loop to empty', async () => {
    await using front = await withCode(`exports.handler = (event, context, callback) => {
      const answer = ${ANSWER}
      setTimeout(() => { answer.body = 'after the timer' }, 20)
      callback(null, answer)
    }`)
    expect((await front.get('/')).text).toBe('after the timer')
  })

  test('A callback in an async handler counts when it comes before the promise settles (unverified)', async () => {
    await using front = await withCode(`exports.handler = async (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false
      callback(null, ${ANSWER})
      return { status: '500' }
    }`)
    expect((await front.get('/')).status).toBe(200)
  })

  test('A plain value returned without a callback is no result', async () => {
    await using front = await withCode(`exports.handler = () => (${ANSWER})`)
    expect((await front.get('/')).headers['x-cache']).toBe('LambdaValidationError from cloudfront')
  })

  test.skipIf(!hasPython)('Python functions are named file and function', async () => {
    const Code = writeModule(
      `def lambda_handler(event, context):\n    return {'status': '200', 'body': context.function_name}\n`,
      'lambda_function.py',
    ).replace(/lambda_function\.py$/, '')
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:named:3'
    await using front = await startFront({
      origin,
      config: {
        Origins: [{ Id: 'o', DomainName: 'localhost' }],
        DefaultCacheBehavior: {
          TargetOriginId: 'o',
          CachePolicy: 'CachingOptimized',
          LambdaFunctionAssociations: [{ EventType: 'viewer-request', LambdaFunctionARN: arn }],
        },
        lambdas: { named: { Code, Handler: 'lambda_function.lambda_handler', Runtime: 'python3.13' } },
      },
    })
    expect((await front.get('/')).text).toBe('us-east-1.named')
  })

  test('A result is what JSON makes of it: undefined vanishes, dates become texts', async () => {
    await using front = await withCode(`exports.handler = async () => ({
      status: '200', statusDescription: undefined, body: { toJSON: () => 'by toJSON' },
      headers: { 'x-date': [{ value: new Date(0) }] } })`)
    const answer = await front.get('/')
    expect([answer.text, answer.headers['x-date']]).toEqual(['by toJSON', '1970-01-01T00:00:00.000Z'])
  })

  test('Module state persists between the invocations of an instance', async () => {
    await using front = await withCode(`let runs = 0
      exports.handler = async () => ({ status: '200', body: String(++runs) })`)
    expect([(await front.get('/')).text, (await front.get('/')).text]).toEqual(['1', '2'])
  })

  test('An instance runs one invocation at a time', async () => {
    await using front = await withCode(`let running = 0
      exports.handler = async () => {
        const now = ++running
        await new Promise((resolve) => setTimeout(resolve, 5))
        running--
        return { status: '200', body: String(now) }
      }`)
    const answers = await Promise.all(Array.from({ length: 12 }, () => front.get('/')))
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['1']))
  })

  test('The context has the documented fields', async () => {
    await using front = await withCode(`exports.handler = async (event, context) => ({ status: '200',
      body: JSON.stringify({ ...context, remaining: context.getRemainingTimeInMillis() }) })`)
    const context = JSON.parse((await front.get('/')).text)
    expect(context).toMatchObject({
      functionName: expect.stringMatching(/^us-east-1\.function-\d+$/),
      functionVersion: expect.stringMatching(/^\d+$/),
      invokedFunctionArn: expect.stringMatching(/^arn:aws:lambda:us-east-1:\d{12}:function:[\w-]+:\d+$/),
      memoryLimitInMB: '128',
      awsRequestId: expect.any(String),
      logGroupName: `/aws/lambda/${context.functionName}`,
      logStreamName: expect.any(String),
    })
    expect(context.remaining).toBeGreaterThan(29_000)
    expect(context.remaining).toBeLessThanOrEqual(30_000)
  })

  test('The environment has the reserved variables and no others', async () => {
    await using front = await withCode(
      `exports.handler = async () => ({ status: '200', body: JSON.stringify(process.env) })`,
    )
    const env = JSON.parse((await front.get('/')).text)
    const required = [
      ...['AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
      ...['AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE'],
      ...['AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_REGION', 'LAMBDA_RUNTIME_DIR'],
      ...['LAMBDA_TASK_ROOT', 'LANG', 'NODE_PATH', 'PATH', 'TZ', '_HANDLER'],
    ]
    const ofThisMachine = [
      ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'LD_LIBRARY_PATH', 'SystemRoot'],
    ]
    const found = Object.keys(env).filter((name) => !ofThisMachine.includes(name))
    expect(found.toSorted()).toEqual(required)
    expect([env.TZ, env.LAMBDA_RUNTIME_DIR]).toEqual([':UTC', '/var/runtime'])
  })

  test('AWS_REGION is the Region in which the function runs', async () => {
    await using front = await withCode(
      `exports.handler = async () => ({ status: '200', body: process.env.AWS_REGION })`,
    )
    const regionOf = async (pop: string) => (await front.get('/', { 'X-Pocketfront-Pop': pop })).text
    expect([await regionOf('FRA56'), await regionOf('NRT20'), await regionOf('IAD89')]).toEqual([
      'eu-central-1',
      'ap-northeast-1',
      'us-east-1',
    ])
  })

  test('Loading a module does not count against the time of an invocation', async () => {
    await using front = await withCode(
      `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500); exports.handler = async () => (${ANSWER})`,
      undefined,
      { lambdaTimeouts: { viewer: 1 } },
    )
    expect((await front.get('/')).status).toBe(200)
  })

  const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:configured:1'
  const configured = (settings: object, code: string, event = 'viewer-request') => ({
    Origins: [{ Id: 'o', DomainName: 'localhost' }],
    DefaultCacheBehavior: {
      TargetOriginId: 'o',
      CachePolicy: 'CachingOptimized',
      LambdaFunctionAssociations: [{ EventType: event, LambdaFunctionARN: ARN }],
    },
    lambdas: { configured: { Code: writeModule(code), ...settings } },
  })

  test('A function has the memory and the time that it was given', async () => {
    const code = `exports.handler = async (event, context) => ({ status: '200',
      body: context.memoryLimitInMB + ' ' + Math.ceil(context.getRemainingTimeInMillis() / 1000) })`
    await using front = await startFront({ config: configured({ MemorySize: 256, Timeout: 3 }, code) })
    expect((await front.get('/')).text).toBe('256 3')
  })

  test.each([
    ['Environment', { Environment: { Variables: { A: '1' } } }],
    ['VpcConfig', { VpcConfig: { SubnetIds: ['subnet-1'] } }],
    ['DeadLetterConfig', { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:1:q' } }],
    ['Layers', { Layers: ['arn:aws:lambda:us-east-1:123456789012:layer:a:1'] }],
    ['TracingConfig', { TracingConfig: { Mode: 'Active' } }],
    ['PackageType', { PackageType: 'Image' }],
    ['Architectures', { Architectures: ['arm64'] }],
    ['EphemeralStorage', { EphemeralStorage: { Size: 1024 } }],
    ['KmsKeyArn', { KmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/a' }],
    ['Runtime', { Runtime: 'java21' }],
    ['Timeout', { Timeout: 31 }],
    ['MemorySize', { MemorySize: 64 }],
  ])('A function with an unsupported %s is refused', async (key, settings) => {
    await expect(startFront({ config: configured(settings, 'exports.handler = 1') })).rejects.toThrow(
      new RegExp(`lambdas\\.configured\\.${key}.*InvalidLambdaFunctionAssociation`),
    )
  })

  test('Settings that change nothing are no reason to refuse a function', async () => {
    const settings = {
      Environment: { Variables: {} },
      TracingConfig: { Mode: 'PassThrough' },
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
      Layers: [],
    }
    await using front = await startFront({
      config: configured(settings, `exports.handler = async () => (${ANSWER})`),
    })
    expect((await front.get('/')).text).toBe('made')
    expect(front.pocketfront.loaded.warnings).toEqual([])
  })
})

describe('F.B6 Lambda@Edge: failures', () => {
  const lines: { level: number; msg: string; requestId?: string }[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const fail = (code: string): string => `exports.handler = async (event, context, callback) => { ${code} }`

  const executions: [string, string][] = [
    ['throws', fail(`throw new Error('boom')`)],
    ['rejects', `exports.handler = () => Promise.reject(new Error('boom'))`],
    ['calls back with an error', `exports.handler = (e, c, callback) => callback(new Error('boom'))`],
    ['fails to load', `throw new Error('boom')`],
    ['has a syntax error', `exports.handler = async ( => {`],
    ['lacks its handler', `exports.main = async () => ({})`],
    ['ends its process', fail('process.exit(1)')],
    [
      'leaves a rejection unhandled',
      fail(`Promise.reject(new Error('boom')); await new Promise((r) => setTimeout(r, 500))`),
    ],
  ]

  test.each(executions)('A function that %s is 503 LambdaExecutionError (observed)', async (_what, code) => {
    await using front = await withCode(code)
    const answer = await front.get('/')
    expect([answer.status, answer.headers['x-cache']]).toEqual([503, 'LambdaExecutionError from cloudfront'])
    expect(answer.text).toContain(INVALID)
    expect(answer.trace!.detailedResultType).toBe('LambdaExecutionError')
  })

  test('A function that takes too long is 503 LambdaLimitExceeded', async () => {
    await using front = await withCode(fail('await new Promise((r) => setTimeout(r, 10_000))'), undefined, {
      lambdaTimeouts: { viewer: 0.2 },
    })
    const answer = await front.get('/')
    expect([answer.status, answer.headers['x-cache']]).toEqual([503, 'LambdaLimitExceeded from cloudfront'])
    expect(answer.text).toContain(THROTTLED)
    expect(answer.trace!.problem).toBe('Task timed out after 0.20 seconds')
  })

  test('More invocations at once than the limit of concurrency allows are 503 LambdaLimitExceeded', async () => {
    // Nobody is served before the first one is refused.
    const flag = `${writeModule('')}.go`
    await using front = await withCode(
      fail(`const { existsSync } = require('node:fs')
        while (!existsSync(${JSON.stringify(flag)})) await new Promise((r) => setTimeout(r, 20))
        return ${ANSWER}`),
    )
    const ask = async (): Promise<Answer> => {
      const answer = await front.get('/')
      if (answer.status === 503) writeFileSync(flag, '')
      return answer
    }
    const answers = await Promise.all(Array.from({ length: 300 }, ask))
    const throttled = answers.filter(({ status }) => status === 503)
    expect(throttled.length).toBeGreaterThan(0)
    expect(throttled.length).toBeLessThan(60)
    for (const { headers, text } of throttled) {
      expect(headers['x-cache']).toBe('LambdaLimitExceeded from cloudfront')
      expect(text).toContain(THROTTLED)
    }
    expect((await front.get('/')).status).toBe(200)
  })

  test.each<[string, string, string]>([
    [
      'a result that is no object',
      'return 42',
      'returned invalid JSON: The JSON output must be an object type.',
    ],
    ['no result', 'return null', 'returned invalid JSON: The JSON output must be an object type.'],
    [
      'a circle',
      'const a = {}; a.a = a; return a',
      'returned invalid JSON: The JSON output is not parsable.',
    ],
    [
      'a changed read-only header',
      `const { request } = event.Records[0].cf; request.headers.host = []; return request`,
      `result failed validation: The function tried to add, delete, or change a read-only header.`,
    ],
    [
      'a disallowed header',
      `return { status: 200, headers: { connection: [{ value: 'close' }] } }`,
      `result failed validation: The function tried to add, delete, or change a disallowed header.`,
    ],
    [
      'a body that is no text',
      'return { status: 200, body: 1 }',
      'result failed validation: The body is not a string, is not an object, or exceeds the maximum size.',
    ],
    [
      'a bad header entry',
      `return { status: 200, headers: { location: 'x' } }`,
      'returned an invalid entry in the headers object, the value of each header value must be of string or array of string type, header location has one or more entries',
    ],
    [
      'a line end in a header',
      `return { status: 302, headers: { location: [{ key: 'Location', value: '/\\r' }] } }`,
      "invalid character : '%0D' in header value, headerName : Location.",
    ],
  ])('A function that returns %s is 502 LambdaValidationError (observed)', async (_what, code, sentence) => {
    await using front = await withCode(fail(code), undefined, { logger })
    const answer = await front.get('/')
    expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'LambdaValidationError from cloudfront'])
    expect(answer.text).toContain(sentence)
    expect(answer.text).toContain('The Lambda function')
  })

  test('An invalid custom header of an origin is 502 with its own sentence (observed)', async () => {
    await using front = await withCode(
      fail(`const { request } = event.Records[0].cf
        request.origin.custom.customHeaders = { host: [{ value: 'x' }] }; return request`),
      undefined,
      { event: 'origin-request' },
    )
    expect((await front.get('/')).text).toContain(
      'The Lambda function returned an invalid origin configuration: One or more HeaderName or HeaderValue values are invalid.',
    )
  })

  test("The page is CloudFront's, with the request's id", async () => {
    await using front = await withCode(fail(`throw 1`))
    const { text, headers } = await front.get('/')
    for (const part of [
      '503 ERROR',
      'The request could not be satisfied.',
      'Generated by cloudfront (CloudFront)',
      `Request ID: ${String(headers['x-amz-cf-id'])}`,
    ])
      expect(text).toContain(part)
  })

  test('A refused result is logged as a validation error with the request id', async () => {
    lines.length = 0
    await using front = await withCode(fail('return { status: 99 }'), undefined, { logger })
    const id = (await front.get('/')).headers['x-amz-cf-id']
    expect(lines.find(({ level }) => level === 50)).toMatchObject({
      msg: expect.stringMatching(/^\(\S+\) ERROR Validation error: .*99/),
      requestId: id,
    })
  })

  test('Console lines have time, request id and level; the trace has them, too', async () => {
    lines.length = 0
    await using front = await withCode(
      fail(`console.log('said', { a: 1 }); console.warn('careful'); console.error('bad'); return ${ANSWER}`),
      undefined,
      { logger },
    )
    const answer = await front.get('/')
    const id = String(answer.headers['x-amz-cf-id'])
    const expected = [`INFO\tsaid { a: 1 }`, `WARN\tcareful`, `ERROR\tbad`].map((rest) =>
      expect.stringMatching(
        new RegExp(`^2030-01-01T00:00:00\\.\\d{3}Z\t${id}\t${rest.replaceAll(/[{}]/g, '\\$&')}$`),
      ),
    )
    expect(answer.trace!.functions![0]!.logs).toEqual(expected)
    const logged = lines.filter(({ msg }) => msg.startsWith('2030'))
    expect(logged.map(({ msg, level }) => [msg, level])).toEqual([
      [expected[0], 30],
      [expected[1], 40],
      [expected[2], 50],
    ])
  })

  test('Every run has START, END and REPORT lines (choice)', async () => {
    lines.length = 0
    await using front = await withCode(fail(`console.log('between'); return ${ANSWER}`), undefined, {
      logger,
    })
    const id = String((await front.get('/')).headers['x-amz-cf-id'])
    const own = lines.map(({ msg }) => msg).filter((msg) => /RequestId|between/.test(msg))
    expect(own).toEqual([
      expect.stringMatching(new RegExp(`^START RequestId: ${id} Version: 1$`)),
      expect.stringContaining('between'),
      expect.stringMatching(new RegExp(`^END RequestId: ${id}$`)),
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB$`,
        ),
      ),
    ])
  })

  test.skipIf(!hasPython)(
    'Python lines are in the form of the logging module; prints are as they are',
    async () => {
      await using front = await withCode(
        `import logging\n\ndef lambda_handler(event, context):\n    print('plain')\n    logging.warning('careful')\n    return {'status': '200'}\n`,
        'logs.py',
      )
      const answer = await front.get('/')
      expect(answer.trace!.functions![0]!.logs).toEqual([
        'plain',
        expect.stringMatching(/^\[WARNING\]\t2030-01-01T00:00:00\.\d{3}Z\t\S+\tcareful$/),
      ])
    },
  )

  test('A configured page for 503 stands in for a failed function (unverified)', async () => {
    origin.on('/sorry.html', { body: 'sorry' })
    const page = { ErrorCode: 503, ResponsePagePath: '/sorry.html', ResponseCode: '200' }
    await using front = await startLambdaFront(
      { '/bad': { 'origin-request': 'throw 1' } },
      { origin, events: ['origin-request'], distribution: { CustomErrorResponses: [page] } },
    )
    const answer = await front.get('/bad')
    expect([answer.status, answer.text]).toEqual([200, 'sorry'])
  })
})
