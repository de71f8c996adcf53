// What `pocketfront validate` prints: text for people, JSON, or annotations of GitHub Actions.
import { isAbsolute, relative } from 'node:path'
import { toIssueText } from './problem.ts'
import type { ValidateFormat } from './validate-arguments.ts'
import type { Validation } from '../assembly/validate.ts'
import { printIssue, type ConfigIssue } from '../config/issues.ts'
import type { LintFinding } from '../config/lint/rule.ts'
import type { Palette } from '../observe/palette.ts'

/** How it is shown. */
export interface ValidateView {
  readonly format: ValidateFormat
  readonly palette: Palette
  readonly cwd: string
}

/** Everything for stdout. */
export function toValidateText(validation: Validation, { format, palette, cwd }: ValidateView): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(toJson(validation), null, 2)}\n`
    case 'github':
      return toAnnotations(validation, cwd)
        .map((line) => `${line}\n`)
        .join('')
    case 'text':
      return [
        ...validation.issues.map((issue) => toIssueText(issue, palette, cwd)),
        ...validation.findings.map((finding) => toTrapText(finding, palette, cwd)),
        toSummary(validation, palette),
        '',
      ].join('\n')
  }
}

/** A trap with its label in front. */
export function toTrapText(finding: LintFinding, palette: Palette, cwd: string): string {
  return `${palette.cyan('trap')}  ${printIssue(finding, cwd)}`
}

function toSummary(validation: Validation, palette: Palette): string {
  const { distributions, files, findings } = validation
  const { errors, warnings } = count(validation)
  const parts = [
    errors === 0 ? null : palette.red(times(errors, 'error')),
    warnings === 0 ? null : palette.yellow(times(warnings, 'warning')),
    findings.length === 0 ? null : palette.cyan(times(findings.length, 'trap')),
  ].filter((part) => part !== null)
  const where = validation.ok ? times(distributions.length, 'distribution') : times(files.length, 'file')
  const why = findings.length === 0 ? '' : palette.dim('  docs/lint.md says why')
  return `${where}: ${parts.length === 0 ? palette.green('no problems') : parts.join(', ')}${why}`
}

function count({ issues }: Validation): { readonly errors: number; readonly warnings: number } {
  const errors = issues.filter(({ severity }) => severity === 'error').length
  return { errors, warnings: issues.length - errors }
}

function times(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

function toJson(validation: Validation): object {
  const { ok, issues, findings, notes, distributions, files } = validation
  const counts = { ...count(validation), traps: findings.length }
  return { ok, ...counts, files, distributions, issues, findings, notes }
}

/** (GitHub Docs, 'Workflow commands for GitHub Actions') */
function toAnnotations({ issues, findings }: Validation, cwd: string): string[] {
  return [
    ...issues.map((issue) => toAnnotation(issue.severity, issue, cwd)),
    ...findings.map((finding) => toAnnotation('notice', finding, cwd)),
  ]
}

function toAnnotation(level: 'error' | 'warning' | 'notice', issue: ConfigIssue, cwd: string): string {
  const { file, line, column, path, code, message, hint } = issue
  const properties = [
    ...(isAbsolute(file) ? [['file', relative(cwd, file)]] : []),
    ...(line === null ? [] : [['line', String(line)]]),
    ...(column === null ? [] : [['col', String(column)]]),
    ...(code === null ? [] : [['title', code]]),
  ].map(([name, value]) => `${name}=${escapeProperty(value ?? '')}`)
  const where = path === '' ? '' : `${path}: `
  const text = escapeData(`${where}${message}${hint === null ? '' : `\n${hint}`}`)
  return `::${level}${properties.length === 0 ? '' : ` ${properties.join(',')}`}::${text}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
