// The messages between a function's thread and the proxy; types only, as both sides import it.
import type { MessagePort } from 'node:worker_threads'

/** A module made of a function's file and all it imports. */
export interface Bundle {
  readonly code: string
  readonly format: 'module' | 'commonjs'
  /** The URL the code is loaded under: beside the user's file, so that what stays outside the bundle is found. */
  readonly url: string
}

/** The first message: everything a thread needs, and the port on which all other messages travel. */
export interface StartMessage {
  readonly port: MessagePort
  readonly bundle: Bundle
  readonly exportName: string
  readonly context: StaticContext
}

/** The fields of the handler's context argument that stay the same. */
export interface StaticContext {
  readonly functionName: string
  readonly functionVersion: string
  readonly invokedFunctionArn: string
  readonly memoryLimitInMB: string
  readonly logGroupName: string
  readonly logStreamName: string
}

export interface InvokeMessage {
  readonly id: number
  /** The event as JSON. */
  readonly event: string
  readonly requestId: string
  readonly deadlineMs: number
  readonly maxResultBytes: number
}

export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unloadable'; readonly detail: string }
  /** Sent at once, so that the lines of a function that hangs or exits arrive, too. */
  | { readonly kind: 'line'; readonly line: string }
  /** `json` is the text of a JSON object. */
  | { readonly kind: 'returned'; readonly id: number; readonly json: string }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly because: 'threw' | 'invalid' | 'too-large'
      readonly detail: string
    }
