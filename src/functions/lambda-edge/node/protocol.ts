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
  /** One Int32: the number of the last invocation that has begun; -1 for 'begin nothing more'. Both sides change it atomically. */
  readonly begun: SharedArrayBuffer
}

/** What a thread hears: an invocation, several, or that a part of a stream was taken. */
export type ThreadOrder = string | readonly string[]

/** What a thread says: a result as one text, all else as it is. */
export type ThreadMessage = string | Exclude<VesselMessage, { kind: 'returned' }>
