import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { createLambdaRunner } from '../../../../src/functions/lambda-edge/runner.ts'
import type { InvocationResult } from '../../../../src/functions/contract.ts'
import type { LambdaRunner, LambdaRunnerOptions } from '../../../../src/functions/lambda-edge/runner.ts'

const FOLDER = new URL('../../../fixtures/functions/', import.meta.url)
const EVENT = { Records: [{ cf: { request: { uri: '/', headers: {} } } }] }
const runners: LambdaRunner[] = []

function start(
  file: string,
  exportName = 'handler',
  options: Partial<LambdaRunnerOptions> = {},
): LambdaRunner {
  const runner = createLambdaRunner({
    definition: {
      LambdaFunctionARN: 'arn:aws:lambda:us-east-1:123456789012:function:edge-fn:7',
      name: 'edge-fn',
      version: '7',
      file: fileURLToPath(new URL(file, FOLDER)),
      exportName,
    },
    region: 'eu-central-1',
    memoryMb: () => 128,
    watch: false,
    ...options,
  })
  runners.push(runner)
  return runner
}

function invoke(runner: LambdaRunner, event: unknown, deadlineMs = 5000): Promise<InvocationResult> {
  return runner.invoke({ event, requestId: 'request-1', deadlineMs, maxResultBytes: 1_000_000 })
}

async function valueOf(runner: LambdaRunner, event: unknown = {}): Promise<unknown> {
  const result = await invoke(runner, event)
  if (result.kind === 'failed') throw new Error(`${result.because}: ${result.detail}`)
  return result.value
}

afterAll(async () => {
  await Promise.all(runners.map((runner) => runner.dispose()))
})

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

  test('cold start does not count against the deadline, and is told', async () => {
    const runner = start('hostile.ts')
    expect(await invoke(runner, { do: 'ok' }, 50)).toMatchObject({ kind: 'returned', coldStart: true })
    expect(await invoke(runner, { do: 'ok' }, 50)).toMatchObject({ kind: 'returned', coldStart: false })
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

  test('console and streams become log lines of the invocation', async () => {
    const runner = start('hostile.ts')
    expect((await invoke(runner, { do: 'logs' })).logs).toEqual(['one { two: 2 }', 'three', 'four', 'five'])
    expect((await invoke(runner, { do: 'ok' })).logs).toEqual([])
  })

  test('a function that logs without end is cut off at 100 lines per invocation', async () => {
    const runner = start('hostile.ts')
    for (const _ of [1, 2]) {
      const { logs } = await invoke(runner, { do: 'many logs' })
      expect(logs).toHaveLength(100)
      expect(logs.slice(-2)).toEqual(['line 99', '(more lines are left out)'])
    }
  })

  test('a result is what JSON makes of it', async () => {
    expect(await valueOf(start('hostile.ts'), { do: 'json' })).toEqual({ date: '1970-01-01T00:00:00.000Z' })
  })
})

