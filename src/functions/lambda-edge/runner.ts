// Runs a user's code as a Lambda@Edge function: loaded when first needed, and again when a file is saved.
import { toEnvironment, toStaticContext } from './environment.ts'
import { Fleet } from './fleet.ts'
import { loadNodeProgram } from './node/bundle.ts'
import { DEFAULT_POOL_LIMITS } from './pool.ts'
import { INTERPRETER, loadPythonProgram } from './python/program.ts'
import { watchFiles } from './watch.ts'
import type { InstanceSpec } from './instance.ts'
import type { PoolLimits } from './pool.ts'
import type { Launch, Program, ProgramOutcome } from './vessel.ts'
import type { FileWatch } from './watch.ts'
import type { FunctionRunner, Invocation, InvocationResult } from '../contract.ts'
import { isPython } from '../../model/functions.ts'
import type { LambdaFunction } from '../../model/functions.ts'

/** What became of a saved file. */
export type ReloadOutcome =
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'unchanged' }
  /** The last good version goes on, if there is one. */
  | { readonly kind: 'broken'; readonly reason: string }

export interface LambdaRunnerOptions {
  readonly definition: LambdaFunction
  /** Where a new version is tried first; an invocation names its own Region. */
  readonly region: string
  /** The interpreter of Python functions: a path or a name on PATH. */
  readonly python: string
  /** Asked when an instance is about to start. */
  readonly memoryMb: () => number
  readonly watch: boolean
  readonly limits?: Partial<PoolLimits>
  /** Milliseconds for loading the module, apart from every invocation's own deadline. */
  readonly initTimeoutMs?: number
  readonly onReload?: (outcome: ReloadOutcome) => void
  /** What a function finds around it; default: what one at the edge does. */
  readonly toLaunch?: ToLaunch
}

export type ToLaunch = (
  definition: LambdaFunction,
  region: string,
  memoryMb: number,
) => Omit<Launch, 'memoryMb'>

const toEdgeLaunch: ToLaunch = (definition, region, memoryMb) => ({
  context: toStaticContext(definition, memoryMb),
  environment: toEnvironment(definition, region, memoryMb, process.env),
  replies: 'object',
})

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
/** After a start or a save, when there is time to prepare for the next save. */
const STOCK_MS = 150

export function createLambdaRunner(options: LambdaRunnerOptions): LambdaRunner {
  return new ModuleRunner(options)
}

type Code =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly fleet: Fleet }
  | { readonly kind: 'broken'; readonly reason: string }

class ModuleRunner implements LambdaRunner {
  #options: LambdaRunnerOptions
  #code: Code = { kind: 'none' }
  #loading: Promise<void> | null = null
  #reloads: Promise<unknown> = Promise.resolve()
  #watch: Promise<FileWatch> | null = null
  #inputs = new Set<string>()
  /** How often something was seen to happen to a file. */
  #notices = 0
  /** What the last reload complained about, so that it is said once. */
  #complaint: string | null = null
  #stockTimer: NodeJS.Timeout | null = null
  #isRetired = false
  #isDisposed = false

