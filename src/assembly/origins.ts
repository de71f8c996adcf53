// What stands behind the regional cache of a behavior: an origin with its functions and its Origin Shield around it.
import type { Latency } from './latency.ts'
import type { CompileParts } from '../edge/compile.ts'
import type { BehaviorHooks } from '../functions/hooks.ts'
import type { BehaviorOrigin, Upstream } from '../message/context.ts'
import type { ChosenOrigin, OriginChanges, OriginOverride } from '../message/origin-override.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import type { Distribution } from '../model/distribution.ts'
import { selectOrigins, type Origin, type OriginGroup } from '../model/origin.ts'
import { createOriginGroup } from '../origin/group.ts'
import { createOrigin, type ResolveTarget } from '../origin/origin.ts'
import { applyOriginChanges } from '../origin/override.ts'
import type { OriginAccess } from '../origin/send.ts'
import { shieldOrigin } from '../shield/shield.ts'

/** What origins are made with. */
export interface OriginParts {
  readonly resolveTarget: ResolveTarget
  readonly access: OriginAccess
  /** The cache of the Origin Shield in a Region. */
  readonly shieldIn: (region: string) => Upstream
  /** What makes the ways between the places long, or null. */
  readonly latency: Latency | null
}

/** Different choices of functions that a behavior remembers. */
const MOST_OVERRIDES = 64

/** An origin, or an origin group over its two members; and the same as a CloudFront Function chose it. */
export function createOriginFactory({
  resolveTarget,
  access,
  shieldIn,
  latency,
}: OriginParts): Pick<CompileParts, 'originFor' | 'overrideFor'> {
  /** One origin with the functions of the behavior and its Origin Shield around it. */
  function memberFor(
    origin: Origin,
    behavior: DefaultCacheBehavior,
    hooks: BehaviorHooks,
    changes: OriginChanges | null = null,
  ): BehaviorOrigin {
    const changed = changes === null ? origin : applyOriginChanges(origin, changes, resolveTarget)
    const near = createOrigin(changed, behavior, hooks, resolveTarget, access, changes)
    const member = latency?.toOrigin(near, changed) ?? near
    const { Enabled, OriginShieldRegion: region } = changed.OriginShield
    if (!Enabled || region === null) return member
    const cache = (): Upstream => shieldIn(region)
    const shield = shieldOrigin(member, { originId: origin.Id, region, cache })
    return latency?.toShield(region, shield) ?? shield
  }

  function originFor(
    distribution: Distribution,
    behavior: DefaultCacheBehavior,
    hooks: BehaviorHooks,
    changes: OriginChanges | null = null,
  ): BehaviorOrigin {
    const { TargetOriginId } = behavior
    const [first, second] = selectOrigins(distribution, TargetOriginId)
    const primary = memberFor(first, behavior, hooks, changes)
    const group = distribution.OriginGroups.find((each) => each.Id === TargetOriginId)
    if (group === undefined || second === undefined) return primary
    return createOriginGroup(group, primary, memberFor(second, behavior, hooks), behavior)
  }

  function create(
    distribution: Distribution,
    behavior: DefaultCacheBehavior,
    hooks: BehaviorHooks,
    override: OriginOverride,
  ): BehaviorOrigin {
    const chosenFor = ({ originId, changes }: ChosenOrigin): BehaviorOrigin =>
      originId === null
        ? originFor(distribution, behavior, hooks, changes)
        : memberFor(selectOrigins(distribution, originId)[0], behavior, hooks, changes)
    if (override.kind === 'origin') return chosenFor(override)
    const [first, second] = override.members
    return createOriginGroup(toGroup(override), chosenFor(first), chosenFor(second), behavior)
  }

  return {
    originFor: (distribution, behavior, hooks) => originFor(distribution, behavior, hooks),
    overrideFor(distribution, behavior, hooks) {
      // A function makes the same few choices again and again; each keeps its connections.
      const made = new Map<string, BehaviorOrigin>()
      return (override) => {
        const key = JSON.stringify(override)
        let origin = made.get(key)
        if (origin === undefined) {
          origin = create(distribution, behavior, hooks, override)
          if (made.size >= MOST_OVERRIDES) made.clear()
          made.set(key, origin)
        }
        return origin
      }
    },
  }
}

function toGroup({ members, statusCodes }: Extract<OriginOverride, { kind: 'group' }>): OriginGroup {
  const [first, second] = members
  return {
    Id: 'createRequestOriginGroup',
    StatusCodes: statusCodes,
    Members: [first.originId, second.originId],
  }
}
