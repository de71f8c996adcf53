// The runners of functions in a Region, one for each, made when first needed.
import { toDefinition, toRegionLaunch } from './launch.ts'
import type { Invocation, InvocationResult } from '../contract.ts'
import type { FunctionLog } from '../log.ts'
import { createLambdaRunner, type LambdaRunner, type LambdaRunnerOptions } from '../lambda-edge/runner.ts'
import type { HandlerFunction } from '../../model/handler-origin.ts'

export interface RegionRunnersOptions {
  /** Of functions whose place tells none. */
  readonly region: string
  readonly python: string
  readonly watch: boolean
  readonly log: FunctionLog
  readonly environment: NodeJS.ProcessEnv
  readonly lambda?: Pick<LambdaRunnerOptions, 'limits' | 'initTimeoutMs'>
}

/** As large as a laptop allows; Lambda's own default, 128 MB, counts otherwise than a thread of this process. */
const DEFAULT_MEMORY_MB = 1024
/** Differs from CloudFront: a function that is an origin runs in at most ten instances; Lambda starts up to a thousand. */
const LIMITS = { maxInstances: 10 }

export class RegionRunners {
  #options: RegionRunnersOptions
  #runners = new Map<string, LambdaRunner>()
  #retired = new Set<LambdaRunner>()

  constructor(options: RegionRunnersOptions) {
    this.#options = options
  }

  invoke(fn: HandlerFunction, invocation: Invocation): Promise<InvocationResult> {
    return this.#get(fn).invoke(invocation)
  }

  memoryMb({ MemorySize }: HandlerFunction): number {
    return MemorySize ?? DEFAULT_MEMORY_MB
  }

  /** Bundles every function ahead of its first request; requests on the old configuration may call retired ones once more. */
  async update(functions: readonly HandlerFunction[]): Promise<{ fn: HandlerFunction; reason: string }[]> {
    const keys = new Set(functions.map(toKey))
    for (const [key, runner] of this.#runners) {
      if (keys.has(key)) continue
      this.#runners.delete(key)
      this.#retired.add(runner)
      void runner.retire()
    }
    const distinct = new Map(functions.map((fn) => [toKey(fn), fn]))
    const problems = [...distinct.values()].map(async (fn) => {
      const reason = await this.#get(fn).prepare()
      return reason === null ? [] : [{ fn, reason }]
    })
    return (await Promise.all(problems)).flat()
  }

  async dispose(): Promise<void> {
    const all = [...this.#runners.values(), ...this.#retired]
    await Promise.all(all.map((runner) => runner.dispose()))
  }

  #get(fn: HandlerFunction): LambdaRunner {
    const key = toKey(fn)
    let runner = this.#runners.get(key)
    if (runner === undefined) {
      runner = this.#create(fn)
      this.#runners.set(key, runner)
    }
    return runner
  }

  #create(fn: HandlerFunction): LambdaRunner {
    const { region, python, watch, log, environment, lambda } = this.#options
    const { name: functionName, file } = fn
    return createLambdaRunner({
      definition: toDefinition(fn, region),
      region,
      python,
      watch,
      memoryMb: () => this.memoryMb(fn),
      limits: LIMITS,
      ...lambda,
      toLaunch: toRegionLaunch(fn, environment),
      onReload(outcome) {
        if (outcome.kind === 'reloaded') log({ kind: 'reloaded', functionName, file })
        if (outcome.kind === 'broken') log({ kind: 'broken', functionName, file, reason: outcome.reason })
      },
    })
  }
}

/** Functions with the same code and settings are one. */
function toKey(fn: HandlerFunction): string {
  const { name, file, exportName, Runtime, MemorySize, Timeout, Environment } = fn
  return JSON.stringify([name, file, exportName, Runtime, MemorySize, Timeout, Object.entries(Environment)])
}
