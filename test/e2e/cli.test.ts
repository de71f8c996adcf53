// The CLI from outside: start, exit codes, signals, and what it writes where.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCli } from './cli-process.ts'
import { startOrigin } from '../support/origin.ts'

const FREE_PORTS = ['--port', '0', '--admin-port', '0']
const JSON_ON_FREE_PORTS = ['--json', ...FREE_PORTS]

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pocketfront-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Listens somewhere until it is disposed. */
async function takePort(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) }
}

const get = async (url: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(url)
  return { status: response.status, text: await response.text() }
}

test('without arguments the demo is served, and SIGTERM ends it with 0', async () => {
  await using cli = startCli(JSON_ON_FREE_PORTS, { cwd: folder })
  const ready = await cli.ready()
  expect(ready).toMatchObject({
    url: `http://127.0.0.1:${ready.port}`,
    adminUrl: `http://127.0.0.1:${ready.adminPort}`,
  })
  expect(cli.events().map(({ event }) => event)).toEqual(['distribution', 'origin', 'origin', 'ready'])
  expect(cli.events()).toContainEqual(
    expect.objectContaining({ event: 'origin', originId: 'api', source: 'demo' }),
  )
  expect(await get(`${ready.url}/`)).toMatchObject({ status: 200, text: expect.stringContaining('<html') })
  expect((await get(`${ready.url}/api/time`)).status).toBe(200)
  expect(await get(`${ready.adminUrl}/health`)).toMatchObject({
    text: expect.stringContaining('"status":"ok"'),
  })
  cli.process.kill('SIGTERM')
  expect(await cli.ended).toBe(0)
  expect(cli.stderr()).toBe('')
})

test('an origin is enough, and each request is an event with its result', async () => {
  await using origin = await startOrigin({ headers: { 'cache-control': 'max-age=60' }, body: 'hello' })
  await using cli = startCli([...JSON_ON_FREE_PORTS, '--origin', origin.url])
  const { url } = await cli.ready()
  await get(`${url}/a`)
  await get(`${url}/a`)
  await cli.output(/"resultType":"Hit"/)
  const requests = cli.events().filter(({ event }) => event === 'request')
  expect(requests).toMatchObject([
    { method: 'GET', url: '/a', status: 200, resultType: 'Miss', bytes: 5, level: 30 },
    { method: 'GET', url: '/a', status: 200, resultType: 'Hit', bytes: 5 },
  ])
  cli.process.kill('SIGINT')
  expect(await cli.ended).toBe(0)
  expect(cli.events().at(-1)).toEqual({ event: 'stopping', signal: 'SIGINT' })
})

test('for people there are lines without colours when nobody watches', async () => {
  await using origin = await startOrigin({ body: 'hello' })
  await using cli = startCli([...FREE_PORTS, '--origin', origin.url])
  await cli.output(/^try .*\n/m)
  const [url] = /http:\/\/localhost:\d+/.exec(cli.stdout())!
  await get(`${url.replace('localhost', '127.0.0.1')}/a`)
  await cli.output(/^GET \/a 200 Miss origin origin [\d.]+ ms\n/m)
  expect(cli.stdout()).toMatch(new RegExp(String.raw`origin origin +\S+ +-> ${origin.url} +command line`))
  expect(cli.stdout()).not.toContain('\u001b')
})

test('--quiet writes nothing but warnings and errors', async () => {
  await using taken = await takePort()
  await using origin = await startOrigin()
  await using cli = startCli([
    '--quiet',
    '--port',
    '0',
    '--admin-port',
    String(taken.port),
    '--origin',
    origin.url,
  ])
  expect(await cli.ended).toBe(1)
  expect(cli.stdout()).toBe('')
  expect(cli.stderr()).toMatch(
    new RegExp(`^error  The admin port ${taken.port} is already in use\\.\n  .*--admin-port`),
  )
})

test('the version and the help end with 0', async () => {
  await using version = startCli(['--version'])
  await using help = startCli(['--help'])
  expect([await version.ended, await help.ended]).toEqual([0, 0])
  expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(help.stdout()).toContain('Usage: pocketfront')
})

test('a misspelt option ends with 2 and names the nearest one', async () => {
  await using cli = startCli(['--orign', 'http://localhost:3000'])
  expect(await cli.ended).toBe(2)
  expect(cli.stderr()).toMatch(/^error {2}unknown option '--orign'\n\(Did you mean --origin\?\)\n/)
  expect(cli.stdout()).toBe('')
})

test('a bad configuration ends with 2 and every problem at its place', async () => {
  const file = join(folder, 'bad.yaml')
  writeFileSync(
    file,
    'Origins:\n  - Id: api\n    DomainName: localhost\n    CustomOriginConfig: { HTTPPort: eighty }\n' +
      'DefaultCacheBehavior:\n  TargetOriginId: apo\n  ViewerProtocolPolicy: allow-all\n  CachePolicy: CachingOptimized\n',
  )
  await using human = startCli(['bad.yaml', ...FREE_PORTS], { cwd: folder })
  await using json = startCli(['bad.yaml', ...JSON_ON_FREE_PORTS], { cwd: folder })
  expect([await human.ended, await json.ended]).toEqual([2, 2])
  expect(human.stderr()).toMatch(/^error {2}bad\.yaml:4:37 HTTPPort: /m)
  expect(human.stderr()).toMatch(/^error {2}bad\.yaml:6:\d+ TargetOriginId: /m)
  expect(JSON.parse(json.stderr())).toMatchObject({
    event: 'error',
    code: 'PF_CONFIG',
    issues: expect.arrayContaining([
      expect.objectContaining({ file, line: 6, path: expect.stringMatching(/TargetOriginId/) }),
    ]),
  })
  expect(json.stdout()).toBe('')
})

