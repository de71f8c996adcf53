// What a function's thread needs to start; types only, as both sides import it.
import type { MessagePort } from 'node:worker_threads'
import type { StaticContext, VesselMessage } from '../vessel.ts'

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
  readonly replies: 'object' | 'anything'
  /** See mailbox.ts. */
  readonly mailbox: SharedArrayBuffer
}

/** What a thread hears: an invocation, several, or that a part of a stream was taken. */
export type ThreadOrder = string | readonly string[]

/** What a thread says: how much it has written to the mailbox, alone or before a message. */
export type ThreadMessage = number | readonly [written: number, message: VesselMessage]

/** What became of an invocation. */
export type Answer =
  | { readonly kind: 'returned'; readonly json: string }
  | {
      readonly kind: 'failed'
      readonly because: 'threw' | 'invalid' | 'too-large'
      readonly detail: string
    }
