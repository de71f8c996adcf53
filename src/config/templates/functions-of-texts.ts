// Template functions that make texts and lists of them: Join, Split, Select, Sub, Base64, Length, ToJsonString.
import type { ConfigNode, Located } from '../nodes/node.ts'
import type { Scope, TemplateFunction } from './scope.ts'
import { argumentsOf, listAt, scalarAt, textOf, toPlain } from './values.ts'

const join: TemplateFunction = (argument, at, scope) => {
  const [delimiter, list] = argumentsOf(argument)
  const between = delimiter === undefined ? null : textOf(scope.evaluate(delimiter))
  const items = list === undefined ? null : scope.evaluate(list)
  if (between === null || items === null) return malformed(at, scope, 'Fn::Join', '[delimiter, [items]]')
  return scalarAt(at, textsOf(items).join(between))
}

const split: TemplateFunction = (argument, at, scope) => {
  const [delimiter, source] = argumentsOf(argument)
  const between = delimiter === undefined ? null : textOf(scope.evaluate(delimiter))
  const text = source === undefined ? null : textOf(scope.evaluate(source))
  if (between === null || between === '' || text === null)
    return malformed(at, scope, 'Fn::Split', '[delimiter, text]')
  return listAt(
    at,
    text.split(between).map((part) => scalarAt(at, part)),
  )
}

const select: TemplateFunction = (argument, at, scope) => {
  const [index, list] = argumentsOf(argument)
  const number = Number(index === undefined ? Number.NaN : (textOf(scope.evaluate(index)) ?? Number.NaN))
  const items = list === undefined ? null : scope.evaluate(list)
  if (!Number.isInteger(number) || items?.kind !== 'list')
    return malformed(at, scope, 'Fn::Select', '[index, [items]]')
  const item = items.items[number]
  if (item !== undefined) return { ...item, place: at.place, path: at.path }
  scope.report.error(at, null, `Fn::Select takes item ${number} of a list of ${items.items.length}`)
  return scalarAt(at, null)
}

const SUB = /\$\{(!?)([^}]*)\}/g

const sub: TemplateFunction = (argument, at, scope) => {
  const [template, variables] = argument.kind === 'list' ? argument.items : [argument]
  const text = textOf(template)
  if (text === null || (variables !== undefined && variables.kind !== 'map'))
    return malformed(at, scope, 'Fn::Sub', 'a text, or [text, {name: value}]')
  const value = (name: string): string => {
    const own = variables?.entries.get(name)?.value
    return toText(own === undefined ? byName(name, at, scope) : scope.evaluate(own), at, scope)
  }
  return scalarAt(
    at,
    text.replace(SUB, (_, literal: string, name: string) =>
      literal === '!' ? `\${${name}}` : value(name.trim()),
    ),
  )
}

function byName(name: string, at: Located, scope: Scope): ConfigNode | null {
  const dot = name.indexOf('.')
  return dot === -1 ? scope.reference(name, at) : scope.attribute(name.slice(0, dot), name.slice(dot + 1), at)
}

const base64: TemplateFunction = (argument, at, scope) => {
  const value = scope.evaluate(argument)
  return scalarAt(at, Buffer.from(toText(value, at, scope)).toString('base64'))
}

const length: TemplateFunction = (argument, at, scope) => {
  const value = scope.evaluate(argument)
  if (value?.kind === 'list') return scalarAt(at, value.items.length)
  return malformed(at, scope, 'Fn::Length', 'a list')
}

const toJsonString: TemplateFunction = (argument, at, scope) => {
  const value = scope.evaluate(argument)
  return scalarAt(at, JSON.stringify(value === null ? null : toPlain(value)))
}

/** (CloudFormation Template Reference, 'Intrinsic function reference') */
export const FUNCTIONS_OF_TEXTS: Readonly<Record<string, TemplateFunction>> = {
  'Fn::Join': join,
  'Fn::Split': split,
  'Fn::Select': select,
  'Fn::Sub': sub,
  'Fn::Base64': base64,
  'Fn::Length': length,
  'Fn::ToJsonString': toJsonString,
}

/** Reports a function whose arguments are not what it takes. */
export function malformed(at: Located, scope: Scope, name: string, expected: string): ConfigNode {
  scope.report.error(at, null, `${name} expects ${expected}`)
  return scalarAt(at, null)
}

function textsOf(node: ConfigNode): string[] {
  return argumentsOf(node).map((item) => textOf(item) ?? '')
}

function toText(value: ConfigNode | null, at: Located, scope: Scope): string {
  if (value === null) return ''
  if (value.kind === 'list') return textsOf(value).join(',')
  if (value.kind === 'scalar') return value.text
  scope.report.error(at, null, 'a map cannot stand in a text')
  return ''
}
