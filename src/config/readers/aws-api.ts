// Reads what the AWS CLI prints and takes: distributions, policies, functions, and what these refer to.
import { dirname, join } from 'node:path'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf, mapOf } from '../nodes/node.ts'
import type { DeclaredStore } from '../stacks/declared-stores.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { DistributionSource, ReadContext, Reader } from './source.ts'

const DISTRIBUTIONS = [
  'DistributionConfig',
  'DistributionConfigWithTags',
  'Distribution',
  'DistributionList',
] as const
const POLICIES = ['CachePolicy', 'OriginRequestPolicy', 'ResponseHeadersPolicy'] as const
const FUNCTIONS = ['FunctionSummary', 'FunctionList', 'KeyValueStore', 'KeyValueStoreList'] as const
/** Known by their ids alone; what they say is used where something here asks for it. */
const OTHERS = [
  'PublicKey',
  'KeyGroup',
  'OriginAccessControl',
  'CloudFrontOriginAccessIdentity',
  'RealtimeLogConfig',
  'ContinuousDeploymentPolicy',
  'VpcOrigin',
] as const

const withForms = (nouns: readonly string[]): string[] =>
  nouns.flatMap((noun) => [noun, `${noun}Config`, `${noun}List`])
const NOUNS: readonly string[] = [
  ...DISTRIBUTIONS,
  ...withForms(POLICIES),
  ...FUNCTIONS,
  ...withForms(OTHERS),
  'RealtimeLogConfigs',
]

/** (AWS CLI Command Reference, 'cloudfront' and 'cloudfront-keyvaluestore', the get, describe and list commands) */
export const awsApi: Reader = {
  keys: [
    ...NOUNS,
    ...['ETag', 'Id', 'IfMatch', 'Location', 'Tags', 'DomainName', 'ContentType', 'Items', 'NextToken'],
  ],
  recognises: (root) =>
    NOUNS.some((key) => root.entries.has(key)) || isBareConfig(root) || isSideOutput(root),
  read: (root, context) => ({
    form: 'api',
    distributions: readDistributions(root),
    CachePolicies: readPolicies(root, 'CachePolicy'),
    OriginRequestPolicies: readPolicies(root, 'OriginRequestPolicy'),
    ResponseHeadersPolicies: readPolicies(root, 'ResponseHeadersPolicy'),
    OriginAccessControls: readPolicies(root, 'OriginAccessControl'),
    PublicKeys: readPolicies(root, 'PublicKey'),
    KeyGroups: readPolicies(root, 'KeyGroup'),
    Functions: toItems(root, 'FunctionSummary', 'FunctionList').map((each) => toFunction(each, context)),
    KeyValueStores: [],
    declaredStores: toItems(root, 'KeyValueStore', 'KeyValueStoreList').flatMap((each) =>
      toStore(each, context),
    ),
  }),
}

/** A DistributionConfig without wrapping: only AWS writes Quantity, or asks for a CallerReference. */
function isBareConfig(root: MapNode): boolean {
  if (!root.entries.has('Origins') && !root.entries.has('DefaultCacheBehavior')) return false
  if (root.entries.has('CallerReference')) return true
  const origins = root.entries.get('Origins')?.value
  return origins?.kind === 'list' && origins.isQuantified
}

/** What get-function prints beside the file it writes: nothing to read, and no reason to complain. */
function isSideOutput(root: MapNode): boolean {
  const keys = [...root.entries.keys()]
  return keys.includes('ETag') && keys.every((key) => key === 'ETag' || key === 'ContentType')
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

function readPolicies(root: MapNode, noun: string): ConfigNode[] {
  const list = entryOf(root, `${noun}List`)
  if (list?.kind === 'list') return list.items.slice()
  const one = mapOf(root, noun) ?? mapOf(root, `${noun}Config`)
  return one === null ? [] : [one]
}

function toItems(root: MapNode, noun: string, list: string): MapNode[] {
  const nodes = [entryOf(root, noun), ...itemsOf(root, list)]
  return nodes.filter((node): node is MapNode => node?.kind === 'map')
}

/** (API Reference, 'FunctionSummary') The code is a file beside it, as `get-function --name NAME NAME.js` writes it. */
function toFunction(summary: MapNode, { files }: ReadContext): MapNode {
  const metadata = mapOf(summary, 'FunctionMetadata')
  const name = entryOf(summary, 'Name') ?? scalarAt(summary, null)
  const code = ['.js', '.mjs', '']
    .map((end) => `${textOf(name) ?? ''}${end}`)
    .find((file) => file !== '' && files.disk.isFile(join(dirname(summary.place.file), file)))
  const entries: [string, ConfigNode | null][] = [
    ['Name', name],
    ['FunctionARN', metadata === null ? null : entryOf(metadata, 'FunctionARN')],
    ['FunctionConfig', entryOf(summary, 'FunctionConfig')],
    ['FunctionCode', code === undefined ? null : scalarAt(summary, code)],
  ]
  return mapAt(
    summary,
    entries.flatMap(([key, node]) => (node === null ? [] : [[key, node] as const])),
  )
}

/** (API Reference, 'KeyValueStore') Its pairs are in a file beside it, as `list-keys` or an import has them. */
function toStore(node: MapNode, { files }: ReadContext): DeclaredStore[] {
  const [name, arn] = [textOf(entryOf(node, 'Name')), textOf(entryOf(node, 'ARN'))]
  if (name === null || arn === null) return []
  const folder = dirname(node.place.file)
  const file = [`${name}.keys.json`, `${name}.data.json`]
    .map((each) => join(folder, each))
    .find((each) => files.disk.isFile(each))
  return [{ arn, name, names: [name], file: file ?? null, at: node }]
}
