// A Terraform configuration as it runs: the example, and a function from its deployment package.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { writeZip } from '../support/zip.ts'

const example = resolve(fileURLToPath(import.meta.url), '../../../config/terraform')
let folder = ''
let front: Front | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-terraform-'))
  cpSync(example, folder, { recursive: true })
})
afterEach(async () => {
  await front?.stop()
  front = null
  rmSync(folder, { recursive: true, force: true })
})

const unpackedFolders = () =>
  readdirSync(tmpdir()).filter(
    (name) =>
      name.startsWith(`pocketfront-${hostname().replace(/[^A-Za-z0-9_]/g, '_')}-${process.pid}-`) &&
      readdirSync(join(tmpdir(), name)).includes('1'),
  )

test('The example serves its site from the folder, and its function from the handler', async () => {
  front = await startFront({ config: folder })
  expect((await front.get('/')).text).toContain('From Terraform')
  expect(JSON.parse((await front.get('/api/hello?name=Ada')).text)).toEqual({
    greeting: 'Hello, Ada',
    path: '/api/hello',
  })
})

test('Without its folder a function runs from the package, another one after a reload, and nothing is left', async () => {
  rmSync(join(folder, 'functions'), { recursive: true })
  const file = join(folder, 'greeting.zip')
  const code = (text: string) => `import { word } from './lib/word.mjs'
    export const handler = async () => word + ' ${text}'`
  const word = { 'lib/word.mjs': `export const word = 'packed'` }
  writeZip(file, { ...word, 'index.mjs': code('one') })
  front = await startFront({ config: folder })
  expect((await front.get('/api/x')).text).toBe('"packed one"')
  expect(front.pocketfront.loaded.watched).toContain(file)
  expect(unpackedFolders()).toHaveLength(1)
  writeZip(file, { ...word, 'index.mjs': code('number two') })
  expect(await front.pocketfront.reload()).toMatchObject({ ok: true })
  expect((await front.get('/api/x')).text).toBe('"packed number two"')
  await front.stop()
  front = null
  expect(unpackedFolders()).toEqual([])
})

test('A package that leads out of its folder keeps its origin from running, nothing else', async () => {
  rmSync(join(folder, 'functions'), { recursive: true })
  writeZip(join(folder, 'greeting.zip'), { 'index.mjs': 'export const handler = 1', '../evil.mjs': '' })
  front = await startFront({ config: folder })
  expect((await front.get('/')).status).toBe(200)
  expect((await front.get('/api/x')).status).toBe(502)
  expect(front.pocketfront.loaded.warnings.map(({ message }) => message).join()).toContain(
    'leads out of its folder',
  )
})
