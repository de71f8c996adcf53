// What changes while running reaches whoever reads the admin port's events; files of folder origins are watched.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createEventHub, withFunctionEvents } from '../../src/assembly/live-events.ts'
import { toPaths } from '../../src/assembly/watch-origins.ts'
import { watchFolders } from '../../src/config/watch-folders.ts'
import { PLAIN_WEBSITE } from '../../src/model/website.ts'
import { startFront } from '../support/front.ts'
import { distribution } from '../unit/cli/deployments.ts'

interface Told {
  readonly event: string
  readonly [key: string]: unknown
}

/** Reads events one after the other; closing ends the stream. */
async function readEvents(adminUrl: string | null, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const response = await fetch(`${adminUrl}/events`, { headers, signal: abort.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  async function next(): Promise<Told> {
    for (;;) {
      const match = /event: .*\ndata: (.*)\n\n/.exec(text)
      if (match !== null) {
        text = text.slice(match.index + match[0].length)
        return JSON.parse(match[1]!)
      }
      const { value, done } = await reader.read()
      if (done) throw new Error('the stream has ended')
      text += value
    }
  }
  return { response, next, [Symbol.asyncDispose]: async () => abort.abort() }
}

function siteFolder(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketfront-live-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

test('invalidations and reloads are told to all who read', async () => {
  await using front = await startFront({ adminPort: 0, origin: { url: 'http://127.0.0.1:9' } })
  await using one = await readEvents(front.pocketfront.adminUrl)
  await using other = await readEvents(front.pocketfront.adminUrl)
  front.pocketfront.invalidate('/img/*')
  await front.pocketfront.reload()
  for (const reader of [one, other]) {
    expect(await reader.next()).toMatchObject({ event: 'invalidate', paths: ['/img/*'] })
    expect(await reader.next()).toMatchObject({ event: 'reload', ok: true, issues: 0 })
  }
})

test('pages of this machine may read the events, other pages may not', async () => {
  await using front = await startFront({ adminPort: 0, origin: { url: 'http://127.0.0.1:9' } })
  const { adminUrl } = front.pocketfront
  await using mine = await readEvents(adminUrl, { origin: 'http://localhost:8080' })
  await using foreign = await readEvents(adminUrl, { origin: 'https://evil.example' })
  expect(mine.response.headers.get('content-type')).toBe('text/event-stream')
  expect(mine.response.headers.get('access-control-allow-origin')).toBe('http://localhost:8080')
  expect(foreign.response.headers.get('access-control-allow-origin')).toBeNull()
})

test('more readers than 64 are refused, and one that goes makes room', async () => {
  await using front = await startFront({ adminPort: 0, origin: { url: 'http://127.0.0.1:9' } })
  const { adminUrl } = front.pocketfront
  const readers = await Promise.all(Array.from({ length: 64 }, () => readEvents(adminUrl)))
  const refused = await fetch(`${adminUrl}/events`)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ hint: expect.stringMatching(/./) })
  await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()))
  await expect.poll(async () => (await readEvents(adminUrl)).response.status).toBe(200)
})

test('a stop ends the streams of events', async () => {
  const front = await startFront({ adminPort: 0, origin: { url: 'http://127.0.0.1:9' } })
  await using reader = await readEvents(front.pocketfront.adminUrl)
  await front.stop()
  await expect(reader.next()).rejects.toThrow()
})

test('a saved file of a folder origin is invalidated, and pages are told', async () => {
  using site = siteFolder({ 'index.html': 'old', 'about/index.html': 'about' })
  await using front = await startFront({
    adminPort: 0,
    watchOrigins: true,
    config: {
      DefaultRootObject: 'index.html',
      Origins: [{ Id: 'site', DomainName: 'site.s3.eu-central-1.amazonaws.com' }],
      DefaultCacheBehavior: { TargetOriginId: 'site', ViewerProtocolPolicy: 'allow-all' },
    },
    origins: { site: site.folder },
  })
  await using events = await readEvents(front.pocketfront.adminUrl)
  expect((await front.get('/')).text).toBe('old')
  writeFileSync(join(site.folder, 'index.html'), 'new')
  expect(await events.next()).toMatchObject({
    event: 'invalidate',
    paths: ['/index.html', '/index.html?*', '/', '/?*'],
  })
  expect((await front.get('/')).text).toBe('new')
  expect((await front.get('/about/index.html')).text).toBe('about')
})

