// The Node.js driver of Lambda@Edge functions: the contract, and what only Node.js has.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { describeAhead } from './ahead.ts'
import { createStarter, describeContract, invoke, valueOf } from './contract.ts'
import type { LambdaRunner, LambdaRunnerOptions } from '../../../../src/functions/lambda-edge/runner.ts'

const FOLDER = new URL('../../../fixtures/functions/', import.meta.url)
const EVENT = { Records: [{ cf: { request: { uri: '/', headers: {} } } }] }
const begin = createStarter()
const start = (file: string, exportName = 'handler', options?: Partial<LambdaRunnerOptions>): LambdaRunner =>
  begin(file, exportName, options)

describeContract({
  file: 'hostile.ts',
  exportName: 'handler',
  thrown: /^Error: broken on purpose\n {4}at Object.fail .*hostile\.ts:10:9\)(?:\n {4}at .*hostile\.ts:.*)*$/,
  unprintable: /cannot be shown/,
  more: [
    ['throw nothing', 'threw', /undefined/, 'warm'],
    ['nothing to wait for', 'invalid', /must be an object type.*returned nothing/, 'warm'],
    ['undefined', 'invalid', /must be an object type/, 'warm'],
    ['endless microtasks', 'timeout', /timed out/, 'fresh'],
    ['unhandled rejection', 'threw', /nobody caught me[^]*hostile\.ts:/, 'fresh'],
    ['uncaught exception', 'threw', /out of the blue[^]*hostile\.ts:/, 'fresh'],
  ],
})

describeAhead('hostile.ts', 'handler')

describe('a module is loaded as Lambda loads it', () => {
  test('TypeScript with an import through tsconfig paths runs, and module state persists in a warm instance', async () => {
    const runner = start('typed.ts')
    expect(await valueOf(runner, EVENT)).toMatchObject({ headers: { 'x-marked': [{ value: 'typed 1' }] } })
    expect(await valueOf(runner, EVENT)).toMatchObject({ headers: { 'x-marked': [{ value: 'typed 2' }] } })
  })

  test.each<[file: string, exportName: string, value: unknown]>([
    ['typed.ts', 'other', { uri: '/', headers: { 'x-marked': [{ value: 'other' }] } }],
    ['module.mjs', 'handler', { text: 'hello', from: 'module.mjs' }],
    ['callback.cjs', 'handler', { said: 'sloppy', folder: 'functions' }],
    ['callback.cjs', 'nested.handler', { nested: true }],
    ['callback.cjs', 'both', { by: 'callback' }],
    ['callback.cjs', 'twice', { first: true }],
    ['callback.cjs', 'soon', { soon: true }],
  ])('%s with export %s replies', async (file, exportName, value) => {
    expect(await valueOf(start(file, exportName), EVENT)).toEqual(value)
  })

  test('an error given to the callback fails the invocation', async () => {
    expect(await invoke(start('callback.cjs', 'failing'), {})).toMatchObject({
      kind: 'failed',
      because: 'threw',
      detail: expect.stringMatching(/^Error: said no\n.*callback\.cjs:19:/s),
    })
  })

  test('a function without async or callback has replied nothing', async () => {
    const result = await invoke(start('callback.cjs', 'forgets'), {})
    expect(result).toMatchObject({ because: 'invalid' })
  })

  test('a missing export is named together with those that are there', async () => {
    expect(await invoke(start('typed.ts', 'main'), {})).toMatchObject({
      because: 'threw',
      detail: expect.stringContaining("does not export a function 'main'; it exports: handler, other"),
    })
  })

  test('a syntax error fails every invocation with file, line and column', async () => {
    const runner = start('syntax-error.ts')
    expect(await runner.prepare()).toContain('syntax-error.ts:4:1')
    for (const _ of [1, 2]) {
      expect(await invoke(runner, {})).toMatchObject({
        because: 'threw',
        detail: expect.stringContaining('syntax-error.ts:4:1'),
      })
    }
  })

  test('a missing file is a reason, not a crash', async () => {
    expect(await invoke(start('absent.ts'), {})).toMatchObject({
      because: 'threw',
      detail: expect.stringContaining('absent.ts'),
    })
  })

  test('a module that throws while it loads fails with the line of the source', async () => {
    expect(await invoke(start('load-error.ts'), {})).toMatchObject({
      because: 'threw',
      detail: expect.stringMatching(/load-error\.ts:3:/),
      coldStart: true,
    })
  })
})

