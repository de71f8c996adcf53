// How long a saved function takes until a request is answered by it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { scratch, type RunningServer } from './machine/processes.ts'

export type Kind = 'cloudfront' | 'node' | 'python'

const FILES: Readonly<Record<Kind, string>> = { cloudfront: 'edge.js', node: 'edge.mjs', python: 'edge.py' }

/** A function that answers with its version. */
const CODE: Readonly<Record<Kind, (version: number) => string>> = {
  cloudfront: (version) => `function handler(event) {
  return { statusCode: 200, headers: { 'x-version': { value: '${version}' } } }
}
`,
  node: (version) => `export const handler = async () => ({
  status: '200',
  headers: { 'x-version': [{ value: '${version}' }] },
})
`,
  python: (version) => `def lambda_handler(event, context):
    return {'status': '200', 'headers': {'x-version': [{'value': '${version}'}]}}
`,
}

/** A function in a folder of its own, and the configuration that names it. */
export interface Edited {
  config: string
  save(version: number): void
}

export function createEdited(kind: Kind): Edited {
  const folder = join(scratch, `swap-${kind}`)
  mkdirSync(folder, { recursive: true })
  const association =
    kind === 'cloudfront'
      ? `FunctionAssociations: [{ EventType: viewer-request, FunctionCode: ./${FILES[kind]} }]`
      : `LambdaFunctionAssociations: [{ EventType: viewer-request, Handler: ./${FILES[kind]} }]`
  const config = join(folder, 'site.yaml')
  writeFileSync(
    config,
    `Origins: [{ Id: origin, DomainName: origin.example.com }]
DefaultCacheBehavior:
  TargetOriginId: origin
  ViewerProtocolPolicy: allow-all
  CachePolicy: CachingOptimized
  ${association}
`,
  )
  const save = (version: number): void => writeFileSync(join(folder, FILES[kind]), CODE[kind](version))
  save(0)
  return { config, save }
}

const REPEATS = 9
/** Between two saves of somebody who works on a function. */
const PAUSE_MS = 1000
const GIVE_UP_MS = 10_000

let versions = 0

/** Milliseconds from a save until an answer has its version; the median of several saves. */
export async function measureSwap(server: RunningServer, edited: Edited): Promise<number> {
  await ask(server)
  const times: number[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    await delay(PAUSE_MS)
    const version = ++versions
    const started = performance.now()
    edited.save(version)
    while ((await ask(server)) !== String(version)) {
      if (performance.now() - started > GIVE_UP_MS) throw new Error(`${server.name}: a save has no effect`)
      await delay(1)
    }
    times.push(performance.now() - started)
  }
  return times.toSorted((a, b) => a - b)[REPEATS >> 1] ?? Number.NaN
}

async function ask(server: RunningServer): Promise<string | null> {
  const response = await fetch(`${server.url}/swap`)
  await response.arrayBuffer()
  return response.headers.get('x-version')
}
