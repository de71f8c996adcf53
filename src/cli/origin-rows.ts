// The table of origins as the CLI shows it.
import type { Pocketfront } from '../assembly/options.ts'
import type { TargetRow } from '../config/origins/target-rows.ts'
import { describeTargets } from '../config/origins/target-rows.ts'

/** An origin, its target, and who chose it. */
export type OriginRow = Omit<TargetRow, 'source'> & { readonly source: TargetRow['source'] | 'demo' }

/** Every origin. The demo runs only without --origin, so what looks like an option there is its own choice. */
export function toOriginRows(front: Pick<Pocketfront, 'loaded'>, isDemo: boolean): OriginRow[] {
  return describeTargets(front.loaded.deployment).map((row) =>
    isDemo && row.source === 'command line' ? { ...row, source: 'demo' } : row,
  )
}
