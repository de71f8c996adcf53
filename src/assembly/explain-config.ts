// Reads a configuration as a start would, runs nothing, and says in words what it does.
import { withArchives } from './archives.ts'
import { toConfigError } from './config-error.ts'
import { toDistributionView, type DistributionView } from './explain/distribution.ts'
import { toLoadOptions } from './load-options.ts'
import type { PocketfrontOptions } from './options.ts'
import { loadConfig } from '../config/load.ts'

type ExplainOptions = Pick<
  PocketfrontOptions,
  'config' | 'origins' | 'parameters' | 'parameterFiles' | 'lambdas' | 'functions' | 'cwd' | 'env'
>

/** Every distribution. Rejects with PF_CONFIG, which has the issues, for a configuration that cannot be used. */
export async function explainConfiguration(options: ExplainOptions): Promise<readonly DistributionView[]> {
  const load = toLoadOptions({ ...options, httpsPort: 0, lint: false })
  const result = await withArchives((archives) => loadConfig({ ...load, archives }))
  if (!result.ok) throw toConfigError(result.issues, load.cwd)
  const { deployment, notes } = result
  return deployment.Distributions.map((each) => toDistributionView(each, deployment, notes, load.cwd))
}
