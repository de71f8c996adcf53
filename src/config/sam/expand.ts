// SAM: a template with AWS::Serverless resources as the CloudFormation template that it stands for.
import type { ConfigNode, Entry, MapNode } from '../nodes/node.ts'
import { entryOf, mapOf } from '../nodes/node.ts'
import { mapAt, scalarAt, textOf } from '../templates/values.ts'
import type { Made } from './apis.ts'
import { pick, toHttpApi, toRestApi } from './apis.ts'
import { expandFunction } from './function.ts'
import { mergeGlobals } from './globals.ts'

/** Ids of the APIs that events without one make. (AWS SAM Developer Guide, 'Generated resources') */
const IMPLICIT_REST = 'ServerlessRestApi'
const IMPLICIT_HTTP = 'ServerlessHttpApi'
const TRANSFORM = 'AWS::Serverless-2016-10-31'

export function isServerless(root: MapNode): boolean {
  const section = entryOf(root, 'Transform')
  const names = section?.kind === 'list' ? section.items : section === null ? [] : [section]
  return names.some((name) => textOf(name) === TRANSFORM)
}

/** (AWS SAM Developer Guide, 'Resource and property reference') */
export function expandServerless(root: MapNode): MapNode {
  const resources = mapOf(root, 'Resources')
  if (resources === null) return root
  const entries = new Map<string, Entry>()
  for (const [logicalId, entry] of resources.entries) {
    for (const [id, node] of expandResource(logicalId, entry.value, mapOf(root, 'Globals')))
      if (!entries.has(id) || id === logicalId) entries.set(id, { ...entry, value: node })
  }
  const next = { ...resources, entries }
  const sections = new Map(root.entries)
  sections.set('Resources', { keyPlace: resources.place, value: next })
  return { ...root, entries: sections }
}

function expandResource(
  logicalId: string,
  node: ConfigNode,
  globals: MapNode | null,
): [string, ConfigNode][] {
  const type = node.kind === 'map' ? textOf(entryOf(node, 'Type')) : null
  if (node.kind !== 'map' || type?.startsWith('AWS::Serverless::') !== true) return [[logicalId, node]]
  const noun = type.slice('AWS::Serverless::'.length)
  const own = mapOf(node, 'Properties') ?? mapAt(node, [])
  const common = globals === null ? null : mapOf(globals, noun)
  const properties = common === null ? own : mergeGlobals(common, own)
  return madeOf(noun, logicalId, properties).map(([id, kind, made]) => [id, toResource(node, kind, made)])
}

function madeOf(noun: string, logicalId: string, properties: MapNode): readonly Made[] {
  switch (noun) {
    case 'Function':
      return expandFunction(logicalId, properties, { rest: IMPLICIT_REST, http: IMPLICIT_HTTP })
    case 'Api':
      return toRestApi(logicalId, properties)
    case 'HttpApi':
      return toHttpApi(logicalId, properties)
    case 'Application':
      return [
        [
          logicalId,
          'AWS::CloudFormation::Stack',
          pick(properties, { Location: 'TemplateURL', Parameters: 'Parameters' }),
        ],
      ]
    case 'SimpleTable':
      return [[logicalId, 'AWS::DynamoDB::Table', pick(properties, { TableName: 'TableName' })]]
    default:
      return [[logicalId, `AWS::Serverless::${noun}`, pick(properties, { Name: 'Name' })]]
  }
}

/** What else a resource says, its Condition above all, holds for each that it makes. */
function toResource(node: MapNode, type: string, properties: Made[2]): MapNode {
  const entries = new Map(node.entries)
  const set = (key: string, value: ConfigNode): void => void entries.set(key, { keyPlace: node.place, value })
  set('Type', scalarAt(entryOf(node, 'Type') ?? node, type))
  set('Properties', mapAt(mapOf(node, 'Properties') ?? node, properties))
  return { ...node, entries }
}
