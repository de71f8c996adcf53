// The running system without its listeners: places, origins, functions, distributions, and what observes them.
import { hostname, tmpdir } from 'node:os'
import { pino, type Logger } from 'pino'
import { toDialectWarnings } from './function-warnings.ts'
import { createFunctionLog } from './function-log.ts'
import { createEventHub, withFunctionEvents, type EventHub } from './live-events.ts'
import { createLatency } from './latency.ts'
import { isOn } from './load-options.ts'
import { prepareHandlers } from './handlers.ts'
import { openInspector } from './inspect.ts'
import { Network, type Budgets } from './network.ts'
import type { LoadedConfiguration, PocketfrontOptions } from './options.ts'
import { createOriginFactory } from './origins.ts'
import { Invalidations, selectItems } from './invalidations.ts'
import { previewInvalidation } from './preview.ts'
import { Sites } from './sites.ts'
import { watchTraps } from './traps/watch.ts'
import { createViewers } from './viewers.ts'
import { createBodyFolder } from '../cache/stores/body-folder.ts'
import type { LintFinding } from '../config/lint/rule.ts'
import type { LoadResult } from '../config/load.ts'
import type { Admin, InvalidationReceipt } from '../control/admin.ts'
import type { EdgePlace } from '../edge/visit.ts'
import { selectPython } from '../functions/lambda-edge/python/interpreter.ts'
import { CloudFrontFunctionSet } from '../functions/cloudfront/set.ts'
import { joinHooks } from '../functions/hooks.ts'
import { createFunctionRegistry } from '../functions/registry.ts'
import type { SteerableClock } from '../message/clock.ts'
import { PocketfrontError } from '../model/errors.ts'
import { createMetrics } from '../observe/metrics.ts'
import { createRequestLog } from '../observe/request-log.ts'
import { createTraceStore } from '../observe/trace-store.ts'
import { HandlerOrigins } from '../origin/handlers.ts'
import { createFolderOrigins } from '../origin/folders.ts'
import type { ResolveTarget } from '../origin/origin.ts'
import { OriginPools } from '../origin/pools.ts'
import {
  monotonicTick,
  processStartedAt,
  randomRequestIds,
  randomUnit,
  randomViaHost,
  systemClock,
  wallClock,
} from '../ports.ts'
import type { ViewerPorts } from '../viewer/ports.ts'
import { compileRouter } from '../viewer/route.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const DEFAULTS = {
  edgeMemory: 128 * MIB,
  regionalMemory: 512 * MIB,
  shieldMemory: 512 * MIB,
  edgeDisk: 2 * GIB,
  regionalDisk: 8 * GIB,
  shieldDisk: 8 * GIB,
  largestObject: 8 * GIB,
  memoryObject: 4 * MIB,
  keepTraces: 250,
}

type Loaded = Extract<LoadResult, { ok: true }>

/** Everything but the listeners. */
export interface System {
  readonly admin: Admin
  traps(): readonly LintFinding[]
  readonly events: EventHub
  readonly budgets: Budgets
  readonly clock: SteerableClock
  readonly logger: Logger
  readonly ports: ViewerPorts & { httpsPort: number | null }
  readonly loaded: LoadedConfiguration
  /** As the admin's, without AWS's limits. */
  invalidate(distributionId: string | null, paths: readonly string[]): InvalidationReceipt[]
  /** Serves another configuration from the next request on; running ones finish on the old one. */
  swap(next: Loaded): void
  /** Ends functions and connections to origins. */
  dispose(): Promise<void>
}

