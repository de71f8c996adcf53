// A serverless.yml as the CloudFormation template that it is deployed as, as far as CloudFront is concerned.
import type { ConfigNode, Entry, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf, mapOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { CloudFrontEvent } from './cloudfront-events.ts'
import { distributionOf } from './cloudfront-events.ts'
import { apisOf, toFunction, toLogicalName } from './functions.ts'
import { mergeOver } from './merge.ts'
import type { Variables } from './variables.ts'

/** The template, and what the framework would call the stack. */
export interface ServerlessTemplate {
  readonly root: MapNode
  readonly stackName: string
  readonly region: string
}

/** (Serverless Framework documentation, 'AWS - Resources') */
export function toTemplate(root: MapNode, variables: Variables, report: Report): ServerlessTemplate {
  const section = (key: string): MapNode => {
    const value = entryOf(root, key)
    const resolved = value === null ? null : variables.resolve(value)
    return resolved?.kind === 'map' ? resolved : mapAt(value ?? root, [])
  }
  const { stage, region } = variables
  const provider = section('provider')
  const given = entryOf(root, 'service')
  const resolvedService = given === null ? null : variables.resolve(given)
  const name =
    textOf(resolvedService) ?? textOf(resolvedService && entryOf(resolvedService, 'name')) ?? 'service'
  const functions = functionsOf(root, variables).map(([key, node]) =>
    toFunction(key, node, { name, stage, provider }),
  )
  const policies = policiesOf(provider, `${name}-${stage}`)
  const events = functions.flatMap(({ cloudFront }) => cloudFront)
  const distribution = distributionOf(events, `${name} ${stage}`, toPolicyId, report)
  const made: (readonly [string, MapNode])[] = [
    ...functions.flatMap(({ resources }) => resources),
    ...apisOf(functions, root, stage),
    ...policies,
  ]
  if (distribution !== null) made.push(['CloudFrontDistribution', distribution])
  const own = resourcesOf(root, variables)
  const merged = mergeOver(mapAt(root, [['Resources', mapAt(root, made)]]), own)
  const extended = extend(merged, mapOf(own, 'extensions'))
  const plugged = functions.flatMap(({ lambdaAtEdge }) => lambdaAtEdge)
  return {
    root: plugged.reduce((template, each) => associate(template, each, report), extended),
    stackName: textOf(entryOf(provider, 'stackName')) ?? `${name}-${stage}`,
    region,
  }
}

/** A map, or a list of maps. */
function functionsOf(root: MapNode, variables: Variables): [string, MapNode][] {
  const value = entryOf(root, 'functions')
  const resolved = value === null ? null : variables.resolve(value)
  const maps = resolved?.kind === 'list' ? resolved.items : resolved === null ? [] : [resolved]
  return maps.flatMap((map) =>
    map.kind !== 'map'
      ? []
      : [...map.entries].flatMap(([key, { value: node }]): [string, MapNode][] =>
          node.kind === 'map' ? [[key, node]] : [],
        ),
  )
}

/** One map, or a list of them, which files may hold; the later wins. */
function resourcesOf(root: MapNode, variables: Variables): MapNode {
  const value = entryOf(root, 'resources')
  const resolved = value === null ? null : variables.resolve(value)
  const parts = resolved?.kind === 'list' ? resolved.items : resolved === null ? [] : [resolved]
  return parts.reduce<MapNode>(
    (all, part) => (part.kind === 'map' ? { ...mergeOver(all, part), place: root.place } : all),
    mapAt(root, []),
  )
}

/** `resources.extensions`: changes to what the framework has made. */
function extend(template: MapNode, extensions: MapNode | null): MapNode {
  return extensions === null ? template : mergeOver(template, mapAt(extensions, [['Resources', extensions]]))
}

function toPolicyId(name: string): string {
  return `CloudFrontCachePolicy${toLogicalName(name)}`
}

function policiesOf(provider: MapNode, prefix: string): [string, MapNode][] {
  const settings = mapOf(provider, 'cloudFront')
  const policies = settings === null ? null : mapOf(settings, 'cachePolicies')
  return [...(policies?.entries ?? [])].flatMap(([name, { value }]): [string, MapNode][] => {
    if (value.kind !== 'map') return []
    const config = mergeOver(mapAt(value, [['Name', scalarAt(value, `${prefix}-${name}`)]]), value)
    const properties = mapAt(value, [['CachePolicyConfig', config]])
    const type = scalarAt(value, 'AWS::CloudFront::CachePolicy')
    return [
      [
        toPolicyId(name),
        mapAt(value, [
          ['Type', type],
          ['Properties', properties],
        ]),
      ],
    ]
  })
}

/** `lambdaAtEdge: {distribution, eventType, pathPattern}`: one more association of a distribution in resources. */
function associate(template: MapNode, { event, versionId }: CloudFrontEvent, report: Report): MapNode {
  const name = textOf(entryOf(event, 'distribution')) ?? ''
  const pathPattern = textOf(entryOf(event, 'pathPattern'))
  const resource = mapOf(mapOf(template, 'Resources') ?? template, name)
  const properties = resource === null ? null : mapOf(resource, 'Properties')
  const config = properties === null ? null : mapOf(properties, 'DistributionConfig')
  const behavior = config === null ? null : findBehavior(config, pathPattern)
  if (config === null || behavior === null) {
    const what = config === null ? `distribution '${name}'` : `behavior for ${pathPattern ?? 'all paths'}`
    report.error(event, null, `resources has no ${what}`)
    return template
  }
  const association = mapAt(event, [
    ['EventType', entryOf(event, 'eventType') ?? scalarAt(event, null)],
    ['LambdaFunctionARN', mapAt(event, [['Ref', scalarAt(event, versionId)]])],
    ...(['includeBody', 'IncludeBody'] as const).flatMap((key) => {
      const value = entryOf(event, key)
      return value === null ? [] : [['IncludeBody', value] as const]
    }),
  ])
  const changed = appended(behavior, 'LambdaFunctionAssociations', association)
  return replaced(template, behavior, changed) as MapNode
}

function findBehavior(config: MapNode, pathPattern: string | null): MapNode | null {
  if (pathPattern === null) return mapOf(config, 'DefaultCacheBehavior')
  const found = itemsOf(config, 'CacheBehaviors').find(
    (it) => textOf(entryOf(it, 'PathPattern')) === pathPattern,
  )
  return found?.kind === 'map' ? found : null
}

function appended(map: MapNode, key: string, item: ConfigNode): MapNode {
  const list = entryOf(map, key)
  const items = [...itemsOf(map, key), item]
  const value: ConfigNode = {
    kind: 'list',
    items,
    extras: new Map(),
    isQuantified: false,
    place: (list ?? item).place,
    path: (list ?? item).path,
  }
  return { ...map, entries: new Map(map.entries).set(key, { keyPlace: map.place, value }) }
}

/** A tree in which one node, found by identity, is another. */
function replaced(node: ConfigNode, from: ConfigNode, to: ConfigNode): ConfigNode {
  if (node === from) return to
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => replaced(item, from, to)) }
  if (node.kind !== 'map') return node
  const entries = new Map<string, Entry>()
  for (const [key, entry] of node.entries)
    entries.set(key, { ...entry, value: replaced(entry.value, from, to) })
  return { ...node, entries }
}
