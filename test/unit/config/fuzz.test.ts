// Whatever a configuration becomes by accident, loading it ends in a deployment or in issues.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { toImportedText } from '../../../src/config/import/import.ts'
import { loadWithSources } from '../../../src/config/load.ts'
import { selectNearest } from '../../../src/config/nodes/did-you-mean.ts'
import { fromText } from '../../../src/config/nodes/from-text.ts'
import { Report } from '../../../src/config/nodes/report.ts'
import { parseTarget, splitOrigin } from '../../../src/config/origins/target-text.ts'
import { fixtures, load } from './harness.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const good: Json[] = [
  parse(readFileSync(join(fixtures, 'twin.yaml'), 'utf8')) as Json,
  JSON.parse(readFileSync(join(fixtures, 'get-distribution.json'), 'utf8')) as Json,
  JSON.parse(readFileSync(join(fixtures, '../terraform/site/plan.json'), 'utf8')) as Json,
  JSON.parse(readFileSync(join(fixtures, '../terraform/site/terraform.tfstate'), 'utf8')) as Json,
]

/** Every place in a value, as a list of keys. */
function pathsOf(value: Json, path: string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

/** A copy with one place replaced; undefined removes it. */
function withReplaced(value: Json, path: readonly string[], replacement: Json | undefined): Json {
  const copy = structuredClone(value)
  let part: Json | undefined = copy
  for (const key of path.slice(0, -1)) part = (part as Record<string, Json>)[key]
  const last = path.at(-1)
  if (last === undefined || part === null || typeof part !== 'object') return replacement ?? null
  if (replacement !== undefined) (part as Record<string, Json>)[last] = replacement
  else if (Array.isArray(part)) part.splice(Number(last), 1)
  else delete part[last]
  return copy
}

const accident = fc.option(
  fc.oneof(
    fc.constantFrom<Json>(
      '',
      'x',
      -1,
      1e21,
      true,
      [],
      {},
      [[]],
      [null],
      { Quantity: 3 },
      { Items: 'x' },
      { Quantity: {}, Items: [{}] },
      '*',
      '/',
    ),
    fc.jsonValue() as fc.Arbitrary<Json>,
  ),
  { nil: undefined },
)

const damaged = fc
  .tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(), accident), { minLength: 1, maxLength: 4 }))
  .map(([start, accidents]) =>
    accidents.reduce((value, [pick, replacement]) => {
      const paths = pathsOf(value)
      return withReplaced(value, paths[pick % paths.length]!, replacement)
    }, start),
  )

test('a damaged configuration gives a deployment or at least one error, never an exception', async () => {
  await fc.assert(
    fc.asyncProperty(damaged, async (inline) => {
      const result = await load({ inline })
      if (inline === null) return
      if (!result.ok) expect(result.issues.some((issue) => issue.severity === 'error')).toBe(true)
      else expect(result.deployment.Distributions.length).toBeGreaterThan(0)
    }),
    { numRuns: 300 },
  )
})

test('what loads of a damaged configuration is imported, and the text of that loads again', async () => {
  await fc.assert(
    fc.asyncProperty(damaged, async (inline) => {
      if (inline === null) return
      const given = { files: [], inline, origins: [], lambdas: [], env: {}, cwd: fixtures }
      const { result, sources } = await loadWithSources({ ...given, allowRemoteOrigins: false })
      if (!result.ok) return
      const text = toImportedText({ result, sources }, fixtures)
      const again = await load({ inline: parse(text) as Json })
      if (!again.ok) throw new Error(`${again.issues.map((each) => each.message).join(', ')}\n${text}`)
      expect(again.deployment.Distributions).toHaveLength(result.deployment.Distributions.length)
    }),
    { numRuns: 150 },
  )
})

test('any text gives a tree or an error', () => {
  const yamlish = fc.array(
    fc.constantFrom(
      'a: ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&x ',
      '*x',
      '<<: ',
      '\n',
      '  ',
      '\t',
      '"',
      '!Sub ',
      '|',
      'b',
      ',',
      ': ',
      '#',
      '? ',
    ),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        yamlish.map((parts) => parts.join('')),
        fc.json(),
      ),
      (text) => {
        const report = new Report()
        const tree = fromText(text, '/site.yaml', report)
        if (tree === null && text.trim() !== '' && !report.hasErrors) expect(isEmptyYaml(text)).toBe(true)
      },
    ),
    { numRuns: 1000 },
  )
})

function isEmptyYaml(text: string): boolean {
  const value: unknown = parse(text)
  return value === null || value === undefined
}

const TARGET_PARTS = [
  'api',
  '=',
  'http:',
  'https:',
  'ftp:',
  'file:',
  '//',
  '/',
  'x',
  ':',
  '3000',
  '[::1]',
  '?a',
  '#',
  '@',
  '..',
  '%',
  ' ',
]

test('any text of --origin is understood or refused', () => {
  const targetish = fc
    .array(fc.constantFrom(...TARGET_PARTS), { maxLength: 10 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string(), targetish), (text) => {
      const { target } = splitOrigin(text)
      expect(['http', 'folder', 'invalid']).toContain(parseTarget(target, '/base').kind)
    }),
    { numRuns: 1000 },
  )
})

test('a name with one slip is nearest to itself', () => {
  const names = ['TargetOriginId', 'ViewerProtocolPolicy', 'OriginRequestPolicyId', 'DefaultRootObject']
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(100), fc.constantFrom('a', 'Z', ''), (name, at, letter) => {
      const index = at % name.length
      expect(selectNearest(name.slice(0, index) + letter + name.slice(index + 1), names)).toBe(name)
    }),
  )
})
