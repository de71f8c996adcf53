// Lines of the log in the form in which Lambda writes them to CloudWatch.
import { isPython } from '../../model/functions.ts'
import type { FunctionLine } from '../contract.ts'
import type { LambdaFunction } from '../../model/functions.ts'

/** What lines of one function look like; `startedAt` is in milliseconds of the product's clock. */
export type FormatLine = (line: FunctionLine, requestId: string, startedAt: number) => string

/**
 * Lines of the console or the logging module have time, request id and level; others are as they were written.
 * (AWS Lambda Developer Guide, 'Log and monitor Node.js Lambda functions', '… Python Lambda functions')
 */
export function selectFormat(definition: Pick<LambdaFunction, 'Runtime' | 'file'>): FormatLine {
  return isPython(definition) ? formatPythonLine : formatNodeLine
}

const formatNodeLine: FormatLine = (line, requestId, startedAt) =>
  line.level === null ? line.text : `${toInstant(line, startedAt)}\t${requestId}\t${line.level}\t${line.text}`

const formatPythonLine: FormatLine = (line, requestId, startedAt) =>
  line.level === null
    ? line.text
    : `[${line.level}]\t${toInstant(line, startedAt)}\t${requestId}\t${line.text}`

function toInstant(line: FunctionLine, startedAt: number): string {
  return new Date(startedAt + line.milliseconds).toISOString()
}

/** What the lines of a run say besides what the function wrote. */
export interface RunReport {
  readonly requestId: string
  readonly version: string
  readonly milliseconds: number
  readonly memoryMb: number
}

/** The first line of a run. (AWS Lambda Developer Guide, 'Viewing logs for Lambda functions') */
export function toStartLine({ requestId, version }: RunReport): string {
  return `START RequestId: ${requestId} Version: ${version}`
}

/** Differs from CloudFront: REPORT lines lack Max Memory Used and Init Duration, which are not measured per run. */
export function toEndLines({ requestId, milliseconds, memoryMb }: RunReport): readonly string[] {
  const duration = `Duration: ${milliseconds.toFixed(2)} ms\tBilled Duration: ${Math.ceil(milliseconds)} ms`
  return [
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\t${duration}\tMemory Size: ${memoryMb} MB`,
  ]
}
