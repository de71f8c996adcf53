// Where the code of CloudFront Functions and the data of their key value stores come from.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/config/load.ts'
import { issuesOf, loaded, withFiles } from './harness.ts'

const ARN = 'arn:aws:cloudfront::123456789012:function/rewrite'
const STORE_ARN = 'arn:aws:cloudfront::123456789012:key-value-store/0a1b2c3d-0000-4000-8000-000000000001'
const CODE = 'function handler(event) { return event.request }'
const FILES = { 'edge/rewrite.js': `${CODE} // edge`, 'edge/other.js': `${CODE} // other` }

function site(associations: string, more = ''): string {
  return `
Origins: [{ Id: app, DomainName: localhost }]
DefaultCacheBehavior: { TargetOriginId: app, FunctionAssociations: [${associations}] }
${more}
`
}

async function load(text: string, options: Partial<LoadOptions> = {}, files: Record<string, string> = {}) {
  return withFiles({ ...FILES, 'conf/site.yaml': text, ...files }, async (cwd) => {
    const result = await loaded({ files: ['conf/site.yaml'], cwd, ...options })
    const { deployment, warnings, watched } = result
    const inFolder = (file: string): string => file.slice(join(cwd, '/').length)
    const functions = deployment.Functions.map((it) => ({
      ...it,
      file: it.file === null ? null : inFolder(it.file),
    }))
    const associations = deployment.Distributions[0]!.DefaultCacheBehavior.FunctionAssociations
    return { functions, associations, warnings, watched: watched.map(inFolder) }
  })
}

function issues(text: string, files: Record<string, string> = {}) {
  return withFiles({ ...FILES, 'site.yaml': text, ...files }, async (cwd) => {
    const found = await issuesOf({ files: ['site.yaml'], cwd })
    return found.map((it) => ({ ...it, file: it.file.slice(join(cwd, '/').length) }))
  })
}

test('FunctionCode beside the event is a file; its name makes the ARN, and it is watched', async () => {
  const { functions, associations, warnings, watched } = await load(
    site('{ EventType: viewer-request, FunctionCode: ../edge/rewrite.js }'),
  )
  const FunctionARN = 'arn:aws:cloudfront::000000000000:function/rewrite'
  expect(functions).toEqual([
    {
      FunctionARN,
      Name: 'rewrite',
      Runtime: 'cloudfront-js-2.0',
      FunctionCode: FILES['edge/rewrite.js'],
      file: 'edge/rewrite.js',
      KeyValueStore: null,
    },
  ])
  expect(associations).toEqual([{ FunctionARN, EventType: 'viewer-request' }])
  expect(warnings).toEqual([])
  expect(watched).toEqual(['conf/site.yaml', 'edge/rewrite.js'])
})

test('FunctionCode with a line break, a bracket or a semicolon is the code itself', async () => {
  const { functions } = await load(
    site(
      `{ EventType: viewer-request, FunctionCode: "${CODE}", FunctionConfig: { Runtime: cloudfront-js-1.0 } }`,
    ),
  )
  expect(functions).toMatchObject([
    { Name: 'function', FunctionCode: CODE, file: null, Runtime: 'cloudfront-js-1.0' },
  ])
})

test.each([
  ['by ARN', ARN],
  ['by name', 'rewrite'],
])('Functions: defines what an association names %s', async (_, key) => {
  const { functions, associations } = await load(
    site(
      `{ EventType: viewer-response, FunctionARN: '${key}' }`,
      `Functions: [{ Name: rewrite, FunctionARN: '${ARN}', AutoPublish: true, FunctionCode: ../edge/rewrite.js,
         FunctionConfig: { Comment: x, Runtime: cloudfront-js-1.0 } }]`,
    ),
  )
  expect(functions).toMatchObject([{ FunctionARN: ARN, Name: 'rewrite', Runtime: 'cloudfront-js-1.0' }])
  expect(associations).toEqual([{ FunctionARN: ARN, EventType: 'viewer-response' }])
})

