// What a checkout and the published package promise: the lock file serves every platform, and the manifest points at files that exist.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

interface LockedPackage {
  version?: string
  optionalDependencies?: Record<string, string>
}

interface Manifest {
  bin: Record<string, string>
  exports: Record<string, string | Record<string, string>>
  dependencies: Record<string, string>
  engines: { node: string }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'))
}

const manifest = readJson('package.json') as Manifest

/** The folders in which a package at `path` finds its dependencies, nearest first. */
function* lookupFolders(path: string): Generator<string> {
  for (let at = path; ; at = posix.dirname(at)) {
    if (at === '.') return yield 'node_modules'
    if (posix.basename(at) !== 'node_modules') yield posix.join(at, 'node_modules')
  }
}

test('npm ci finds the package of every platform in the lock file', () => {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> }
  const missing = Object.entries(packages).flatMap(([path, locked]) =>
    Object.keys(locked.optionalDependencies ?? {})
      .filter((name) => ![...lookupFolders(path)].some((folder) => `${folder}/${name}` in packages))
      .map((name) => `${path}: ${name}`),
  )
  expect(missing).toEqual([])
})

test('every file that package.json publishes by name is built from a source file', () => {
  const named = [
    ...Object.values(manifest.bin),
    ...Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    ),
  ].map((file) => posix.normalize(file))
  const sources = named
    .filter((file) => file.startsWith('dist/'))
    .map((file) => file.replace(/^dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts'))
  expect(sources.length).toBeGreaterThan(0)
  expect(sources.filter((file) => !existsSync(join(root, file)))).toEqual([])
})

test('the program refuses exactly the Node.js versions that engines leaves out', () => {
  const floor = /const FLOOR = \[(\d+), (\d+)\]/.exec(
    readFileSync(join(root, 'src/cli/node-version.ts'), 'utf8'),
  )
  expect(manifest.engines.node).toBe(`>=${floor?.[1]}.${floor?.[2]}`)
})

/** A new one comes with the job that twenty lines of our own would do worse. */
const JOBS: Readonly<Record<string, string>> = {
  '@ip-location-db/geo-whois-asn-country-mmdb': 'country of an address',
  '@jitl/quickjs-wasmfile-release-sync': 'isolation of CloudFront Functions',
  acorn: 'syntax of CloudFront Functions',
  'acorn-walk': 'the same, node by node',
  chokidar: 'watching files',
  commander: 'command line',
  esbuild: 'bundles of Lambda@Edge functions',
  fastify: 'HTTP servers',
  'lru-cache': 'memory of the caches',
  mkcert: 'local certificate authority',
  'mmdb-lib': 'format of address databases',
  pino: 'log lines',
  undici: 'connections to origins',
  yaml: 'YAML with places',
}

test('every runtime dependency is counted, with its job', () => {
  expect(Object.keys(manifest.dependencies).toSorted()).toEqual(Object.keys(JOBS).toSorted())
})
