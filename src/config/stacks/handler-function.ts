// A declared Lambda function with its code on this machine -> what runs behind a Function URL or an API.
import type { HandlerFunction } from '../../model/handler-origin.ts'
import type { Disk } from '../disk.ts'
import { isArchive, parseHandler, type LambdaCode } from '../lambda-settings.ts'
import type { Located } from '../nodes/node.ts'
import { Report } from '../nodes/report.ts'
import type { LambdaSource } from './lambda-source.ts'

/** What runs here; other runtimes are left to an origin of the user's. */
const RUNTIMES = /^(?:nodejs\d+\.x|python3\.\d+)$/

/** A function as a tool declares it. */
export interface DeclaredFunction extends Omit<HandlerFunction, 'Environment' | 'file' | 'exportName'> {
  readonly source: () => LambdaSource
  /** Only asked for where there is a source. */
  readonly environment: () => HandlerFunction['Environment']
}

/**
 * Null when it cannot run here: its origin has no target then, which is told there. What is told here is code that
 * ought to be on this machine and is not as it should be.
 */
export function toHandlerFunction(
  { source, environment, ...settings }: DeclaredFunction,
  at: Located,
  { disk, report }: { readonly disk: Disk; readonly report: Report },
): HandlerFunction | null {
  const { Runtime, name } = settings
  if (Runtime !== null && !RUNTIMES.test(Runtime)) return null
  const found = source()
  if (found.kind === 'elsewhere') return null
  const seen = new Report()
  const code = findFile(found, { at, disk, report: seen })
  if (code !== null) {
    const { file, exportName } = code
    return { ...settings, Environment: environment(), file, exportName }
  }
  for (const { message } of seen.sorted())
    report.warn(at, null, `the function ${name} does not run here: ${message}`)
  return null
}

function findFile(
  { code, handler }: Extract<LambdaSource, { kind: 'here' }>,
  seen: { readonly at: Located; readonly disk: Disk; readonly report: Report },
): LambdaCode | null {
  if (!seen.disk.isFile(code)) return parseHandler(handler, code, seen)
  return parseHandler(`${code}#${isArchive(code) ? handler : handler.split('.').at(-1)!}`, '', seen)
}

/** Seconds and megabytes; null for what is no number. */
export function toCount(text: string | null): number | null {
  return text === null || !/^\d+$/.test(text) ? null : Number(text)
}
