// The CloudFront Functions of a run, kept over configuration reloads, and the hooks of every behavior.
import { getEngine } from './engine/engine.ts'
import type { DialectProblem } from './dialect.ts'
import { createCffRequestHook, createCffResponseHook } from './hooks.ts'
import type { CffHookOptions } from './hooks.ts'
import { FunctionInstance } from './instance.ts'
import type { BehaviorHooks } from '../hooks.ts'
import type { FunctionLog } from '../log.ts'
import type { DefaultCacheBehavior } from '../../model/cache-behavior.ts'
import type { CloudFrontFunction } from '../../model/functions.ts'
import { compileHeaderRules } from '../../policies/forwarded-headers.ts'

export interface CloudFrontFunctionSetOptions {
  /** Whether syntax that CloudFront's engine does not know makes a function fail. */
  readonly strictDialect: boolean
  readonly log: FunctionLog
}

/** A function whose code CloudFront's parser refuses. */
export interface FunctionProblem {
  readonly definition: CloudFrontFunction
  readonly problem: DialectProblem
  /** false: the code before is in use in its place. */
  readonly isServed: boolean
}

/** All functions by ARN; of a new configuration the unchanged ones stay as they are. */
export class CloudFrontFunctionSet {
  #options: CloudFrontFunctionSetOptions
  #instances = new Map<string, FunctionInstance>()
  /** New code that cannot run, by ARN, while the code before stays in use. */
  #broken = new Map<string, FunctionProblem>()

  constructor(options: CloudFrontFunctionSetOptions) {
    this.#options = options
  }

  /** Takes the functions of a configuration. Call before {@link hooksFor} for its behaviors. */
  update(definitions: readonly CloudFrontFunction[]): void {
    const before = this.#instances
    const broken = this.#broken
    const next = new Map<string, FunctionInstance>()
    this.#broken = new Map()
    for (const definition of definitions) {
      const arn = definition.FunctionARN
      next.set(arn, this.#select(definition, before.get(arn), broken.get(arn)))
    }
    // Requests that still run on the old configuration may call these once more.
    for (const [arn, instance] of before) if (next.get(arn) !== instance) instance.retire()
    this.#instances = next
    // Started ahead of the first request; what goes wrong is told by every run.
    if (next.size > 0) getEngine().catch(() => undefined)
  }

  /** What CloudFront's parser refuses in the functions. */
  problems(): FunctionProblem[] {
    const served = [...this.#instances.values()].flatMap(({ definition, problems }) =>
      problems.map((problem) => ({ definition, problem, isServed: true })),
    )
    return [...served, ...this.#broken.values()]
  }

  /** The viewer events of one behavior; null where it has no CloudFront Function. */
  hooksFor(behavior: DefaultCacheBehavior): Pick<BehaviorHooks, 'viewerRequest' | 'viewerResponse'> {
    const request = this.#toOptions(behavior, 'viewer-request')
    const response = this.#toOptions(behavior, 'viewer-response')
    return {
      viewerRequest: request === null ? null : createCffRequestHook(request),
      viewerResponse: response === null ? null : createCffResponseHook(response),
    }
  }

  dispose(): void {
    for (const instance of this.#instances.values()) instance.retire()
  }

  /**
   * The instance that serves a definition. `broken` is the code that could not be used the last time.
   * Differs from CloudFront: new code that cannot run leaves the code before in use while pocketfront runs; CloudFront deploys it, and every request gets 503.
   */
  #select(
    definition: CloudFrontFunction,
    known: FunctionInstance | undefined,
    broken: FunctionProblem | undefined,
  ): FunctionInstance {
    const { strictDialect } = this.#options
    if (known === undefined) return new FunctionInstance(definition, strictDialect)
    if (isSameFunction(known.definition, definition)) {
      if (broken !== undefined) this.#tell(definition, null)
      return known
    }
    const instance = new FunctionInstance(definition, strictDialect)
    const { refusal } = instance
    if (refusal === null || known.refusal !== null) {
      this.#tell(definition, refusal)
      return instance
    }
    this.#broken.set(definition.FunctionARN, { definition, problem: refusal, isServed: false })
    if (broken?.definition.FunctionCode !== definition.FunctionCode) this.#tell(definition, refusal)
    // Its store and its name may have changed all the same.
    const { FunctionCode, Runtime } = known.definition
    const kept = { ...definition, FunctionCode, Runtime }
    return isSameFunction(known.definition, kept) ? known : new FunctionInstance(kept, strictDialect)
  }

  #tell({ Name, file }: CloudFrontFunction, refusal: DialectProblem | null): void {
    if (file === null) return
    const about = { functionName: Name, file }
    if (refusal === null) return this.#options.log({ kind: 'reloaded', ...about })
    const { message, explanation, line, column } = refusal
    this.#options.log({ kind: 'broken', ...about, reason: `${line}:${column} ${message}; ${explanation}` })
  }

  #toOptions(
    behavior: DefaultCacheBehavior,
    event: 'viewer-request' | 'viewer-response',
  ): CffHookOptions | null {
    const association = behavior.FunctionAssociations.find(({ EventType }) => EventType === event)
    const instance = association === undefined ? undefined : this.#instances.get(association.FunctionARN)
    if (instance === undefined) return null
    return {
      instance,
      targetOriginId: behavior.TargetOriginId,
      cloudFrontHeaders: compileHeaderRules(behavior, false).added,
      log: this.#options.log,
    }
  }
}

/** Stores are compared by what they hold, as every load reads them anew. */
function isSameFunction(a: CloudFrontFunction, b: CloudFrontFunction): boolean {
  return (
    a.Name === b.Name &&
    a.Runtime === b.Runtime &&
    a.FunctionCode === b.FunctionCode &&
    a.file === b.file &&
    isSameStore(a.KeyValueStore, b.KeyValueStore)
  )
}

function isSameStore(
  a: CloudFrontFunction['KeyValueStore'],
  b: CloudFrontFunction['KeyValueStore'],
): boolean {
  if (a === null || b === null) return a === b
  if (a.ARN !== b.ARN || a.modifiedAt !== b.modifiedAt || a.items.size !== b.items.size) return false
  for (const [key, value] of a.items) if (b.items.get(key) !== value) return false
  return true
}
