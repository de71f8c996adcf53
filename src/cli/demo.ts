// The demo that is served when nothing is named: a sample configuration and the API it needs.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startDemoApi } from '../demo/api.ts'
import { PocketfrontError } from '../model/errors.ts'

/** A running demo: its configuration, the targets of its origins, and how it ends. */
export interface Demo {
  readonly config: string
  readonly origins: readonly string[]
  close(): Promise<void>
}

/** Two folders below the root of the package, in src as in dist. */
const CONFIG = new URL('../../config/demo/distribution.yaml', import.meta.url)

/** Starts the demo's API on a free port. */
export async function startDemo(): Promise<Demo> {
  const config = fileURLToPath(CONFIG)
  if (!existsSync(config)) {
    const hint = 'Name a configuration file, or an origin with --origin http://localhost:3000.'
    throw new PocketfrontError('PF_USAGE', `The demo is missing: ${config}`, hint)
  }
  const api = await startDemoApi()
  return { config, origins: [`api=${api.url}`], close: () => api.close() }
}
