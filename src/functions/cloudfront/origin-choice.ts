// The origin that a run chose with updateRequestOrigin, selectRequestOriginById and createRequestOriginGroup.
import { isObject } from '../header-maps.ts'
import {
  asObject,
  checkChoice,
  readConnectionOverrides,
  readFailoverCodes,
  readOriginChanges,
  RefusedSetting,
} from './origin-fields.ts'
import type { Headers } from '../../message/headers.ts'
import { NO_CHANGES } from '../../message/origin-override.ts'
import type { ChosenOrigin, OriginChanges, OriginOverride } from '../../message/origin-override.ts'
import type { Distribution } from '../../model/distribution.ts'
import { selectOrigins, type Origin } from '../../model/origin.ts'

/** One call of a helper method, as the function made it. */
export interface OriginCall {
  readonly method: string
  readonly args: readonly unknown[]
}

export const ORIGIN_METHODS: ReadonlySet<string> = new Set([
  'updateRequestOrigin',
  'selectRequestOriginById',
  'createRequestOriginGroup',
])

/** What the calls of a run come to: a later one builds on those before. The problem makes the result invalid. */
export function chooseOrigin(
  calls: readonly OriginCall[],
  distribution: Distribution,
  targetOriginId: string,
  requestHeaders: Headers,
): OriginOverride | { readonly problem: string } {
  let chosen: OriginOverride = { kind: 'origin', originId: null, changes: NO_CHANGES }
  try {
    for (const { method, args } of calls) {
      if (method === 'createRequestOriginGroup') chosen = createGroup(args[0], distribution)
      else if (method === 'selectRequestOriginById')
        chosen = { kind: 'origin', ...select(args, distribution) }
      else chosen = update(chosen, args[0], distribution, targetOriginId, requestHeaders)
    }
  } catch (error) {
    if (error instanceof RefusedSetting) return { problem: error.message }
    throw error
  }
  return chosen
}

/** For the trace: `origin api`, `origin group a, b`, `origin site at api.example.com`. */
export function describeChoice(chosen: OriginOverride, targetOriginId: string): string {
  if (chosen.kind === 'group')
    return `origin group ${chosen.members.map(({ originId }) => originId).join(', ')}`
  const id = chosen.originId ?? targetOriginId
  const changed = Object.entries(chosen.changes).filter(([, value]) => value !== null)
  if (changed.length === 0) return `origin ${id}`
  const names = changed.map(([name, value]) => (typeof value === 'string' ? `${name} ${value}` : name))
  return `origin ${id} with ${names.join(', ')}`
}

function createGroup(value: unknown, distribution: Distribution): OriginOverride {
  const fields = asObject(value, 'the argument of createRequestOriginGroup')
  const { originIds } = fields
  if (!Array.isArray(originIds) || originIds.length !== 2) {
    throw new RefusedSetting('originIds must have exactly two origins')
  }
  checkChoice(fields['selectionCriteria'], 'selectionCriteria', ['default', 'media-quality-score'])
  const [first, second] = originIds.map((item: unknown) =>
    isObject(item)
      ? select([item['originId'], item['originOverrides']], distribution)
      : select([item], distribution),
  )
  if (first!.originId === second!.originId) throw new RefusedSetting('originIds names one origin twice')
  return {
    kind: 'group',
    members: [first!, second!],
    statusCodes: readFailoverCodes(fields['failoverCriteria']),
  }
}

function select(args: readonly unknown[], distribution: Distribution): ChosenOrigin & { originId: string } {
  const [id, overrides] = args
  const origin = distribution.Origins.find(({ Id }) => Id === id)
  if (origin === undefined) {
    throw new RefusedSetting(
      `the distribution has no origin with the id ${JSON.stringify(id) ?? 'undefined'}`,
    )
  }
  return { originId: origin.Id, changes: { ...NO_CHANGES, ...readConnectionOverrides(overrides) } }
}

/** Of a group only the primary origin is changed. */
function update(
  chosen: OriginOverride,
  value: unknown,
  distribution: Distribution,
  targetOriginId: string,
  requestHeaders: Headers,
): OriginOverride {
  const before: ChosenOrigin = chosen.kind === 'group' ? chosen.members[0] : chosen
  const origin = assignedOrigin(distribution, before.originId ?? targetOriginId)
  if (origin.VpcOriginId !== undefined)
    throw new RefusedSetting(`updateRequestOrigin cannot change the VPC origin ${origin.Id}`)
  const kind = origin.CustomOriginConfig === null ? 's3' : 'custom'
  const changes = merge(before.changes, readOriginChanges(value, kind, requestHeaders))
  if (chosen.kind === 'origin') return { ...chosen, changes }
  return { ...chosen, members: [{ ...chosen.members[0], changes }, chosen.members[1]] }
}

/** The origin of an id; of an origin group its primary. */
function assignedOrigin(distribution: Distribution, id: string): Origin {
  return selectOrigins(distribution, id)[0]
}

function merge(before: OriginChanges, after: OriginChanges): OriginChanges {
  const given = Object.entries(after).filter(([, value]) => value !== null)
  return { ...before, ...(Object.fromEntries(given) as Partial<OriginChanges>) }
}
