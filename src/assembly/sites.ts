// Deployment → compiled distributions, and the invalidations that survive every reload.
import type { InvalidationReceipt } from '../control/admin.ts'
import { InvalidationSequence } from '../cache/invalidation.ts'
import { compileDistribution, type CompiledDistribution, type CompileParts } from '../edge/compile.ts'
import type { Clock } from '../message/clock.ts'
import type { Deployment } from '../model/deployment.ts'
import { PocketfrontError } from '../model/errors.ts'
import { QUOTAS } from '../model/quotas.ts'

/** What compiling needs, and where ids come from. */
export interface SitesParts extends Pick<CompileParts, 'hooksFor' | 'originFor' | 'overrideFor' | 'placing'> {
  readonly viaHost: () => string
  readonly servesHttps: boolean
  readonly requestId: () => string
  readonly clock: Clock
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

  /** Invalidates paths of one distribution, or of all. Throws PF_INVALIDATION. ('What you need to know when invalidating files') */
  invalidate(distributionId: string | null, paths: readonly string[]): InvalidationReceipt[] {
    const sites = this.current.filter(
      (site) => distributionId === null || site.distribution.Id === distributionId,
    )
    if (sites.length === 0) {
      const known = this.current.map((site) => site.distribution.Id).join(', ')
      throw new PocketfrontError(
        'PF_INVALIDATION',
        `no distribution ${distributionId ?? ''}`,
        `loaded: ${known}`,
      )
    }
    checkPaths(paths)
    return sites.map((site) => {
      site.invalidations.append(paths)
      return {
        Id: `I${this.#parts
          .requestId()
          .replace(/[^A-Za-z0-9]/g, '')
          .slice(0, 13)
          .toUpperCase()}`,
        DistributionId: site.distribution.Id,
        Status: 'Completed',
        CreateTime: new Date(this.#parts.clock.now()).toISOString(),
        Paths: paths,
      }
    })
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

function checkPaths(paths: readonly string[]): void {
  if (paths.length === 0)
    throw new PocketfrontError('PF_INVALIDATION', 'no paths given', 'for everything, give /*')
  if (paths.length > QUOTAS.invalidationFilesInProgress) {
    const limit = QUOTAS.invalidationFilesInProgress
    throw new PocketfrontError(
      'PF_INVALIDATION',
      `${paths.length} paths are more than the ${limit} of one batch`,
    )
  }
  for (const path of paths) {
    if (!path.startsWith('/')) {
      throw new PocketfrontError(
        'PF_INVALIDATION',
        `invalidation path ${path} does not start with a slash`,
        `give /${path}`,
      )
    }
    if (path.length > QUOTAS.invalidationPathCharacters) {
      const limit = QUOTAS.invalidationPathCharacters
      throw new PocketfrontError(
        'PF_INVALIDATION',
        `an invalidation path has ${path.length} characters, at most ${limit} are allowed`,
      )
    }
  }
}
