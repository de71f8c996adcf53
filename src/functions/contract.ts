// The one contract that every kind of edge function runs behind: load, invoke with a deadline, dispose.
import type { Failure } from '../message/requests.ts'

/** What the caller of a function knows about the invocation. */
export interface Invocation {
  /** The event object as JSON. */
  readonly event: string
  readonly requestId: string
  /** The AWS Region in which the function runs. */
  readonly region: string
  /** Real milliseconds after which the invocation has failed. */
  readonly deadlineMs: number
  /** Largest serialised result, in bytes. */
  readonly maxResultBytes: number
  /** Receives a response that is streamed, part by part; `taken` asks for more. The result then is null. */
  readonly onChunk?: (bytes: Buffer, taken: () => void) => void
}

/** What a function wrote in one go. */
export interface FunctionLine {
  /** INFO, WARN …; null for output that went past the logger. */
  readonly level: string | null
  readonly text: string
  /** Milliseconds from the start of the invocation. */
  readonly milliseconds: number
}

/** How an invocation ended. Log lines are those the function wrote while it ran. */
export type InvocationResult =
  | {
      readonly kind: 'returned'
      readonly value: unknown
      readonly logs: readonly FunctionLine[]
      readonly coldStart: boolean
    }
  | {
      readonly kind: 'failed'
      /**
       * `threw` covers load failures and crashes; `invalid` results that are not JSON objects; `too-large` results
       * above `maxResultBytes`.
       */
      readonly because: 'threw' | 'timeout' | 'throttled' | 'invalid' | 'too-large'
      /** Message and stack, for the log. */
      readonly detail: string
      readonly logs: readonly FunctionLine[]
      readonly coldStart: boolean
    }

/**
 * A loaded function. `invoke` never rejects and always settles: a function can hang, exit, leak or lie, and the
 * proxy goes on. After a crash or a timeout the next invocation gets a fresh instance; an error that the handler
 * reported leaves the instance warm.
 */
export interface FunctionRunner {
  invoke(invocation: Invocation): Promise<InvocationResult>
  dispose(): Promise<void>
}

/** What CloudFront answers when a function fails: status and page. */
export interface FunctionFailure {
  readonly status: 502 | 503
  readonly failure: Failure
}
