// AWS::Serverless::Function: the function with its version, alias, URL and routes.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import { ROUTE_TYPE } from '../stacks/route.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { Made } from './apis.ts'
import { pick, refTo, toHttpApi, toRestApi } from './apis.ts'

const SAME = [
  'FunctionName',
  'Handler',
  'Runtime',
  'Timeout',
  'MemorySize',
  'Environment',
  'VpcConfig',
  'Layers',
  'Architectures',
  'PackageType',
  'EphemeralStorage',
  'KmsKeyArn',
  'FileSystemConfigs',
] as const

interface ImplicitApis {
  readonly rest: string
  readonly http: string
}

/** (AWS SAM Developer Guide, 'AWS::Serverless::Function') */
export function expandFunction(logicalId: string, properties: MapNode, implicit: ImplicitApis): Made[] {
  const own = pick(properties, Object.fromEntries(SAME.map((name) => [name, name])))
  const code = codeOf(properties)
  if (code !== null) own.push(['Code', code])
  const tracing = entryOf(properties, 'Tracing')
  if (tracing !== null) own.push(['TracingConfig', mapAt(tracing, [['Mode', tracing]])])
  return [
    [logicalId, 'AWS::Lambda::Function', own],
    ...versionOf(logicalId, properties),
    ...urlOf(logicalId, properties),
    ...[...(mapOf(properties, 'Events')?.entries ?? [])].flatMap(([name, { value }]) =>
      routeOf(`${logicalId}.${name}`, logicalId, value, implicit),
    ),
  ]
}

/** A path, an object of a bucket, or the text itself. */
function codeOf(properties: MapNode): ConfigNode | null {
  const inline = entryOf(properties, 'InlineCode')
  if (inline !== null) return mapAt(inline, [['ZipFile', inline]])
  const image = entryOf(properties, 'ImageUri')
  if (image !== null) return mapAt(image, [['ImageUri', image]])
  const uri = entryOf(properties, 'CodeUri')
  if (uri?.kind !== 'map') return uri ?? scalarAt(properties, '.')
  return entryOf(uri, 'Bucket') === null ? uri : mapAt(uri, pick(uri, { Bucket: 'S3Bucket', Key: 'S3Key' }))
}

/** `!Ref Function.Version` and `!Ref Function.Alias` are there with AutoPublishAlias alone. */
function versionOf(logicalId: string, properties: MapNode): Made[] {
  const alias = entryOf(properties, 'AutoPublishAlias')
  if (alias === null) return []
  const name = ['FunctionName', refTo(logicalId, alias)] as const
  const named = [name, ['Name', alias]] as const
  return [
    [`${logicalId}.Version`, 'AWS::Lambda::Version', [name]],
    [`${logicalId}.Alias`, 'AWS::Lambda::Alias', named],
    [`${logicalId}Alias${textOf(alias) ?? ''}`, 'AWS::Lambda::Alias', named],
  ]
}

function urlOf(logicalId: string, properties: MapNode): Made[] {
  const config = mapOf(properties, 'FunctionUrlConfig')
  if (config === null) return []
  const settings = pick(config, { AuthType: 'AuthType', InvokeMode: 'InvokeMode' })
  return [
    [`${logicalId}Url`, 'AWS::Lambda::Url', [['TargetFunctionArn', refTo(logicalId, config)], ...settings]],
  ]
}

/** An event of an API: a route, and the API itself where the template names none. */
function routeOf(id: string, functionId: string, event: ConfigNode, implicit: ImplicitApis): Made[] {
  const type = textOf(entryOf(event, 'Type'))
  if (type !== 'Api' && type !== 'HttpApi') return []
  const properties = mapOf(event, 'Properties') ?? mapAt(event, [])
  const isRest = type === 'Api'
  const given = entryOf(properties, isRest ? 'RestApiId' : 'ApiId')
  const api = isRest ? implicit.rest : implicit.http
  // A plain text is the id of the API's resource.
  const apiId = given?.kind === 'scalar' ? refTo(given.text, given) : (given ?? refTo(api, event))
  const route: Made = [
    id,
    ROUTE_TYPE,
    [
      ['ApiId', apiId],
      ['FunctionName', refTo(functionId, event)],
      ...pick(properties, { Method: 'Method', Path: 'Path', PayloadFormatVersion: 'PayloadFormatVersion' }),
    ],
  ]
  const nothing = mapAt(event, [])
  return given === null ? [route, ...(isRest ? toRestApi(api, nothing) : toHttpApi(api, nothing))] : [route]
}
