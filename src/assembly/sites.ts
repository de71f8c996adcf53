// Deployment → compiled distributions, and the invalidations that survive every reload.
import { toError } from './invalidations.ts'
import { InvalidationSequence } from '../cache/invalidation.ts'
import { compileDistribution, type CompiledDistribution, type CompileParts } from '../edge/compile.ts'
import type { Deployment } from '../model/deployment.ts'

/** What compiling needs. */
export interface SitesParts extends Pick<CompileParts, 'hooksFor' | 'originFor' | 'overrideFor' | 'placing'> {
  readonly viaHost: () => string
  readonly servesHttps: boolean
}

/** The distributions that are served. */
export class Sites {
  #parts: SitesParts
  #kept = new Map<string, { invalidations: InvalidationSequence; via: string }>()
  current: readonly CompiledDistribution[] = []

  constructor(parts: SitesParts) {
    this.#parts = parts
  }

  /** Compiles beside what is served and returns it; the caller swaps. */
  compile(deployment: Deployment): readonly CompiledDistribution[] {
    const { hooksFor, originFor, overrideFor, placing, servesHttps } = this.#parts
    const parts = { hooksFor, originFor, overrideFor, placing, servesHttps }
    return deployment.Distributions.map((distribution) =>
      compileDistribution(distribution, { ...parts, ...this.#keptFor(distribution.Id) }),
    )
  }

  /** One distribution, or all with null. Throws PF_INVALIDATION for an unknown one. */
  select(distributionId: string | null): readonly CompiledDistribution[] {
    const sites = this.current.filter(
      (site) => distributionId === null || site.distribution.Id === distributionId,
    )
    if (sites.length > 0) return sites
    const known = this.current.map((site) => site.distribution.Id).join(', ')
    throw toError('NoSuchDistribution', `no distribution ${distributionId ?? ''}`, `loaded: ${known}`)
  }

  #keptFor(id: string): { invalidations: InvalidationSequence; via: string } {
    let kept = this.#kept.get(id)
    if (kept === undefined) {
      kept = { invalidations: new InvalidationSequence(), via: `1.1 ${this.#parts.viaHost()} (CloudFront)` }
      this.#kept.set(id, kept)
    }
    return kept
  }
}
