// What becomes of invocations that were given to an instance together; each driver's test runs it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createStarter, invoke, textsOf, valueOf } from './contract.ts'
import type { InvocationResult } from '../../../../src/functions/contract.ts'
import type { LambdaRunner } from '../../../../src/functions/lambda-edge/runner.ts'

const RUNS = 24
/** After so many quick runs several are given to an instance at once. */
const TO_BE_QUICK = 60
/** A deadline that is not reached. */
const LONG_MS = 8000

/** A function that replies at once, until it does something else. */
export function describeAhead(file: string, exportName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'pocketfront-ahead-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const start = createStarter()
  let files = 0

  async function startQuick(maxInstances: number): Promise<LambdaRunner> {
    const runner = start(file, exportName, { limits: { maxInstances } })
    // As many as there may be have started.
    await Promise.all(Array.from({ length: maxInstances }, () => valueOf(runner, { do: 'reply later' })))
    for (let i = 0; i < TO_BE_QUICK; i++) await valueOf(runner, { do: 'ok' })
    return runner
  }

  /** Invocations that mark a file, with one act among them. */
  async function runAround(
    act: string,
    deadlineMs: number,
    runner: LambdaRunner,
  ): Promise<{ marked: InvocationResult[]; odd: InvocationResult; isOddLast: boolean; lines: string[] }> {
    const path = join(folder, `marks-${++files}`)
    const mark = (text: string): Promise<InvocationResult> =>
      invoke(runner, { do: 'mark', file: path, text }, LONG_MS)
    const before = [0, 1, 2].map((i) => mark(`mark ${i}`))
    let isOddThere = false
    const odd = invoke(runner, { do: act }, deadlineMs).finally(() => (isOddThere = true))
    const after = Array.from({ length: RUNS - 3 }, (_, i) => mark(`mark ${i + 3}`))
    const marked = await Promise.all([...before, ...after])
    const isOddLast = !isOddThere
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    return { marked, odd: await odd, isOddLast, lines }
  }

  function expectEachOnce({ marked, lines }: { marked: InvocationResult[]; lines: string[] }): void {
    const expected = Array.from({ length: RUNS }, (_, i) => `mark ${i}`)
    expect(marked.map((each) => each.kind === 'returned' && (each.value as { text: string }).text)).toEqual(
      expected,
    )
    expect(marked.flatMap(textsOf)).toEqual(expected)
    expect(lines.toSorted()).toEqual(expected.toSorted())
  }

  describe('of invocations that come together', () => {
    test('each gets its own reply and its own lines, and runs once', async () => {
      const outcome = await runAround('ok', LONG_MS, await startQuick(1))
      expectEachOnce(outcome)
      expect(outcome.odd).toMatchObject({ kind: 'returned', value: { runs: TO_BE_QUICK + 5 }, logs: [] })
    })

    test.each<[act: string, because: string]>([
      ['throw', 'threw'],
      ['loop', 'timeout'],
      ['never reply', 'timeout'],
      ['catastrophic pattern', 'timeout'],
      ['exit', 'threw'],
      ['huge', 'too-large'],
    ])('one that does %s fails alone; all others run once', async (act, because) => {
      const outcome = await runAround(act, 1000, await startQuick(1))
      expect(outcome.odd).toMatchObject({ kind: 'failed', because })
      expectEachOnce(outcome)
    })

    test.each(['reply later', 'be busy'])('one that does %s holds up no other', async (act) => {
      const outcome = await runAround(act, LONG_MS, await startQuick(2))
      expect(outcome.odd).toMatchObject({ kind: 'returned', value: { done: true } })
      expect(outcome.isOddLast).toBe(true)
      expectEachOnce(outcome)
    })

    // Python has no such moment: another thread ends the process whatever runs.
    test.runIf(file.endsWith('.ts'))(
      'those that an instance has not begun when it ends run elsewhere',
      async () => {
        const outcome = await runAround('fall after the reply', LONG_MS, await startQuick(1))
        expect(outcome.odd).toMatchObject({ kind: 'returned', value: { done: true } })
        expectEachOnce(outcome)
      },
    )

    test('dispose ends those that run and those behind them', async () => {
      const runner = await startQuick(1)
      const all = Array.from({ length: RUNS }, () => invoke(runner, { do: 'never reply' }, LONG_MS))
      await new Promise((resolve) => setImmediate(resolve))
      await runner.dispose()
      for (const each of await Promise.all(all)) expect(each).toMatchObject({ because: 'threw' })
    })
  })
}
