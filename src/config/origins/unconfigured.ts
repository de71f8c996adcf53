// A distribution without any configuration: one target is all there is.
import type { Distribution } from '../../model/distribution.ts'
import type { Disk } from '../disk.ts'
import type { Report } from '../nodes/report.ts'
import type { OriginTargets } from '../targets.ts'
import type { Override } from './overrides.ts'
import { zeroConfig } from './zero-config.ts'

/** Without a configuration, one target makes a whole distribution. */
export function buildFromTarget(
  overrides: readonly Override[],
  targets: OriginTargets,
  { disk, cwd, report }: { readonly disk: Disk; readonly cwd: string; readonly report: Report },
): Distribution[] {
  const candidates = overrides.filter((it) => it.key === null || it.key === '*')
  const [first] = candidates
  const strongest = candidates.filter((it) => it.source === first?.source)
  if (first === undefined || strongest.length > 1) {
    const message =
      first === undefined
        ? 'nothing to serve'
        : 'without a configuration there is one origin; give one target'
    report.error(
      first?.at ?? { place: { file: 'configuration', line: null, column: null }, path: '' },
      null,
      message,
      'give a configuration file, or one origin: --origin http://localhost:3000, --origin ./folder',
    )
    return []
  }
  if (first.target.kind === 'remote') return []
  if ('folder' in first.target && !disk.isFolder(first.target.folder)) {
    report.error(first.at, null, `there is no folder ${first.target.folder}`)
    return []
  }
  const { target, source } = first
  return [zeroConfig(target, source, (domainName) => targets.stand(first, domainName, cwd))]
}