test.each([
  [
    '--function before all else',
    { functions: ['rewrite=edge/other.js'] },
    ', FunctionCode: ../edge/rewrite.js',
    '',
    'edge/other.js',
  ],
  [
    'the association before the section',
    {},
    ', FunctionCode: ../edge/rewrite.js',
    'functions: { rewrite: ../edge/other.js }',
    'edge/rewrite.js',
  ],
  [
    'the section before the definition',
    {},
    '',
    'functions: { rewrite: ../edge/other.js }\nFunctions: [{ Name: rewrite, FunctionCode: ../edge/rewrite.js }]',
    'edge/other.js',
  ],
])('%s gives the code', async (_, options, beside, more, file) => {
  const { functions, warnings } = await load(
    site(`{ EventType: viewer-request, FunctionARN: '${ARN}'${beside} }`, more),
    options,
  )
  expect(functions.map((it) => it.file)).toEqual([file])
  expect(warnings.map((it) => it.file)).toEqual([])
})

test('a function without code is left out, with the option that adds it', async () => {
  const { functions, associations, warnings } = await load(
    site(`{ EventType: viewer-request, FunctionARN: '${ARN}' }`),
    { functions: ['rewirte=edge/rewrite.js'] },
  )
  expect([functions, associations]).toEqual([[], []])
  expect(warnings).toMatchObject([
    {
      line: 3,
      message: 'the code of rewrite is not on this machine; the function is left out',
      hint: 'add --function rewrite=FILE, or FunctionCode: ./FILE beside the EventType; `aws cloudfront get-function --name rewrite --stage LIVE rewrite.js` fetches it',
    },
    { file: '--function', message: "no behavior is associated with a function 'rewirte'" },
  ])
})

const STORED = `FunctionARN: rewrite, FunctionCode: ./edge/rewrite.js`

test.each([
  ['a list of names', 'KeyValueStoreAssociations: [flags]'],
  ['AWS form', `KeyValueStoreAssociations: { Quantity: 1, Items: [{ KeyValueStoreARN: '${STORE_ARN}' }] }`],
])("a function's store is found: %s", async (_, associations) => {
  const text = site(
    `{ EventType: viewer-request, ${STORED.replace('./', '../')}, FunctionConfig: { ${associations} } }`,
    `KeyValueStores: [{ Name: flags, ARN: '${STORE_ARN}', Data: ../flags.json }]`,
  )
  const data = '{"data":[{"key":"color","value":"blue"},{"key":"size","value":"7"}]}'
  const { functions, watched } = await load(text, {}, { 'flags.json': data })
  const store = functions[0]!.KeyValueStore!
  expect([store.Name, store.ARN, store.Id]).toEqual(['flags', STORE_ARN, STORE_ARN.split('/')[1]])
  expect([...store.items]).toEqual([
    ['color', 'blue'],
    ['size', '7'],
  ])
  expect(store.modifiedAt).toBeGreaterThan(0)
  expect(watched).toContain('flags.json')
})

