// Reads any configuration and writes it down in our own form.
import { withArchives } from './archives.ts'
import { toConfigError } from './config-error.ts'
import { toLoadOptions } from './load-options.ts'
import type { PocketfrontOptions } from './options.ts'
import { toImportedText } from '../config/import/import.ts'
import type { ConfigIssue } from '../config/issues.ts'
import { loadWithSources } from '../config/load.ts'

type ImportOptions = Pick<
  PocketfrontOptions,
  'config' | 'origins' | 'parameters' | 'parameterFiles' | 'lambdas' | 'functions' | 'cwd' | 'env'
>

/** The text of a file in `cwd`, and what there is to say about it. Rejects with PF_CONFIG, which has the issues. */
export async function importConfiguration(
  options: ImportOptions,
): Promise<{ readonly text: string; readonly warnings: readonly ConfigIssue[] }> {
  const load = toLoadOptions({ ...options, httpsPort: 0, lint: false })
  return withArchives(async (archives) => {
    const { result, sources } = await loadWithSources({ ...load, archives })
    if (!result.ok) throw toConfigError(result.issues, load.cwd)
    const text = toImportedText({ result, sources }, load.cwd, archives)
    return { text, warnings: result.warnings }
  })
}
