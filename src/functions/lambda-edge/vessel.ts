// What runs a function's code, a thread or a process, and what is said between it and the proxy; types only.

/** The fields of the handler's context argument that stay the same. */
export interface StaticContext {
  readonly functionName: string
  readonly functionVersion: string
  readonly invokedFunctionArn: string
  readonly memoryLimitInMB: string
  readonly logGroupName: string
  readonly logStreamName: string
}

/** What a vessel finds besides the code. */
export interface Launch {
  readonly context: StaticContext
  readonly environment: Readonly<Record<string, string>>
  readonly memoryMb: number
  /** An edge function replies with an object; one in a Region with whatever JSON has, or with a stream. */
  readonly replies: 'object' | 'anything'
}

export interface InvokeMessage {
  readonly id: number
  /** The event as JSON. */
  readonly event: string
  readonly requestId: string
  readonly deadlineMs: number
  readonly maxResultBytes: number
}

export type VesselMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unloadable'; readonly detail: string }
  /** There at once, so that the lines of a function that hangs or exits arrive, too. Plain output has no level. */
  | {
      readonly kind: 'line'
      readonly level: string | null
      readonly text: string
      /** From the start of the run, where the vessel knows. */
      readonly microseconds?: number
    }
  /** Output that went past the language's own streams, and so arrives beside the other messages. */
  | { readonly kind: 'raw'; readonly text: string }
  /** A part of a response that is streamed. */
  | { readonly kind: 'chunk'; readonly id: number; readonly bytes: Uint8Array }
  /** `json` is the text of a JSON object, or of any value where the launch allows it. */
  | { readonly kind: 'returned'; readonly id: number; readonly microseconds: number; readonly json: string }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly because: 'threw' | 'invalid' | 'too-large'
      readonly detail: string
    }
  /** What was sent with this number and after it has not begun, and won't. */
  | { readonly kind: 'unstarted'; readonly id: number }
  /** Files that the code was found to be made of while it ran. */
  | { readonly kind: 'inputs'; readonly files: readonly Stamped[] }

/** A file as it was when it was read; its stamp changes when it is saved. */
export interface Stamped {
  readonly path: string
  readonly stamp: string
}

export interface VesselEvents {
  onMessage(message: VesselMessage): void
  /** It ended by itself; at most once, and never after `end`. */
  onExit(detail: string): void
}

export interface Vessel {
  /** Runs them one after another; their numbers follow each other. Only when all that was sent before is settled. */
  send(messages: readonly InvokeMessage[]): void
  /** While `running` takes long: what was sent behind it is wanted back. The answer, if any comes, is `unstarted`. */
  recall(running: number): void
  /** Hands on what it has said and not announced. */
  catchUp(): void
  /** Whether this one has begun, as far as it can be known. */
  hasBegun(id: number): boolean
  /** So many bytes of a streamed response were taken, so that more may come. */
  acknowledge(id: number, bytes: number): void
  /** Ends it at once, whatever it does; resolves when it is gone. */
  end(): Promise<void>
}

/** Code that is ready to run. */
export interface Program {
  /** What it is made of, by name; more may become known while it runs. */
  readonly parts: ReadonlyMap<string, string>
  /** In the spare, where there is one. */
  open(launch: Launch, events: VesselEvents, spare: Spare | null): Vessel
  /** Starts what this version or a later one can be opened in. */
  spare(launch: Launch): Spare
}

/** A thread or a process that has started and has no code yet. */
export interface Spare {
  /** It has ended by itself, or was ended. */
  readonly isEnded: boolean
  end(): Promise<void>
}

/** `inputs` are the absolute paths whose change may change the outcome. */
export type ProgramOutcome =
  | { readonly kind: 'built'; readonly program: Program; readonly inputs: readonly string[] }
  | { readonly kind: 'broken'; readonly reason: string; readonly inputs: readonly string[] }
