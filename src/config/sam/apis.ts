// AWS::Serverless::Api and HttpApi as the resources of API Gateway, and what is needed to make resources.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf } from '../nodes/node.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'

/** A resource that stands in the place of another. */
export type Made = readonly [
  logicalId: string,
  type: string,
  properties: readonly (readonly [string, ConfigNode])[],
]

/** (AWS SAM Developer Guide, 'AWS::Serverless::Api') */
export function toRestApi(logicalId: string, properties: MapNode): Made[] {
  const stage = entryOf(properties, 'StageName') ?? scalarAt(properties, 'Prod')
  const stageProperties = [
    ['RestApiId', refTo(logicalId, properties)],
    ['StageName', stage],
  ] as const
  return [
    [logicalId, 'AWS::ApiGateway::RestApi', pick(properties, { Name: 'Name', DefinitionBody: 'Body' })],
    [`${logicalId}.Stage`, 'AWS::ApiGateway::Stage', stageProperties],
    [`${logicalId}${textOf(stage) ?? ''}Stage`, 'AWS::ApiGateway::Stage', stageProperties],
    [`${logicalId}.Deployment`, 'AWS::ApiGateway::Deployment', [stageProperties[0]]],
  ]
}

/** (AWS SAM Developer Guide, 'AWS::Serverless::HttpApi') */
export function toHttpApi(logicalId: string, properties: MapNode): Made[] {
  const stage = entryOf(properties, 'StageName') ?? scalarAt(properties, '$default')
  const kind = ['ProtocolType', scalarAt(properties, 'HTTP')] as const
  return [
    [
      logicalId,
      'AWS::ApiGatewayV2::Api',
      [...pick(properties, { Name: 'Name', DefinitionBody: 'Body' }), kind],
    ],
    [
      `${logicalId}.Stage`,
      'AWS::ApiGatewayV2::Stage',
      [
        ['ApiId', refTo(logicalId, properties)],
        ['StageName', stage],
      ],
    ],
  ]
}

/** `{Ref: id}` */
export function refTo(logicalId: string, at: ConfigNode): MapNode {
  return mapAt(at, [['Ref', scalarAt(at, logicalId)]])
}

/** Properties under the names that another type has for them. */
export function pick(
  properties: MapNode,
  names: Readonly<Record<string, string>>,
): (readonly [string, ConfigNode])[] {
  return Object.entries(names).flatMap(([from, to]) => {
    const value = entryOf(properties, from)
    return value === null ? [] : [[to, value] as const]
  })
}
