// `pocketfront import` and `explain-config` as processes: what goes to stdout, what to stderr, and the exit code.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCli } from './cli-process.ts'
import { startFront } from '../support/front.ts'

const site = resolve(fileURLToPath(import.meta.url), '../../fixtures/terraform/site')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-import-'))
  cpSync(site, folder, { recursive: true })
  writeFileSync(join(folder, 'broken.yaml'), 'Origins: []\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(...argv: string[]): Promise<{ code: number | string; out: string; err: string }> {
  await using cli = startCli(argv, { cwd: folder, env: { NO_COLOR: '1' } })
  const code = await cli.ended
  return { code, out: cli.stdout(), err: cli.stderr() }
}

test('what import writes to stdout is a configuration that serves', async () => {
  const { code, out, err } = await run('import', 'state.json')
  expect(code).toBe(0)
  expect(err).toContain('warning  state.json:1:')
  writeFileSync(join(folder, 'site.yaml'), `${out}origins: { site: . }\n`)
  await using front = await startFront({ config: join(folder, 'site.yaml') })
  const response = await front.get('/state.json')
  expect(response.status).toBe(200)
})

test('explain-config says it in Markdown', async () => {
  const { code, out, err } = await run('explain-config', 'state.json', '--markdown')
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^### Shop \(`E1TERRAFORM123`\)\n/)
})

test.each([['import'], ['explain-config']])(
  '%s of what cannot be used ends with 2 and the problems',
  async (name) => {
    const { code, out, err } = await run(name, 'broken.yaml')
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('DefaultCacheBehavior: is missing (InvalidArgument)')
  },
)
