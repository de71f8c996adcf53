// What stands behind the last cache of a behavior: an origin with its functions around it.
import type { CompileParts } from '../edge/compile.ts'
import type { BehaviorHooks } from '../functions/hooks.ts'
import type { BehaviorOrigin } from '../message/context.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import { selectOrigins, type Origin } from '../model/origin.ts'
import { createOrigin, type ResolveTarget } from '../origin/origin.ts'
import type { OriginAccess } from '../origin/send.ts'

/** What origins are made with. */
export interface OriginParts {
  readonly resolveTarget: ResolveTarget
  readonly access: OriginAccess
}

/** Of an origin group, its primary member. */
export function createOriginFactory({ resolveTarget, access }: OriginParts): CompileParts['originFor'] {
  function memberFor(origin: Origin, behavior: DefaultCacheBehavior, hooks: BehaviorHooks): BehaviorOrigin {
    return createOrigin(origin, behavior, hooks, resolveTarget, access)
  }
  return (distribution, behavior, hooks) =>
    memberFor(selectOrigins(distribution, behavior.TargetOriginId)[0], behavior, hooks)
}
