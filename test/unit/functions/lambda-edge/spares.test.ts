// Threads and processes that have started ahead of the next version of a function.
import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasPython } from '../definitions.ts'
import { createStarter, valueOf } from './contract.ts'
import type { LambdaRunner } from '../../../../src/functions/lambda-edge/runner.ts'

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pocketfront-spares-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const start = createStarter()
const CODE = {
  mjs: (said: string) => `let runs = 0
export const handler = async () => ({ said: '${said}', runs: ++runs, name: process.env.AWS_REGION })`,
  py: (said: string) => `import os
runs = 0
def handler(event, context):
    global runs
    runs += 1
    return {'said': '${said}', 'runs': runs, 'name': os.environ['AWS_REGION']}
`,
}
type Language = keyof typeof CODE
const languages = (['mjs', 'py'] as const).filter((language) => language === 'mjs' || hasPython)

const save = (language: Language, name: string, said: string): Promise<void> =>
  writeFile(join(folder, `${name}.${language}`), CODE[language](said))

async function begin(language: Language, name: string): Promise<LambdaRunner> {
  await save(language, name, 'first')
  return start(join(folder, `${name}.${language}`), 'handler', { watch: true })
}

/** The interpreters that this process has started. */
async function interpreters(): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,stat=,args='])
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, state, ...args]) => {
      return (
        Number(parent) === process.pid && !state!.startsWith('Z') && args.join(' ').includes('runtime.py')
      )
    })
    .map(([pid]) => Number(pid))
}

test.each(languages)(
  'Saves of a %s file one after another are each in use, with fresh state',
  async (language) => {
    const runner = await begin(language, 'often')
    expect(await valueOf(runner)).toMatchObject({ said: 'first', runs: 1 })
    for (const said of ['second', 'third', 'fourth', 'fifth']) {
      await save(language, 'often', said)
      await expect
        .poll(async () => (await valueOf(runner))['said'], { interval: 10, timeout: 5000 })
        .toBe(said)
      expect(await valueOf(runner)).toMatchObject({ runs: 2, name: 'eu-central-1' })
    }
    await runner.dispose()
  },
)

test.each(languages)(
  'A version in %s that does not load uses up nothing that the next one needs',
  async (language) => {
    const runner = await begin(language, 'broken')
    await valueOf(runner)
    for (let i = 0; i < 2; i++) {
      await writeFile(join(folder, `broken.${language}`), 'this is no code (')
      expect(await runner.reload()).toMatchObject({ kind: 'broken' })
    }
    await save(language, 'broken', 'second')
    await expect.poll(async () => (await valueOf(runner))['said'], { timeout: 5000 }).toBe('second')
    await runner.dispose()
  },
)

test.skipIf(!hasPython)(
  'An interpreter that waits for a version may be killed, and ends with the function',
  async () => {
    const runner = await begin('py', 'killed')
    await valueOf(runner)
    const count = async (): Promise<number> => (await interpreters()).length
    await expect.poll(count, { timeout: 5000 }).toBe(2)
    process.kill(Math.max(...(await interpreters())), 'SIGKILL')
    await save('py', 'killed', 'second')
    await expect.poll(async () => (await valueOf(runner))['said'], { timeout: 5000 }).toBe('second')
    await expect.poll(count, { timeout: 5000 }).toBe(2)
    await runner.dispose()
    await expect.poll(count, { timeout: 5000 }).toBe(0)
  },
)