/** Wires the layers. Throws PF_USAGE for a POP that does not exist. */
export function createSystem(options: PocketfrontOptions, first: Loaded): System {
  const logger = options.logger ?? pino({ level: 'silent' })
  const clock = options.clock ?? systemClock()
  const requestId = randomRequestIds()
  const events = createEventHub()
  const functionLog = withFunctionEvents(createFunctionLog(logger), events)
  const budgets = toBudgets(options)
  const latency = options.simulateLatency === true ? createLatency(options.originRegion ?? null) : null
  const folder = createBodyFolder({
    memoryObject: budgets.memoryObject,
    parent: tmpdir(),
    hostName: hostname(),
    pid: process.pid,
    processStartedAt: processStartedAt(),
  })
  const network = new Network(budgets, folder, latency)
  const viewers = createViewers(options, logger)
  const defaultPlace = findPlace(network, viewers.defaultPop)
  const pools = new OriginPools({
    tick: monotonicTick,
    acceptAnyCertificate: options.insecureOrigins ?? false,
  })
  const { inspectFunctions = null } = options
  const closeInspector = inspectFunctions === null ? null : openInspector(inspectFunctions)
  const registry = createFunctionRegistry({
    functions: first.deployment.LambdaFunctions,
    watch: options.watch ?? false,
    log: functionLog,
    logsRuns: logger.isLevelEnabled('debug'),
    isInspected: closeInspector !== null,
    region: defaultPlace.region,
    python: selectPython(options.python, options.env ?? process.env, process.platform),
    viewerTimeoutMs: toMilliseconds(options.lambdaTimeouts?.viewer),
    originTimeoutMs: toMilliseconds(options.lambdaTimeouts?.origin),
  })
  // Bundled ahead of the first request, and a broken file is told at start.
  registry.prepare().then(
    (problems) => {
      for (const { name, file, reason } of problems) {
        logger.error({ event: 'function', functionName: name }, `${file} can't be used: ${reason}`)
      }
    },
    (error: unknown) => logger.error({ err: error }, 'functions could not be prepared'),
  )
  const functions = new CloudFrontFunctionSet({
    strictDialect: options.functionsDialect !== 'lenient',
    log: functionLog,
  })
  functions.update(first.deployment.Functions)
  let resolveTarget: ResolveTarget = first.resolveTarget
  const handlers = new HandlerOrigins({
    clock,
    tick: monotonicTick,
    log: createFunctionLog(logger),
    logsRuns: logger.isLevelEnabled('debug'),
    isInspected: closeInspector !== null,
    watch: options.watch ?? false,
    environment: process.env,
    region: options.env?.['AWS_REGION'] ?? 'us-east-1',
    python: selectPython(options.python, options.env ?? process.env, process.platform),
  })
  prepareHandlers(handlers, first.deployment, logger)
  const access = { pools, folders: createFolderOrigins(clock), handlers, tick: monotonicTick, wallClock }
  const sites = new Sites({
    hooksFor: (distribution, behavior) =>
      joinHooks(registry.hooksFor(distribution, behavior), functions.hooksFor(behavior)),
    ...createOriginFactory({
      resolveTarget: (...name) => resolveTarget(...name),
      access,
      shieldIn: (region) => network.shield(region),
      latency,
    }),
    placing: { defaultPop: defaultPlace.pop, placeOf: (code) => findPlace(network, code) },
    viaHost: randomViaHost,
    servesHttps: isOn(options.httpsPort),
  })
  sites.current = sites.compile(first.deployment)

  const invalidations = new Invalidations(clock, () => toInvalidationId(requestId()))
  const metrics = createMetrics()
  const traces = createTraceStore(options.keepTraces ?? DEFAULTS.keepTraces)
  const logRequest = logger.isLevelEnabled('info') ? createRequestLog(logger) : null
  const ports: ViewerPorts & { router: ViewerPorts['router']; httpsPort: number | null } = {
    router: compileRouter(sites.current),
    defaultPlace,
    httpsPort: null,
    placeOf: (code) => network.place(code),
    locate: viewers.locate,
    trustViewerHeaders: viewers.trustViewerHeaders,
    clock,
    tick: monotonicTick,
    requestId,
    random: options.random ?? randomUnit,
    viewerHop: latency === null ? null : (viewer, pop) => latency.fromViewer(viewer, pop),
    finished(trace) {
      metrics.record(trace)
      traces.add(trace)
      logRequest?.(trace)
    },
    onTlsRefused: (serverName, reason) =>
      logger.debug({ event: 'tls', serverName }, `TLS handshake refused: ${reason}`),
    onBug: (error, { id }) =>
      logger.error({ err: error, requestId: id }, 'a request failed inside pocketfront'),
  }
  const invalidate = (id: string | null, paths: readonly string[], from: 'port' | 'handle') => {
    const receipts = invalidations.create(sites.select(id), paths, from)
    for (const receipt of receipts) {
      events.publish({ event: 'invalidate', distribution: receipt.DistributionId, paths: receipt.Paths })
    }
    return receipts
  }
  const admin: Admin = {
    events,
    traces: {
      // What a trace shows of a trap is written into it.
      last: (count) => (traps.findings(), traces.last(count)),
      get: (id) => (traps.findings(), traces.get(id)),
    },
    traps: () => allTraps(),
    clock,
    get distributionIds() {
      return sites.current.map((site) => site.distribution.Id)
    },
    places: () => network.usage(),
    metricsText: () => metrics.text(),
    invalidate: (id, paths) => invalidate(id, paths, 'port'),
    invalidations: (id) => invalidations.list(id),
    invalidation: (id) => invalidations.get(id),
    previewInvalidation(id, paths) {
      const selected = sites.select(id)
      const items = selectItems(selected, paths)
      return selected.map((site) => previewInvalidation(site, paths, items, network.tiers(), clock.now()))
    },
    purge() {
      // What is being fetched now must not come back after the purge.
      for (const site of sites.current) site.invalidations.append([{ kind: 'everything' }])
      return network.purge()
    },
  }
  let loaded = toLoaded(first, functions)
  const traps = watchTraps(first.suspects, {
    latest: (count) => traces.last(count),
    keptTraces: options.keepTraces ?? DEFAULTS.keepTraces,
    entryAt: (pop, key) => network.place(pop)?.cache.store.get(key) ?? null,
    logger,
  })
  const allTraps = (): LintFinding[] => [...loaded.findings, ...traps.findings()]
  return {
    admin,
    traps: allTraps,
    events,
    budgets,
    clock,
    logger,
    ports,
    get loaded() {
      return loaded
    },
    invalidate: (id, paths) => invalidate(id, paths, 'handle'),
    swap(next) {
      registry.update(next.deployment.LambdaFunctions)
      functions.update(next.deployment.Functions)
      prepareHandlers(handlers, next.deployment, logger)
      const compiled = sites.compile(next.deployment)
      resolveTarget = next.resolveTarget
      sites.current = compiled
      ports.router = compileRouter(compiled)
      traps.update(next.suspects)
      loaded = toLoaded(next, functions)
    },
    async dispose() {
      traps.close()
      functions.dispose()
      await registry.dispose()
      await handlers.dispose()
      closeInspector?.()
      await pools.destroy()
      await folder.close()
    },
  }
}

function toMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}

function toBudgets(options: PocketfrontOptions): Budgets {
  const memory = {
    edge: options.edgeMemory ?? DEFAULTS.edgeMemory,
    regional: options.regionalMemory ?? DEFAULTS.regionalMemory,
    shield: options.shieldMemory ?? DEFAULTS.shieldMemory,
  }
  const memoryObject = options.memoryObject ?? DEFAULTS.memoryObject
  return {
    ...memory,
    disk: {
      edge: options.edgeDisk ?? DEFAULTS.edgeDisk,
      regional: options.regionalDisk ?? DEFAULTS.regionalDisk,
      shield: options.shieldDisk ?? DEFAULTS.shieldDisk,
    },
    largestObject: options.largestObject ?? DEFAULTS.largestObject,
    // What no place could keep in memory lies in a file.
    memoryObject: Math.min(memoryObject, memory.edge, memory.regional, memory.shield),
  }
}

/** I and 13 capitals or digits, as AWS writes it. */
function toInvalidationId(random: string): string {
  return `I${random
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 13)
    .toUpperCase()}`
}

function findPlace(network: Network, pop: string): EdgePlace {
  const place = network.place(pop)
  if (place !== null) return place
  throw new PocketfrontError(
    'PF_USAGE',
    `no edge location has the code ${pop}`,
    'codes look like FRA56, IAD89 or NRT20',
  )
}

function toLoaded(
  { deployment, warnings, notes, findings, files, watched }: Loaded,
  functions: CloudFrontFunctionSet,
): LoadedConfiguration {
  const all = [...warnings, ...toDialectWarnings(functions.problems())]
  return { deployment, warnings: all, notes, findings, files, watched }
}