test('without the option a saved file waits for its TTL', async () => {
  using site = siteFolder({ 'a.txt': 'old' })
  await using front = await startFront({
    config: {
      Origins: [{ Id: 'site', DomainName: 'site.s3.eu-central-1.amazonaws.com' }],
      DefaultCacheBehavior: { TargetOriginId: 'site', ViewerProtocolPolicy: 'allow-all' },
    },
    origins: { site: site.folder },
  })
  expect((await front.get('/a.txt')).text).toBe('old')
  writeFileSync(join(site.folder, 'a.txt'), 'new')
  expect((await front.get('/a.txt')).text).toBe('old')
})

test.each([
  { file: '/site/a.css', paths: ['/a.css', '/a.css?*'] },
  { file: '/site/a b.css', paths: ['/a%20b.css', '/a%20b.css?*'] },
  { file: '/site/x/index.html', paths: ['/x/index.html', '/x/index.html?*', '/x/', '/x/?*', '/x', '/x?*'] },
  { file: '/site/a~b', paths: ['/a*', '/a*'] },
  { file: '/other/a', paths: [] },
  { file: '/site', paths: [] },
])('a change of $file invalidates $paths', ({ file, paths }) => {
  const target = { kind: 'folder', folder: '/site', source: 'configuration' } as const
  expect(toPaths(distribution({}, target), [file])).toEqual(paths)
})

test('a name that no text can have, as some systems take it, invalidates what it is served under', () => {
  const target = { kind: 'folder', folder: '/site', source: 'configuration' } as const
  expect(toPaths(distribution({}, target), ['/site/a\ud800'])).toEqual(['/a%EF%BF%BD', '/a%EF%BF%BD?*'])
})

test('a website, and each folder of a bucket that several fill, are watched as well', () => {
  const website = {
    kind: 'website',
    folder: '/site',
    website: PLAIN_WEBSITE,
    source: 'configuration',
  } as const
  expect(toPaths(distribution({}, website), ['/site/a.css'])).toEqual(['/a.css', '/a.css?*'])
  const layers = [
    { prefix: '', folder: '/site' },
    { prefix: 'assets/img/', folder: '/pictures' },
  ]
  const bucket = { kind: 'folder', folder: '/site', layers, source: 'template' } as const
  expect(toPaths(distribution({}, bucket), ['/site/a.css', '/pictures/b.png'])).toEqual([
    ...['/a.css', '/a.css?*'],
    ...['/assets/img/b.png', '/assets/img/b.png?*'],
  ])
})

test('files that change without end are told all the same', async () => {
  using site = siteFolder({ 'log.txt': '' })
  let told = 0
  const watch = watchFolders([site.folder], () => told++)
  await watch.ready
  const writing = setInterval(() => appendFileSync(join(site.folder, 'log.txt'), 'line\n'), 5)
  await expect.poll(() => told, { timeout: 5000 }).toBeGreaterThan(0)
  clearInterval(writing)
  await watch.close()
})

test('OriginPath is no part of what viewers ask for', () => {
  const target = { kind: 'folder', folder: '/site', source: 'configuration' } as const
  const [origin] = distribution({}, target).Origins
  const site = distribution({ Origins: [{ ...origin!, OriginPath: '/v1' }] })
  expect(toPaths(site, ['/site/v1/a.css', '/site/v2/b.css'])).toEqual(['/a.css', '/a.css?*'])
})

test('many changes are one invalidation of everything', () => {
  const target = { kind: 'folder', folder: '/site', source: 'configuration' } as const
  const site = distribution({}, target)
  expect(toPaths(site, null)).toEqual(['/*'])
  expect(
    toPaths(
      site,
      Array.from({ length: 51 }, (_, index) => `/site/${index}`),
    ),
  ).toEqual(['/*'])
  expect(toPaths(distribution(), null)).toEqual([])
})

test('a saved function is told, whether it can be used or not; its lines are not', () => {
  const hub = createEventHub()
  const told: unknown[] = []
  const logged: unknown[] = []
  hub.subscribe((event) => told.push(event))
  const log = withFunctionEvents((entry) => logged.push(entry.kind), hub)
  const line = { functionName: 'f', event: 'viewer-request', requestId: 'r', line: 'x' } as const
  log({ kind: 'reloaded', functionName: 'f', file: '/f.js' })
  log({ kind: 'line', level: null, ...line })
  log({ kind: 'broken', functionName: 'f', file: '/f.js', reason: 'syntax' })
  expect(logged).toEqual(['reloaded', 'line', 'broken'])
  expect(told).toEqual([
    { event: 'function', name: 'f', ok: true },
    { event: 'function', name: 'f', ok: false },
  ])
})
