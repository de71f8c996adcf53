// What a Node.js function may import, and how fast a saved one is in use.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStarter, invoke, valueOf } from './contract.ts'

const start = createStarter()
let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pocketfront-bundles-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(files: Record<string, string>): Promise<string> {
  for (const [name, code] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), code)
  }
  return join(folder, Object.keys(files)[0]!)
}

test.each<[what: string, files: Record<string, string>]>([
  [
    'JSON',
    {
      'json/fn.ts': `import data from './data.json'\nexport const handler = async () => ({ said: data.said })`,
      'json/data.json': '{ "said": "right" }',
    },
  ],
  [
    'JSON with attributes',
    {
      'attributes/fn.mjs': `import data from './data.json' with { type: 'json' }\nexport const handler = async () => ({ said: data.said })`,
      'attributes/data.json': '{ "said": "right" }',
    },
  ],
  [
    'a package of node_modules in CommonJS',
    {
      'package/fn.ts': `import { said } from 'some-package'\nexport const handler = async () => ({ said })`,
      'package/node_modules/some-package/package.json': '{ "main": "lib.js" }',
      'package/node_modules/some-package/lib.js': `exports.said = 'right'`,
    },
  ],
  [
    'a package of node_modules with exports',
    {
      'exports/fn.cjs': `const { said } = require('other-package/inner')\nexports.handler = async () => ({ said })`,
      'exports/node_modules/other-package/package.json': '{ "exports": { "./inner": "./hidden.js" } }',
      'exports/node_modules/other-package/hidden.js': `exports.said = 'right'`,
    },
  ],
  [
    'paths of tsconfig.json',
    {
      'paths/fn.ts': `import { said } from '@lib/said'\nexport const handler = async () => ({ said })`,
      'paths/lib/said.ts': `export const said: string = 'right'`,
      'paths/tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
    },
  ],
  [
    'modules of Node.js with and without prefix',
    {
      'builtin/fn.ts': `import { join } from 'path'\nimport { createHash } from 'node:crypto'
        export const handler = async () => ({ said: join('ri', '../right'), size: createHash('sha256').update('').digest().length })`,
    },
  ],
  [
    'a module later, by import()',
    {
      'later/fn.ts': `export const handler = async () => ({ said: (await import('./said')).said })`,
      'later/said.ts': `export const said = 'right'`,
    },
  ],
])('A function may import %s', async (_what, files) => {
  const value = await valueOf(start(await write(files), 'handler'))
  expect(value['said']).toBe('right')
})

test('A stack names the lines of the sources, also of imported ones', async () => {
  const file = await write({
    'stack/fn.ts': `import { fail } from './deep'\n\nexport const handler = async (): Promise<object> => {\n  return fail()\n}`,
    'stack/deep.ts': `interface A {\n  b: string\n}\nexport function fail(): never {\n  throw new Error('deep')\n}`,
  })
  expect(await invoke(start(file, 'handler'), {})).toMatchObject({
    because: 'threw',
    detail: expect.stringMatching(/deep\.ts:5:9[^]*fn\.ts:4:10/),
  })
})
