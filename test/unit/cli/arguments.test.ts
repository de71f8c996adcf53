import { expect, test } from 'vitest'
import { parseArguments } from '../../../src/cli/arguments.ts'

const parse = (...argv: string[]) => parseArguments(argv, '1.2.3')

test('without arguments the demo runs on the usual ports', () => {
  expect(parse()).toEqual({
    kind: 'run',
    run: {
      config: [],
      origin: [],
      lambda: [],
      parameter: [],
      parameters: [],
      function: [],
      functionsDialect: 'strict',
      strict: false,
      lint: true,
      lambdaViewerTimeout: 30,
      lambdaOriginTimeout: 30,
      port: 8080,
      httpsPort: 8443,
      certificates: [],
      caFolder: null,
      adminPort: 8081,
      host: '127.0.0.1',
      pop: null,
      viewerCountry: null,
      geoDatabase: [],
      trustViewerHeaders: false,
      watch: false,
      watchOrigins: false,
      logLevel: 'info',
      json: false,
      quiet: false,
      allowRemoteOrigins: false,
      insecureOrigins: false,
      edgeMemory: 134_217_728,
      regionalMemory: 536_870_912,
      shieldMemory: 536_870_912,
      simulateLatency: false,
      originRegion: null,
      edgeDisk: 2_147_483_648,
      regionalDisk: 8_589_934_592,
      shieldDisk: 8_589_934_592,
      memoryObject: 4_194_304,
      largestObject: 8_589_934_592,
      keepTraces: 250,
    },
  })
})

test.each([
  { argv: ['a.yaml', 'b.json'], run: { config: ['a.yaml', 'b.json'] } },
  {
    argv: ['--origin', 'site=./dist', 'a.yaml', '--origin', 'http://localhost:3000'],
    run: { origin: ['site=./dist', 'http://localhost:3000'], config: ['a.yaml'] },
  },
  { argv: ['--inspect-functions'], run: { inspectFunctions: 9229 } },
  { argv: ['--inspect-functions', '0'], run: { inspectFunctions: 0 } },
  { argv: ['--python', 'venv/bin/python'], run: { python: 'venv/bin/python' } },
  { argv: ['--lambda-viewer-timeout', '5'], run: { lambdaViewerTimeout: 5 } },
  { argv: ['--lambda', 'a=x.mjs', '-l', 'b=y.mjs'], run: { lambda: ['a=x.mjs', 'b=y.mjs'] } },
  {
    argv: ['--pop', 'NRT20', '--viewer-country', 'JP', '--trust-viewer-headers', '--geo-database', 'a.mmdb'],
    run: { pop: 'NRT20', viewerCountry: 'JP', trustViewerHeaders: true, geoDatabase: ['a.mmdb'] },
  },
  { argv: ['--port=0', '--admin-port', '9000'], run: { port: 0, httpsPort: 0, adminPort: 9000 } },
  { argv: ['--port=0', '--https-port=9443'], run: { port: 0, httpsPort: 9443 } },
  { argv: ['--no-https'], run: { httpsPort: null } },
  {
    argv: ['--cert', 'a.pem', '--key', 'a.key', '--cert', 'b.pem', '--key', 'b.key', '--ca', 'folder'],
    run: {
      certificates: [
        { cert: 'a.pem', key: 'a.key' },
        { cert: 'b.pem', key: 'b.key' },
      ],
      caFolder: 'folder',
    },
  },
  {
    argv: ['--edge-memory', '1GiB', '--regional-memory', '2g'],
    run: { edgeMemory: 2 ** 30, regionalMemory: 2 ** 31 },
  },
  {
    argv: ['--largest-object', '1MB', '--keep-traces', '0'],
    run: { largestObject: 1_000_000, keepTraces: 0 },
  },
  {
    argv: ['--watch', '--json', '--allow-remote-origins'],
    run: { watch: true, json: true, allowRemoteOrigins: true },
  },
  { argv: ['--quiet'], run: { quiet: true, logLevel: 'warn' } },
  { argv: ['--quiet', '--log-level', 'info'], run: { quiet: true, logLevel: 'info' } },
])('$argv is understood', ({ argv, run }) => {
  expect(parse(...argv)).toMatchObject({ kind: 'run', run })
})

test.each([
  { argv: ['--prot', '80'], message: /unknown option '--prot'\n\(Did you mean --port\?\)/ },
  { argv: ['--nothing-like-it'], message: /unknown option '--nothing-like-it'$/ },
  { argv: ['--port', '70000'], message: /'70000' is invalid\. Expected a port from 0 to 65535\./ },
  { argv: ['--edge-memory', 'lots'], message: /'lots' is invalid\. Expected a size such as 64MiB/ },
  { argv: ['--keep-traces', '-1'], message: /Expected a whole number up to 1000000/ },
  { argv: ['--log-level', 'loud'], message: /Allowed choices are silent, error, warn, info, debug/ },
  { argv: ['--origin'], message: /argument missing/ },
  { argv: ['http://localhost:3000'], message: /For an origin write --origin http:\/\/localhost:3000/ },
])('$argv is refused', ({ argv, message }) => {
  expect(parse(...argv)).toEqual({ kind: 'refused', message: expect.stringMatching(message), json: false })
})

test('a refusal knows whether JSON was asked for', () => {
  expect(parse('--json', '--bad')).toMatchObject({ kind: 'refused', json: true })
})

test('--version prints the version and --help every option', () => {
  expect(parse('--version')).toEqual({ kind: 'print', text: '1.2.3\n' })
  const help = parse('--help')
  expect(help).toMatchObject({
    kind: 'print',
    text: expect.stringContaining('Usage: pocketfront [options] [CONFIG...]'),
  })
  for (const option of ['--origin', '--pop', '--largest-object', 'POCKETFRONT_ORIGINS', 'Exit codes']) {
    expect(help).toMatchObject({ text: expect.stringContaining(option) })
  }
})
