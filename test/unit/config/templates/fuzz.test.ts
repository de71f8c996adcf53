// Whatever a template of any tool becomes by accident, loading it ends in a deployment or in issues that say where.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromText } from '../../../../src/config/nodes/from-text.ts'
import { Report } from '../../../../src/config/nodes/report.ts'
import { toPlain } from '../../../../src/config/templates/values.ts'
import { load } from '../harness.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const folder = fileURLToPath(new URL('../../../fixtures/templates/', import.meta.url))
const names = ['sam/template.yaml', 'serverless/serverless.yml']
/** Long forms in place of tags, as plain data. */
const good = names.map((name) => {
  const file = join(folder, name)
  return {
    cwd: join(file, '..'),
    value: toPlain(fromText(readFileSync(file, 'utf8'), file, new Report())!) as Json,
  }
})

function pathsOf(value: Json, path: string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

function damage(value: Json, path: readonly string[], replacement: Json | undefined): Json {
  const copy = structuredClone(value)
  let part: Json | undefined = copy
  for (const key of path.slice(0, -1)) part = (part as Record<string, Json>)[key]
  const last = path.at(-1)
  if (last === undefined || part === null || typeof part !== 'object') return copy
  if (replacement !== undefined) (part as Record<string, Json>)[last] = replacement
  else if (Array.isArray(part)) part.splice(Number(last), 1)
  else delete part[last]
  return copy
}

const EXPRESSIONS: Json[] = [
  { Ref: 'Distribution' },
  { Ref: 'Nothing' },
  { 'Fn::GetAtt': ['Distribution', 'DomainName'] },
  { 'Fn::GetAtt': 'x' },
  { 'Fn::Sub': '${A.B}${' },
  { 'Fn::If': ['x'] },
  { 'Fn::Select': [9, []] },
  { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: './none.yaml' } } },
  { 'Fn::ForEach::X': ['A', ['b'], {}] },
  '${self:}',
  '${self:service}${self:functions}',
  '${file(./serverless.yml):functions}',
  '${opt:x, ${self:provider}}',
  '{{resolve:ssm:/x}}',
]
const accident = fc.option(
  fc.oneof(
    fc.constantFrom<Json>('', 'x', -1, true, null, [], {}, [[]], [null], ...EXPRESSIONS),
    fc.jsonValue() as fc.Arbitrary<Json>,
  ),
  { nil: undefined },
)

test('a damaged template gives a deployment or errors that say where, never an exception', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(), accident), { minLength: 1, maxLength: 4 }),
      async ({ cwd, value }, accidents) => {
        let inline = value
        for (const [pick, replacement] of accidents) {
          const paths = pathsOf(inline)
          inline = damage(inline, paths[pick % paths.length]!, replacement)
        }
        const result = await load({ inline, cwd })
        const issues = result.ok ? result.warnings : result.issues
        if (!result.ok) expect(issues.some(({ severity }) => severity === 'error')).toBe(true)
        for (const { file } of issues) expect(file).not.toBe('')
      },
    ),
    { numRuns: 300 },
  )
}, 60_000)

test('a template of 5 MB is read in a moment', async () => {
  const one = (index: number): [string, Json] => [
    `Fn${index}`,
    {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}-${AWS::Region}' }, S3Key: 'a.zip' },
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Environment: { Variables: { TEXT: 'x'.repeat(400), TABLE: { Ref: 'Table' } } },
      },
    },
  ]
  const text = JSON.stringify(
    { Resources: Object.fromEntries(Array.from({ length: 7000 }, (_, index) => one(index))) },
    null,
    1,
  )
  expect(text.length).toBeGreaterThan(5_000_000)
  const report = new Report()
  const tree = fromText(text, '/x.json', report)
  expect(report.issues).toEqual([])
  const resources = tree?.kind === 'map' ? tree.entries.get('Resources')?.value : null
  expect(resources?.kind === 'map' && resources.entries.size).toBe(7000)
})
