// What `pocketfront validate` prints, and its command line.
import { expect, test } from 'vitest'
import { validateConfiguration, type Validation } from '../../../src/assembly/validate.ts'
import { parseArguments } from '../../../src/cli/arguments.ts'
import { toValidateText } from '../../../src/cli/validate-lines.ts'
import { NO_PALETTE } from '../../../src/observe/palette.ts'
import { withFiles } from '../config/harness.ts'

const GOOD = 'Origins: [{ Id: a, DomainName: localhost }]\nDefaultCacheBehavior: { TargetOriginId: a }\n'
const TRAPPED = GOOD.replace('TargetOriginId: a', 'TargetOriginId: a, CachePolicy: CachingDisabled')
const WARNED = `${TRAPPED}Bananas: true\n`
const BROKEN = GOOD.replace('TargetOriginId: a', 'TargetOriginId: b, Compress: 50%')

/** The text for one file, site.yaml. */
function show(
  text: string,
  format: 'text' | 'json' | 'github',
  options: Parameters<typeof validateConfiguration>[0] = {},
): Promise<{ validation: Validation; text: string }> {
  return withFiles({ 'site.yaml': text }, async (cwd) => {
    const validation = await validateConfiguration({ config: ['site.yaml'], cwd, ...options })
    return { validation, text: toValidateText(validation, { format, palette: NO_PALETTE, cwd }) }
  })
}

test('the command line is a value', () => {
  expect(parseArguments(['validate', 'a.yaml', '--strict', '--max-traps', '0', '-o', 'a=./x'], '1')).toEqual({
    kind: 'validate',
    validate: {
      files: ['a.yaml'],
      format: 'text',
      strict: true,
      lint: true,
      maxTraps: 0,
      origin: ['a=./x'],
      lambda: [],
      function: [],
      functionsDialect: 'strict',
      parameter: [],
      json: false,
    },
  })
  expect(parseArguments(['validate', 'a', '--json', '--no-lint'], '1')).toMatchObject({
    validate: { format: 'json', lint: false, json: true },
  })
  expect(parseArguments(['validate'], '1')).toMatchObject({ kind: 'refused' })
  expect(parseArguments(['validate', 'a', '--format', 'xml'], '1')).toMatchObject({ kind: 'refused' })
})

test('a good file is one line', async () => {
  expect((await show(GOOD, 'text')).text).toBe('1 distribution: no problems\n')
})

test('a file with an error says what and where, and is not looked at for traps', async () => {
  const { validation, text } = await show(BROKEN, 'text')
  expect(validation.ok).toBe(false)
  expect(text).toBe(
    [
      "error  site.yaml:2:41 TargetOriginId: no origin has the id 'b' (NoSuchOrigin)",
      '  known: a',
      "error  site.yaml:2:54 Compress: '50%' is not true or false (InvalidArgument)",
      '1 file: 2 errors',
      '',
    ].join('\n'),
  )
})

test('warnings and traps leave a file usable', async () => {
  const { validation, text } = await show(WARNED, 'text')
  expect(validation.ok).toBe(true)
  expect(text).toMatch(
    /^warning {2}site\.yaml:3:1 Bananas: unknown key\ntrap {2}site\.yaml:2:57 CachePolicy: .*\(uncached-forwards-nothing\)\n {2}.*\n1 distribution: 1 warning, 1 trap {2}docs\/lint\.md says why\n$/,
  )
})

test('strict makes warnings errors', async () => {
  const { validation, text } = await show(WARNED, 'text', { strict: true })
  expect(validation.ok).toBe(false)
  expect(text).toBe('error  site.yaml:3:1 Bananas: unknown key\n1 file: 1 error\n')
})

test('strict counts what the engine of CloudFront refuses in a function', async () => {
  const text = `${GOOD.replace(' }\n', ', FunctionAssociations: [{ EventType: viewer-request, FunctionARN: f }] }\n')}Functions: [{ Name: f, FunctionConfig: { Runtime: cloudfront-js-2.0 }, FunctionCode: 'class A {}; function handler(e) { return e.request }' }]\n`
  const usual = await show(text, 'text')
  expect(usual.validation.issues.map(({ code }) => code)).toEqual(['FunctionExecutionError'])
  expect(usual.validation.ok).toBe(true)
  expect((await show(text, 'text', { strict: true })).validation.ok).toBe(false)
  expect((await show(text, 'text', { functionsDialect: 'lenient' })).validation.issues).toEqual([])
})

test('without lint there are no traps', async () => {
  expect((await show(TRAPPED, 'text', { lint: false })).text).toBe('1 distribution: no problems\n')
})

test('GitHub Actions gets an annotation for each', async () => {
  expect((await show(BROKEN, 'github')).text).toBe(
    [
      "::error file=site.yaml,line=2,col=41,title=NoSuchOrigin::DefaultCacheBehavior.TargetOriginId: no origin has the id 'b'%0Aknown: a",
      "::error file=site.yaml,line=2,col=54,title=InvalidArgument::DefaultCacheBehavior.Compress: '50%25' is not true or false",
      '',
    ].join('\n'),
  )
  expect((await show(WARNED, 'github')).text).toMatch(
    /^::warning file=site\.yaml,line=3,col=1::Bananas: unknown key\n::notice file=site\.yaml,line=2,col=57,title=uncached-forwards-nothing::/,
  )
})

test('JSON has everything, with counts', async () => {
  const { text } = await show(WARNED, 'json')
  expect(JSON.parse(text)).toMatchObject({
    ok: true,
    errors: 0,
    warnings: 1,
    traps: 1,
    distributions: [expect.stringMatching(/^E/)],
    issues: [{ severity: 'warning', line: 3, path: 'Bananas' }],
    findings: [{ code: 'uncached-forwards-nothing', line: 2, page: 'Control origin requests with a policy' }],
  })
})

test('where an origin is on this machine is no matter', async () => {
  const remote = GOOD.replace('localhost', 'www.example.com')
  expect((await show(remote, 'text')).text).toBe('1 distribution: no problems\n')
})
