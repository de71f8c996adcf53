// The house rules that a machine can check: who may import what, file sizes, and where time comes from.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Folder -> the folders of ours that it may import. `assembly` is src/pocketfront.ts and src/assembly/, `manifest` package.json. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  message: ['model'],
  config: ['model'],
  cache: ['message', 'model'],
  behaviors: ['cache', 'message', 'model'],
  policies: ['cache', 'message', 'model'],
  functions: ['policies', 'behaviors', 'cache', 'message', 'model'],
  origin: ['functions', 'policies', 'behaviors', 'cache', 'message', 'model'],
  regional: ['functions', 'policies', 'behaviors', 'cache', 'message', 'model'],
  shield: ['functions', 'policies', 'behaviors', 'cache', 'message', 'model'],
  edge: ['functions', 'policies', 'behaviors', 'cache', 'message', 'model'],
  viewer: ['edge', 'functions', 'policies', 'behaviors', 'cache', 'message', 'model'],
  observe: ['message', 'model'],
  // The admin port shows the views of observe; it meets the running system through Admin alone.
  control: ['observe', 'message', 'model'],
  demo: ['model'],
  assembly: [
    'viewer',
    'edge',
    'regional',
    'shield',
    'origin',
    'functions',
    'policies',
    'behaviors',
    'cache',
    'config',
    'control',
    'observe',
    'message',
    'model',
    'manifest',
  ],
  index: ['assembly', 'config', 'control', 'message', 'model'],
  cli: ['assembly', 'config', 'control', 'demo', 'observe', 'message', 'model', 'manifest'],
}

/** Package -> the folders that may import it. A package that is not named here may be imported nowhere. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  fastify: ['viewer', 'control'],
  undici: ['origin'],
  'lru-cache': ['cache'],
  yaml: ['config'],
  chokidar: ['config', 'functions'],
  mkcert: ['viewer'],
  esbuild: ['functions'],
  acorn: ['functions'],
  'acorn-walk': ['functions'],
  '@jitl/quickjs-wasmfile-release-sync': ['functions'],
  pino: ['observe', 'assembly', 'cli'],
  commander: ['cli'],
  'mmdb-lib': ['viewer'],
}

/** The files that stand between us and the machine's clock and dice. */
const PORTS = new Set(['src/pocketfront.ts', 'src/ports.ts', 'src/assembly/ports.ts'])
const MAX_CODE_LINES = 300

interface SourceFile {
  file: string
  folder: string
  lines: string[]
  code: string[]
  imports: string[]
  /** Without those that only name types and are gone at run time. */
  loads: string[]
}

function folderOf(file: string): string {
  if (file === 'package.json') return 'manifest'
  const [, first = '', second] = file.split('/')
  if (second !== undefined) return first
  return first === 'pocketfront.ts' || first === 'ports.ts' ? 'assembly' : first.replace(/\.ts$/, '')
}

/** The lines that are neither blank nor wholly comment. */
function codeLines(lines: readonly string[]): string[] {
  let inBlock = false
  return lines.filter((line) => {
    const text = line.trim()
    if (inBlock) {
      inBlock = !text.includes('*/')
      return false
    }
    if (text.startsWith('/*')) {
      inBlock = !text.includes('*/')
      return !inBlock && !text.endsWith('*/')
    }
    return text !== '' && !text.startsWith('//')
  })
}

/** Every module a text names: import, export from, import type, import() and files named by URL. */
function importsOf(code: string): string[] {
  const forms = [
    /^\s*(?:import|export)\b[^'"`;=(]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /\bnew URL\(\s*['"](\.{1,2}\/[^'"]+)['"]\s*,\s*import\.meta\.url/g,
  ]
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''))
}

