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
}

/** All functions by ARN; of a new configuration the unchanged ones stay as they are. */
export class CloudFrontFunctionSet {
  #options: CloudFrontFunctionSetOptions
  #instances = new Map<string, FunctionInstance>()

  constructor(options: CloudFrontFunctionSetOptions) {
    this.#options = options
  }

  /** Takes the functions of a configuration. Call before {@link hooksFor} for its behaviors. */
  update(definitions: readonly CloudFrontFunction[]): void {
    const before = this.#instances
    const next = new Map<string, FunctionInstance>()
    for (const definition of definitions) {
      const known = before.get(definition.FunctionARN)
      const isSame = known !== undefined && isSameFunction(known.definition, definition)
      next.set(
        definition.FunctionARN,
        isSame ? known : new FunctionInstance(definition, this.#options.strictDialect),
      )
      if (known !== undefined && !isSame && definition.file !== null) {
        this.#options.log({ kind: 'reloaded', functionName: definition.Name, file: definition.file })
      }
    }
    // Requests that still run on the old configuration may call these once more.
    for (const [arn, instance] of before) if (next.get(arn) !== instance) instance.retire()
    this.#instances = next
    // Started ahead of the first request; what goes wrong is told by every run.
    if (next.size > 0) getEngine().catch(() => undefined)
  }

  /** What CloudFront's parser refuses in the functions. */
  problems(): FunctionProblem[] {
    return [...this.#instances.values()].flatMap(({ definition, problems }) =>
      problems.map((problem) => ({ definition, problem })),
    )
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
