// The behaviors of a distribution as the trap rules see them.
import type { Distribution } from '../../model/distribution.ts'
import { selectOrigins } from '../../model/origin.ts'
import { toCaching } from './caching.ts'
import type { LintBehavior } from './rule.ts'

/** In order of precedence, the default one last. */
export function toBehaviors(distribution: Distribution): LintBehavior[] {
  const { CacheBehaviors, DefaultCacheBehavior } = distribution
  const ordered = CacheBehaviors.map((behavior) => ({ behavior, pattern: behavior.PathPattern }))
  return [...ordered, { behavior: DefaultCacheBehavior, pattern: null }].map(({ behavior, pattern }) => ({
    behavior,
    pattern,
    name: pattern === null ? 'the default behavior' : `behavior ${pattern}`,
    origins: selectOrigins(distribution, behavior.TargetOriginId),
    caching: toCaching(behavior.Cache),
  }))
}
