// What every driver of Lambda@Edge functions must do, whatever the language; each driver's test runs it.
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { createLambdaRunner } from '../../../../src/functions/lambda-edge/runner.ts'
import { UNSET_SETTINGS } from '../definitions.ts'
import type { InvocationResult } from '../../../../src/functions/contract.ts'
import type { LambdaRunner, LambdaRunnerOptions } from '../../../../src/functions/lambda-edge/runner.ts'

const FOLDER = new URL('../../../fixtures/functions/', import.meta.url)

/** Runners that are disposed of when the tests of the file are over. */
export function createStarter(): (
  file: string,
  exportName: string,
  options?: Partial<LambdaRunnerOptions>,
) => LambdaRunner {
  const runners: LambdaRunner[] = []
  afterAll(async () => {
    await Promise.all(runners.map((runner) => runner.dispose()))
  })
  return (file, exportName, options = {}) => {
    const runner = createLambdaRunner({
      definition: {
        LambdaFunctionARN: 'arn:aws:lambda:us-east-1:123456789012:function:edge-fn:7',
        name: 'edge-fn',
        version: '7',
        file: fileURLToPath(new URL(file, FOLDER)),
        exportName,
        ...UNSET_SETTINGS,
      },
      region: 'eu-central-1',
      python: 'python3',
      memoryMb: () => 128,
      watch: false,
      ...options,
    })
    runners.push(runner)
    return runner
  }
}

export function invoke(
  runner: LambdaRunner,
  event: unknown,
  deadlineMs = 5000,
  region = 'eu-central-1',
): Promise<InvocationResult> {
  const requestId = 'request-1'
  return runner.invoke({
    event: JSON.stringify(event),
    requestId,
    region,
    deadlineMs,
    maxResultBytes: 1_000_000,
  })
}

export async function valueOf(
  runner: LambdaRunner,
  event: unknown = {},
  region?: string,
): Promise<Record<string, unknown>> {
  const result = await invoke(runner, event, 5000, region)
  if (result.kind === 'failed') throw new Error(`${result.because}: ${result.detail}`)
  return result.value as Record<string, unknown>
}

export const textsOf = ({ logs }: InvocationResult): string[] => logs.map(({ text }) => text)

/** A hostile act: what becomes of it, and whether the instance lives on. */
type HostileCase = readonly [act: string, because: string, detail: RegExp, next: 'warm' | 'fresh']

/** What differs between languages: the file with the acts, and how their errors read. */
export interface Driver {
  readonly file: string
  readonly exportName: string
  readonly thrown: RegExp
  readonly unprintable: RegExp
  /** Acts that only this language knows. */
  readonly more: readonly HostileCase[]
}

