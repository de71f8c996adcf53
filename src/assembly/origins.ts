// What stands behind the last cache of a behavior: an origin with its functions around it.
import type { CompileParts } from '../edge/compile.ts'
import type { BehaviorHooks } from '../functions/hooks.ts'
import type { BehaviorOrigin } from '../message/context.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import { selectOrigins, type Origin } from '../model/origin.ts'
import { createOriginGroup } from '../origin/group.ts'
import { createOrigin, type ResolveTarget } from '../origin/origin.ts'
import type { OriginAccess } from '../origin/send.ts'

/** What origins are made with. */
export interface OriginParts {
  readonly resolveTarget: ResolveTarget
  readonly access: OriginAccess
}

/** An origin, or an origin group over its two members. */
export function createOriginFactory({ resolveTarget, access }: OriginParts): CompileParts['originFor'] {
  /** One origin with the functions of the behavior around it. */
  function memberFor(origin: Origin, behavior: DefaultCacheBehavior, hooks: BehaviorHooks): BehaviorOrigin {
    return createOrigin(origin, behavior, hooks, resolveTarget, access)
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
