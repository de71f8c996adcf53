// Problems in a configuration: where they are, what AWS calls them, how they print.
import { isAbsolute, relative } from 'node:path'

/** One problem of a configuration. Errors keep it from being used, warnings do not. */
export interface ConfigIssue {
  readonly severity: 'error' | 'warning'
  /** Absolute path of the file, or the option or variable that holds the text. */
  readonly file: string
  /** Both count from 1; null where the configuration is not a file. */
  readonly line: number | null
  readonly column: number | null
  /** `Origins[0].DomainName`; '' is the whole file. */
  readonly path: string
  /** AWS's error code where AWS would refuse it. (API Reference, 'CreateDistribution', Errors) */
  readonly code: string | null
  readonly message: string
  readonly hint: string | null
}

/** `config/site.yaml:12:7 TargetOriginID: unknown key, did you mean TargetOriginId?`, the hint on a line of its own. */
export function printIssue(issue: ConfigIssue, cwd: string): string {
  const position = issue.line === null ? '' : `:${issue.line}:${issue.column ?? 1}`
  const where = `${toShownFile(issue.file, cwd)}${position}`
  const name = issue.line === null ? issue.path : lastSegment(issue.path)
  const code = issue.code === null ? '' : ` (${issue.code})`
  const hint = issue.hint === null ? '' : `\n  ${issue.hint}`
  return `${where}${name === '' ? ':' : ` ${name}:`} ${issue.message}${code}${hint}`
}

/** All issues, one below the other. Labels tell errors from warnings where there are both. */
export function printIssues(issues: readonly ConfigIssue[], cwd: string): string {
  const isMixed = new Set(issues.map((issue) => issue.severity)).size > 1
  return issues.map((issue) => `${isMixed ? `${issue.severity}  ` : ''}${printIssue(issue, cwd)}`).join('\n')
}

function toShownFile(file: string, cwd: string): string {
  if (!isAbsolute(file)) return file
  const shown = relative(cwd, file)
  return shown === '' || shown.startsWith('..') ? file : shown
}

/** The line says where, so the last name is enough. */
function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
