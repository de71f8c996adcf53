// Template functions that look something up: Ref, GetAtt, FindInMap, ImportValue, GetAZs, Cidr, Transform.
import type { ConfigNode, Located } from '../nodes/node.ts'
import { malformed } from './functions-of-texts.ts'
import type { Scope, TemplateFunction } from './scope.ts'
import { reportMacro } from './transforms.ts'
import { argumentsOf, listAt, scalarAt, textOf } from './values.ts'

const ref: TemplateFunction = (argument, at, scope) => {
  const name = textOf(scope.evaluate(argument))
  return name === null ? malformed(at, scope, 'Ref', 'a name') : scope.reference(name, at)
}

const getAtt: TemplateFunction = (argument, at, scope) => {
  const parts = argumentsOf(argument).map((each) => textOf(scope.evaluate(each)))
  if (parts.includes(null)) return malformed(at, scope, 'Fn::GetAtt', '[resource, attribute]')
  // The first dot ends the resource; attributes have dots of their own.
  const whole = parts.join('.')
  const dot = whole.indexOf('.')
  if (dot < 1) return malformed(at, scope, 'Fn::GetAtt', '[resource, attribute]')
  return scope.attribute(whole.slice(0, dot), whole.slice(dot + 1), at)
}

const findInMap: TemplateFunction = (argument, at, scope) => {
  const [map, first, second, options] = argumentsOf(argument)
  const nameOf = (node: ConfigNode | undefined): string | null =>
    node === undefined ? null : textOf(scope.evaluate(node))
  const [mapName, firstKey, secondKey] = [nameOf(map), nameOf(first), nameOf(second)]
  if (mapName === null || firstKey === null || secondKey === null)
    return malformed(at, scope, 'Fn::FindInMap', '[map, first key, second key]')
  const found = scope.mapping(mapName, firstKey, secondKey)
  if (found !== null) return scope.evaluate(found)
  const fallback = options?.kind === 'map' ? options.entries.get('DefaultValue')?.value : undefined
  if (fallback !== undefined) return scope.evaluate(fallback)
  scope.report.error(at, null, `Mappings has no ${mapName}.${firstKey}.${secondKey}`)
  return scalarAt(at, null)
}

const importValue: TemplateFunction = (argument, at, scope) => {
  const name = textOf(scope.evaluate(argument))
  return name === null ? malformed(at, scope, 'Fn::ImportValue', 'a name') : scope.importValue(name, at)
}

const getAzs: TemplateFunction = (argument, at, scope) => {
  const given = textOf(scope.evaluate(argument)) ?? ''
  const region = given === '' ? scope.region : given
  return listAt(
    at,
    ['a', 'b', 'c'].map((zone) => scalarAt(at, `${region}${zone}`)),
  )
}

const cidr: TemplateFunction = (argument, at, scope) => {
  const [block, count, bits] = argumentsOf(argument).map((each) => textOf(scope.evaluate(each)))
  const blocks = typeof block !== 'string' ? null : cutBlock(block, Number(count), Number(bits ?? 8))
  if (blocks === null) return malformed(at, scope, 'Fn::Cidr', '[IPv4 block, count, bits]')
  return listAt(
    at,
    blocks.map((each) => scalarAt(at, each)),
  )
}

/** `count` blocks of 2^bits addresses from the start of an IPv4 block; null when they do not fit or make no sense. */
function cutBlock(block: string, count: number, bits: number): string[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(block)
  if (match === null || !Number.isInteger(count) || count < 1 || count > 256) return null
  const prefix = Number(match[5])
  if (!Number.isInteger(bits) || bits < 1 || bits > 32 || prefix > 32) return null
  const size = 2 ** bits
  const start = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0)
  if (count * size > 2 ** (32 - prefix)) return null
  return Array.from({ length: count }, (_, index) => `${toAddress(start + index * size)}/${32 - bits}`)
}

function toAddress(value: number): string {
  return [16_777_216, 65_536, 256, 1].map((unit) => Math.floor(value / unit) % 256).join('.')
}

/** (CloudFormation Template Reference, 'Intrinsic function reference') */
export const FUNCTIONS_OF_LOOK_UPS: Readonly<Record<string, TemplateFunction>> = {
  Ref: ref,
  'Fn::GetAtt': getAtt,
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': importValue,
  'Fn::GetAZs': getAzs,
  'Fn::Cidr': cidr,
  'Fn::Transform': unknownMacro,
}

function unknownMacro(argument: ConfigNode, at: Located, scope: Scope): ConfigNode {
  const name = argument.kind === 'map' ? textOf(argument.entries.get('Name')?.value) : null
  reportMacro(name ?? '', at, scope.report)
  return scalarAt(at, null)
}
