// Runs a user's module as a Lambda@Edge function: bundled when first needed, and again when a file is saved.
import { bundleFunction } from './bundle.ts'
import { toEnvironment, toStaticContext } from './environment.ts'
import { DEFAULT_POOL_LIMITS, InstancePool } from './pool.ts'
import { watchFiles } from './watch.ts'
import type { BundleOutcome } from './bundle.ts'
import type { InstanceSpec } from './instance.ts'
import type { PoolLimits } from './pool.ts'
import type { Bundle } from './protocol.ts'
import type { FileWatch } from './watch.ts'
import type { FunctionRunner, Invocation, InvocationResult } from '../contract.ts'
import type { LambdaFunction } from '../../model/functions.ts'

/** What became of a saved file. */
export type ReloadOutcome =
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'unchanged' }
  /** The last good version goes on, if there is one. */
  | { readonly kind: 'broken'; readonly reason: string }

export interface LambdaRunnerOptions {
  readonly definition: LambdaFunction
  /** The Region the function believes to run in. */
  readonly region: string
  /** Asked when an instance is about to start. */
  readonly memoryMb: () => number
  readonly watch: boolean
  readonly limits?: Partial<PoolLimits>
  /** Milliseconds for loading the module, apart from every invocation's own deadline. */
  readonly initTimeoutMs?: number
  readonly onReload?: (outcome: ReloadOutcome) => void
}

/** A {@link FunctionRunner} whose code can be replaced. */
export interface LambdaRunner extends FunctionRunner {
  /** Bundles without running anything; null when that went well, else the reason. */
  prepare(): Promise<string | null>
  /** Takes the file as it is now. */
  reload(): Promise<ReloadOutcome>
  /** For a function that the configuration no longer has: late callers are served, nothing is kept for them. */
  retire(): Promise<void>
}

/** (AWS Lambda Developer Guide, 'Understanding the Lambda execution environment lifecycle') */
const INIT_TIMEOUT_MS = 10_000

export function createLambdaRunner(options: LambdaRunnerOptions): LambdaRunner {
  return new ModuleRunner(options)
}

type Code =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly pool: InstancePool }
  | { readonly kind: 'broken'; readonly reason: string }

class ModuleRunner implements LambdaRunner {
  #options: LambdaRunnerOptions
  #code: Code = { kind: 'none' }
  #loading: Promise<void> | null = null
  #reloads: Promise<unknown> = Promise.resolve()
  #watch: Promise<FileWatch> | null = null
  /** What the last reload complained about, so that it is said once. */
  #complaint: string | null = null
  #isRetired = false
  #isDisposed = false

  constructor(options: LambdaRunnerOptions) {
    this.#options = options
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    const code = this.#code
    return code.kind === 'good' ? code.pool.invoke(invocation) : this.#invokeFirst(invocation)
  }

  async prepare(): Promise<string | null> {
    if (this.#code.kind === 'none') await this.#load()
    return this.#code.kind === 'broken' ? this.#code.reason : null
  }

  reload(): Promise<ReloadOutcome> {
    const outcome = this.#reloads.then(() => this.#reload())
    this.#reloads = outcome
    return outcome
  }

  async retire(): Promise<void> {
    this.#isRetired = true
    if (this.#code.kind === 'good') this.#code.pool.retire()
    await this.#stopWatching()
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    await this.#stopWatching()
    await this.#loading
    if (this.#code.kind === 'good') await this.#code.pool.dispose()
    await this.#reloads
  }

  async #invokeFirst(invocation: Invocation): Promise<InvocationResult> {
    await this.prepare()
    const code = this.#code
    if (code.kind === 'good') return code.pool.invoke(invocation)
    const detail = code.kind === 'broken' ? code.reason : 'the function has been stopped'
    return { kind: 'failed', because: 'threw', detail, logs: [], coldStart: true }
  }

  #load(): Promise<void> {
    this.#loading ??= this.#bundle().then((outcome) => {
      if (this.#code.kind === 'none') this.#start(outcome)
    })
    return this.#loading
  }

  #start(outcome: BundleOutcome): void {
    if (this.#isDisposed) return
    if (outcome.kind === 'broken') {
      this.#complaint = outcome.reason
      this.#code = { kind: 'broken', reason: outcome.reason }
      return
    }
    const { limits } = this.#options
    const pool = new InstancePool(this.#toSpec(outcome.bundle), { ...DEFAULT_POOL_LIMITS, ...limits })
    if (this.#isRetired) pool.retire()
    this.#code = { kind: 'good', pool }
  }

  async #reload(): Promise<ReloadOutcome> {
    await this.#loading
    const outcome = await this.#replace(await this.#bundle())
    if (outcome.kind === 'unchanged' || this.#isDisposed) return outcome
    const reason = outcome.kind === 'broken' ? outcome.reason : null
    if (reason === null || reason !== this.#complaint) this.#options.onReload?.(outcome)
    this.#complaint = reason
    return outcome
  }

  async #replace(outcome: BundleOutcome): Promise<ReloadOutcome> {
    const code = this.#code
    if (this.#isDisposed) return { kind: 'unchanged' }
    if (outcome.kind === 'broken') {
      if (code.kind !== 'good') this.#code = { kind: 'broken', reason: outcome.reason }
      return { kind: 'broken', reason: outcome.reason }
    }
    if (code.kind !== 'good') {
      this.#start(outcome)
      return { kind: 'reloaded' }
    }
    // A broken save that was taken back is good news, too.
    if (code.pool.runs(outcome.bundle)) return { kind: this.#complaint === null ? 'unchanged' : 'reloaded' }
    const reason = await code.pool.replace(this.#toSpec(outcome.bundle))
    return reason === null ? { kind: 'reloaded' } : { kind: 'broken', reason }
  }

  async #bundle(): Promise<BundleOutcome> {
    const outcome = await bundleFunction(this.#options.definition.file)
    if (this.#options.watch && !this.#isDisposed && !this.#isRetired) {
      this.#watch ??= watchFiles(outcome.inputs, () => void this.reload())
      const watch = await this.#watch
      watch.add(outcome.inputs)
    }
    return outcome
  }

  async #stopWatching(): Promise<void> {
    const watch = this.#watch
    this.#watch = null
    if (watch !== null) await (await watch).close()
  }

  #toSpec(bundle: Bundle): InstanceSpec {
    const { definition, region, initTimeoutMs = INIT_TIMEOUT_MS } = this.#options
    const memoryMb = this.#options.memoryMb()
    return {
      bundle,
      exportName: definition.exportName,
      context: toStaticContext(definition, memoryMb),
      environment: toEnvironment(definition, region, memoryMb, process.env),
      memoryMb,
      initTimeoutMs,
    }
  }
}