test('a missing file ends with 2', async () => {
  await using cli = startCli(['no-such-file.yaml', ...FREE_PORTS], { cwd: folder })
  expect(await cli.ended).toBe(2)
  expect(cli.stderr()).toContain('no-such-file.yaml')
})

test('an unknown edge location ends with 2', async () => {
  await using cli = startCli([...FREE_PORTS, '--pop', 'XXX99'], { cwd: folder })
  expect(await cli.ended).toBe(2)
  expect(cli.stderr()).toContain('XXX99')
})

test('a port in use ends with 1 and names the option', async () => {
  await using taken = await takePort()
  await using cli = startCli(['--json', '--port', String(taken.port), '--admin-port', '0'], { cwd: folder })
  expect(await cli.ended).toBe(1)
  expect(JSON.parse(cli.stderr())).toMatchObject({
    event: 'error',
    code: 'PF_PORT_IN_USE',
    message: expect.stringContaining(String(taken.port)),
    hint: expect.stringContaining('--port'),
  })
})

test('a download that is running when SIGTERM comes gets to its end, then the process ends with 0', async () => {
  const half = Buffer.alloc(2_000_000, 'pocketfront')
  await using origin = await startOrigin()
  const finish: (() => void)[] = []
  origin.on('/slow', (_request, response) => {
    response.writeHead(200, { 'content-length': String(2 * half.length) })
    response.write(half)
    finish.push(() => response.end(half))
  })
  await using cli = startCli([...JSON_ON_FREE_PORTS, '--origin', origin.url])
  const { url } = await cli.ready()
  const response = await fetch(`${url}/slow`)
  cli.process.kill('SIGTERM')
  await cli.output(/"event":"stopping"/)
  await expect(fetch(`${url}/late`)).rejects.toThrow('fetch failed')
  finish[0]!()
  const body = Buffer.from(await response.arrayBuffer())
  expect(body.equals(Buffer.concat([half, half]))).toBe(true)
  expect(await cli.ended).toBe(0)
  expect(cli.events().at(-1)).toMatchObject({ event: 'request', url: '/slow', delivery: 'complete' })
})

test.each(['SIGINT', 'SIGTERM'] as const)('a second %s ends at once, with 1', async (signal) => {
  await using origin = await startOrigin((_request, response) => {
    response.writeHead(200, { 'content-length': '10' })
    response.write('first')
  })
  await using cli = startCli([...JSON_ON_FREE_PORTS, '--origin', origin.url])
  const { url } = await cli.ready()
  const pending = fetch(`${url}/never`).then((response) => response.text())
  const outcome = pending.catch(() => 'broken')
  await origin.seen(1)
  cli.process.kill(signal)
  await cli.output(/"event":"stopping"/)
  cli.process.kill(signal)
  expect(await cli.ended).toBe(1)
  expect(await outcome).toBe('broken')
})

test('a reader of stdout that goes away does not end the service', async () => {
  await using origin = await startOrigin()
  await using cli = startCli([...JSON_ON_FREE_PORTS, '--origin', origin.url])
  const { url, adminUrl } = await cli.ready()
  cli.process.stdout.destroy()
  // The admin port answers in between, so the lines of the first requests have been tried.
  for (let count = 0; count < 200; count++) await get(`${url}/${count}`)
  expect((await get(`${adminUrl}/health`)).status).toBe(200)
  expect((await get(`${url}/after`)).status).toBe(200)
  cli.process.kill('SIGTERM')
  expect(await cli.ended).toBe(0)
  expect(cli.stderr()).toBe('')
})

test('--watch loads a changed configuration and keeps the old one when the new one is bad', async () => {
  await using origin = await startOrigin()
  const file = join(folder, 'watched.yaml')
  const config = (target: string): string =>
    `Id: EWATCHED\nOrigins:\n  - Id: api\n    DomainName: localhost\n    CustomOriginConfig: { HTTPPort: ${origin.port}, OriginProtocolPolicy: http-only }\n` +
    `DefaultCacheBehavior:\n  TargetOriginId: ${target}\n  ViewerProtocolPolicy: allow-all\n  CachePolicy: CachingOptimized\n`
  writeFileSync(file, config('api'))
  await using cli = startCli(['watched.yaml', '--watch', ...JSON_ON_FREE_PORTS], { cwd: folder })
  const { url } = await cli.ready()
  writeFileSync(file, config('apo'))
  await cli.output(/"event":"reload","ok":false/)
  expect((await get(`${url}/`)).status).toBe(200)
  writeFileSync(file, config('api'))
  await cli.output(/"event":"reload","ok":true/)
  const reload = cli.events().find((event) => event['ok'] === false)
  expect(reload).toMatchObject({ issues: [expect.objectContaining({ file, line: 7 })] })
})

test('a request to the data port never reaches the endpoints of the admin port', async () => {
  await using origin = await startOrigin({ status: 404, body: 'nothing' })
  await using cli = startCli([...JSON_ON_FREE_PORTS, '--origin', origin.url])
  const { port } = await cli.ready()
  const status = await new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/metrics' }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })
  expect(status).toBe(404)
  expect(origin.countOf('/metrics')).toBe(1)
})
