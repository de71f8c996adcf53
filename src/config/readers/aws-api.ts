// Reads what the AWS CLI prints and takes: get-distribution-config and its relatives, and the policies' outputs.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { DistributionSource, Reader } from './source.ts'

const WRAPPERS = [
  'DistributionConfig',
  'DistributionConfigWithTags',
  'Distribution',
  'DistributionList',
] as const
const POLICIES = ['CachePolicy', 'OriginRequestPolicy', 'ResponseHeadersPolicy'] as const

/** (AWS CLI Command Reference, 'get-distribution-config', 'get-distribution', 'list-distributions', 'get-cache-policy') */
export const awsApi: Reader = {
  keys: [
    ...WRAPPERS,
    ...POLICIES.flatMap((noun) => [noun, `${noun}Config`, `${noun}List`]),
    ...['ETag', 'Id', 'IfMatch', 'Location', 'Tags', 'DomainName'],
  ],
  recognises: (root) =>
    [...WRAPPERS, ...POLICIES.flatMap((noun) => [noun, `${noun}Config`, `${noun}List`])].some((key) =>
      root.entries.has(key),
    ) || isBareConfig(root),
  read: (root) => ({
    form: 'api',
    distributions: readDistributions(root),
    CachePolicies: readPolicies(root, 'CachePolicy'),
    OriginRequestPolicies: readPolicies(root, 'OriginRequestPolicy'),
    ResponseHeadersPolicies: readPolicies(root, 'ResponseHeadersPolicy'),
    Functions: [],
    KeyValueStores: [],
  }),
}

/** A DistributionConfig without wrapping: only AWS writes Quantity, or asks for a CallerReference. */
function isBareConfig(root: MapNode): boolean {
  if (!root.entries.has('Origins') && !root.entries.has('DefaultCacheBehavior')) return false
  if (root.entries.has('CallerReference')) return true
  const origins = root.entries.get('Origins')?.value
  return origins?.kind === 'list' && origins.isQuantified
}

function readDistributions(root: MapNode): DistributionSource[] {
  if (isBareConfig(root)) return [toSource(root, root)]
  const list = entryOf(root, 'DistributionList')
  if (list?.kind === 'list')
    return list.items.flatMap((item) => (item.kind === 'map' ? [toSource(item, item)] : []))
  const withTags = mapOf(root, 'DistributionConfigWithTags')
  const outer = mapOf(root, 'Distribution') ?? withTags ?? root
  const config = mapOf(outer, 'DistributionConfig')
  return config === null ? [] : [toSource(outer, config)]
}

function toSource(outer: MapNode, config: MapNode): DistributionSource {
  return { config, form: 'api', Id: entryOf(outer, 'Id'), DomainName: entryOf(outer, 'DomainName') }
}

function readPolicies(root: MapNode, noun: (typeof POLICIES)[number]): ConfigNode[] {
  const list = entryOf(root, `${noun}List`)
  if (list?.kind === 'list') return list.items.slice()
  const one = mapOf(root, noun) ?? mapOf(root, `${noun}Config`)
  return one === null ? [] : [one]
}
