// Reads a configuration as a start would, runs nothing, and tells all that is to say about it.
import { withArchives } from './archives.ts'
import { toDialectWarnings } from './function-warnings.ts'
import { toLoadOptions } from './load-options.ts'
import type { PocketfrontOptions } from './options.ts'
import type { ConfigIssue } from '../config/issues.ts'
import type { LintFinding } from '../config/lint/rule.ts'
import { loadConfig } from '../config/load.ts'
import type { SupportNote } from '../config/support.ts'
import { CloudFrontFunctionSet } from '../functions/cloudfront/set.ts'

/** What was found; with an error among the issues traps were not looked for. */
export interface Validation {
  readonly ok: boolean
  readonly issues: readonly ConfigIssue[]
  readonly findings: readonly LintFinding[]
  readonly notes: readonly SupportNote[]
  /** Ids. */
  readonly distributions: readonly string[]
  readonly files: readonly string[]
}

type ValidateOptions = Pick<
  PocketfrontOptions,
  | 'config'
  | 'origins'
  | 'parameters'
  | 'lambdas'
  | 'functions'
  | 'functionsDialect'
  | 'cwd'
  | 'env'
  | 'strict'
  | 'lint'
>

/** Where origins are reached is no matter here: a deployment knows nothing of this machine. */
export async function validateConfiguration(options: ValidateOptions): Promise<Validation> {
  const { strict = false } = options
  const load = toLoadOptions({ ...options, allowRemoteOrigins: true, httpsPort: 0 })
  const result = await withArchives((archives) => loadConfig({ ...load, archives }))
  const { files } = result
  if (!result.ok) {
    return { ok: false, issues: result.issues, findings: [], notes: [], distributions: [], files }
  }
  const refused = options.functionsDialect === 'lenient' ? [] : dialectWarnings(result.deployment.Functions)
  const isRefused = strict && refused.length > 0
  const issues = [...result.warnings, ...refused]
  return {
    ok: !isRefused,
    issues: isRefused ? issues.map((issue) => ({ ...issue, severity: 'error' })) : issues,
    findings: result.findings,
    notes: result.notes,
    distributions: result.deployment.Distributions.map(({ Id }) => Id),
    files,
  }
}

function dialectWarnings(definitions: Parameters<CloudFrontFunctionSet['update']>[0]): ConfigIssue[] {
  const set = new CloudFrontFunctionSet({ strictDialect: true, log: () => undefined })
  set.update(definitions)
  const warnings = toDialectWarnings(set.problems())
  set.dispose()
  return warnings
}
