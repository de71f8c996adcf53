// Reads CloudFormation templates: their CloudFront resources as the parts of a configuration.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import { generatedValue } from '../templates/generated.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { listAt, mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { DistributionSource, Reader, SourceParts } from './source.ts'

/** (CloudFormation User Guide, 'Template anatomy') */
export const cloudFormation: Reader = {
  keys: [
    'AWSTemplateFormatVersion',
    'Description',
    'Metadata',
    'Parameters',
    'Rules',
    'Mappings',
    'Conditions',
    'Transform',
    'Hooks',
    'Resources',
    'Outputs',
    'Globals',
  ],
  recognises: (root) => root.entries.get('Resources')?.value.kind === 'map',
  read: (root, { templates }) => partsOf(templates.of(root), templates),
}

/** The parts of a template and of those nested in it, whichever tool wrote it. */
export function partsOf(template: Template, templates: TemplateSet): SourceParts {
  const family = templates.family(template)
  return {
    form: 'template',
    distributions: family.flatMap((member) =>
      member
        .ofType('AWS::CloudFront::Distribution')
        .flatMap((each) => toDistribution(each, member, templates)),
    ),
    CachePolicies: family.flatMap((member) => policies(member, 'CachePolicy')),
    OriginRequestPolicies: family.flatMap((member) => policies(member, 'OriginRequestPolicy')),
    ResponseHeadersPolicies: family.flatMap((member) => policies(member, 'ResponseHeadersPolicy')),
    Functions: family.flatMap((member) =>
      member.ofType('AWS::CloudFront::Function').map((each) => toFunction(each, member)),
    ),
    KeyValueStores: [],
    OriginAccessControls: family.flatMap((member) => policies(member, 'OriginAccessControl')),
    PublicKeys: family.flatMap((member) => policies(member, 'PublicKey')),
    KeyGroups: family.flatMap((member) => policies(member, 'KeyGroup')),
  }
}

function toDistribution(
  resource: Resource,
  template: Template,
  templates: TemplateSet,
): DistributionSource[] {
  const config = mapOf(template.properties(resource), 'DistributionConfig')
  if (config === null) {
    template.report.error(resource.node, 'InvalidArgument', `${resource.logicalId} has no DistributionConfig`)
    return []
  }
  const generated = (attribute: string): ConfigNode =>
    scalarAt(resource.node, generatedValue(template.facts(resource), attribute))
  return [
    {
      config: withLegacyOrigin(withDefaults(config)),
      form: 'template',
      Id: generated('Id'),
      DomainName: generated('DomainName'),
      logicalId: resource.logicalId,
      namesOf: (domainName) => namesOf(domainName, templates),
    },
  ]
}

/** What the resource's schema fills in and the API does not. (CloudFormation Template Reference, 'DistributionConfig') */
function withDefaults(config: MapNode): MapNode {
  return config.entries.has('HttpVersion')
    ? config
    : withEntries(config, [['HttpVersion', scalarAt(config, 'http1.1')]])
}

/** Templates from before several origins: `S3Origin` or `CustomOrigin` stands for the only one. */
function withLegacyOrigin(config: MapNode): MapNode {
  const s3 = mapOf(config, 'S3Origin')
  const custom = mapOf(config, 'CustomOrigin')
  const legacy = s3 ?? custom
  if (legacy === null || config.entries.has('Origins')) return config
  const id = scalarAt(legacy, 'origin')
  const inner = [...legacy.entries].flatMap(([key, { value }]) =>
    key === 'DNSName' ? [] : [[key, value] as const],
  )
  const origin = mapAt(legacy, [
    ['Id', id],
    ['DomainName', entryOf(legacy, 'DNSName') ?? scalarAt(legacy, null)],
    [s3 === null ? 'CustomOriginConfig' : 'S3OriginConfig', mapAt(legacy, inner)],
  ])
  const behavior = mapOf(config, 'DefaultCacheBehavior')
  const entries: [string, ConfigNode][] = [['Origins', listAt(legacy, [origin])]]
  if (behavior !== null && !behavior.entries.has('TargetOriginId'))
    entries.push(['DefaultCacheBehavior', withEntries(behavior, [['TargetOriginId', id]])])
  return withEntries(without(config, 'S3Origin', 'CustomOrigin'), entries)
}

/** Logical ids and construct paths by which a user may call an origin: generated names are nobody's to know. */
function namesOf(domainName: string, templates: TemplateSet): string[] {
  const found = new Set<string>()
  for (const template of templates.templates) {
    for (const [text, logicalId] of template.names) {
      if (!standsFor(text, domainName)) continue
      for (const name of [logicalId, ...templates.namesOf(logicalId, template)]) found.add(name)
    }
  }
  return [...found]
}

/** The name itself, its URL, or what the name begins with: `${Api}.execute-api.us-east-1.amazonaws.com`. */
function standsFor(text: string, domainName: string): boolean {
  const host = /^https?:\/\/([^/]+)/.exec(text)?.[1] ?? text
  return host === domainName || (text.length > 7 && domainName.startsWith(`${text}.`))
}

function policies(template: Template, noun: string): ConfigNode[] {
  return template.ofType(`AWS::CloudFront::${noun}`).map((resource) => {
    const id = scalarAt(resource.node, generatedValue(template.facts(resource), null))
    return withEntries(template.properties(resource), [['Id', id]])
  })
}

/** FunctionCode of a template is the text itself; key value stores are named by ARN. */
function toFunction(resource: Resource, template: Template): ConfigNode {
  const properties = template.properties(resource)
  const name = textOf(entryOf(properties, 'Name')) ?? resource.logicalId
  const arn = scalarAt(resource.node, generatedValue(template.facts(resource), 'FunctionARN'))
  return withEntries(properties, [
    ['Name', scalarAt(resource.node, name)],
    ['FunctionARN', arn],
  ])
}

function withEntries(node: MapNode, entries: readonly (readonly [string, ConfigNode])[]): MapNode {
  const all = new Map(node.entries)
  for (const [key, value] of entries) all.set(key, { keyPlace: value.place, value })
  return { ...node, entries: all }
}

function without(node: MapNode, ...keys: readonly string[]): MapNode {
  const entries = new Map(node.entries)
  for (const key of keys) entries.delete(key)
  return { ...node, entries }
}
