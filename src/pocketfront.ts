// Assembly: takes options, wires the layers, listens, and returns the handle.
import { readFileSync } from 'node:fs'
import { openArchives } from './assembly/archives.ts'
import { toFetch } from './assembly/fetch.ts'
import { createHttps, type Https } from './assembly/https.ts'
import { isOn, toLoadOptions } from './assembly/load-options.ts'
import type { Pocketfront, PocketfrontOptions } from './assembly/options.ts'
import { createReloads, type Reloads } from './assembly/reload.ts'
import { warnOfOriginsThatAreDown } from './assembly/reach.ts'
import { createSystem, type System } from './assembly/system.ts'
import { toConfigError } from './assembly/config-error.ts'
import { loadConfig, type LoadOptions } from './config/load.ts'
import { startControl, type Control } from './control/server.ts'
import { PocketfrontError } from './model/errors.ts'
import { describeKey } from './policies/cache-key.ts'
import { startViewerServer, type ViewerServer } from './viewer/server.ts'

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_GRACE_MS = 5000

/** Starts a distribution in this process. Rejects with a PocketfrontError that lists every problem of the configuration. */
export async function createPocketfront(options: PocketfrontOptions = {}): Promise<Pocketfront> {
  const archives = openArchives()
  try {
    return await start(options, { ...toLoadOptions(options), archives }, () => archives.close())
  } catch (error) {
    archives.close()
    throw error
  }
}

async function start(
  options: PocketfrontOptions,
  loadOptions: LoadOptions,
  onStopped: () => void,
): Promise<Pocketfront> {
  const first = await loadConfig(loadOptions)
  if (!first.ok) throw toConfigError(first.issues, loadOptions.cwd)
  const https = isOn(options.httpsPort) ? createHttps(options) : null
  const system = createSystem(options, first)
  const listeners = await listen(options, system, https)
  const reloads = createReloads(options, loadOptions, system)
  if (options.watchOrigins === true) await reloads.ready
  const stopLooking = warnOfOriginsThatAreDown(system)
  return toHandle(options, system, { ...listeners, stopLooking, onStopped }, reloads)
}

interface Listeners {
  readonly viewer: ViewerServer
  readonly control: Control | null
  readonly https: Https | null
}

/** Opens all ports, or none. */
async function listen(options: PocketfrontOptions, system: System, https: Https | null): Promise<Listeners> {
  const { host = DEFAULT_HOST, port = 0, adminPort = null } = options
  let viewer: ViewerServer | null = null
  try {
    viewer = await startViewerServer(system.ports, {
      host,
      port,
      https: https === null ? null : { port: options.httpsPort ?? 0, certificates: https.certificates },
    })
    system.ports.httpsPort = viewer.httpsPort
    const control =
      adminPort === null
        ? null
        : await startControl(system.admin, { port: adminPort, version: readVersion(), describeKey })
    return { viewer, control, https }
  } catch (error) {
    await viewer?.close(0)
    await system.dispose()
    throw error
  }
}

function toHandle(
  options: PocketfrontOptions,
  system: System,
  {
    viewer,
    control,
    https,
    stopLooking,
    onStopped,
  }: Listeners & Record<'stopLooking' | 'onStopped', () => void>,
  reloads: Reloads,
): Pocketfront {
  const { admin, budgets, clock } = system
  const url = `http://${toUrlHost(options.host)}:${viewer.port}`
  const httpsUrl = viewer.httpsPort === null ? null : `https://localhost:${viewer.httpsPort}`
  async function ca(): Promise<string> {
    if (https === null) throw new PocketfrontError('PF_USAGE', 'there is no HTTPS port', 'give httpsPort: 0')
    return (await https.authority.get()).cert
  }
  async function close(): Promise<void> {
    stopLooking()
    await reloads.close()
    await viewer.close(options.graceMs ?? DEFAULT_GRACE_MS)
    await control?.close()
    await system.dispose()
    onStopped()
  }
  let closing: Promise<void> | null = null
  return {
    url,
    port: viewer.port,
    httpsUrl,
    httpsPort: viewer.httpsPort,
    caFile: https === null ? null : https.authority.file,
    ca,
    adminUrl: control === null ? null : `http://127.0.0.1:${control.port}`,
    adminPort: control?.port ?? null,
    get loaded() {
      return system.loaded
    },
    pop: system.ports.defaultPlace.pop,
    clock,
    traces: admin.traces,
    traps: () => system.traps(),
    budgets,
    fetch: toFetch({ url, httpsUrl, ca }),
    invalidate: (paths, id) => system.invalidate(id ?? null, typeof paths === 'string' ? [paths] : paths),
    invalidations: {
      list: (id) => admin.invalidations(id ?? null),
      get: (id) => admin.invalidation(id),
      preview: (paths, id) =>
        admin.previewInvalidation(id ?? null, typeof paths === 'string' ? [paths] : paths),
    },
    purge: () => admin.purge(),
    reload: () => reloads.now(),
    stop: () => (closing ??= close()),
  }
}

/** An address that a client on this machine can dial. */
function toUrlHost(host = DEFAULT_HOST): string {
  if (host === '0.0.0.0' || host === '::') return DEFAULT_HOST
  return host.includes(':') ? `[${host}]` : host
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
