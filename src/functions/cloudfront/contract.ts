// The engine of CloudFront Functions as the rest of the program sees it: a source, an invocation, a result.
import type { DialectProblem } from './dialect.ts'

export type CloudFrontRuntime = 'cloudfront-js-1.0' | 'cloudfront-js-2.0'

/** The code of one function. (Developer Guide, 'Write function code') */
export interface CloudFrontFunctionSource {
  readonly name: string
  readonly code: string
  readonly file: string | null
  readonly runtime: CloudFrontRuntime
}

/** The key value store that a function is associated with. (Developer Guide, 'Helper methods for key value stores') */
export interface KvsAccess {
  get(key: string): string | undefined
  exists(key: string): boolean
  meta(): { creationDateTime: string; lastUpdatedDateTime: string; keyCount: number }
}

/**
 * What `import cf from 'cloudfront'` reaches, made for one invocation. Values cross as JSON; bytes travel as
 * `{ $bytes: '<base64>' }` in arguments and results, and are a Buffer inside the function.
 */
export interface HostModule {
  /** null: no store, or not the one with this id. */
  readonly kvs: (id: string | null) => KvsAccess | null
  /** A method of the module, or a property such as `edgeLocation`; a HostError becomes an exception of the function. */
  readonly call: (method: string, args: unknown[]) => unknown
  readonly rawQueryString: string | null
}

/** An exception that a function can catch, with the name and message that CloudFront's has. */
export class HostError extends Error {
  override readonly name: string

  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

export interface CffInvocation {
  /** The event object as JSON. */
  readonly event: string
  readonly host: HostModule
  /** Every 'now' of the run, in milliseconds. */
  readonly now: number
  readonly requestId: string
}

export type CffFailure = 'threw' | 'syntax' | 'dialect' | 'budget' | 'memory' | 'no-handler' | 'invalid'

/** How a run ended. `logs` are the lines of console.log; `memoryBytes` is the most that the run took at a time. */
export type CffResult =
  | {
      readonly kind: 'returned'
      readonly value: unknown
      readonly logs: readonly string[]
      readonly computeUtilization: number
      readonly memoryBytes: number
    }
  | {
      readonly kind: 'failed'
      readonly because: CffFailure
      /** In the words of CloudFront's engine, as far as they are known. */
      readonly message: string
      readonly line: number | null
      readonly column: number | null
      readonly stack: string
      readonly logs: readonly string[]
      readonly computeUtilization: number
    }

/** A loaded function. `run` never throws or rejects; runs do not see each other's state. */
export interface CffRunner {
  readonly problems: readonly DialectProblem[]
  /** Why no run of the code can succeed: its first problem, unless that is only reported. */
  readonly refusal: DialectProblem | null
  run(invocation: CffInvocation): Promise<CffResult> | CffResult
  dispose(): void
}