describe('a hostile function fails alone, and the next invocation works', () => {
  const cases: [act: string, because: string, detail: RegExp, next: 'warm' | 'fresh'][] = [
    ['throw', 'threw', /^Error: broken on purpose\n {4}at Object.fail .*hostile\.ts:9:9\)/, 'warm'],
    ['throw nothing', 'threw', /undefined/, 'warm'],
    ['throw unprintable', 'threw', /cannot be shown/, 'warm'],
    ['loop', 'timeout', /did not reply within 100 ms/, 'fresh'],
    ['never reply', 'timeout', /did not reply within 100 ms/, 'fresh'],
    ['nothing to wait for', 'invalid', /must be an object type.*returned nothing/, 'warm'],
    ['exit', 'threw', /exit code 3/, 'fresh'],
    ['exit well', 'threw', /exit code 0/, 'fresh'],
    ['unhandled rejection', 'threw', /nobody caught me[^]*hostile\.ts:/, 'fresh'],
    ['uncaught exception', 'threw', /out of the blue[^]*hostile\.ts:/, 'fresh'],
    ['huge', 'too-large', /2000011 bytes/, 'warm'],
    ['circular', 'invalid', /not parsable: .*circular/, 'warm'],
    ['bigint', 'invalid', /not parsable: .*BigInt/, 'warm'],
    ['undefined', 'invalid', /must be an object type/, 'warm'],
    ['null', 'invalid', /must be an object type/, 'warm'],
    ['number', 'invalid', /must be an object type.*42/, 'warm'],
    ['array', 'invalid', /must be an object type/, 'warm'],
  ]
  const runner = start('hostile.ts')

  test.each(cases)('%s: %s', async (act, because, detail, next) => {
    await valueOf(runner, { do: 'ok' })
    expect(
      await invoke(runner, { do: act }, act === 'loop' || act === 'never reply' ? 100 : 5000),
    ).toMatchObject({
      kind: 'failed',
      because,
      detail: expect.stringMatching(detail),
    })
    const after = await invoke(runner, { do: 'ok' })
    expect(after).toMatchObject({ kind: 'returned', coldStart: next === 'fresh' })
  })

  test('memory without end ends the instance, not the process', async () => {
    const small = start('hostile.ts', 'handler', { memoryMb: () => 16 })
    expect(await invoke(small, { do: 'eat memory' }, 20_000)).toMatchObject({
      because: 'threw',
      detail: expect.stringMatching(/memory/i),
    })
    expect(await valueOf(small, { do: 'ok' })).toEqual({ runs: 1 })
  })

  test('what a function logged before it hung is kept', async () => {
    expect(await invoke(runner, { do: 'loop' }, 50)).toMatchObject({ logs: ['about to loop'] })
  })

  test('a forged message to the parent thread is not a reply', async () => {
    const fresh = start('hostile.ts')
    expect(await valueOf(fresh, { do: 'forged reply' })).toEqual({ runs: 1 })
  })
})

describe('instances', () => {
  test('one invocation at a time runs in an instance; more instances start on demand up to the limit', async () => {
    const runner = start('hostile.ts', 'handler', {
      limits: { maxInstances: 2 },
    })
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => invoke(runner, { do: 'ok' })))
    const runs = results.map((each) => (each.kind === 'returned' ? (each.value as { runs: number }).runs : 0))
    expect(results.filter((each) => each.coldStart).length).toBeLessThanOrEqual(2)
    expect(runs.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(1 + 2 + 1 + 2 + 3)
  })

  test('with all instances busy and the queue full an invocation is throttled', async () => {
    const runner = start('hostile.ts', 'handler', { limits: { maxInstances: 1, maxQueued: 1 } })
    await valueOf(runner, { do: 'ok' })
    const hanging = invoke(runner, { do: 'never reply' }, 100)
    const waiting = invoke(runner, { do: 'ok' })
    expect(await invoke(runner, { do: 'ok' })).toMatchObject({ kind: 'failed', because: 'throttled' })
    expect(await hanging).toMatchObject({ because: 'timeout' })
    expect(await waiting).toMatchObject({ kind: 'returned' })
  })

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

  test('dispose ends running invocations, and later ones fail', async () => {
    const runner = start('hostile.ts')
    await valueOf(runner, { do: 'ok' })
    const running = invoke(runner, { do: 'never reply' }, 10_000)
    await runner.dispose()
    expect(await running).toMatchObject({ kind: 'failed', because: 'threw' })
    expect(await invoke(runner, { do: 'ok' })).toMatchObject({ kind: 'failed', because: 'threw' })
  })

  test('a retired function still answers late callers', async () => {
    const runner = start('hostile.ts')
    await valueOf(runner, { do: 'ok' })
    await runner.retire()
    expect(await valueOf(runner, { do: 'ok' })).toEqual({ runs: 1 })
  })
})

test('neither threads nor watches keep the process alive, and what functions write does not show', async () => {
  const program = fileURLToPath(new URL('ends-by-itself.ts', FOLDER))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 })
  expect(stdout).toBe('returned')
  expect(stderr).toBe('')
})
