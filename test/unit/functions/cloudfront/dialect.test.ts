import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDialect } from '../../../../src/functions/cloudfront/dialect.ts'
import { createCffRunner } from '../../../../src/functions/cloudfront/runner.ts'
import { EMPTY_HOST, runCode } from '../../../support/cff.ts'

const V2 = 'cloudfront-js-2.0'
const HANDLER = '\nfunction handler(event) { return event; }'
const TOKENS =
  'a b handler function ( ) { } [ ] , ; : . ... ?. ?? => = == + - * / % < > ! ~ & | ^ ` ${ " \' /a/ 1 10n 1_0 0x1 async await yield let const var class extends super import from export default for of in if else return try catch finally throw new delete typeof void with switch case break continue do while this null true get set static # @ \\ \n'.split(
    ' ',
  )

describe('The dialect check', () => {
  test('lists every problem, in the order of the code', () => {
    const check = checkDialect(`class A {}\nconst f = (a = 1) => a?.b\nfor (const x of y) { f(...x) }`, V2)
    const lines = check.kind === 'parsed' ? check.problems.map(({ line, column }) => [line, column]) : []
    expect(lines).toEqual([
      [1, 1],
      [2, 19],
      [2, 23],
      [3, 14],
      [3, 24],
    ])
  })

  test('says what each problem is', () => {
    expect(checkDialect('a?.b', V2)).toMatchObject({
      problems: [{ explanation: 'optional chaining is not part of cloudfront-js-2.0' }],
    })
  })

  test.each([
    [
      'awaiting in a nested function that is an argument',
      'async function f() { g(async () => { await h(); }) }',
    ],
    ['awaiting what a function is called on', 'async function f() { (await g()).h() }'],
    ['the name of a property', 'var a = { class: 1, of: 2, async: 3 }; a.class = a.of'],
    ['a rest parameter', 'function f(...a) {}'],
    [
      'words in strings, templates, comments and regular expressions',
      '"for (a of b)"; `class ${1}`; /* ?. */ /[...]/',
    ],
    ['a spelled-out catch', 'try { a() } catch (e) { b() }'],
  ])('has nothing against %s', (_what, code) => {
    expect(checkDialect(code, V2)).toMatchObject({ kind: 'parsed', problems: [] })
  })

  test.each([
    ['Unexpected token ";" in 2', 'var a = 1\nvar b = (;'],
    ['Unexpected end of input in 1', 'function f() {'],
    ['Unexpected token "=>" in 1', 'a = => b'],
  ])('tells a syntax error as CloudFront does: %s', (message, code) => {
    expect(checkDialect(code, V2)).toMatchObject({
      kind: 'syntax',
      problem: { message: `SyntaxError: ${message}` },
    })
  })

  test('lenient: what CloudFront refuses runs and is listed', async () => {
    const code = `import { createHash } from 'crypto';\nclass A { b = 1 }\nfunction handler(event) { const { x = 2 } = event; return [new A()?.b, x, ...[3], createHash('md5').digest('hex').length]; }`
    expect(await runCode(code, { strictDialect: false })).toMatchObject({
      kind: 'returned',
      value: [1, 2, 3, 32],
    })
    expect(checkDialect(code, V2)).toMatchObject({
      problems: [{ line: 1 }, { line: 2 }, { line: 3 }, { line: 3 }, { line: 3 }],
    })
  })

  test('lenient: a real syntax error still fails', async () => {
    expect(await runCode('function handler( {', { strictDialect: false })).toMatchObject({
      because: 'syntax',
    })
    expect(await runCode(`export default 1${HANDLER}`, { strictDialect: false })).toMatchObject({
      because: 'syntax',
    })
  })

  test.each([
    ['brackets', '['.repeat(5000) + ']'.repeat(5000)],
    ['operators', `var a = ${'!'.repeat(9000)}1`],
    ['functions', '(function(){'.repeat(700) + '})()'.repeat(700)],
    ['one long sum', `var a = ${'1+'.repeat(4900)}1`],
    ['a regular expression that explodes', '/(((a{1,999}){1,999}){1,999}){1,999}/.test("")'],
    ['open brackets', '('.repeat(10_000)],
  ])('code that is hard to read is read or refused: %s', async (_what, code) => {
    const result = await runCode(code + HANDLER, { event: { ok: 1 } })
    expect(['returned', 'failed']).toContain(result.kind)
    expect(await runCode(HANDLER, { event: { ok: 1 } })).toMatchObject({ value: { ok: 1 } })
  })

  test('no text makes the check throw or a run reject', async () => {
    const text = fc.oneof(
      fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }).map((tokens) => tokens.join(' ')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    )
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (code, strictDialect) => {
        const source = { name: 'f', code, file: null, runtime: 'cloudfront-js-2.0' as const }
        const runner = createCffRunner(source, { strictDialect })
        for (const problem of runner.problems) {
          expect(problem.line).toBeGreaterThan(0)
          expect(problem.message).toMatch(/ in \d+$/)
        }
        const result = await runner.run({ event: '{}', host: EMPTY_HOST, now: 0, requestId: 'r' })
        if (result.kind === 'failed') expect(result.message).not.toBe('')
      }),
      { numRuns: 100 },
    )
  })
})
