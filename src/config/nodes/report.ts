// Collects the issues of one load, so that all of them are shown at once.
import type { ConfigIssue } from '../issues.ts'
import type { Located } from './node.ts'

/** The issues found so far. */
export class Report {
  issues: ConfigIssue[] = []

  /** Something that keeps the configuration from being used; `code` is AWS's word for it. */
  error(at: Located, code: string | null, message: string, hint: string | null = null): void {
    this.#add('error', at, code, message, hint)
  }

  warn(at: Located, code: string | null, message: string, hint: string | null = null): void {
    this.#add('warning', at, code, message, hint)
  }

  /** What AWS would only find out from the account, and unknown keys, count as errors from here on. */
  escalate(): void {
    this.issues = this.issues.map((issue) => ({ ...issue, severity: 'error' }))
  }

  /** In the order of a file's lines; files and options as they came. */
  sorted(): ConfigIssue[] {
    const files = [...new Set(this.issues.map((issue) => issue.file))]
    return this.issues.toSorted(
      (a, b) =>
        files.indexOf(a.file) - files.indexOf(b.file) ||
        (a.line ?? 0) - (b.line ?? 0) ||
        (a.column ?? 0) - (b.column ?? 0),
    )
  }

  get hasErrors(): boolean {
    return this.issues.some((issue) => issue.severity === 'error')
  }

  #add(
    severity: ConfigIssue['severity'],
    at: Located,
    code: string | null,
    message: string,
    hint: string | null,
  ): void {
    this.issues.push({ severity, ...at.place, path: at.path, code, message, hint })
  }
}
