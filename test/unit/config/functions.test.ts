// Where the code of Lambda@Edge functions comes from, and the names they get.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UNSET_SETTINGS } from '../functions/definitions.ts'
import type { LoadOptions } from '../../../src/config/load.ts'
import { loaded, withFiles } from './harness.ts'

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:auth:7'
const CODE = { 'edge/auth.ts': '', 'edge/other.ts': '', 'more/auth.ts': '' }

function site(associations: string, section = ''): string {
  return `
Origins: [{ Id: app, DomainName: localhost }]
DefaultCacheBehavior: { TargetOriginId: app, LambdaFunctionAssociations: [${associations}] }
lambdas: { ${section} }
`
}

async function functionsOf(text: string, options: Partial<LoadOptions> = {}) {
  return withFiles({ ...CODE, 'conf/site.yaml': text, 'conf/edge/near.ts': '' }, async (cwd) => {
    const { deployment, warnings } = await loaded({ files: ['conf/site.yaml'], cwd, ...options })
    const functions = deployment.LambdaFunctions.map((it) => ({
      ...it,
      file: it.file.slice(join(cwd, '/').length),
    }))
    const associations = deployment.Distributions[0]!.DefaultCacheBehavior.LambdaFunctionAssociations
    return { functions, associations, warnings }
  })
}

test('a handler is a file beside the configuration; its name makes the ARN', async () => {
  const { functions, associations } = await functionsOf(
    site('{ EventType: viewer-request, Handler: ./edge/near.ts#start }'),
  )
  const LambdaFunctionARN = 'arn:aws:lambda:us-east-1:000000000000:function:near:1'
  expect(functions).toEqual([
    {
      LambdaFunctionARN,
      name: 'near',
      version: '1',
      file: 'conf/edge/near.ts',
      exportName: 'start',
      ...UNSET_SETTINGS,
    },
  ])
  expect(associations).toEqual([{ LambdaFunctionARN, EventType: 'viewer-request', IncludeBody: false }])
})

test('files of one name in two folders are two functions, one file in two places is one', async () => {
  const { functions } = await functionsOf(
    site(
      '{ EventType: viewer-request, Handler: ../edge/auth.ts }, { EventType: origin-request, Handler: ../more/auth.ts, IncludeBody: true }, { EventType: viewer-response, Handler: ../edge/auth.ts }',
    ),
  )
  expect(functions.map((it) => [it.name, it.file])).toEqual([
    ['auth', 'edge/auth.ts'],
    ['auth-2', 'more/auth.ts'],
  ])
})

test.each([
  ['the full ARN', ARN],
  ['the ARN without version', ARN.slice(0, -2)],
  ['name and version', 'auth:7'],
  ['the name', 'auth'],
])('--lambda finds an association by %s', async (_name, key) => {
  const association = `{ EventType: viewer-request, LambdaFunctionARN: ${ARN} }`
  const { functions, warnings } = await functionsOf(site(association), {
    lambdas: [`${key}=edge/auth.ts#start`],
  })
  expect(functions).toEqual([
    {
      LambdaFunctionARN: ARN,
      name: 'auth',
      version: '7',
      file: 'edge/auth.ts',
      exportName: 'start',
      ...UNSET_SETTINGS,
    },
  ])
  expect(warnings).toEqual([])
})

test.each([
  [
    '--lambda before the handler',
    { lambdas: ['auth=edge/other.ts'] },
    ', Handler: ../edge/auth.ts',
    '',
    'edge/other.ts',
  ],
  [
    'the handler before the section',
    {},
    ', Handler: ../edge/auth.ts',
    'auth: ../edge/other.ts',
    'edge/auth.ts',
  ],
  ['the section, relative to its file', {}, '', `"${ARN}": ../more/auth.ts`, 'more/auth.ts'],
])('%s gives the code', async (_name, options, more, section, file) => {
  const association = `{ EventType: viewer-request, LambdaFunctionARN: ${ARN}${more} }`
  const { functions } = await functionsOf(site(association, section), options)
  expect(functions.map((it) => it.file)).toEqual([file])
})

test('a function without code is left out, with the option that adds it', async () => {
  const { functions, associations, warnings } = await functionsOf(
    site(`{ EventType: viewer-request, LambdaFunctionARN: ${ARN} }`),
    { lambdas: ['outh=edge/auth.ts'] },
  )
  expect([functions, associations]).toEqual([[], []])
  expect(warnings).toMatchObject([
    { line: 3, hint: 'add --lambda auth=FILE, or Handler: ./FILE beside the EventType' },
    { file: '--lambda', message: "no behavior is associated with a function 'outh'" },
  ])
})