/** The contract of a driver. */
export function describeContract({ file, exportName, thrown, unprintable, more }: Driver): void {
  const start = createStarter()
  const runner = start(file, exportName)
  const cases: readonly HostileCase[] = [
    ['throw', 'threw', thrown, 'warm'],
    ['throw unprintable', 'threw', unprintable, 'warm'],
    ['loop', 'timeout', /^Task timed out after 0\.20 seconds$/, 'fresh'],
    ['never reply', 'timeout', /^Task timed out after 0\.20 seconds$/, 'fresh'],
    ['catastrophic pattern', 'timeout', /^Task timed out after 0\.20 seconds$/, 'fresh'],
    ['exit', 'threw', /exit code 3/, 'fresh'],
    ['exit well', 'threw', /exit code 0/, 'fresh'],
    ['huge', 'too-large', /2000011 bytes/, 'warm'],
    ['30 MB', 'too-large', /30000011 bytes/, 'warm'],
    ['circular', 'invalid', /not parsable: .*circular/i, 'warm'],
    ['not JSON', 'invalid', /not parsable: /, 'warm'],
    ['nothing', 'invalid', /must be an object type.*returned nothing/, 'warm'],
    ['number', 'invalid', /must be an object type.*42/, 'warm'],
    ['text', 'invalid', /must be an object type/, 'warm'],
    ['array', 'invalid', /must be an object type/, 'warm'],
    ...more,
  ]

  describe('a hostile function fails alone, and the next invocation works', () => {
    test.each(cases)('%s: %s', async (act, because, detail, next) => {
      await valueOf(runner, { do: 'ok' })
      const deadlineMs = because === 'timeout' ? 200 : 10_000
      expect(await invoke(runner, { do: act }, deadlineMs)).toMatchObject({
        kind: 'failed',
        because,
        detail: expect.stringMatching(detail),
      })
      const after = await invoke(runner, { do: 'ok' })
      expect(after).toMatchObject({ kind: 'returned', coldStart: next === 'fresh' })
    })

    test('what it logged before it hung is kept', async () => {
      expect(textsOf(await invoke(runner, { do: 'loop' }, 200))).toEqual(['about to loop'])
    })
  })

  describe('an instance', () => {
    test('is warm: state persists, and the cold start does not count against the deadline', async () => {
      const fresh = start(file, exportName)
      expect(await invoke(fresh, { do: 'ok' }, 100)).toMatchObject({
        kind: 'returned',
        coldStart: true,
        value: { runs: 1 },
      })
      expect(await invoke(fresh, { do: 'ok' }, 100)).toMatchObject({ coldStart: false, value: { runs: 2 } })
    })

    test('belongs to one Region, whose name it finds in AWS_REGION', async () => {
      const fresh = start(file, exportName)
      for (const region of ['eu-central-1', 'ap-northeast-1', 'eu-central-1']) {
        const { env } = (await valueOf(fresh, { do: 'environment' }, region)) as {
          env: Record<string, string>
        }
        expect([env['AWS_REGION'], env['AWS_DEFAULT_REGION']]).toEqual([region, region])
      }
      expect(await valueOf(fresh, { do: 'ok' }, 'eu-central-1')).toEqual({ runs: 3 })
    })

    test('runs one invocation at a time; more start on demand up to the limit', async () => {
      const two = start(file, exportName, { limits: { maxInstances: 2 } })
      const results = await Promise.all([1, 2, 3, 4, 5].map(() => invoke(two, { do: 'ok' })))
      const runs = results.map((each) =>
        each.kind === 'returned' ? (each.value as { runs: number }).runs : 0,
      )
      expect(runs.every((each) => each > 0)).toBe(true)
      expect(runs.filter((each) => each === 1).length).toBeLessThanOrEqual(2)
    })

    test('that is busy with a full queue throttles', async () => {
      const one = start(file, exportName, { limits: { maxInstances: 1, maxQueued: 1 } })
      await valueOf(one, { do: 'ok' })
      const hanging = invoke(one, { do: 'never reply' }, 100)
      const waiting = invoke(one, { do: 'ok' })
      expect(await invoke(one, { do: 'ok' })).toMatchObject({ kind: 'failed', because: 'throttled' })
      expect(await hanging).toMatchObject({ because: 'timeout' })
      expect(await waiting).toMatchObject({ kind: 'returned' })
    })

    test('is ended by dispose, with its running invocation; later ones fail', async () => {
      const disposed = start(file, exportName)
      await valueOf(disposed, { do: 'ok' })
      const running = invoke(disposed, { do: 'never reply' }, 10_000)
      await disposed.dispose()
      expect(await running).toMatchObject({ kind: 'failed', because: 'threw' })
      expect(await invoke(disposed, { do: 'ok' })).toMatchObject({ kind: 'failed', because: 'threw' })
    })

    test('of a retired function still answers late callers', async () => {
      const retired = start(file, exportName)
      await valueOf(retired, { do: 'ok' })
      await retired.retire()
      expect(await valueOf(retired, { do: 'ok' })).toEqual({ runs: 1 })
    })
  })

  describe('output', () => {
    test('of every kind becomes lines of the invocation that wrote them', async () => {
      const result = await invoke(runner, { do: 'logs' })
      expect(textsOf(result)).toEqual(['out one', 'out two', 'an error line', 'unfinished'])
      expect((await invoke(runner, { do: 'ok' })).logs).toEqual([])
    })

    test('with a level carries it', async () => {
      const { logs } = await invoke(runner, { do: 'levels' })
      expect(logs.map(({ text }) => text)).toEqual(['careful', 'broken'])
      expect(logs.map(({ level }) => level?.slice(0, 4))).toEqual(['WARN', 'ERRO'])
    })

    test('without end is cut off at 100 lines per invocation', async () => {
      for (const _ of [1, 2]) {
        const lines = textsOf(await invoke(runner, { do: 'many logs' }))
        expect(lines).toHaveLength(100)
        expect(lines.slice(-2)).toEqual(['line 99', '(more lines are left out)'])
      }
    })

    test('of 30 MB in one line is cut, and the reply arrives', async () => {
      const result = await invoke(runner, { do: 'huge line' }, 10_000)
      expect(result).toMatchObject({ kind: 'returned', value: { done: true } })
      expect(textsOf(result)[0]!.length).toBe(10_000)
    })
  })

  describe('events and results', () => {
    test('of any text arrive as they are', async () => {
      const text = 'grün \u{1F600} \u2028 \u0000 "\\ \ttab\nline'
      expect(await valueOf(runner, { do: 'echo', text })).toEqual({ text })
    })

    test('with a lone surrogate arrive', async () => {
      expect(await valueOf(runner, { do: 'echo', text: '\ud800' })).toEqual({ text: '\ud800' })
    })
  })
}
