// Assembly: takes options and ports, wires the layers, returns start, stop and reload.
import { readFileSync } from 'node:fs'
import { pino, type Logger } from 'pino'
import { Network } from './assembly/network.ts'
import type {
  LoadedConfiguration,
  Pocketfront,
  PocketfrontOptions,
  ReloadOutcome,
} from './assembly/options.ts'
import { toFetch } from './assembly/fetch.ts'
import { createFunctionLog } from './assembly/function-log.ts'
import { toLoadOptions } from './assembly/load-options.ts'
import { Sites } from './assembly/sites.ts'
import { printIssue } from './config/issues.ts'
import { loadConfig, type LoadResult } from './config/load.ts'
import { watchFiles } from './config/watch.ts'
import type { Admin } from './control/admin.ts'
import { startControl, type Control } from './control/server.ts'
import { createFunctionRegistry } from './functions/registry.ts'
import { PocketfrontError } from './model/errors.ts'
import { createMetrics } from './observe/metrics.ts'
import { createRequestLog } from './observe/request-log.ts'
import { createTraceStore } from './observe/trace-store.ts'
import { createFolderOrigins } from './origin/folders.ts'
import { createOrigin, type ResolveTarget } from './origin/origin.ts'
import { OriginPools } from './origin/pools.ts'
import { describeKey } from './policies/cache-key.ts'
import { monotonicTick, randomRequestIds, randomViaHost, systemClock } from './ports.ts'
import { compileRouter } from './viewer/route.ts'
import { startViewerServer, type ViewerServer } from './viewer/server.ts'

const MIB = 1024 * 1024
const DEFAULTS = {
  host: '127.0.0.1',
  pop: 'FRA56',
  edgeMemory: 128 * MIB,
  regionalMemory: 512 * MIB,
  largestObject: 64 * MIB,
  keepTraces: 1000,
  graceMs: 5000,
}