test.each([
  ['a flat map in a file', 'keyValueStores: { flags: ./flags.json }', { 'flags.json': '{"color":"blue"}' }],
  ['keys in the configuration', 'KeyValueStores: [{ Name: flags, Data: { color: blue } }]', {}],
])('%s is a store', async (_, more, files) => {
  const found = await withFiles(
    {
      ...FILES,
      'site.yaml': site(
        `{ EventType: viewer-request, ${STORED}, FunctionConfig: { KeyValueStoreAssociations: [flags] } }`,
        more,
      ),
      ...files,
    },
    async (cwd) => (await loaded({ files: ['site.yaml'], cwd })).deployment.Functions,
  )
  const store = found[0]!.KeyValueStore!
  expect([...store.items]).toEqual([['color', 'blue']])
  expect(store.Id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
})

const WITH_STORE = (data: string) =>
  site(
    `{ EventType: viewer-request, ${STORED}, FunctionConfig: { KeyValueStoreAssociations: [flags] } }`,
    `keyValueStores: { flags: ./flags.json }${data}`,
  )

test.each([
  ['broken JSON', '{\n  "a": 1,,\n}', { line: 2, column: 10, severity: 'error' }],
  [
    'a key twice',
    '{"data": [\n  {"key": "a", "value": "1"},\n  {"key": "a", "value": "2"}\n]}',
    { line: 3, column: 3, message: "the key 'a' is there twice" },
  ],
  [
    'a value that is no text',
    '{\n  "a": {"b": 1}\n}',
    { line: 2, message: "the value of 'a' is not a text" },
  ],
  [
    'a key of 513 bytes',
    JSON.stringify({ ['k'.repeat(513)]: '' }),
    { message: `the key '${'k'.repeat(40)}…' is longer than 512 bytes` },
  ],
  [
    'a value of 1025 bytes',
    JSON.stringify({ a: 'é'.repeat(512) + 'x' }),
    { message: "the value of 'a' has 1025 bytes; 1024 are allowed" },
  ],
  ['a text', '"a"', { message: 'expects keys and values' }],
])('a store with %s is refused, with its place', async (_, data, expected) => {
  expect(await issues(WITH_STORE(''), { 'flags.json': data })).toMatchObject([
    { file: 'flags.json', ...expected },
  ])
})

test('a store of 5 MB is read, one of more is refused', async () => {
  const items = (count: number) =>
    JSON.stringify(
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [String(i).padStart(24, '0'), 'v'.repeat(1000)]),
      ),
    )
  expect(await issues(WITH_STORE(''), { 'flags.json': items(5120) })).toEqual([])
  expect(await issues(WITH_STORE(''), { 'flags.json': items(5121) })).toMatchObject([
    { file: 'flags.json', message: 'has 5243904 bytes of keys and values; a store holds 5242880' },
  ])
})

test.each([
  [
    'code of more than 10 KB',
    site('{ EventType: viewer-request, FunctionCode: ./big.js }'),
    { code: 'FunctionSizeLimitExceeded' },
  ],
  [
    'a file that is not there',
    site('{ EventType: viewer-request, FunctionCode: ./none.js }'),
    { message: expect.stringMatching(/^there is no file .*none\.js$/) as string },
  ],
  [
    'neither ARN nor code',
    site('{ EventType: viewer-request }'),
    { code: 'InvalidFunctionAssociation', message: 'is missing' },
  ],
  [
    'another runtime',
    site(`{ EventType: viewer-request, ${STORED}, FunctionConfig: { Runtime: cloudfront-js-3.0 } }`),
    { message: expect.stringContaining("'cloudfront-js-3.0' is not one of") as string },
  ],
  [
    'two stores',
    site(
      `{ EventType: viewer-request, ${STORED}, FunctionConfig: { KeyValueStoreAssociations: [a, b] } }`,
      'KeyValueStores: [{ Name: a, Data: {} }, { Name: b, Data: {} }]',
    ),
    { message: 'a function has at most one key value store' },
  ],
  [
    'a store in runtime 1.0',
    site(
      `{ EventType: viewer-request, ${STORED}, FunctionConfig: { Runtime: cloudfront-js-1.0, KeyValueStoreAssociations: [a] } }`,
      'KeyValueStores: [{ Name: a, Data: {} }]',
    ),
    { message: 'a key value store needs the runtime cloudfront-js-2.0' },
  ],
  [
    'other code under one ARN',
    site(
      `{ EventType: viewer-request, FunctionARN: '${ARN}', FunctionCode: ./edge/rewrite.js }, { EventType: viewer-response, FunctionARN: '${ARN}', FunctionCode: ./edge/other.js }`,
    ),
    { message: 'rewrite has other code or another runtime in another association' },
  ],
])('an association with %s is refused', async (_, text, expected) => {
  expect(await issues(text, { 'big.js': ' '.repeat(10 * 1024 + 1) })).toMatchObject([
    { file: 'site.yaml', severity: 'error', line: 3, ...expected },
  ])
})

test('a store without data is empty, with a warning', async () => {
  const found = await issues(
    site(`{ EventType: viewer-request, ${STORED}, FunctionConfig: { KeyValueStoreAssociations: [flags] } }`),
  )
  expect(found).toMatchObject([
    { severity: 'warning', line: 3, hint: 'add keyValueStores: { flags: ./FILE.json }' },
  ])
})
