// Deployment packages in the place of code, wherever code may stand; and what import writes of them.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { explainConfiguration } from '../../../src/assembly/explain-config.ts'
import { importConfiguration } from '../../../src/assembly/import-config.ts'
import { createArchives, type Archives } from '../../../src/config/archives/archives.ts'
import type { LoadOptions } from '../../../src/config/load.ts'
import { zip } from '../../support/zip.ts'
import { issuesOf, loaded, withFiles } from './harness.ts'

let archives: Archives
beforeEach(() => {
  archives = createArchives(() => mkdtempSync(join(tmpdir(), 'pocketfront-unpacked-')))
})
afterEach(() => archives.close())

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:edge:1'
const site = (rest = '', association = '') => `
Id: EPACKAGES
Origins: [{ Id: app, DomainName: abc.lambda-url.us-east-1.on.aws, CustomOriginConfig: { OriginProtocolPolicy: https-only } }]
DefaultCacheBehavior:
  TargetOriginId: app
  LambdaFunctionAssociations: [{ EventType: origin-request, LambdaFunctionARN: '${ARN}'${association} }]
${rest}`
const NODE = zip({ 'index.js': 'exports.handler = 1', 'lib/app.mjs': 'export const main = 1' })
const PYTHON = zip({ 'lambda_function.py': 'def lambda_handler(event, context): return event' })

async function fileOf(
  text: string,
  bytes: Buffer,
  options: Partial<LoadOptions> = {},
): Promise<{ readonly name: string | undefined; readonly exportName: string }> {
  return withFiles({ 'site.yaml': text, 'edge.zip': bytes }, async (cwd) => {
    const given = { files: ['site.yaml'], cwd, archives, allowRemoteOrigins: true, ...options }
    const [edge] = (await loaded(given)).deployment.LambdaFunctions
    return { name: archives.originOf(edge!.file)?.name, exportName: edge!.exportName }
  })
}

describe('A package is the code of a function', () => {
  test.each<[string, string, Buffer, Partial<LoadOptions>, string, string]>([
    ['in the section lambdas', site('lambdas: { edge: ./edge.zip }'), NODE, {}, 'index.js', 'handler'],
    [
      'with its handler',
      site('lambdas: { edge: { Code: ./edge.zip, Handler: lib/app.main, Runtime: nodejs22.x } }'),
      NODE,
      {},
      'lib/app.mjs',
      'main',
    ],
    ['beside its association', site('', ', Handler: ./edge.zip'), NODE, {}, 'index.js', 'handler'],
    [
      'on the command line',
      site(),
      NODE,
      { lambdas: ['edge=./edge.zip#lib/app.main'] },
      'lib/app.mjs',
      'main',
    ],
    ['in Python', site('lambdas: { edge: ./edge.zip }'), PYTHON, {}, 'lambda_function.py', 'lambda_handler'],
  ])('%s', async (_, text, bytes, options, name, exportName) => {
    expect(await fileOf(text, bytes, options)).toEqual({ name, exportName })
  })

  test('without the handler it is an error that names both', async () => {
    const text = site('lambdas: { edge: { Code: ./edge.zip, Handler: app.main } }')
    await withFiles({ 'site.yaml': text, 'edge.zip': NODE }, async (cwd) => {
      const issues = await issuesOf({ files: ['site.yaml'], cwd, archives, allowRemoteOrigins: true })
      expect(issues.map(({ message }) => message)).toContain(
        `there is no file for the handler app.main in ${join(cwd, 'edge.zip')}`,
      )
    })
  })
})

describe('A package behind a Function URL', () => {
  const text = site('lambdas: { edge: ./edge.zip }\norigins: { app: "lambda:./edge.zip#lib/app.main" }')

  test('is written by import as what it is', async () => {
    await withFiles({ 'site.yaml': text, 'edge.zip': NODE }, async (cwd) => {
      const imported = await importConfiguration({ config: 'site.yaml', cwd })
      expect(imported.text).toContain(`${ARN}: ./edge.zip#index.handler`)
      expect(imported.text).toContain('app: lambda:./edge.zip#lib/app.main')
    })
  })

  test('is shown by explain-config with the name of the package', async () => {
    await withFiles({ 'site.yaml': text, 'edge.zip': NODE }, async (cwd) => {
      const [view] = await explainConfiguration({ config: 'site.yaml', cwd })
      expect(view!.origins[0]!.target).toMatch(/edge\.zip\/lib\/app\.mjs#main$/)
    })
  })
})
