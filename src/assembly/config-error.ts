// A configuration that cannot be used, as the error that says so.
import type { ConfigIssue } from '../config/issues.ts'
import { printIssues } from '../config/issues.ts'
import { PocketfrontError } from '../model/errors.ts'

/** PF_CONFIG with all issues: as text in the message, as data in `issues`. */
export function toConfigError(issues: readonly ConfigIssue[], cwd: string): PocketfrontError {
  return Object.assign(new PocketfrontError('PF_CONFIG', printIssues(issues, cwd)), { issues })
}
