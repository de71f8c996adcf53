// What functions report besides their result: lines they log, failures, and what became of a saved file.
import type { EventType } from '../model/functions.ts'

/** `origin`: the function is the origin. */
export type LoggedEvent = EventType | 'origin'

/** One thing worth a line in the log. `functionName` is the configured name, without version. */
export type FunctionLogEntry =
  | {
      /** The function wrote a line. */
      readonly kind: 'line'
      readonly functionName: string
      readonly event: LoggedEvent
      readonly requestId: string
      /** INFO, WARN …; null for plain output. */
      readonly level: string | null
      /** In the form of CloudWatch's logs. */
      readonly line: string
    }
  | {
      /** A START, END or REPORT line. */
      readonly kind: 'platform'
      readonly functionName: string
      readonly event: LoggedEvent
      readonly requestId: string
      readonly line: string
    }
  | {
      /** The invocation failed, or its result was refused; `detail` has the stack. */
      readonly kind: 'failed'
      readonly functionName: string
      readonly event: LoggedEvent
      readonly requestId: string
      readonly detail: string
    }
  | {
      /** A saved file is in use from the next invocation on. */
      readonly kind: 'reloaded'
      readonly functionName: string
      readonly file: string
    }
  | {
      /** A saved file cannot be used; the last good version, if there is one, goes on. */
      readonly kind: 'broken'
      readonly functionName: string
      readonly file: string
      readonly reason: string
    }

export type FunctionLog = (entry: FunctionLogEntry) => void