  constructor(options: LambdaRunnerOptions) {
    this.#options = options
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    const code = this.#code
    return code.kind === 'good' ? code.fleet.invoke(invocation) : this.#invokeFirst(invocation)
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
    this.#stopStocking()
    if (this.#code.kind === 'good') this.#code.fleet.retire()
    await this.#stopWatching()
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    this.#stopStocking()
    await this.#stopWatching()
    await this.#loading
    if (this.#code.kind === 'good') await this.#code.fleet.dispose()
    await this.#reloads
  }

  async #invokeFirst(invocation: Invocation): Promise<InvocationResult> {
    await this.prepare()
    const code = this.#code
    if (code.kind === 'good') return code.fleet.invoke(invocation)
    const detail = code.kind === 'broken' ? code.reason : 'the function has been stopped'
    return { kind: 'failed', because: 'threw', detail, logs: [], coldStart: true }
  }

  #load(): Promise<void> {
    this.#loading ??= this.#build().then((outcome) => {
      if (this.#code.kind === 'none') this.#start(outcome)
    })
    return this.#loading
  }

  #start(outcome: ProgramOutcome): void {
    if (this.#isDisposed) return
    if (outcome.kind === 'broken') {
      this.#complaint = outcome.reason
      this.#code = { kind: 'broken', reason: outcome.reason }
      return
    }
    const fleet = new Fleet(outcome.program, {
      homeRegion: this.#options.region,
      limits: { ...DEFAULT_POOL_LIMITS, ...this.#options.limits },
      toSpec: (program, region) => this.#toSpec(program, region),
    })
    if (this.#isRetired) fleet.retire()
    this.#code = { kind: 'good', fleet }
  }

  async #reload(): Promise<ReloadOutcome> {
    await this.#loading
    const notices = this.#notices
    const outcome = await this.#replace(await this.#build())
    this.#stockLater()
    if (outcome.kind === 'unchanged' || this.#isDisposed) return outcome
    // A file that was read while it was being written: what it has become is looked at next.
    if (outcome.kind === 'broken' && notices !== this.#notices) return outcome
    const reason = outcome.kind === 'broken' ? outcome.reason : null
    if (reason === null || reason !== this.#complaint) this.#options.onReload?.(outcome)
    this.#complaint = reason
    return outcome
  }

  async #replace(outcome: ProgramOutcome): Promise<ReloadOutcome> {
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
    if (code.fleet.runs(outcome.program)) return { kind: this.#complaint === null ? 'unchanged' : 'reloaded' }
    const reason = await code.fleet.replace(outcome.program)
    return reason === null ? { kind: 'reloaded' } : { kind: 'broken', reason }
  }

  async #build(): Promise<ProgramOutcome> {
    const { definition, python } = this.#options
    const { file, exportName } = definition
    const outcome = isPython(definition)
      ? await loadPythonProgram({
          file,
          exportName,
          python,
          inputs: [...this.#inputs],
          provenInterpreter: this.#code.kind === 'good' ? this.#code.fleet.part(INTERPRETER) : null,
        })
      : await loadNodeProgram(file, exportName)
    await this.#watchInputs(outcome.inputs)
    return outcome
  }

  async #watchInputs(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#inputs.add(path)
    if (!this.#options.watch || this.#isDisposed || this.#isRetired) return
    this.#watch ??= watchFiles(paths, {
      onNotice: () => this.#notices++,
      onChange: () => void this.reload(),
    })
    const watch = await this.#watch
    watch.add(paths)
  }

  async #stopWatching(): Promise<void> {
    const watch = this.#watch
    this.#watch = null
    if (watch !== null) await (await watch).close()
  }

  /** A saved file is in use sooner when what it runs in has started before. */
  #stockLater(): void {
    if (!this.#options.watch || this.#isRetired || this.#isDisposed) return
    this.#stockTimer ??= setTimeout(() => {
      this.#stockTimer = null
      if (this.#code.kind === 'good') this.#code.fleet.stock()
    }, STOCK_MS).unref()
  }

  #stopStocking(): void {
    if (this.#stockTimer !== null) clearTimeout(this.#stockTimer)
  }

  #toSpec(program: Program, region: string): InstanceSpec {
    const { definition, initTimeoutMs = INIT_TIMEOUT_MS } = this.#options
    const memoryMb = this.#options.memoryMb()
    const toLaunch = this.#options.toLaunch ?? toEdgeLaunch
    const launch = { ...toLaunch(definition, region, memoryMb), memoryMb }
    return {
      program,
      launch,
      initTimeoutMs,
      onInputs: (paths) => void this.#watchInputs(paths),
      onLoaded: () => this.#stockLater(),
    }
  }
}
