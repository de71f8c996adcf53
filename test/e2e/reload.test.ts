// A changed configuration: a good one takes over, a bad one changes nothing, caches and requests go on.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ReloadOutcome } from '../../src/assembly/options.ts'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let folder: string
let file: string
let origin: ScriptedOrigin
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-reload-'))
  file = join(folder, 'site.yaml')
  origin = await startOrigin((request, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    response.end(`${request.method} ${request.url}`)
  })
})
afterEach(async () => {
  await origin.stop()
  rmSync(folder, { recursive: true })
})

interface Variant {
  readonly originPath?: string
  readonly target?: string
  readonly behaviors?: string
}

function configuration({ originPath = '', target = 'app', behaviors = '[]' }: Variant = {}): string {
  return `Id: ERELOAD
Origins:
  - Id: app
    DomainName: localhost
    OriginPath: "${originPath}"
    CustomOriginConfig: { HTTPPort: ${origin.port}, OriginProtocolPolicy: http-only }
DefaultCacheBehavior:
  TargetOriginId: ${target}
CacheBehaviors: ${behaviors}
`
}

const UNCACHED = '[{ PathPattern: /api/*, TargetOriginId: app, CachePolicy: CachingDisabled }]'

test('The new configuration answers, and what was cached before stays cached', async () => {
  writeFileSync(file, configuration())
  await using front = await startFront({ config: file })
  await front.get('/a')
  await front.get('/api/a')
  expect(await front.get('/api/a')).toBeHit('edge')
  writeFileSync(file, configuration({ originPath: '/v2', behaviors: UNCACHED }))
  const outcome = await front.pocketfront.reload()
  expect(outcome.ok && outcome.loaded.deployment.Distributions[0]?.CacheBehaviors).toHaveLength(1)
  expect(outcome.ok && front.pocketfront.loaded).toEqual(outcome.ok && outcome.loaded)
  const cached = await front.get('/a')
  expect(cached).toBeHit('edge')
  expect(cached.text).toBe('GET /a')
  const api = await front.get('/api/a')
  expect([api.trace?.bypass, api.text]).toEqual(['caching-disabled', 'GET /v2/api/a'])
  expect((await front.get('/new')).text).toBe('GET /v2/new')
})

test('A bad configuration is told with file, line and column, and the old one goes on', async () => {
  writeFileSync(file, configuration())
  await using front = await startFront({ config: file })
  await front.get('/a')
  const { loaded } = front.pocketfront
  writeFileSync(file, configuration({ target: 'apo' }))
  expect(await front.pocketfront.reload()).toMatchObject({
    ok: false,
    issues: [{ severity: 'error', file, line: 8, column: 19, code: 'NoSuchOrigin' }],
  })
  expect(front.pocketfront.loaded).toBe(loaded)
  expect(await front.get('/a')).toBeHit('edge')
  expect((await front.get('/b')).text).toBe('GET /b')
})

test('A configuration that is gone, or is no YAML, changes nothing', async () => {
  writeFileSync(file, configuration())
  await using front = await startFront({ config: file })
  for (const text of ['{', '']) {
    writeFileSync(file, text)
    expect((await front.pocketfront.reload()).ok).toBe(false)
  }
  rmSync(file)
  expect((await front.pocketfront.reload()).ok).toBe(false)
  expect((await front.get('/a')).status).toBe(200)
})

test('What was invalidated before the reload stays invalidated', async () => {
  writeFileSync(file, configuration())
  await using front = await startFront({ config: file })
  await front.get('/a')
  await front.get('/b')
  front.pocketfront.invalidate('/a')
  await front.pocketfront.reload()
  expect(await front.get('/a')).toBeMissBecause('invalidated')
  expect(await front.get('/b')).toBeHit('edge')
})

test('A request that is running finishes on the configuration it began with', async () => {
  let finish = (): void => {}
  origin.on('/slow', (_, response) => {
    response.writeHead(200, { 'Content-Length': '10' })
    response.write('first')
    finish = () => void response.end('after')
  })
  writeFileSync(file, configuration())
  await using front = await startFront({ config: file })
  const running = front.get('/slow')
  await origin.seen(1)
  writeFileSync(file, configuration({ originPath: '/v2' }))
  await front.pocketfront.reload()
  expect((await front.get('/a')).text).toBe('GET /v2/a')
  finish()
  const answer = await running
  expect([answer.text, answer.broken]).toEqual(['firstafter', false])
})

test('Reloads that overlap happen one after the other, the last file wins', async () => {
  writeFileSync(file, configuration())
  await using front = await startFront({ config: file })
  const first = front.pocketfront.reload()
  // In one step: the first one may be reading the file just now.
  writeFileSync(`${file}.saved`, configuration({ originPath: '/v3' }))
  renameSync(`${file}.saved`, file)
  expect((await Promise.all([first, front.pocketfront.reload()])).map(({ ok }) => ok)).toEqual([true, true])
  expect((await front.get('/a')).text).toBe('GET /v3/a')
})

test('A distribution that appears is served, one that goes is not', async () => {
  const second = (Id: string): string => configuration().replace('ERELOAD', Id)
  const more = join(folder, 'more.yaml')
  writeFileSync(file, configuration())
  writeFileSync(more, second('EMORE'))
  await using front = await startFront({ config: folder })
  const statusOf = async (host: string): Promise<number> => (await front.get('/a', { host })).status
  expect(await Promise.all([statusOf('emore.localhost'), statusOf('eother.localhost')])).toEqual([200, 403])
  writeFileSync(more, second('EOTHER'))
  await front.pocketfront.reload()
  expect(await Promise.all([statusOf('emore.localhost'), statusOf('eother.localhost')])).toEqual([403, 200])
})

/** A front that watches its file, and the outcomes of its reloads as they come. */
async function startWatching(): Promise<Front & { next(): Promise<ReloadOutcome> }> {
  const outcomes: ReloadOutcome[] = []
  const waiting: ((outcome: ReloadOutcome) => void)[] = []
  const front = await startFront({
    config: file,
    watch: true,
    onReload: (outcome) => {
      const resolve = waiting.shift()
      if (resolve === undefined) outcomes.push(outcome)
      else resolve(outcome)
    },
  })
  const next = (): Promise<ReloadOutcome> => {
    const outcome = outcomes.shift()
    return outcome === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(outcome)
  }
  return { ...front, next }
}

test('A watched file is loaded when it is saved: bad, then good', async () => {
  writeFileSync(file, configuration())
  await using front = await startWatching()
  await front.get('/a')
  writeFileSync(file, configuration({ target: 'apo' }))
  expect(await front.next()).toMatchObject({ ok: false, issues: [{ file, line: 8 }] })
  expect((await front.get('/b')).text).toBe('GET /b')
  writeFileSync(file, configuration({ originPath: '/v2' }))
  expect(await front.next()).toMatchObject({ ok: true })
  expect(await front.get('/a')).toBeHit('edge')
  expect((await front.get('/c')).text).toBe('GET /v2/c')
})
