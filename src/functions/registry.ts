// All functions of a run: one runner each, kept over configuration reloads, and the hooks of every behavior.
import {
  createOriginRequestHook,
  createOriginResponseHook,
  createViewerRequestHook,
  createViewerResponseHook,
} from './lambda-edge/hooks.ts'
import { selectFormat } from './lambda-edge/log-lines.ts'
import { createLambdaRunner } from './lambda-edge/runner.ts'
import { NO_HOOKS } from './hooks.ts'
import type { LambdaHookOptions } from './lambda-edge/hooks.ts'
import type { LambdaRunner, LambdaRunnerOptions } from './lambda-edge/runner.ts'
import type { BehaviorHooks } from './hooks.ts'
import type { FunctionLog } from './log.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'
import type { EventType, LambdaFunction } from '../model/functions.ts'

export interface FunctionRegistryOptions {
  readonly functions: readonly LambdaFunction[]
  /** A saved file is in use from the next invocation on. */
  readonly watch: boolean
  readonly log: FunctionLog
  /** Whether the log gets START, END and REPORT lines. */
  readonly logsRuns?: boolean
  /** A debugger may stop functions: nothing has a deadline. */
  readonly isInspected?: boolean
  /** The Region of the default edge location, where new versions are tried first. */
  readonly region: string
  /** The interpreter of Python functions; python3. */
  readonly python?: string
  /** Milliseconds a function on a viewer event may take; 30,000. (Developer Guide, 'Quotas') */
  readonly viewerTimeoutMs?: number | undefined
  /** The same for origin events. */
  readonly originTimeoutMs?: number | undefined
  /** For instances and queues; defaults fit a laptop. */
  readonly lambda?: Pick<LambdaRunnerOptions, 'limits' | 'initTimeoutMs'>
}

/** A function that could not be bundled. */
export interface LoadProblem {
  readonly LambdaFunctionARN: string
  readonly name: string
  readonly file: string
  readonly reason: string
}

export interface FunctionRegistry {
  /** The hooks of one behavior; to be called once, when it is compiled. */
  hooksFor(distribution: Distribution, behavior: DefaultCacheBehavior): BehaviorHooks
  /** The functions of a new configuration: unchanged ones stay warm. Call before {@link hooksFor} for its behaviors. */
  update(functions: readonly LambdaFunction[]): void
  /** Bundles every function, so that a broken one is known before the first request. */
  prepare(): Promise<LoadProblem[]>
  dispose(): Promise<void>
}

const TIMEOUT_MS = 30_000
const UNLIMITED_MS = 24 * 60 * 60 * 1000
/** (Developer Guide, 'Differences between CloudFront Functions and Lambda@Edge') */
const VIEWER_MEMORY_MB = 128
/** As large as a laptop allows; production has up to 10,240 MB. */
const ORIGIN_MEMORY_MB = 1024

interface Entry {
  readonly definition: LambdaFunction
  readonly runner: LambdaRunner
  /** On a viewer event of some behavior. */
  isForViewers: boolean
}

export function createFunctionRegistry(options: FunctionRegistryOptions): FunctionRegistry {
  let entries = new Map<string, Entry>()
  const all = new Set<LambdaRunner>()

  function createEntry(definition: LambdaFunction): Entry {
    const { name: functionName, file } = definition
    const runner = createLambdaRunner({
      definition,
      region: options.region,
      python: options.python ?? 'python3',
      memoryMb: () => toMemoryMb(entry),
      watch: options.watch,
      ...(options.isInspected === true && { initTimeoutMs: UNLIMITED_MS }),
      ...options.lambda,
      onReload(outcome) {
        if (outcome.kind === 'reloaded') options.log({ kind: 'reloaded', functionName, file })
        if (outcome.kind === 'broken')
          options.log({ kind: 'broken', functionName, file, reason: outcome.reason })
      },
    })
    const entry: Entry = { definition, runner, isForViewers: false }
    all.add(runner)
    return entry
  }

  function update(functions: readonly LambdaFunction[]): void {
    const next = new Map<string, Entry>()
    for (const definition of functions) {
      const known = entries.get(definition.LambdaFunctionARN)
      const isSame = known !== undefined && isSameFunction(known.definition, definition)
      next.set(definition.LambdaFunctionARN, isSame ? known : createEntry(definition))
    }
    // Requests that still run on the old configuration may call these once more.
    for (const [arn, entry] of entries) if (next.get(arn) !== entry) void entry.runner.retire()
    entries = next
  }

  function toHookOptions(behavior: DefaultCacheBehavior, event: EventType): LambdaHookOptions | null {
    const association = behavior.LambdaFunctionAssociations.find((each) => each.EventType === event)
    if (association === undefined) return null
    const isViewerEvent = event.startsWith('viewer')
    const entry = entries.get(association.LambdaFunctionARN)
    if (entry !== undefined && isViewerEvent) entry.isForViewers = true
    const limitMs = (isViewerEvent ? options.viewerTimeoutMs : options.originTimeoutMs) ?? TIMEOUT_MS
    const ownMs = (entry?.definition.Timeout ?? Infinity) * 1000
    return {
      runner: entry?.runner ?? null,
      functionName: entry?.definition.name ?? association.LambdaFunctionARN,
      includeBody: association.IncludeBody,
      version: entry?.definition.version ?? '',
      memoryMb: () => (entry === undefined ? VIEWER_MEMORY_MB : toMemoryMb(entry)),
      logsRuns: options.logsRuns ?? false,
      formatLine: selectFormat(entry?.definition ?? { Runtime: null, file: '' }),
      timeoutMs: options.isInspected === true ? UNLIMITED_MS : Math.min(ownMs, limitMs),
      log: options.log,
    }
  }

  update(options.functions)
  return {
    update,
    hooksFor(_distribution, behavior) {
      if (behavior.LambdaFunctionAssociations.length === 0) return NO_HOOKS
      const hook = <Hook>(
        event: EventType,
        create: (hookOptions: LambdaHookOptions) => Hook,
      ): Hook | null => {
        const hookOptions = toHookOptions(behavior, event)
        return hookOptions === null ? null : create(hookOptions)
      }
      return {
        viewerRequest: hook('viewer-request', createViewerRequestHook),
        originRequest: hook('origin-request', createOriginRequestHook),
        originResponse: hook('origin-response', createOriginResponseHook),
        viewerResponse: hook('viewer-response', createViewerResponseHook),
      }
    },
    async prepare() {
      const problems = [...entries.values()].map(async ({ definition, runner }): Promise<LoadProblem[]> => {
        const reason = await runner.prepare()
        const { LambdaFunctionARN, name, file } = definition
        return reason === null ? [] : [{ LambdaFunctionARN, name, file, reason }]
      })
      return (await Promise.all(problems)).flat()
    },
    async dispose() {
      await Promise.all([...all].map((runner) => runner.dispose()))
      all.clear()
    },
  }
}

/** What the configuration says, else what its strictest event has. */
function toMemoryMb({ definition, isForViewers }: Entry): number {
  return definition.MemorySize ?? (isForViewers ? VIEWER_MEMORY_MB : ORIGIN_MEMORY_MB)
}

function isSameFunction(a: LambdaFunction, b: LambdaFunction): boolean {
  const fields = ['name', 'version', 'file', 'exportName', 'Runtime', 'MemorySize', 'Timeout'] as const
  return fields.every((field) => a[field] === b[field])
}
