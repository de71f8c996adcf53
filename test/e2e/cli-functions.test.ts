// CloudFront Functions on the command line: where their code is, what is wrong with it, and the test of one function.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCli } from './cli-process.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'pocketfront-cli-functions-'))
  writeFileSync(
    join(cwd, 'event.json'),
    JSON.stringify({ request: { method: 'GET', uri: '/a', headers: {} } }),
  )
  writeFileSync(join(cwd, 'good.js'), `function handler(event) { console.log('hi'); return event.request }`)
  writeFileSync(
    join(cwd, 'old.js'),
    `function handler(event) {\n  for (const a of []) {}\n  return event.request\n}`,
  )
  writeFileSync(
    join(cwd, 'site.yaml'),
    `Origins: [{ Id: app, DomainName: localhost }]
DefaultCacheBehavior:
  TargetOriginId: app
  FunctionAssociations: [{ EventType: viewer-request, FunctionARN: rewrite }]
`,
  )
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

async function finished(...argv: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  await using cli = startCli(argv, { cwd, env: { NO_COLOR: '1' } })
  const code = await cli.ended
  return { code, stdout: cli.stdout(), stderr: cli.stderr() }
}

describe('pocketfront test-function', () => {
  test('prints output, log lines and compute utilization, and ends with 0', async () => {
    const { code, stdout } = await finished('test-function', 'good.js', '--event', 'event.json')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\{\n {2}"request": \{[^]*\nlog {2}hi\ncompute utilization {2}\d+\n$/)
  })

  test('ends with 1 when the function fails, and says why', async () => {
    const { code, stdout } = await finished('test-function', 'old.js', '--event', 'event.json', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      TestResult: {
        FunctionErrorMessage: expect.stringContaining(
          'Token "of" not supported in this version in 2',
        ) as string,
        FunctionOutput: '',
      },
    })
    const lenient = await finished(
      'test-function',
      'old.js',
      '--event',
      'event.json',
      '--functions-dialect',
      'lenient',
    )
    expect(lenient.code).toBe(0)
  })

  test('points to the place of a failure', async () => {
    const { stdout } = await finished('test-function', 'old.js', '--event', 'event.json')
    expect(stdout).toMatch(/\n {2}at old\.js:2:\d+ {2}for\.\.\.of is not part of cloudfront-js-2\.0\n/)
    writeFileSync(join(cwd, 'throws.js'), `function handler(event) {\n  return event.request.no.way\n}`)
    const thrown = await finished('test-function', 'throws.js', '--event', 'event.json')
    expect(thrown.stdout).toMatch(/cannot get property "way" of undefined\n {2}at throws\.js:2:\d+\n/)
  })

  test.each([
    [['test-function', 'good.js'], "required option '-e, --event <FILE>' not specified"],
    [['test-function', 'none.js', '--event', 'event.json'], 'there is no file'],
    [['test-function', '.', '--event', 'event.json'], 'is a folder'],
    [['test-function', 'good.js'], 'pocketfront test-function --help'],
    [['test-function', 'good.js', '--event', 'good.js'], 'is no JSON'],
    [['test-function', 'good.js', '--event', 'event.json', '--stage', 'origin-request'], 'origin-request'],
  ])('%j ends with 2 and says what is wrong', async (argv, message) => {
    const { code, stderr } = await finished(...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('a function of the configuration', () => {
  const LISTEN = ['--port', '0', '--admin-port', '0', '--no-https', '--json']

  test("that CloudFront's engine does not take is a warning with its place", async () => {
    await using cli = startCli(['site.yaml', '--function', 'rewrite=old.js', ...LISTEN], { cwd })
    await cli.ready()
    expect(cli.events().filter(({ event }) => event === 'warning')).toMatchObject([
      {
        file: join(cwd, 'old.js'),
        line: 2,
        column: expect.any(Number) as number,
        message: expect.stringContaining('Token "of" not supported in this version in 2') as string,
      },
    ])
  })

  test('is in use as soon as it is saved, and a save that cannot be used leaves the one before', async () => {
    const file = join(cwd, 'watched.js')
    const save = (body: string): void => {
      writeFileSync(`${file}.new`, `function handler(event) { return { statusCode: 200, body: '${body}' } }`)
      renameSync(`${file}.new`, file)
    }
    save('one')
    await using cli = startCli(['site.yaml', '--function', 'rewrite=watched.js', '--watch', ...LISTEN], {
      cwd,
    })
    const { url } = await cli.ready()
    const get = async (): Promise<string> => (await fetch(url)).text()
    expect(await get()).toBe('one')
    save('two')
    await cli.output(/"event":"reload","ok":true/)
    expect(await get()).toBe('two')
    writeFileSync(`${file}.new`, 'function handler(event) {\n  return { statusCode: }\n}')
    renameSync(`${file}.new`, file)
    await cli.output(/the code before stays in use/)
    expect(await get()).toBe('two')
    const [, broken] = cli.events().filter(({ event, ok }) => event === 'reload' && ok === true)
    expect(broken).toMatchObject({
      warnings: [{ file, line: 2, message: expect.stringContaining('Unexpected token "}"') as string }],
    })
    expect(cli.stdout()).toContain(`${file} can't be used: 2:`)
    rmSync(file)
    await cli.output(/"event":"reload","ok":false/)
    expect(await get()).toBe('two')
    const [failed] = cli.events().filter(({ event, ok }) => event === 'reload' && ok === false)
    expect(JSON.stringify(failed)).toContain(`there is no file ${file}`)
    save('three')
    await cli.output(/"ok":true[^]*"ok":true[^]*"ok":true/)
    expect(await get()).toBe('three')
  })
})
