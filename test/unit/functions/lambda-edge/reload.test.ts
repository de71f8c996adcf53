import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLambdaRunner } from '../../../../src/functions/lambda-edge/runner.ts'
import { UNSET_SETTINGS } from '../definitions.ts'
import type { LambdaRunner, ReloadOutcome } from '../../../../src/functions/lambda-edge/runner.ts'

let folder: string
let runner: LambdaRunner
let outcomes: ReloadOutcome[]
let wake: (() => void) | null

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pocketfront-')))
  outcomes = []
  wake = null
})

afterEach(async () => {
  await runner.dispose()
  await rm(folder, { recursive: true })
})

function start(watch: boolean): void {
  runner = createLambdaRunner({
    definition: {
      LambdaFunctionARN: 'arn',
      name: 'fn',
      version: '1',
      file: join(folder, 'fn.ts'),
      exportName: 'handler',
      ...UNSET_SETTINGS,
    },
    region: 'us-east-1',
    python: 'python3',
    memoryMb: () => 128,
    watch,
    onReload(outcome) {
      outcomes.push(outcome)
      wake?.()
    },
  })
}

async function save(code: string, name = 'fn.ts'): Promise<void> {
  await writeFile(join(folder, name), code)
}

/** The next outcome of a save that was reported. */
async function nextOutcome(): Promise<ReloadOutcome> {
  if (outcomes.length === 0) await new Promise<void>((resolve) => (wake = resolve))
  wake = null
  return outcomes.shift()!
}

async function answer(event: unknown = {}): Promise<unknown> {
  const result = await runner.invoke({
    event: JSON.stringify(event),
    requestId: 'r',
    region: 'eu-central-1',
    deadlineMs: 5000,
    maxResultBytes: 1000,
  })
  return result.kind === 'returned' ? result.value : result.detail
}

const returning = (text: string): string => `export const handler = async () => ({ said: '${text}' })`

describe('a saved file', () => {
  test('is used from the next invocation on; a broken save keeps the last good version', async () => {
    await save(returning('one'))
    start(true)
    expect(await answer()).toEqual({ said: 'one' })

    await save('export const handler = async ( => {')
    expect(await nextOutcome()).toMatchObject({ kind: 'broken', reason: expect.stringContaining('fn.ts:1:') })
    expect(await answer()).toEqual({ said: 'one' })

    await save(returning('two'))
    expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
    expect(await answer()).toEqual({ said: 'two' })
  })

  test('may be replaced by renaming another file to it', async () => {
    await save(returning('one'))
    start(true)
    expect(await answer()).toEqual({ said: 'one' })
    for (const text of ['two', 'three']) {
      await save(returning(text), 'fn.ts.tmp')
      await rename(join(folder, 'fn.ts.tmp'), join(folder, 'fn.ts'))
      expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
      expect(await answer()).toEqual({ said: text })
    }
  })

  test('may be a file that the function imports', async () => {
    await save(`import { said } from './said.ts'\nexport const handler = async () => ({ said })`)
    await save(`export const said = 'one'`, 'said.ts')
    start(true)
    expect(await answer()).toEqual({ said: 'one' })
    await save(`export const said = 'two'`, 'said.ts')
    expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
    expect(await answer()).toEqual({ said: 'two' })
  })

  test('that was broken at first is used once it is good', async () => {
    await save('export const')
    start(true)
    expect(await answer()).toContain('fn.ts:1:')
    await save(returning('good'))
    expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
    expect(await answer()).toEqual({ said: 'good' })
  })

  test('that was missing is found when it appears', async () => {
    await save(`import { said } from './said'\nexport const handler = async () => ({ said })`)
    start(true)
    expect(await answer()).toContain('Could not resolve "./said"')
    await save(`export const said = 'here'`, 'said.ts')
    expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
    expect(await answer()).toEqual({ said: 'here' })
  })
})

test('A save that another one follows before it was looked at to the end is not told as broken', async () => {
  await save(returning('one'))
  start(true)
  expect(await answer()).toEqual({ said: 'one' })
  await save(returning('two'))
  expect(await nextOutcome()).toEqual({ kind: 'reloaded' })

  const marker = join(folder, 'marker')
  await save(`import { writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(marker)}, '')
await new Promise((resolve) => setTimeout(resolve, 700))
export const half = 1`)
  await expect.poll(() => existsSync(marker), { timeout: 5000 }).toBe(true)
  await save(returning('three'))
  expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
  expect(await answer()).toEqual({ said: 'three' })
})

describe('a reload', () => {
  test('that bundles but does not load keeps the last good version', async () => {
    await save(returning('one'))
    start(false)
    expect(await answer()).toEqual({ said: 'one' })
    await save('throw new Error("at start")')
    expect(await runner.reload()).toMatchObject({
      kind: 'broken',
      reason: expect.stringContaining('at start'),
    })
    expect(await answer()).toEqual({ said: 'one' })
    await save('export const main = 1')
    expect(await runner.reload()).toMatchObject({ reason: expect.stringContaining("a function 'handler'") })
    expect(await answer()).toEqual({ said: 'one' })
  })

  test('replaces a version that never loaded by one that does not load either, with its reason', async () => {
    await save('throw new Error("first")')
    start(false)
    expect(await answer()).toContain('first')
    await save('throw new Error("second")')
    expect(await runner.reload()).toMatchObject({ kind: 'broken' })
    expect(await answer()).toContain('second')
    await save(returning('good'))
    expect(await runner.reload()).toEqual({ kind: 'reloaded' })
    expect(await answer()).toEqual({ said: 'good' })
  })

  test('lets running invocations finish on the old version', async () => {
    await save(
      `export const handler = ({ ms }, context, callback) => setTimeout(callback, ms, null, { said: 'old' })`,
    )
    start(false)
    await answer({ ms: 0 })
    const running = answer({ ms: 400 })
    await save(returning('new'))
    await runner.reload()
    expect(await answer()).toEqual({ said: 'new' })
    expect(await running).toEqual({ said: 'old' })
  })

  test('of an unchanged file keeps the instance and its state', async () => {
    await save(`let runs = 0\nexport const handler = async () => ({ runs: ++runs })`)
    start(false)
    expect(await answer()).toEqual({ runs: 1 })
    expect(await runner.reload()).toEqual({ kind: 'unchanged' })
    expect(await answer()).toEqual({ runs: 2 })
  })
})
