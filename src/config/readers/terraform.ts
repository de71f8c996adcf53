// Reads Terraform: `terraform show -json` of a plan or a state, and state files.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import { managedPolicies } from '../managed-policies.ts'
import { declaredFolders, declaredWebsites } from '../terraform/buckets.ts'
import { convertBlock, toBlock } from '../terraform/convert.ts'
import { declaredHandlers } from '../terraform/handlers.ts'
import { declaredLambdas } from '../terraform/lambdas.ts'
import { OriginNames } from '../terraform/origin-names.ts'
import type { TerraformResource } from '../terraform/resources.ts'
import {
  CACHE_POLICY,
  DISTRIBUTION,
  KEY_GROUP,
  ORIGIN_REQUEST_POLICY,
  PUBLIC_KEY,
  RESPONSE_HEADERS_POLICY,
} from '../terraform/shapes.ts'
import type { Shape } from '../terraform/shapes.ts'
import { declaredStores } from '../terraform/stores.ts'
import { Terraform } from '../terraform/terraform.ts'
import { listAt, mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { DistributionSource, ReadContext, Reader, SourceParts } from './source.ts'

/** (Terraform Documentation, 'JSON Output Format') */
export const terraform: Reader = {
  keys: [
    ...['format_version', 'terraform_version', 'variables', 'planned_values', 'resource_drift', 'values'],
    ...['resource_changes', 'prior_state', 'configuration', 'output_changes', 'relevant_attributes'],
    ...['checks', 'timestamp', 'applyable', 'complete', 'errored', 'deferred_changes', 'action_invocations'],
    ...['version', 'serial', 'lineage', 'outputs', 'resources', 'check_results', 'encrypted_data'],
  ],
  recognises: (root) =>
    root.entries.has('format_version') ||
    (root.entries.has('version') && (root.entries.has('lineage') || root.entries.has('terraform_version'))),
  read: (root, context) => {
    reportUnreadable(root, context.report)
    return partsOf(new Terraform(root, context.report), context)
  },
}

function reportUnreadable(root: MapNode, report: Terraform['report']): void {
  const version = textOf(entryOf(root, 'version'))
  const hint = 'run terraform show -json > state.json in the folder of the configuration, and give state.json'
  if (version !== null && version !== '4') {
    report.error(entryOf(root, 'version')!, null, `state files of version ${version} are not read`, hint)
  } else if (root.entries.has('encrypted_data')) {
    report.error(root, null, 'the state is encrypted', hint)
  }
}

function partsOf(source: Terraform, context: ReadContext): SourceParts {
  const names = new OriginNames(source)
  for (const { address, values } of source.ofType('aws_cloudfront_multitenant_distribution')) {
    const at = { place: values.place, path: address }
    source.report.warn(at, null, 'distributions with tenants are not served here')
  }
  return {
    form: 'template',
    distributions: source
      .ofType('aws_cloudfront_distribution')
      .map((each) => toDistribution(each, source, names)),
    CachePolicies: policies(source, 'cache_policy', CACHE_POLICY),
    OriginRequestPolicies: policies(source, 'origin_request_policy', ORIGIN_REQUEST_POLICY),
    ResponseHeadersPolicies: policies(source, 'response_headers_policy', RESPONSE_HEADERS_POLICY),
    Functions: source.ofType('aws_cloudfront_function').map((each) => toFunction(each, source)),
    KeyValueStores: [],
    OriginAccessControls: source
      .ofType('aws_cloudfront_origin_access_control')
      .map((each) => toAccessControl(each, source)),
    handlers: declaredHandlers(source, context),
    PublicKeys: keyed(source, 'aws_cloudfront_public_key', PUBLIC_KEY),
    KeyGroups: keyed(source, 'aws_cloudfront_key_group', KEY_GROUP),
    declaredLambdas: declaredLambdas(source, context),
    declaredStores: declaredStores(source),
    bucketFolders: declaredFolders(source, context.files.disk),
    websites: declaredWebsites(source),
  }
}

function toDistribution(
  resource: TerraformResource,
  source: Terraform,
  names: OriginNames,
): DistributionSource {
  const config = convertBlock(toBlock(resource, source), DISTRIBUTION, source)
  return {
    config: withBehaviors(config),
    form: 'template',
    Id: attributeAt(resource, 'id', source),
    DomainName: attributeAt(resource, 'domain_name', source),
    logicalId: resource.address,
    namesOf: (domainName) => names.of(domainName),
  }
}

/** The provider says an S3 origin by saying nothing, and sends TTLs only beside forwarded_values. */
function withBehaviors(config: MapNode): MapNode {
  const changed = [...config.entries].map(([key, { value }]): [string, ConfigNode] => {
    if (key === 'DefaultCacheBehavior') return [key, withoutTtls(value)]
    if (value.kind !== 'list') return [key, value]
    if (key === 'CacheBehaviors') return [key, listAt(value, value.items.map(withoutTtls))]
    return [key, key === 'Origins' ? listAt(value, value.items.map(withKind)) : value]
  })
  return mapAt(config, changed)
}

function withoutTtls(behavior: ConfigNode): ConfigNode {
  if (behavior.kind !== 'map' || !behavior.entries.has('CachePolicyId')) return behavior
  const dropped = new Set(['MinTTL', 'DefaultTTL', 'MaxTTL', 'ForwardedValues'])
  const kept = [...behavior.entries].filter(([key]) => !dropped.has(key))
  return { ...behavior, entries: new Map(kept) }
}

function withKind(origin: ConfigNode): ConfigNode {
  if (origin.kind !== 'map') return origin
  const kinds = ['S3OriginConfig', 'CustomOriginConfig', 'VpcOriginConfig']
  if (kinds.some((kind) => origin.entries.has(kind))) return origin
  const entries = [...origin.entries].map(([key, { value }]) => [key, value] as const)
  return mapAt(origin, [...entries, ['S3OriginConfig', mapAt(origin, [])]])
}

/** Data sources are policies, too: of other states, or made by hand. */
function policies(source: Terraform, noun: string, shape: Shape): MapNode[] {
  const { CachePolicies, OriginRequestPolicies, ResponseHeadersPolicies } = managedPolicies()
  const all = [...CachePolicies, ...OriginRequestPolicies, ...ResponseHeadersPolicies]
  const managed = new Set(all.map(({ Id }) => Id))
  const seen = new Set<string>()
  return source.resources.flatMap((resource) => {
    if (resource.type !== `aws_cloudfront_${noun}`) return []
    const id = attributeAt(resource, 'id', source)
    const isData = resource.mode === 'data'
    if (isData && (id === null || managed.has(id.text) || !isRead(resource))) return []
    if (id !== null && seen.has(id.text)) return []
    if (id !== null) seen.add(id.text)
    const block = convertBlock(toBlock(resource, source), shape, source)
    const entries = [...block.entries].map(([key, { value }]) => [key, value] as const)
    return [mapAt(block, id === null ? entries : [...entries, ['Id', id]])]
  })
}

/** Resources that others name by id. */
function keyed(source: Terraform, type: string, shape: Shape): MapNode[] {
  return source.ofType(type).map((resource) => {
    const block = convertBlock(toBlock(resource, source), shape, source)
    const entries = [...block.entries].map(([key, { value }]) => [key, value] as const)
    const id = attributeAt(resource, 'id', source)
    return mapAt(block, id === null ? entries : [...entries, ['Id', id]])
  })
}

/** Whether a data source has been read, so that it is more than its name. */
function isRead({ values }: TerraformResource): boolean {
  return [...values.entries].some(
    ([key, { value }]) => key.endsWith('_config') || (key.startsWith('parameters_') && value.kind === 'list'),
  )
}

/** Whether requests to a bucket are signed. */
function toAccessControl(resource: TerraformResource, source: Terraform): MapNode {
  const { values, address } = resource
  const at = { place: values.place, path: address }
  const entries = [
    ['Id', attributeAt(resource, 'id', source)],
    ['Name', entryOf(values, 'name')],
    ['SigningBehavior', entryOf(values, 'signing_behavior')],
    ['OriginAccessControlOriginType', entryOf(values, 'origin_access_control_origin_type')],
  ] as const
  return mapAt(
    at,
    entries.flatMap(([key, node]) =>
      node === null ? [] : [[key, { ...node, path: `${address}.${key}` }] as const],
    ),
  )
}

function toFunction(resource: TerraformResource, source: Terraform): MapNode {
  const { values, address } = resource
  const at = { place: values.place, path: address }
  const text = (name: string): ConfigNode => {
    const node = entryOf(values, name)
    return node === null
      ? scalarAt({ ...at, path: `${address}.${name}` }, null)
      : { ...node, path: `${address}.${name}` }
  }
  const stores = storesOf(resource, source).map((arn) => mapAt(at, [['KeyValueStoreARN', scalarAt(at, arn)]]))
  const name = attributeAt(resource, 'name', source) ?? scalarAt(at, resource.name)
  return mapAt(at, [
    ['Name', name],
    ['FunctionARN', attributeAt(resource, 'arn', source) ?? scalarAt(at, null)],
    ['FunctionCode', text('code')],
    [
      'FunctionConfig',
      mapAt(at, [
        ['Runtime', text('runtime')],
        ['KeyValueStoreAssociations', listAt(at, stores)],
      ]),
    ],
  ])
}

function storesOf(resource: TerraformResource, source: Terraform): string[] {
  const known = itemsOf(resource.values, 'key_value_store_associations').flatMap((node) => textOf(node) ?? [])
  if (known.length > 0) return known
  const expressions = source.configuration.expressionsOf(resource)
  const expression = expressions === null ? null : entryOf(expressions, 'key_value_store_associations')
  if (expression === null) return []
  return source.referred(expression, resource).flatMap((each) => source.attribute(each, 'arn') ?? [])
}

function attributeAt(resource: TerraformResource, name: string, source: Terraform) {
  const text = source.attribute(resource, name)
  const at = { place: resource.values.place, path: `${resource.address}.${name}` }
  return text === null ? null : scalarAt(at, text)
}