function readSource(file: string): SourceFile {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  const code = codeLines(lines)
  const text = code.join('\n')
  const values = text.replaceAll(/^\s*(?:import|export)\s+type\b[^'"`;=(]*?\bfrom\s*['"][^'"]+['"]/gm, '')
  return { file, folder: folderOf(file), lines, code, imports: importsOf(text), loads: importsOf(values) }
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts'))
  .toSorted()
  .map(readSource)

const ownTarget = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier)
const packageOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/** A path of files that load each other and leads back to its start. Types may name each other. */
function findCycle(): string[] | null {
  const next = new Map(
    files.map((source) => [
      source.file,
      source.loads.filter((name) => name.startsWith('.')).map((name) => ownTarget(source.file, name)),
    ]),
  )
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return null
    for (const target of next.get(file) ?? []) {
      const cycle = visit(target, [...path, file])
      if (cycle !== null) return cycle
    }
    done.add(file)
    return null
  }
  for (const { file } of files) {
    const cycle = visit(file, [])
    if (cycle !== null) return cycle
  }
  return null
}

describe('the reader of imports', () => {
  test('sees every way a module can be named', () => {
    const code = [
      'import { a,',
      "  b } from './one.ts'",
      "import type { C } from './two.ts'",
      "export { d } from './three.ts'",
      "import './four.ts'",
      "const e = await import('./five.ts')",
      "const f = new URL('./six.ts', import.meta.url)",
      "import data from './seven.json' with { type: 'json' }",
      "export const from = 'nothing'",
    ].join('\n')
    const numbers = ['one.ts', 'two.ts', 'three.ts', 'four.ts', 'five.ts', 'six.ts', 'seven.json']
    expect(importsOf(code).toSorted()).toEqual(numbers.map((name) => `./${name}`).toSorted())
  })

  test('counts neither blank lines nor comments', () => {
    expect(codeLines(['// a', '', '/** b', ' * c', ' */', 'const d = 1 // e', '/* f */', 'g()'])).toEqual([
      'const d = 1 // e',
      'g()',
    ])
  })
})

describe('imports', () => {
  test('every folder of src has its place in the order of layers', () => {
    const unknown = new Set(files.map((source) => source.folder).filter((folder) => !(folder in MAY_IMPORT)))
    expect([...unknown]).toEqual([])
  })

  test('point from the viewer down to the model, never back', () => {
    const wrong = files.flatMap((source) =>
      source.imports
        .filter((name) => name.startsWith('.'))
        .map((name) => ownTarget(source.file, name))
        .filter((target) => {
          const folder = folderOf(target)
          return folder !== source.folder && !(MAY_IMPORT[source.folder] ?? []).includes(folder)
        })
        .map((target) => `${source.file} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('of packages stay in the folders that own them', () => {
    const wrong = files.flatMap((source) =>
      source.imports
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .filter((name) => !(PACKAGES[packageOf(name)] ?? []).includes(source.folder))
        .map((name) => `${source.file} -> ${name}`),
    )
    expect(wrong).toEqual([])
  })

  test('leave out what would load a fetch and a WebSocket that nobody needs', () => {
    const heavy = files.flatMap(({ file, loads }) =>
      loads.filter((name) => name === 'node:http' || name === 'undici').map((name) => `${file}: ${name}`),
    )
    expect(heavy).toEqual([])
  })

  test('form no cycle', () => {
    expect(findCycle()).toBeNull()
  })
})

describe('every file of src', () => {
  test('says its responsibility in its first line', () => {
    const silent = files.filter(({ lines }) => {
      const first = lines[0]?.startsWith('#!') === true ? lines[1] : lines[0]
      return first === undefined || !/^\/\/ \S/.test(first)
    })
    expect(silent.map(({ file }) => file)).toEqual([])
  })

  test(`has at most ${MAX_CODE_LINES} lines of code`, () => {
    const long = files.filter(({ code }) => code.length > MAX_CODE_LINES)
    expect(long.map(({ file, code }) => `${file}: ${code.length}`)).toEqual([])
  })

  test('has named exports only', () => {
    const wrong = files.filter(({ code }) =>
      code.some((line) => /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bas default\b/.test(line)),
    )
    expect(wrong.map(({ file }) => file)).toEqual([])
  })

  test('takes time, randomness and identity from outside', () => {
    const wrong = files
      .filter(({ file }) => !PORTS.has(file))
      .flatMap(({ file, code }) =>
        code
          .filter((line) => /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\brandomUUID\b/.test(line))
          .map((line) => `${file}: ${line.trim()}`),
      )
    expect(wrong).toEqual([])
  })
})
