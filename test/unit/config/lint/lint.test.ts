// What AWS accepts and will surprise with: each rule strikes where it should, at its place, and nowhere else.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covers } from '../../../../src/config/lint/covers.ts'
import type { LintFinding } from '../../../../src/config/lint/rule.ts'
import { LINT_RULES } from '../../../../src/config/lint/rules.ts'
import { compilePathPattern } from '../../../../src/behaviors/path-pattern.ts'
import { load, withFiles } from '../harness.ts'
import { LINT_CASES } from './cases.ts'

const CODE = 'export const handler = async (event) => event.Records[0].cf.request'

function lint(text: string): Promise<readonly LintFinding[]> {
  return withFiles({ 'site.yaml': text, 'f.js': CODE }, async (cwd) => {
    const result = await load({ files: ['site.yaml'], cwd, allowRemoteOrigins: true })
    if (!result.ok) throw new Error(result.issues.map((it) => `${it.path}: ${it.message}`).join('\n'))
    return result.findings
  })
}

test('every rule has a configuration that trips it and one that does not', () => {
  const known = LINT_RULES.map(({ id }) => id)
  expect(LINT_CASES.map(({ rule }) => rule).toSorted()).toEqual(known.toSorted())
  expect(new Set(known).size).toBe(known.length)
  for (const { trips, passes } of LINT_CASES) expect(Math.min(trips.length, passes.length)).toBeGreaterThan(0)
})

const trips = LINT_CASES.flatMap(({ rule, trips: texts }) => texts.map((text) => ({ rule, text })))
const passes = LINT_CASES.flatMap(({ rule, passes: texts }) => texts.map((text) => ({ rule, text })))

describe('a trap is found at its place', () => {
  test.each(trips)('$rule: $text', async ({ rule, text }) => {
    const before = text.slice(0, text.indexOf('«')).split('\n')
    const found = (await lint(text.replace('«', ''))).filter(({ code }) => code === rule)
    expect(found.map(({ line, column }) => [line, column])).toEqual([
      [before.length, before.at(-1)!.length + 1],
    ])
    expect(found[0]).toMatchObject({ severity: 'warning', page: expect.stringMatching(/./) })
    expect(found[0]?.hint).toMatch(/./)
  })
})

describe('what is no trap is left alone', () => {
  test.each(passes)('$rule: $text', async ({ rule, text }) => {
    expect((await lint(text)).map(({ code }) => code)).not.toContain(rule)
  })
})

describe('rules can be switched off', () => {
  const site =
    'Origins: [{ Id: a, DomainName: localhost }]\nDefaultCacheBehavior: { TargetOriginId: a, ForwardedValues: {} }'

  test('by a section of the file', async () => {
    expect((await lint(site)).map(({ code }) => code)).toContain('legacy-settings')
    expect((await lint(`${site}\nlint: { off: [legacy-settings] }`)).map(({ code }) => code)).toEqual([])
  })

  test('an unknown rule is named with the nearest known one', async () => {
    const result = await withFiles({ 'site.yaml': `${site}\nlint: { off: [legacy-setings] }` }, (cwd) =>
      load({ files: ['site.yaml'], cwd }),
    )
    expect(result.ok && result.warnings).toMatchObject([
      { line: 3, message: "there is no rule 'legacy-setings', did you mean legacy-settings?" },
    ])
  })

  test('all at once', async () => {
    const result = await withFiles({ 'site.yaml': site }, (cwd) =>
      load({ files: ['site.yaml'], cwd, lint: false }),
    )
    expect(result.ok && result.findings).toEqual([])
  })
})

describe('patterns that cover others', () => {
  const parts = fc.array(fc.constantFrom('a', 'b', '/', '*', '?'), { maxLength: 6 }).map((it) => it.join(''))
  const paths = fc.array(fc.constantFrom('a', 'b', 'c', '/'), { maxLength: 8 }).map((it) => `/${it.join('')}`)

  test('a covered pattern matches nothing that the other does not', () => {
    fc.assert(
      fc.property(parts, parts, paths, (wide, narrow, path) => {
        if (covers(wide, narrow) && compilePathPattern(narrow)(path)) {
          expect(compilePathPattern(wide)(path)).toBe(true)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test('a pattern covers itself, and * covers all', () => {
    fc.assert(
      fc.property(parts, (pattern) => {
        expect(covers(pattern, pattern)).toBe(true)
        expect(covers('*', pattern)).toBe(true)
      }),
    )
  })

  test('a pattern that is not covered has a path of its own', () => {
    const own = (pattern: string, filler: string): string =>
      pattern.replaceAll('?', 'x').replaceAll('*', filler)
    const short = fc.array(fc.constantFrom('a', '/', '*', '?'), { maxLength: 4 }).map((it) => it.join(''))
    const fillers = [
      '',
      'x',
      'a',
      '/',
      'xx',
      'ax',
      'xa',
      'aa',
      'xxx',
      '//',
      'a/',
      '/a',
      'xax',
      'axa',
      'xxxx',
      'xxxxxx',
    ]
    fc.assert(
      fc.property(short, fc.constantFrom('a*', '*a', 'a', '*', '?*', '?a'), (wide, narrow) => {
        const matches = compilePathPattern(wide)
        const filled = fillers.map((filler) => own(narrow.startsWith('/') ? narrow : `/${narrow}`, filler))
        expect(covers(wide, narrow)).toBe(filled.every(matches))
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['a?*', 'a*a', true],
    ['?*', '*a', true],
    ['*a*', '*a', true],
    ['*a', '*a*', false],
    ['*?a', '*a?', false],
  ])('%s covers %s: %s', (wide, narrow, expected) => {
    expect(covers(wide, narrow)).toBe(expected)
  })

  test('patterns made to be hard take no time', () => {
    const hard = `${'*a????????????????????'.repeat(8)}*`
    expect(covers(hard, `${hard}b`)).toBeTypeOf('boolean')
  })
})
