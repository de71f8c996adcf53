// One rule per piece of syntax that CloudFront's parser does not take. (Developer Guide, 'JavaScript runtime 2.0 features')
import type { AnyNode, Pattern } from 'acorn'
import type { CloudFrontRuntime } from '../contract.ts'

/** A piece of syntax at an offset, with the engine's message (without the line) and its name. */
export interface Finding {
  readonly at: number
  readonly message: string
  readonly feature: string
}

/** `find` looks at one node; `ancestors` ends with it. Without `runtime` the rule is for both. */
export interface SyntaxRule {
  readonly runtime?: CloudFrontRuntime
  find(node: AnyNode, ancestors: readonly AnyNode[], code: string): Finding | null
}

const V1 = 'cloudfront-js-1.0'

function unsupported(at: number, token: string, feature: string): Finding {
  return { at, message: `Token "${token}" not supported in this version`, feature }
}

function unexpected(at: number, token: string, feature: string): Finding {
  return { at, message: `Unexpected token "${token}"`, feature }
}

/** Where a token stands, from an offset on. */
function find(code: string, token: string, from: number): number {
  return Math.max(from, code.indexOf(token, from))
}

function isFunction(node: AnyNode): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  )
}

const ITERATION: SyntaxRule = {
  find(node, _ancestors, code) {
    if (node.type !== 'ForOfStatement') return null
    if (node.await) return unexpected(find(code, 'await', node.start), 'await', 'for await')
    return unsupported(find(code, 'of', node.left.end), 'of', 'for...of')
  },
}

const CLASSES: SyntaxRule = {
  find: (node) =>
    node.type === 'ClassDeclaration' || node.type === 'ClassExpression'
      ? unsupported(node.start, 'class', 'class')
      : null,
}

