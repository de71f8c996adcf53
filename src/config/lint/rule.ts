// The contract of the trap rules: one distribution with everything resolved -> what in it will surprise its owner.
import type { Caching } from './caching.ts'
import type { CacheBehavior, DefaultCacheBehavior } from '../../model/cache-behavior.ts'
import type { Distribution } from '../../model/distribution.ts'
import type { Origin } from '../../model/origin.ts'
import type { ConfigIssue } from '../issues.ts'
import type { Places } from '../nodes/places.ts'

/** One thing that AWS accepts and that does not do what it looks like, in words. */
export interface RuleText {
  /** Stable: it stands in `lint: { off: [..] }` and in the links to docs/lint.md. */
  readonly id: string
  /** One line for the list of rules. */
  readonly title: string
  /** What happens, for somebody who meets it the first time. */
  readonly why: string
  /** The page of the Developer Guide that says so. */
  readonly page: string
}

/** A rule about a configuration. */
export interface LintRule extends RuleText {
  readonly check: (site: LintSite) => readonly LintHit[]
}

/** Where a rule struck. */
export interface LintHit {
  /** The object of the model, and the key in it that is to be changed. */
  readonly at: object
  readonly key: string
  readonly message: string
  /** What to do next. */
  readonly fix: string
}

/** A behavior with what its ids mean. */
export interface LintBehavior {
  readonly behavior: DefaultCacheBehavior | CacheBehavior
  /** null: the default one. */
  readonly pattern: string | null
  /** `behavior /api/*`, `the default behavior`. */
  readonly name: string
  /** Both members of an origin group. */
  readonly origins: readonly Origin[]
  readonly caching: Caching
}

/** One distribution as the rules see it. */
export interface LintSite {
  readonly distribution: Distribution
  /** In order of precedence, the default one last. */
  readonly behaviors: readonly LintBehavior[]
  /** All distributions of the configuration. */
  readonly all: readonly Distribution[]
  /** Who may call the Function URLs of templates, by domain name. */
  readonly functionUrls: ReadonlyMap<string, 'NONE' | 'AWS_IAM'>
  readonly places: Places
}

/** A rule that struck, with its place in the file. `code` is the id of the rule. */
export interface LintFinding extends ConfigIssue {
  readonly severity: 'warning'
  readonly code: string
  readonly distribution: string
  readonly page: string
}

/** A behavior whose requests will tell whether it is a trap; the finding lacks what they tell. */
export interface RunTimeSuspect {
  /** Id of the distribution. */
  readonly distribution: string
  readonly behavior: DefaultCacheBehavior | CacheBehavior
  /** Number in the list, or -1 for the default one. */
  readonly index: number
  /** `behavior /api/*`, `the default behavior`. */
  readonly name: string
  /** Ids of its origins. */
  readonly origins: readonly string[]
  readonly finding: Omit<LintFinding, 'message' | 'hint'>
}

/** Whether viewers have to bring a signature. */
export function isSigned({ TrustedKeyGroups, TrustedSigners }: DefaultCacheBehavior): boolean {
  return TrustedKeyGroups !== undefined || TrustedSigners !== undefined
}

/** Rules about single behaviors. */
export function eachBehavior(
  check: (each: LintBehavior, site: LintSite) => Omit<LintHit, 'at'> | null,
): LintRule['check'] {
  return (site) =>
    site.behaviors.flatMap((each) => {
      const hit = check(each, site)
      return hit === null ? [] : [{ at: each.behavior, ...hit }]
    })
}

/** Rules about single origins. */
export function eachOrigin(
  check: (origin: Origin, site: LintSite) => Omit<LintHit, 'at'> | null,
): LintRule['check'] {
  return (site) =>
    site.distribution.Origins.flatMap((origin) => {
      const hit = check(origin, site)
      return hit === null ? [] : [{ at: origin, ...hit }]
    })
}
