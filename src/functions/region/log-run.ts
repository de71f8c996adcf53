// What a run of a function in a Region leaves in the log.
import type { InvocationResult } from '../contract.ts'
import type { FunctionLog } from '../log.ts'
import { selectFormat, toEndLines, toStartLine } from '../lambda-edge/log-lines.ts'
import type { HandlerFunction } from '../../model/handler-origin.ts'

/** When it ran, and whether START, END and REPORT lines are wanted. */
export interface Run {
  readonly requestId: string
  /** Milliseconds of the product's clock. */
  readonly startedAt: number
  readonly milliseconds: number
  readonly memoryMb: number
  readonly logsRuns: boolean
}

export function logRun(log: FunctionLog, fn: HandlerFunction, result: InvocationResult, run: Run): void {
  const { requestId, startedAt, milliseconds, memoryMb, logsRuns } = run
  const subject = { functionName: fn.name, event: 'origin', requestId } as const
  const report = { requestId, version: '$LATEST', milliseconds, memoryMb }
  const format = selectFormat(fn)
  if (logsRuns) log({ kind: 'platform', ...subject, line: toStartLine(report) })
  for (const line of result.logs) {
    log({ kind: 'line', ...subject, level: line.level, line: format(line, requestId, startedAt) })
  }
  if (result.kind === 'failed') log({ kind: 'failed', ...subject, detail: result.detail })
  if (logsRuns) for (const line of toEndLines(report)) log({ kind: 'platform', ...subject, line })
}
