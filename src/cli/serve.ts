// Starts what the arguments name, reports it, and stops it on a signal.
import type { RunArguments } from './arguments.ts'
import type { Demo } from './demo.ts'
import { startDemo } from './demo.ts'
import { toParameters } from './parameters.ts'
import { createReporter } from './reporter.ts'
import { waitForStop } from './signals.ts'
import type { Pocketfront, PocketfrontOptions, ReloadOutcome } from '../assembly/options.ts'
import { createLineWriter } from '../observe/line-writer.ts'
import { createLogger } from '../observe/logger.ts'
import { selectPalette } from '../observe/palette.ts'
import { createPocketfront } from '../pocketfront.ts'
import { systemClock } from '../ports.ts'

/** Serves until SIGINT or SIGTERM. Rejects with what kept it from starting. */
export async function serve(args: RunArguments, version: string): Promise<void> {
  const stop = waitForStop()
  const writer = createLineWriter(1)
  const clock = systemClock()
  const palette = selectPalette(process.stdout, process.env)
  let distributionCount = 0
  const format = args.json
    ? ({ kind: 'json' } as const)
    : ({ kind: 'human', palette, showsHost: () => distributionCount > 1 } as const)
  const reporter = createReporter({ writer, format, quiet: args.quiet, cwd: process.cwd() })
  const onReload = (outcome: ReloadOutcome): void => {
    if (outcome.ok) distributionCount = outcome.loaded.deployment.Distributions.length
    reporter.reloaded(outcome)
  }

  let demo: Demo | null = null
  let front: Pocketfront | null = null
  try {
    if (args.config.length === 0 && args.origin.length === 0) demo = await startDemo()
    const logger = createLogger({ level: args.logLevel, format, writer, clock })
    front = await createPocketfront({ ...toOptions(args, demo), logger, clock, onReload })
    distributionCount = front.loaded.deployment.Distributions.length
    reporter.started({
      front,
      version,
      host: args.host,
      pop: front.pop,
      isDemo: demo !== null,
      insecureOrigins: args.insecureOrigins,
      simulateLatency: args.simulateLatency,
    })
    // Made once per machine; whoever reads the lines at start finds the file. A problem is told when it is needed.
    if (args.httpsPort !== null && args.certificates.length === 0) void front.ca().catch(() => undefined)
    reporter.stopping(await stop)
  } finally {
    await front?.stop()
    await demo?.close()
    await writer.close()
  }
}

function toOptions(args: RunArguments, demo: Demo | null): PocketfrontOptions {
  const config = demo === null ? args.config : [demo.config]
  return {
    ...(config.length > 0 && { config }),
    origins: [...(demo?.origins ?? []), ...args.origin],
    lambdas: args.lambda,
    ...(args.inspectFunctions !== undefined && { inspectFunctions: args.inspectFunctions }),
    parameters: toParameters(args.parameter),
    parameterFiles: args.parameters,
    functions: args.function,
    functionsDialect: args.functionsDialect,
    strict: args.strict,
    lint: args.lint,
    ...(args.python !== undefined && { python: args.python }),
    lambdaTimeouts: { viewer: args.lambdaViewerTimeout, origin: args.lambdaOriginTimeout },
    cwd: process.cwd(),
    env: process.env,
    port: args.port,
    httpsPort: args.httpsPort,
    certificates: args.certificates,
    ...(args.caFolder !== null && { caFolder: args.caFolder }),
    adminPort: args.adminPort,
    host: args.host,
    ...(args.pop !== null && { pop: args.pop }),
    ...(args.viewerCountry !== null && { viewerCountry: args.viewerCountry }),
    geoDatabase: args.geoDatabase,
    trustViewerHeaders: args.trustViewerHeaders,
    watch: args.watch,
    watchOrigins: args.watchOrigins,
    allowRemoteOrigins: args.allowRemoteOrigins,
    insecureOrigins: args.insecureOrigins,
    edgeMemory: args.edgeMemory,
    regionalMemory: args.regionalMemory,
    shieldMemory: args.shieldMemory,
    edgeDisk: args.edgeDisk,
    regionalDisk: args.regionalDisk,
    shieldDisk: args.shieldDisk,
    memoryObject: args.memoryObject,
    largestObject: args.largestObject,
    keepTraces: args.keepTraces,
    simulateLatency: args.simulateLatency,
    ...(args.originRegion !== null && { originRegion: args.originRegion }),
  }
}