const GENERATORS: SyntaxRule = {
  find: (node, _ancestors, code) =>
    (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') && node.generator
      ? unsupported(
          find(code, '*', code.startsWith('*', node.start - 1) ? node.start - 1 : node.start),
          '*',
          'a generator',
        )
      : null,
}

const SPREAD: SyntaxRule = {
  find: (node) => (node.type === 'SpreadElement' ? unsupported(node.start, '...', 'spread') : null),
}

const DESTRUCTURING: SyntaxRule = {
  find(node) {
    if (node.type === 'VariableDeclarator' && isPattern(node.id)) return brace(node.id)
    if (node.type === 'CatchClause' && node.param && isPattern(node.param)) return brace(node.param)
    if (node.type === 'AssignmentExpression' && isPattern(node.left)) {
      return unexpected(node.left.end, '=', 'destructuring')
    }
    return null
  },
}

const PARAMETERS: SyntaxRule = {
  find(node, _ancestors, code) {
    if (
      node.type !== 'FunctionDeclaration' &&
      node.type !== 'FunctionExpression' &&
      node.type !== 'ArrowFunctionExpression'
    )
      return null
    const isArrow = node.type === 'ArrowFunctionExpression'
    for (const parameter of node.params) {
      if (parameter.type === 'AssignmentPattern') {
        return isArrow
          ? unexpected(arrowOf(node, code), '=>', 'a default parameter')
          : unexpected(find(code, '=', parameter.left.end), '=', 'a default parameter')
      }
      if (!isPattern(parameter)) continue
      return isArrow ? unexpected(arrowOf(node, code), '=>', 'destructuring') : brace(parameter)
    }
    return null
  },
}

function arrowOf(node: { params: Pattern[] }, code: string): number {
  return find(code, '=>', node.params.at(-1)!.end)
}

function isPattern(node: { type: string }): boolean {
  return node.type === 'ObjectPattern' || node.type === 'ArrayPattern'
}

function brace(node: { type: string; start: number }): Finding {
  return unsupported(node.start, node.type === 'ObjectPattern' ? '{' : '[', 'destructuring')
}

const OPTIONAL_CHAINING: SyntaxRule = {
  find: (node, _ancestors, code) =>
    (node.type === 'MemberExpression' || node.type === 'CallExpression') && node.optional
      ? unsupported(
          find(code, '?.', node.type === 'MemberExpression' ? node.object.end : node.callee.end),
          '?.',
          'optional chaining',
        )
      : null,
}

const OPTIONAL_CATCH: SyntaxRule = {
  find: (node) =>
    node.type === 'CatchClause' && !node.param
      ? unsupported(node.body.start, '{', 'catch without a parameter')
      : null,
}

const LOGICAL_ASSIGNMENT: SyntaxRule = {
  find: (node, _ancestors, code) =>
    node.type === 'AssignmentExpression' && ['??=', '||=', '&&='].includes(node.operator)
      ? unexpected(find(code, node.operator, node.left.end) + 2, '=', 'logical assignment')
      : null,
}

const NUMBERS: SyntaxRule = {
  find: (node) => (node.type === 'Literal' && node.bigint ? unexpected(node.end - 1, 'n', 'BigInt') : null),
}

const SEPARATORS: SyntaxRule = {
  runtime: V1,
  find(node) {
    if (node.type !== 'Literal' || typeof node.value !== 'number' || node.raw === undefined) return null
    const at = node.raw.indexOf('_')
    return at < 0 ? null : unexpected(node.start + at, node.raw.slice(at), 'a numeric separator')
  },
}

const REGEXP_FLAGS: SyntaxRule = {
  find: (node) => refuseFlags(node, /[^gimy]/),
}

const REGEXP_STICKY: SyntaxRule = {
  runtime: V1,
  find: (node) => (refuseFlags(node, /[^gimy]/) === null ? refuseFlags(node, /y/) : null),
}

function refuseFlags(node: AnyNode, refused: RegExp): Finding | null {
  if (node.type !== 'Literal' || !node.regex || !refused.test(node.regex.flags)) return null
  const { flags } = node.regex
  return {
    at: node.end - flags.length,
    message: `Invalid RegExp flags "${flags}"`,
    feature: `the flag ${refused.exec(flags)![0]} of regular expressions`,
  }
}

const DECLARATIONS: SyntaxRule = {
  runtime: V1,
  find: (node) =>
    node.type === 'VariableDeclaration' && node.kind !== 'var'
      ? unsupported(node.start, node.kind, node.kind)
      : null,
}

const ASYNC: SyntaxRule = {
  runtime: V1,
  find(node, _ancestors, code) {
    if (node.type === 'ArrowFunctionExpression' && node.async) {
      return unexpected(find(code, '=>', node.params.at(-1)?.end ?? node.start), '=>', 'async')
    }
    return (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') && node.async
      ? unexpected(find(code, 'function', node.start), 'function', 'async')
      : null
  },
}

const AWAIT: SyntaxRule = {
  find(node, ancestors) {
    if (node.type !== 'AwaitExpression') return null
    for (let i = ancestors.length - 2; i >= 0; i--) {
      const ancestor = ancestors[i]!
      if (isFunction(ancestor)) return null
      if (ancestor.type !== 'CallExpression' && ancestor.type !== 'NewExpression') continue
      const inside = ancestors[i + 1]!
      if (inside === ancestor.callee) continue
      return { at: node.start, message: 'await in arguments not supported', feature: 'await in arguments' }
    }
    return {
      at: node.start,
      message: 'await is only valid in async functions',
      feature: 'await outside of async functions',
    }
  },
}

const EXPORTS: SyntaxRule = {
  find: (node) =>
    node.type === 'ExportDefaultDeclaration' ||
    node.type === 'ExportNamedDeclaration' ||
    node.type === 'ExportAllDeclaration'
      ? { at: node.start, message: 'Illegal export statement', feature: 'export' }
      : null,
}

const IMPORTS: SyntaxRule = {
  find(node) {
    if (node.type === 'ImportExpression') return unexpected(node.start, 'import', 'import()')
    if (node.type !== 'ImportDeclaration') return null
    const isDefault = node.specifiers.length === 1 && node.specifiers[0]!.type === 'ImportDefaultSpecifier'
    if (isDefault) return null
    return {
      at: node.specifiers[0]?.start ?? node.start,
      message: 'Non-default import is not supported',
      feature: 'an import other than `import name from`',
    }
  },
}

const IMPORTS_V1: SyntaxRule = {
  runtime: V1,
  find: (node) =>
    node.type === 'ImportDeclaration' ? unsupported(node.start, 'import', 'import (require() is)') : null,
}

export const SYNTAX_RULES: readonly SyntaxRule[] = [
  ITERATION,
  CLASSES,
  GENERATORS,
  SPREAD,
  DESTRUCTURING,
  PARAMETERS,
  OPTIONAL_CHAINING,
  OPTIONAL_CATCH,
  LOGICAL_ASSIGNMENT,
  NUMBERS,
  SEPARATORS,
  REGEXP_FLAGS,
  REGEXP_STICKY,
  DECLARATIONS,
  ASYNC,
  AWAIT,
  EXPORTS,
  IMPORTS,
  IMPORTS_V1,
]
