// Template functions that decide: If, Equals, And, Or, Not, Condition.
import { isDeepStrictEqual } from 'node:util'
import type { ConfigNode, Located } from '../nodes/node.ts'
import { malformed } from './functions-of-texts.ts'
import type { Scope, TemplateFunction } from './scope.ts'
import { argumentsOf, singleEntry, textOf, toPlain } from './values.ts'

const choose: TemplateFunction = (argument, at, scope) => {
  const [condition, whenTrue, whenFalse] = argumentsOf(argument)
  const name = textOf(condition)
  if (condition === undefined || whenTrue === undefined || whenFalse === undefined)
    return malformed(at, scope, 'Fn::If', '[condition, value, other value]')
  const isTrue = name === null ? isCondition(condition, scope) : scope.holds(name, condition)
  return scope.evaluate(isTrue ? whenTrue : whenFalse)
}

/** (CloudFormation Template Reference, 'Condition functions') */
export const FUNCTIONS_OF_CONDITIONS: Readonly<Record<string, TemplateFunction>> = { 'Fn::If': choose }

/** Where a value is expected these give true or false. */
export const CONDITIONS: ReadonlySet<string> = new Set(['Fn::Equals', 'Fn::And', 'Fn::Or', 'Fn::Not'])

/** Whether a condition, written out or named, holds. */
export function isCondition(node: ConfigNode, scope: Scope): boolean {
  const single = singleEntry(node)
  if (single === null) return textOf(scope.evaluate(node))?.toLowerCase() === 'true'
  const [name, argument] = single
  const parts = argumentsOf(argument)
  switch (name) {
    case 'Condition':
      return scope.holds(textOf(argument) ?? '', node)
    case 'Fn::Not':
      return parts[0] !== undefined && !isCondition(parts[0], scope)
    case 'Fn::And':
      return parts.every((each) => isCondition(each, scope))
    case 'Fn::Or':
      return parts.some((each) => isCondition(each, scope))
    case 'Fn::Equals':
      return isEqual(parts, node, scope)
    default:
      return textOf(scope.evaluate(node))?.toLowerCase() === 'true'
  }
}

function isEqual(parts: readonly ConfigNode[], at: Located, scope: Scope): boolean {
  const [left, right] = parts
  if (left === undefined || right === undefined || parts.length !== 2) {
    malformed(at, scope, 'Fn::Equals', '[value, other value]')
    return false
  }
  return isDeepStrictEqual(comparable(left, scope), comparable(right, scope))
}

/** CloudFormation compares texts: 1 and "1" are equal, and so are true and "true". */
function comparable(node: ConfigNode, scope: Scope): unknown {
  const value = scope.evaluate(node)
  if (value === null) return null
  return value.kind === 'scalar' ? value.text : toPlain(value)
}
