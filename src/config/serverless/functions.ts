// The functions of a serverless.yml as resources, with their versions, URLs and routes.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf, mapOf } from '../nodes/node.ts'
import { ROUTE_TYPE } from '../stacks/route.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { CloudFrontEvent } from './cloudfront-events.ts'
import { mergeOver } from './merge.ts'

export interface ServerlessService {
  readonly name: string
  readonly stage: string
  readonly provider: MapNode
}

/** A function taken apart. */
export interface ServerlessFunction {
  readonly resources: readonly (readonly [logicalId: string, MapNode])[]
  readonly cloudFront: readonly CloudFrontEvent[]
  /** What the plug-in for Lambda@Edge reads. */
  readonly lambdaAtEdge: readonly CloudFrontEvent[]
  readonly usesHttpApi: boolean
  readonly usesRestApi: boolean
}

const HTTP_API = 'HttpApi'
const REST_API = 'ApiGatewayRestApi'

/** (Serverless Framework documentation, 'AWS - Functions', 'AWS - Resources': names of resources) */
export function toFunction(key: string, node: MapNode, service: ServerlessService): ServerlessFunction {
  const base = toLogicalName(key)
  const functionId = `${base}LambdaFunction`
  const versionId = `${base}LambdaVersion`
  const events = itemsOf(node, 'events').filter((event) => event.kind === 'map')
  const cloudFront = events.flatMap((event) => mapOf(event, 'cloudFront') ?? [])
  const plugin = entryOf(node, 'lambdaAtEdge')
  const atEdge = plugin === null ? [] : plugin.kind === 'list' ? plugin.items : [plugin]
  const isEdge = cloudFront.length > 0 || atEdge.length > 0
  const routes = events.flatMap((event, index) =>
    toRoute(event, functionId, `${functionId}.${index}`, service),
  )
  const url = entryOf(node, 'url')
  const ref = mapAt(node, [['Ref', scalarAt(node, functionId)]])
  const resources: [string, MapNode][] = [
    [functionId, resource(node, 'AWS::Lambda::Function', settingsOf(key, node, isEdge, service))],
    [versionId, resource(node, 'AWS::Lambda::Version', [['FunctionName', ref]])],
    ...routes.map(({ id, node: route }): [string, MapNode] => [id, route]),
  ]
  if (url !== null && textOf(url) !== 'false') {
    const stream = url.kind === 'map' ? entryOf(url, 'invokeMode') : null
    const mode = stream === null ? [] : [['InvokeMode', stream] as const]
    resources.push([
      `${functionId}Url`,
      resource(url, 'AWS::Lambda::Url', [['TargetFunctionArn', ref], ...mode]),
    ])
  }
  const withVersion = (event: ConfigNode): CloudFrontEvent[] =>
    event.kind === 'map' ? [{ event, versionId }] : []
  return {
    resources,
    cloudFront: cloudFront.flatMap(withVersion),
    lambdaAtEdge: atEdge.flatMap(withVersion),
    usesHttpApi: routes.some(({ api }) => api === HTTP_API),
    usesRestApi: routes.some(({ api }) => api === REST_API),
  }
}

/** The APIs that routes lead to. */
export function apisOf(
  functions: readonly ServerlessFunction[],
  at: ConfigNode,
  stage: string,
): [string, MapNode][] {
  const apis: [string, MapNode][] = []
  if (functions.some((it) => it.usesHttpApi))
    apis.push([HTTP_API, resource(at, 'AWS::ApiGatewayV2::Api', [['ProtocolType', scalarAt(at, 'HTTP')]])])
  if (functions.some((it) => it.usesRestApi)) {
    const ref = mapAt(at, [['Ref', scalarAt(at, REST_API)]])
    const stageName = ['StageName', scalarAt(at, stage)] as const
    apis.push([REST_API, resource(at, 'AWS::ApiGateway::RestApi', [])])
    apis.push([
      'ApiGatewayDeployment',
      resource(at, 'AWS::ApiGateway::Deployment', [['RestApiId', ref], stageName]),
    ])
  }
  return apis
}

/** my-fn_1 → MyDashfnUnderscore1 */
export function toLogicalName(key: string): string {
  const plain = key.replaceAll('-', 'Dash').replaceAll('_', 'Underscore')
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** The defaults are the framework's: 1024 MB and 6 s, at the edge 128 MB and 5 s without environment and VPC. */
function settingsOf(
  key: string,
  node: MapNode,
  isEdge: boolean,
  { name, stage, provider }: ServerlessService,
): (readonly [string, ConfigNode])[] {
  const setting = (from: string, usual: number): ConfigNode =>
    entryOf(node, from) ?? (isEdge ? null : entryOf(provider, from)) ?? scalarAt(node, usual)
  const runtime = entryOf(node, 'runtime') ?? entryOf(provider, 'runtime')
  const handler = entryOf(node, 'handler')
  const environment = [mapOf(provider, 'environment'), mapOf(node, 'environment')].flatMap((it) => it ?? [])
  const variables = environment.reduce<MapNode | null>(
    (all, it) => (all === null ? it : mergeOver(all, it)),
    null,
  )
  const settings: [string, ConfigNode][] = [
    ['FunctionName', entryOf(node, 'name') ?? scalarAt(node, `${name}-${stage}-${key}`)],
    ['Code', scalarAt(handler ?? node, '.')],
    ['MemorySize', setting('memorySize', isEdge ? 128 : 1024)],
    ['Timeout', setting('timeout', isEdge ? 5 : 6)],
  ]
  if (handler !== null) settings.push(['Handler', handler])
  if (runtime !== null) settings.push(['Runtime', runtime])
  if (!isEdge && variables !== null)
    settings.push(['Environment', mapAt(variables, [['Variables', variables]])])
  return settings
}

interface Route {
  readonly id: string
  readonly api: string
  readonly node: MapNode
}

/** `httpApi: GET /items`, `http: get items`, or `{method, path}`. */
function toRoute(
  event: ConfigNode,
  functionId: string,
  id: string,
  { provider }: ServerlessService,
): Route[] {
  const http = entryOf(event, 'httpApi')
  const rest = entryOf(event, 'http')
  const given = http ?? rest
  if (given === null) return []
  const api = http === null ? REST_API : HTTP_API
  const [first = '', second] = (textOf(given) ?? '').trim().split(/\s+/)
  const isShort = given.kind === 'scalar'
  const method = isShort
    ? second === undefined
      ? 'ANY'
      : first
    : (textOf(entryOf(given, 'method')) ?? 'ANY')
  const path = isShort ? (second ?? first) : (textOf(entryOf(given, 'path')) ?? '*')
  const settings = mapOf(provider, 'httpApi')
  const payload = settings === null ? null : textOf(entryOf(settings, 'payload'))
  const entries: [string, ConfigNode][] = [
    ['ApiId', mapAt(given, [['Ref', scalarAt(given, api)]])],
    ['FunctionName', mapAt(given, [['Ref', scalarAt(given, functionId)]])],
    ['Method', scalarAt(given, method)],
    ['Path', scalarAt(given, path === '*' ? '$default' : `/${path.replace(/^\/+/, '')}`)],
    ['PayloadFormatVersion', scalarAt(given, payload ?? '2.0')],
  ]
  return [{ id, api, node: resource(given, ROUTE_TYPE, entries) }]
}

function resource(
  at: ConfigNode,
  type: string,
  properties: Iterable<readonly [string, ConfigNode]>,
): MapNode {
  return mapAt(at, [
    ['Type', scalarAt(at, type)],
    ['Properties', mapAt(at, properties)],
  ])
}
