// The Python driver of Lambda@Edge functions: the contract, and what only Python has.
import { execFile, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPython } from '../definitions.ts'
import { describeAhead } from './ahead.ts'
import { createStarter, describeContract, invoke, textsOf, valueOf } from './contract.ts'
import { selectPython } from '../../../../src/functions/lambda-edge/python/interpreter.ts'
import type { LambdaRunner, ReloadOutcome } from '../../../../src/functions/lambda-edge/runner.ts'

const FIXTURES = fileURLToPath(new URL('../../../fixtures/functions/', import.meta.url))
const HANDLER = 'lambda_handler'
const run = promisify(execFile)

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pocketfront-python-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(name: string, code: string): Promise<string> {
  const file = join(folder, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, code)
  return file
}

const returning = (text: string): string =>
  `def lambda_handler(event, context):\n    return {'said': '${text}'}\n`

async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

describe.skipIf(!hasPython)('Python', () => {
  describeContract({
    file: 'hostile.py',
    exportName: HANDLER,
    thrown:
      /^ValueError: broken on purpose\nTraceback \(most recent call last\):\n {2}File ".*hostile\.py", line \d+, in lambda_handler/,
    unprintable: /Unprintable/,
    more: [
      ['hard exit', 'threw', /exit code 4/, 'fresh'],
      ['abort', 'threw', /SIGABRT/, 'fresh'],
      ['not a number', 'invalid', /not parsable: Out of range float/, 'warm'],
      ['deep recursion', 'threw', /RecursionError/, 'warm'],
    ],
  })

  describeAhead('hostile.py', HANDLER)

  const start = createStarter()
  const hostile = (): LambdaRunner => start('hostile.py', HANDLER)

  describe('a hostile function', () => {
    test('that forks and returns twice replies once', async () => {
      const runner = hostile()
      expect(await valueOf(runner, { do: 'forks' })).toEqual({ parent: true })
      expect(await valueOf(runner, { do: 'ok' })).toEqual({ runs: 2 })
    })

    test('that prints or writes what looks like a reply does not reply', async () => {
      const runner = hostile()
      expect(await valueOf(runner, { do: 'speak for the runtime' })).toEqual({ runs: 1 })
      expect(await valueOf(runner, { do: 'ok' })).toEqual({ runs: 2 })
    })

    test('that closes all descriptors is replaced', async () => {
      const runner = hostile()
      expect(await invoke(runner, { do: 'close everything' }, 1000)).toMatchObject({ kind: 'failed' })
      expect(await valueOf(runner, { do: 'ok' })).toEqual({ runs: 1 })
    })

    test('that changes its event changes no other', async () => {
      const runner = hostile()
      expect(await valueOf(runner, { do: 'pollute' })).toEqual({ done: true })
      expect(await valueOf(runner, { do: 'ok' })).toEqual({ runs: 2 })
    })

    test.skipIf(process.platform !== 'linux')(
      'that takes memory without end gets a MemoryError',
      async () => {
        expect(await invoke(hostile(), { do: 'exhaust memory' })).toMatchObject({
          because: 'threw',
          detail: expect.stringMatching(/^MemoryError/),
        })
      },
    )

    test('that leaves threads behind replies, and is ended with them', async () => {
      const runner = hostile()
      expect(await valueOf(runner, { do: 'threads' })).toEqual({ done: 8 })
      await runner.dispose()
    })
  })

  test('output past sys.stdout, of children too, is in the log of the invocation', async () => {
    const result = await invoke(hostile(), { do: 'past stdout' })
    expect(textsOf(result)).toEqual(['by descriptor', 'by a child'])
  })

  test('output past sys.stdout is told apart of runs that come together, once there was some', async () => {
    const runner = start('hostile.py', HANDLER, { limits: { maxInstances: 1 } })
    for (let i = 0; i < 60; i++) await valueOf(runner, { do: 'ok' })
    await invoke(runner, { do: 'past stdout' })
    const results = await Promise.all([1, 2, 3, 4].map(() => invoke(runner, { do: 'past stdout' })))
    for (const each of results) expect(textsOf(each)).toEqual(['by descriptor', 'by a child'])
  })

  test('5 MB past sys.stdout do not hold up the reply', async () => {
    expect(await invoke(hostile(), { do: 'huge raw' })).toMatchObject({ value: { done: true } })
  })

  test('the context has snake_case names, and the environment is that of production', async () => {
    const runner = hostile()
    const { context, remaining, cwd } = await valueOf(runner, { do: 'context' })
    expect(context).toEqual({
      aws_request_id: 'request-1',
      function_name: 'us-east-1.edge-fn',
      function_version: '7',
      invoked_function_arn: 'arn:aws:lambda:us-east-1:123456789012:function:edge-fn:7',
      memory_limit_in_mb: '128',
      log_group_name: '/aws/lambda/us-east-1.edge-fn',
      log_stream_name: 'pocketfront/[7]',
      identity: null,
      client_context: null,
    })
    expect(remaining).toBeGreaterThan(4000)
    expect(join(String(cwd), '/')).toBe(FIXTURES)
    process.env['POCKETFRONT_TEST_SECRET'] = 'hidden'
    const { env } = (await valueOf(start('hostile.py', HANDLER), { do: 'environment' })) as {
      env: Record<string, string>
    }
    delete process.env['POCKETFRONT_TEST_SECRET']
    expect(env).toMatchObject({ _HANDLER: 'hostile.lambda_handler', TZ: ':UTC', PYTHONPATH: '/var/runtime' })
    expect(env).not.toHaveProperty('POCKETFRONT_TEST_SECRET')
    expect(env).not.toHaveProperty('NODE_PATH')
  })

  describe('code', () => {
    test.each<[what: string, code: string, reason: RegExp]>([
      ['a syntax error', 'def lambda_handler(:\n', /broken-\d+\.py:1:\d+: /],
      ['an error at import', 'x = 1\nraise KeyError("at start")\n', /KeyError: 'at start'[^]*line 2/],
      ['no handler', 'def main(event, context): pass\n', /no function 'lambda_handler'; it has: main/],
      ['sys.exit at import', 'import sys\nsys.exit("no reason")\n', /exit code 1/],
      ['an import that is missing', 'import not_there\n', /ModuleNotFoundError: No module named 'not_there'/],
    ])('with %s fails with the reason, and with nothing else', async (_what, code, reason) => {
      const file = await write(`broken-${Math.abs(code.length)}.py`, code)
      expect(await invoke(start(file, HANDLER), {})).toMatchObject({
        because: 'threw',
        detail: expect.stringMatching(reason),
        coldStart: true,
      })
    })

    test('imports the modules beside it and those of its package', async () => {
      await write('pkg/__init__.py', '')
      await write('pkg/words.py', `WORD = 'relative'\n`)
      await write('beside.py', `WORD = 'beside'\n`)
      const file = await write(
        'pkg/app.py',
        `from .words import WORD\nimport beside\ndef handler(event, context):\n    return {'said': [WORD, beside.WORD]}\n`,
      )
      expect(await valueOf(start(file, 'handler'))).toEqual({ said: ['relative', 'beside'] })
    })

    test('a file whose name is no identifier is loaded', async () => {
      const file = await write('edge-auth.v2.py', returning('loaded'))
      expect(await valueOf(start(file, HANDLER))).toEqual({ said: 'loaded' })
    })
  })

  describe('the interpreter', () => {
    test('that is missing is named, with the option that helps', async () => {
      const file = await write('fine.py', returning('fine'))
      for (const python of ['python-that-is-missing', join(folder, 'no', 'python')]) {
        const runner = start(file, HANDLER, { python })
        expect(await runner.prepare()).toMatch(/Python is missing: there is no .*--python PATH/)
      }
    })

    test('that is something else is told so', async () => {
      const file = await write('fine.py', returning('fine'))
      const python = await write('not-python', '#!/bin/sh\necho hello\n')
      await chmod(python, 0o755)
      expect(await start(file, HANDLER, { python }).prepare()).toContain('is not a Python 3 interpreter')
    })

    test('of a virtual environment brings its packages along', async () => {
      const venv = join(folder, 'venv')
      await run('python3', ['-m', 'venv', '--without-pip', venv])
      const python = join(venv, 'bin', 'python')
      const { stdout } = await run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])
      await writeFile(join(stdout.trim(), 'only_here.py'), `WORD = 'from the environment'\n`)
      const file = await write(
        'uses_venv.py',
        `import only_here\ndef lambda_handler(event, context):\n    return {'said': only_here.WORD}\n`,
      )
      expect(await valueOf(start(file, HANDLER, { python }))).toEqual({ said: 'from the environment' })
    })

    test.each<[option: string | undefined, env: Record<string, string>, expected: string]>([
      [undefined, {}, 'python3'],
      [undefined, { VIRTUAL_ENV: '/v' }, '/v/bin/python'],
      ['/opt/py', { VIRTUAL_ENV: '/v' }, '/opt/py'],
      [undefined, { VIRTUAL_ENV: '' }, 'python3'],
    ])('with --python %s and %o is %s', (option, env, expected) => {
      expect(selectPython(option, env, 'linux')).toBe(expected)
    })
  })

  describe('a saved file', () => {
    let outcomes: ReloadOutcome[]
    let wake: (() => void) | null

    function watching(file: string): LambdaRunner {
      outcomes = []
      wake = null
      return start(file, HANDLER, {
        watch: true,
        onReload(outcome) {
          outcomes.push(outcome)
          wake?.()
        },
      })
    }
    async function nextOutcome(): Promise<ReloadOutcome> {
      if (outcomes.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      wake = null
      return outcomes.shift()!
    }
    async function answer(runner: LambdaRunner): Promise<unknown> {
      return (await valueOf(runner))['said']
    }

    test('is used from the next invocation on; a broken save keeps the last good version', async () => {
      const file = await write('watched.py', returning('one'))
      const runner = watching(file)
      expect(await answer(runner)).toBe('one')
      await write('watched.py', 'def lambda_handler(:\n')
      expect(await nextOutcome()).toMatchObject({
        kind: 'broken',
        reason: expect.stringContaining('watched.py:1:'),
      })
      expect(await answer(runner)).toBe('one')
      await write('watched.py', 'raise ValueError("at import")\n')
      expect(await nextOutcome()).toMatchObject({ reason: expect.stringContaining('at import') })
      expect(await answer(runner)).toBe('one')
      await write('watched.py', returning('two'))
      expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
      expect(await answer(runner)).toBe('two')
    })

    test('may be a module that the function imports, even late', async () => {
      await write('said_late.py', `WORD = 'one'\n`)
      const file = await write(
        'late.py',
        `def lambda_handler(event, context):\n    import said_late\n    return {'said': said_late.WORD}\n`,
      )
      const runner = watching(file)
      expect(await answer(runner)).toBe('one')
      await write('said_late.py', `WORD = 'two'\n`)
      expect(await nextOutcome()).toEqual({ kind: 'reloaded' })
      expect(await answer(runner)).toBe('two')
    })
  })

  describe('processes end', () => {
    test('with the function that started them', async () => {
      const runner = hostile()
      const { pid } = await valueOf(runner, { do: 'leave a child' })
      expect(await isRunning(pid as number)).toBe(true)
      await runner.dispose()
      await expect.poll(() => isRunning(pid as number)).toBe(false)
    })

    test('with pocketfront, even when it is killed', async () => {
      const program = `
        const { createLambdaRunner } = await import(${JSON.stringify(new URL('../../../../src/functions/lambda-edge/runner.ts', import.meta.url).href)})
        const file = ${JSON.stringify(join(FIXTURES, 'hostile.py'))}
        const definition = { LambdaFunctionARN: 'a', name: 'f', version: '1', file, exportName: 'lambda_handler', Runtime: null, MemorySize: null, Timeout: null }
        const runner = createLambdaRunner({ definition, region: 'us-east-1', python: 'python3', memoryMb: () => 128, watch: false })
        const of = (event) => runner.invoke({ event: JSON.stringify(event), requestId: 'r', region: 'us-east-1', deadlineMs: 60_000, maxResultBytes: 1000 })
        console.log((await of({ do: 'leave a child' })).value.pid)
        await of({ do: 'loop' })`
      const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const pid = await new Promise<number>((resolve) =>
        parent.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
      )
      expect(await isRunning(pid)).toBe(true)
      parent.kill('SIGKILL')
      await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
    })

    test('and keep no program alive; what they print does not show', async () => {
      const { stdout, stderr } = await run(process.execPath, [
        join(FIXTURES, 'ends-by-itself.ts'),
        'hostile.py',
        HANDLER,
      ])
      expect([stdout, stderr]).toEqual(['returned', ''])
    })
  })
})