describe('a function finds what it finds in production', () => {
  test('reserved environment variables and the context, and nothing of this process', async () => {
    process.env['POCKETFRONT_TEST_SECRET'] = 'hidden'
    const { env, context, remaining } = (await valueOf(start('environment.ts'))) as {
      env: Record<string, string>
      context: object
      remaining: number
    }
    delete process.env['POCKETFRONT_TEST_SECRET']
    expect(env).toMatchObject({
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'us-east-1.edge-fn',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      _HANDLER: 'environment.handler',
      TZ: ':UTC',
      PATH: process.env['PATH'],
    })
    expect(env).not.toHaveProperty('POCKETFRONT_TEST_SECRET')
    expect(context).toMatchObject({
      awsRequestId: 'request-1',
      functionName: 'us-east-1.edge-fn',
      functionVersion: '7',
      memoryLimitInMB: '128',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:edge-fn:7',
      logGroupName: '/aws/lambda/us-east-1.edge-fn',
    })
    expect(remaining).toBeGreaterThan(4000)
    expect(remaining).toBeLessThanOrEqual(5000)
  })

  test('console methods have levels, and what they print in one go is one line of the log', async () => {
    const { logs } = await invoke(start('hostile.ts'), { do: 'console' })
    expect(logs.slice(0, 3).map(({ level, text }) => [level, text])).toEqual([
      ['INFO', 'one { two: 2 }'],
      ['ERROR', 'three\nfour'],
      ['DEBUG', 'five 5'],
    ])
    expect(logs.length).toBeGreaterThan(3)
  })

  test('a result is what JSON makes of it', async () => {
    expect(await valueOf(start('hostile.ts'), { do: 'json' })).toEqual({ date: '1970-01-01T00:00:00.000Z' })
  })
})

describe('a hostile function', () => {
  test('memory without end ends the instance, not the process', async () => {
    const small = start('hostile.ts', 'handler', { memoryMb: () => 16 })
    expect(await invoke(small, { do: 'eat memory' }, 20_000)).toMatchObject({
      because: 'threw',
      detail: expect.stringMatching(/memory/i),
    })
    expect(await valueOf(small, { do: 'ok' })).toEqual({ runs: 1 })
  })

  test.each(['eat buffers', 'eat text'])('%s: ends the instance, not the process', async (act) => {
    const small = start('hostile.ts', 'handler', { memoryMb: () => 32 })
    expect(await invoke(small, { do: act }, 20_000)).toMatchObject({
      because: 'threw',
      detail: expect.stringMatching(/memory/i),
    })
    expect(await valueOf(small, { do: 'ok' })).toEqual({ runs: 1 })
  })

  test('that pollutes prototypes and JSON harms only itself', async () => {
    const own = start('hostile.ts')
    expect(await valueOf(own, { do: 'pollute' })).toEqual({ runs: 1 })
    expect(await valueOf(own, { do: 'ok' })).toEqual({ runs: 2 })
    expect(({} as { status?: string }).status).toBeUndefined()
  })

  test('a forged message to the parent thread is not a reply', async () => {
    const fresh = start('hostile.ts')
    expect(await valueOf(fresh, { do: 'forged reply' })).toEqual({ runs: 1 })
  })
})

describe('instances', () => {
  test('an invocation waits for a free instance for a limited time', async () => {
    const runner = start('hostile.ts', 'handler', { limits: { maxInstances: 1, maxWaitMs: 50 } })
    await invoke(runner, { do: 'ok' })
    const hanging = invoke(runner, { do: 'never reply' }, 300)
    expect(await invoke(runner, { do: 'ok' })).toMatchObject({ because: 'throttled' })
    await hanging
  })

  test('a module that never finishes loading is given up', async () => {
    const runner = start('endless-load.ts', 'handler', { initTimeoutMs: 100 })
    expect(await invoke(runner, {})).toMatchObject({ because: 'timeout' })
  })
})

test('neither threads nor watches keep the process alive, and what functions write does not show', async () => {
  const program = fileURLToPath(new URL('ends-by-itself.ts', FOLDER))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 })
  expect(stdout).toBe('returned')
  expect(stderr).toBe('')
})
