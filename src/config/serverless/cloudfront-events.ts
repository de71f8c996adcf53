// The distribution that the events `cloudFront` of functions describe.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { listAt, mapAt, scalarAt, textOf } from '../templates/values.ts'

/** One event with the resource of the function's version. */
export interface CloudFrontEvent {
  readonly event: MapNode
  readonly versionId: string
}

interface Behavior {
  readonly pathPattern: string | null
  readonly originId: string
  readonly settings: (readonly [string, ConfigNode])[]
  readonly associations: ConfigNode[]
  readonly at: ConfigNode
}

const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6'
const OWN_CACHING = ['ForwardedValues', 'MinTTL', 'MaxTTL', 'DefaultTTL', 'CachePolicyId']

/** The resource CloudFrontDistribution. (Serverless Framework documentation, 'CloudFront') */
export function distributionOf(
  events: readonly CloudFrontEvent[],
  comment: string,
  policyId: (name: string) => string,
  report: Report,
): MapNode | null {
  const [first] = events
  if (first === undefined) return null
  const origins = new Map<string, MapNode>()
  const behaviors: Behavior[] = []
  let defaultOrigin: string | null = null
  for (const { event, versionId } of events) {
    const origin = toOrigin(event, report)
    if (origin === null) continue
    origins.set(origin.id, origin.node)
    if (textOf(entryOf(event, 'isDefaultOrigin')) === 'true') {
      if (defaultOrigin !== null && defaultOrigin !== origin.id)
        report.error(event, null, 'another event has isDefaultOrigin; a distribution has one default origin')
      defaultOrigin = origin.id
    }
    addBehavior(behaviors, event, origin.id, toAssociation(event, versionId), policyId, report)
  }
  const at = first.event
  const fallback =
    behaviors.find(({ pathPattern }) => pathPattern === null) ?? toFallback(behaviors, defaultOrigin)
  const others = behaviors.filter(({ pathPattern }) => pathPattern !== null)
  const config: [string, ConfigNode][] = [
    ['Comment', scalarAt(at, comment)],
    ['Enabled', scalarAt(at, true)],
    ['Origins', listAt(at, [...origins.values()])],
    ['CacheBehaviors', listAt(at, others.map(toNode))],
  ]
  if (fallback !== null) config.push(['DefaultCacheBehavior', toNode(fallback)])
  const properties = mapAt(at, [['DistributionConfig', mapAt(at, config)]])
  return mapAt(at, [
    ['Type', scalarAt(at, 'AWS::CloudFront::Distribution')],
    ['Properties', properties],
  ])
}

/** Events with one path and one origin share a behavior. */
function addBehavior(
  behaviors: Behavior[],
  event: MapNode,
  originId: string,
  association: ConfigNode,
  policyId: (name: string) => string,
  report: Report,
): void {
  const pathPattern = textOf(entryOf(event, 'pathPattern'))
  const known = behaviors.find((it) => it.pathPattern === pathPattern)
  if (known !== undefined && known.originId !== originId) {
    const which = pathPattern === null ? 'without a pathPattern' : `with the pathPattern ${pathPattern}`
    report.error(event, null, `another event ${which} has another origin; a behavior has one`)
    return
  }
  const own = [...(mapOf(event, 'behavior')?.entries ?? [])].map(([key, { value }]) => [key, value] as const)
  const policy = mapOf(event, 'cachePolicy')
  const id = policy === null ? null : entryOf(policy, 'id')
  const name = policy === null ? null : textOf(entryOf(policy, 'name'))
  const caching: [string, ConfigNode][] = []
  if (id !== null) caching.push(['CachePolicyId', id])
  else if (policy !== null && name !== null)
    caching.push(['CachePolicyId', mapAt(policy, [['Ref', scalarAt(policy, policyId(name))]])])
  if (known === undefined)
    behaviors.push({
      pathPattern,
      originId,
      settings: [...own, ...caching],
      associations: [association],
      at: event,
    })
  else {
    known.settings.push(...own, ...caching)
    known.associations.push(association)
  }
}

/** Without an event for all paths the default behavior is the first, without its functions. */
function toFallback([first]: readonly Behavior[], defaultOrigin: string | null): Behavior | null {
  if (first === undefined) return null
  return { ...first, pathPattern: null, originId: defaultOrigin ?? first.originId, associations: [] }
}

function toNode({ pathPattern, originId, settings, associations, at }: Behavior): MapNode {
  const entries: (readonly [string, ConfigNode])[] = [
    ['TargetOriginId', scalarAt(at, originId)],
    ['ViewerProtocolPolicy', scalarAt(at, 'allow-all')],
    ['LambdaFunctionAssociations', listAt(at, associations)],
    ...settings,
  ]
  if (!settings.some(([key]) => OWN_CACHING.includes(key)))
    entries.push(['CachePolicyId', scalarAt(at, CACHING_OPTIMIZED)])
  if (pathPattern !== null) entries.push(['PathPattern', scalarAt(at, pathPattern)])
  return mapAt(at, entries)
}

function toAssociation(event: MapNode, versionId: string): MapNode {
  const entries: [string, ConfigNode][] = [
    ['EventType', entryOf(event, 'eventType') ?? scalarAt(event, null)],
    ['LambdaFunctionARN', mapAt(event, [['Ref', scalarAt(event, versionId)]])],
  ]
  const includeBody = entryOf(event, 'includeBody')
  if (includeBody !== null) entries.push(['IncludeBody', includeBody])
  return mapAt(event, entries)
}

interface NamedOrigin {
  readonly id: string
  readonly node: MapNode
}

/** A URL, whose scheme s3 means a bucket, or the origin as CloudFormation writes it. */
function toOrigin(event: MapNode, report: Report): NamedOrigin | null {
  const given = entryOf(event, 'origin')
  if (given === null) {
    report.error(event, null, 'the event cloudFront has no origin', 'write origin: https://api.example.com')
    return null
  }
  if (given.kind === 'map') {
    const kind = mapOf(given, 'S3OriginConfig') === null ? 'custom' : 's3'
    const name = entryOf(given, 'DomainName')
    const path = textOf(entryOf(given, 'OriginPath')) ?? ''
    const id = `${kind}/${textOf(name) ?? name?.path ?? given.path}${path}`
    return { id, node: withId(given, id) }
  }
  const text = textOf(given) ?? ''
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.hostname === '') {
    report.error(
      given,
      null,
      `'${text}' is not the URL of an origin`,
      'like s3://bucket.s3.amazonaws.com/path',
    )
    return null
  }
  const isS3 = url.protocol === 's3:'
  const path = url.pathname.replace(/\/+$/, '')
  const id = `${isS3 ? 's3' : 'custom'}/${url.hostname}${path}`
  const entries: [string, ConfigNode][] = [
    ['DomainName', scalarAt(given, url.hostname)],
    isS3
      ? ['S3OriginConfig', mapAt(given, [])]
      : ['CustomOriginConfig', mapAt(given, [['OriginProtocolPolicy', scalarAt(given, 'match-viewer')]])],
  ]
  if (path !== '') entries.push(['OriginPath', scalarAt(given, path)])
  return { id, node: withId(mapAt(given, entries), id) }
}

function withId(origin: MapNode, id: string): MapNode {
  const entries = new Map(origin.entries)
  if (!entries.has('Id')) entries.set('Id', { keyPlace: origin.place, value: scalarAt(origin, id) })
  return { ...origin, entries }
}