/** Starts a distribution in this process. Rejects with a PocketfrontError that lists every problem of the configuration. */
export async function createPocketfront(options: PocketfrontOptions = {}): Promise<Pocketfront> {
  const loadOptions = toLoadOptions(options)
  const first = await loadConfig(loadOptions)
  if (!first.ok) throw toConfigError(first, loadOptions.cwd)

  const logger: Logger = options.logger ?? pino({ level: 'silent' })
  const clock = options.clock ?? systemClock()
  const requestId = randomRequestIds()
  const budgets = {
    edge: options.edgeMemory ?? DEFAULTS.edgeMemory,
    regional: options.regionalMemory ?? DEFAULTS.regionalMemory,
    largestObject: options.largestObject ?? DEFAULTS.largestObject,
  }
  const network = new Network(budgets)
  const pop = options.pop ?? DEFAULTS.pop
  const defaultPlace = network.place(pop)
  if (defaultPlace === null) {
    throw new PocketfrontError(
      'PF_USAGE',
      `no edge location has the code ${pop}`,
      'codes look like FRA56, IAD89 or NRT20',
    )
  }

  const pools = new OriginPools()
  const access = { pools, folders: createFolderOrigins(clock), tick: monotonicTick }
  const registry = createFunctionRegistry({
    functions: first.deployment.LambdaFunctions,
    watch: options.watch ?? false,
    log: createFunctionLog(logger),
    region: defaultPlace.region,
  })
  let resolveTarget: ResolveTarget = first.resolveTarget
  const sites = new Sites({
    hooksFor: (distribution, behavior) => registry.hooksFor(distribution, behavior),
    originFor: (origin, behavior, hooks) =>
      createOrigin(origin, behavior, hooks, (...name) => resolveTarget(...name), access),
    viaHost: randomViaHost,
    requestId,
    clock,
  })

  const metrics = createMetrics()
  const traces = createTraceStore(options.keepTraces ?? DEFAULTS.keepTraces)
  const logRequest = logger.isLevelEnabled('info') ? createRequestLog(logger) : null
  let loaded = toLoaded(first)
  sites.current = sites.compile(first.deployment)

  const ports = {
    router: compileRouter(sites.current),
    defaultPlace,
    placeOf: (code: string) => network.place(code),
    clock,
    tick: monotonicTick,
    requestId,
    finished: (trace: Parameters<typeof metrics.record>[0]) => {
      metrics.record(trace)
      traces.add(trace)
      logRequest?.(trace)
    },
    onBug: (error: unknown, trace: { id: string }) =>
      logger.error({ err: error, requestId: trace.id }, 'a request failed inside pocketfront'),
  }

  const swap = async (): Promise<ReloadOutcome> => {
    const next = await loadConfig(loadOptions)
    if (!next.ok) return { ok: false, issues: next.issues }
    registry.update(next.deployment.LambdaFunctions)
    const compiled = sites.compile(next.deployment)
    resolveTarget = next.resolveTarget
    sites.current = compiled
    ports.router = compileRouter(compiled)
    loaded = toLoaded(next)
    return { ok: true, loaded }
  }
  let reloading: Promise<unknown> = Promise.resolve()
  const reload = (): Promise<ReloadOutcome> => {
    const outcome = reloading.then(swap)
    reloading = outcome.catch(() => {})
    return outcome
  }

  const purge = (): number => {
    // What is being fetched now must not come back after the purge.
    sites.invalidate(null, ['/*'])
    return network.purge()
  }
  const admin: Admin = {
    traces,
    clock,
    get distributionIds() {
      return sites.current.map((site) => site.distribution.Id)
    },
    places: () => network.usage(),
    metricsText: () => metrics.text(),
    invalidate: (id, paths) => sites.invalidate(id, paths),
    purge,
  }

  let viewer: ViewerServer
  let control: Control | null = null
  try {
    viewer = await startViewerServer(ports, { host: options.host ?? DEFAULTS.host, port: options.port ?? 0 })
    try {
      if (options.adminPort !== undefined && options.adminPort !== null) {
        control = await startControl(admin, { port: options.adminPort, version: readVersion(), describeKey })
      }
    } catch (error) {
      await viewer.close(0)
      throw error
    }
  } catch (error) {
    await registry.dispose()
    await pools.destroy()
    throw error
  }

  const watcher = options.watch
    ? watchFiles(loaded.files, () => {
        void reload().then((outcome) => {
          if (outcome.ok) watcher?.update(outcome.loaded.files)
          options.onReload?.(outcome)
        })
      })
    : null

  const url = `http://${urlHost(options.host)}:${viewer.port}`
  let stopping: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    await watcher?.close()
    await viewer.close(options.graceMs ?? DEFAULTS.graceMs)
    await control?.close()
    await registry.dispose()
    await pools.destroy()
  }
  return {
    url,
    port: viewer.port,
    adminUrl: control === null ? null : `http://127.0.0.1:${control.port}`,
    adminPort: control?.port ?? null,
    get loaded() {
      return loaded
    },
    clock,
    traces,
    budgets,
    fetch: toFetch(url),
    invalidate: (paths, id) => sites.invalidate(id ?? null, typeof paths === 'string' ? [paths] : paths),
    purge,
    reload,
    stop: () => (stopping ??= stop()),
  }
}

function toLoaded({
  deployment,
  warnings,
  notes,
  files,
}: Extract<LoadResult, { ok: true }>): LoadedConfiguration {
  return { deployment, warnings, notes, files }
}

function toConfigError({ issues }: Extract<LoadResult, { ok: false }>, cwd: string): PocketfrontError {
  const lines = issues.map((issue) => printIssue(issue, cwd))
  const error = new PocketfrontError('PF_CONFIG', lines.join('\n'))
  return Object.assign(error, { issues })
}

/** An address that a client on this machine can dial. */
function urlHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
