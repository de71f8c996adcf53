// What keeps the CLI from running, as text for stderr and as an exit code.
import type { ConfigIssue } from '../config/issues.ts'
import { printIssue } from '../config/issues.ts'
import { PocketfrontError } from '../model/errors.ts'
import type { Palette } from '../observe/palette.ts'

/** How a problem is shown. */
export interface ProblemFormat {
  readonly json: boolean
  readonly palette: Palette
  readonly cwd: string
}

/** Lines for stderr: all issues of a configuration, a problem with its hint, or the stack of a bug. */
export function toProblemText(error: unknown, { json, palette, cwd }: ProblemFormat): string {
  if (json) return `${JSON.stringify(toProblemJson(error))}\n`
  const label = palette.red('error')
  if (!(error instanceof PocketfrontError)) return `${label}  ${toStack(error)}\n`
  const issues = issuesOf(error)
  if (issues.length > 0) return issues.map((issue) => `${toIssueText(issue, palette, cwd)}\n`).join('')
  return `${label}  ${error.message}\n`
}

/** One issue with its severity in front. */
export function toIssueText(issue: ConfigIssue, palette: Palette, cwd: string): string {
  const label = issue.severity === 'error' ? palette.red('error') : palette.yellow('warning')
  return `${label}  ${printIssue(issue, cwd)}`
}

/** The exit code for a problem; what is no PocketfrontError is a bug and ends with 1. */
export function toExitCode(error: unknown): number {
  return error instanceof PocketfrontError ? error.exitCode : 1
}

function toProblemJson(error: unknown): object {
  if (!(error instanceof PocketfrontError)) {
    return { event: 'error', code: 'PF_INTERNAL', message: toStack(error), hint: null, issues: [] }
  }
  const { code, problem, hint } = error
  return { event: 'error', code, message: problem, hint, issues: issuesOf(error) }
}

function issuesOf(error: PocketfrontError): readonly ConfigIssue[] {
  return 'issues' in error && Array.isArray(error.issues) ? error.issues : []
}

function toStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
