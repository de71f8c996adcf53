// What stands behind the regional cache of a behavior: an origin with its functions and its Origin Shield around it.
import type { CompileParts } from '../edge/compile.ts'
import type { BehaviorHooks } from '../functions/hooks.ts'
import type { BehaviorOrigin, Upstream } from '../message/context.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import { selectOrigins, type Origin } from '../model/origin.ts'
import { createOriginGroup } from '../origin/group.ts'
import { createOrigin, type ResolveTarget } from '../origin/origin.ts'
import type { OriginAccess } from '../origin/send.ts'
import { shieldOrigin } from '../shield/shield.ts'

/** What origins are made with. */
export interface OriginParts {
  readonly resolveTarget: ResolveTarget
  readonly access: OriginAccess
  /** The cache of the Origin Shield in a Region. */
  readonly shieldIn: (region: string) => Upstream
}

/** An origin, or an origin group over its two members. */
export function createOriginFactory({
  resolveTarget,
  access,
  shieldIn,
}: OriginParts): CompileParts['originFor'] {
  /** One origin with the functions of the behavior and its Origin Shield around it. */
  function memberFor(origin: Origin, behavior: DefaultCacheBehavior, hooks: BehaviorHooks): BehaviorOrigin {
    const member = createOrigin(origin, behavior, hooks, resolveTarget, access)
    const { Enabled, OriginShieldRegion: region } = origin.OriginShield
    if (!Enabled || region === null) return member
    return shieldOrigin(member, { originId: origin.Id, region, cache: () => shieldIn(region) })
  }
  return (distribution, behavior, hooks) => {
    const { TargetOriginId } = behavior
    const [first, second] = selectOrigins(distribution, TargetOriginId)
    const primary = memberFor(first, behavior, hooks)
    const group = distribution.OriginGroups.find((each) => each.Id === TargetOriginId)
    if (group === undefined || second === undefined) return primary
    return createOriginGroup(group, primary, memberFor(second, behavior, hooks), behavior)
  }
}
