// `pocketfront invalidate` against a running pocketfront: what it shows, what it changes, and how it ends.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startCli } from './cli-process.ts'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let origin: ScriptedOrigin
let front: Front
beforeEach(async () => {
  origin = await startOrigin({
    headers: { 'Cache-Control': 'max-age=600', 'Cache-Tag': 'news' },
    body: 'hello',
  })
  front = await startFront({
    origin,
    adminPort: 0,
    distribution: { CacheTagConfig: { HeaderName: 'Cache-Tag' } },
  })
})
afterEach(async () => {
  await front.stop()
  await origin.stop()
})

async function invalidate(...argv: string[]): Promise<{ code: number | string; out: string; err: string }> {
  await using cli = startCli(['invalidate', ...argv])
  const code = await cli.ended
  return { code, out: cli.stdout(), err: cli.stderr() }
}
const toPort = (port: number | null = front.pocketfront.adminPort) => ['--admin-port', String(port)]

test('paths and tags go, with one line for the distribution', async () => {
  await front.get('/a')
  await front.get('/b')
  const { code, out, err } = await invalidate('/a', '#other', ...toPort())
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^ETESTDISTRIBUT {2}I[A-Z0-9]{13} {2}InProgress {2}2 paths\n$/)
  expect(await front.get('/a')).toBeMissBecause('invalidated')
  expect(await front.get('/b')).toBeHit('edge')
})

test('--dry-run shows what would go from where, and leaves it', async () => {
  await front.get('/img/a.png', { 'Accept-Encoding': 'gzip' })
  await front.get('/b')
  front.clock.advanceSeconds(12)
  const { code, out } = await invalidate('/img/*', '/nothing', '-n', ...toPort())
  expect(code).toBe(0)
  expect(out.split('\n')).toEqual([
    'ETESTDISTRIBUT: 2 objects would go',
    '  2  /img/*',
    '  0  /nothing',
    expect.stringMatching(/^ {2}edge FRA56 {2}\/img\/a\.png {2}200, age 12 s, \d+ bytes {2}\[gzip; #news\]$/),
    expect.stringMatching(
      /^ {2}regional eu-central-1 {2}\/img\/a\.png {2}200, age 12 s, \d+ bytes {2}\[gzip; #news\]$/,
    ),
    '',
  ])
  expect(await front.get('/img/a.png', { 'Accept-Encoding': 'gzip' })).toBeHit('edge')
})

test('--json prints what the admin port said', async () => {
  const { out } = await invalidate('/*', '--json', '--distribution', 'ETESTDISTRIBUT', ...toPort())
  expect(JSON.parse(out)).toMatchObject({
    invalidations: [{ DistributionId: 'ETESTDISTRIBUT', Status: 'InProgress', Paths: ['/*'] }],
  })
})

test.each([
  { argv: ['a'], error: 'InvalidArgument: invalidation path a does not start with a slash\n  give /a\n' },
  { argv: ['/a', '-d', 'ENOPE'], error: "No distribution with the id 'ENOPE'\n" },
])('$argv is refused and ends with 2', async ({ argv, error }) => {
  const { code, out, err } = await invalidate(...argv, ...toPort())
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(error)
})

test('no paths, or an unknown option, end with 2 before anything is asked', async () => {
  expect(await invalidate()).toMatchObject({ code: 2, err: expect.stringContaining("'PATHS'") })
  expect(await invalidate('/a', '--dri-run')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--dry-run'),
  })
})

test('without a running pocketfront it ends with 1 and names the option', async () => {
  const port = front.pocketfront.adminPort
  await front.stop()
  const { code, err } = await invalidate('/a', ...toPort(port))
  expect(code).toBe(1)
  expect(err).toContain(`no pocketfront answers at the admin port ${port}`)
  expect(err).toContain('--admin-port')
})

test('another program at that port is no pocketfront', async () => {
  const server = createServer((_request, response) => response.end('{}'))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { code, err } = await invalidate('/a', '--json', ...toPort((server.address() as AddressInfo).port))
  server.close()
  expect(code).toBe(1)
  expect(JSON.parse(err)).toMatchObject({
    code: 'PF_ADMIN',
    message: expect.stringContaining('no pocketfront (200)'),
  })
})
