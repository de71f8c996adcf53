// AWS's managed policies as values of the model, by id and by name.
import data from './managed-policies.json' with { type: 'json' }
import type { CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } from '../model/policies.ts'
import { Fields } from './nodes/fields.ts'
import { fromValue } from './nodes/from-value.ts'
import { itemsOf, mapOf } from './nodes/node.ts'
import { Report } from './nodes/report.ts'
import type { PolicyName } from './schema/cache-policy.ts'
import { readCachePolicy, readOriginRequestPolicy } from './schema/cache-policy.ts'
import { readResponseHeadersPolicy } from './schema/response-headers-policy.ts'

/** (Developer Guide, 'Use managed cache policies' and its sisters) */
export interface ManagedPolicies {
  readonly CachePolicies: readonly CachePolicy[]
  readonly OriginRequestPolicies: readonly OriginRequestPolicy[]
  readonly ResponseHeadersPolicies: readonly ResponseHeadersPolicy[]
}

let made: ManagedPolicies | null = null

/** Made on the first call; throws when the data that comes with pocketfront is wrong. */
export function managedPolicies(): ManagedPolicies {
  made ??= readManagedPolicies()
  return made
}

/** The managed cache policy with this name, without the prefix `Managed-`. */
export function managedCachePolicy(name: string): CachePolicy {
  const policy = managedPolicies().CachePolicies.find((it) => it.Name === `Managed-${name}`)
  if (policy === undefined) throw new Error(`no managed cache policy ${name}`)
  return policy
}

function readManagedPolicies(): ManagedPolicies {
  const report = new Report()
  const root = fromValue(data, 'managed-policies.json', report)
  function readAll<Policy>(
    list: string,
    config: string,
    read: (fields: Fields, name: PolicyName, isStrict: boolean) => Policy,
  ): Policy[] {
    return itemsOf(root, list).flatMap((item) => {
      const node = mapOf(item, config)
      if (node === null || item.kind !== 'map') return []
      const fields = new Fields(node, report)
      const Id = new Fields(item, report).text('Id') ?? ''
      return [read(fields, { Id, Name: fields.text('Name') ?? '' }, true)]
    })
  }
  const policies = {
    CachePolicies: readAll('CachePolicies', 'CachePolicyConfig', readCachePolicy),
    OriginRequestPolicies: readAll(
      'OriginRequestPolicies',
      'OriginRequestPolicyConfig',
      readOriginRequestPolicy,
    ),
    ResponseHeadersPolicies: readAll(
      'ResponseHeadersPolicies',
      'ResponseHeadersPolicyConfig',
      readResponseHeadersPolicy,
    ),
  }
  const errors = report.issues.filter((issue) => issue.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map((issue) => `${issue.path} ${issue.message}`).join('\n'))
  return policies
}
