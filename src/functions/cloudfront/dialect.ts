// What CloudFront's parser refuses in a function although newer JavaScript has it, in the words of its engine.
import { parse } from 'acorn'
import { fullAncestor } from 'acorn-walk'
import { SOURCE_LIMIT_BYTES } from './engine/limits.ts'
import { SYNTAX_RULES } from './engine/syntax-rules.ts'
import type { Program } from 'acorn'
import type { CloudFrontRuntime } from './contract.ts'
import type { Finding } from './engine/syntax-rules.ts'

/** A place in a function's code that CloudFront does not run. Lines and columns count from 1. */
export interface DialectProblem {
  /** As CloudFront reports it when the function runs: `SyntaxError: Token "of" not supported in this version in 22`. */
  readonly message: string
  /** What it is, in our words: `for...of is not part of cloudfront-js-2.0`. */
  readonly explanation: string
  readonly line: number
  readonly column: number
}

/** The program, or the one problem for which no parser takes the code. */
export type DialectCheck =
  | { readonly kind: 'parsed'; readonly program: Program; readonly problems: readonly DialectProblem[] }
  | { readonly kind: 'syntax'; readonly problem: DialectProblem }

/** (Developer Guide, 'JavaScript runtime 1.0 features', 'JavaScript runtime 2.0 features') */
export function checkDialect(code: string, runtime: CloudFrontRuntime): DialectCheck {
  try {
    const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true })
    const problems = findIn(program, code, runtime)
      .toSorted((a, b) => a.at - b.at)
      .map((found) => toProblem(code, found, runtime))
    const bytes = Buffer.byteLength(code)
    const tooLarge = bytes > SOURCE_LIMIT_BYTES ? [toSizeProblem(bytes)] : []
    return { kind: 'parsed', program, problems: [...tooLarge, ...problems] }
  } catch (error) {
    return { kind: 'syntax', problem: isParseError(error) ? toSyntaxProblem(code, error) : TOO_DEEP }
  }
}

/** The parser's own stack was at its end. */
const TOO_DEEP: DialectProblem = {
  message: 'SyntaxError: Maximum call stack size exceeded in 1',
  explanation: 'the code is nested too deeply',
  line: 1,
  column: 1,
}

function findIn(program: Program, code: string, runtime: CloudFrontRuntime): Finding[] {
  const rules = SYNTAX_RULES.filter((rule) => rule.runtime === undefined || rule.runtime === runtime)
  const findings: Finding[] = []
  fullAncestor(program, (node, _state, ancestors) => {
    for (const rule of rules) {
      const found = rule.find(node, ancestors, code)
      if (found !== null) findings.push(found)
    }
  })
  return findings
}

interface ParseError extends SyntaxError {
  readonly pos: number
  readonly loc: { readonly line: number; readonly column: number }
}

function isParseError(error: unknown): error is ParseError {
  return error instanceof SyntaxError && 'pos' in error && 'loc' in error
}

/** Two that strict mode refuses have words of their own; for the rest the token says it. */
function toSyntaxProblem(code: string, error: ParseError): DialectProblem {
  const { line, column } = error.loc
  const token = tokenAt(code, error.pos)
  const plain = error.message.replace(/ \(\d+:\d+\)$/, '')
  return {
    message: `SyntaxError: ${inWordsOfEngine(plain, token)} in ${line}`,
    explanation: plain,
    line,
    column: column + 1,
  }
}

function inWordsOfEngine(plain: string, token: string): string {
  if (plain.startsWith("'with'")) return 'Token "with" not supported in this version'
  if (plain.startsWith('Deleting local variable')) return 'Delete of an unqualified identifier'
  if (plain.startsWith("Cannot use keyword 'await'")) return 'await is only valid in async functions'
  if (token === '') return 'Unexpected end of input'
  if (plain.startsWith('Unexpected')) return `Unexpected token "${token}"`
  return plain
}

const TOKEN = /[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|=>|\.\.\.|\?\.|[=!<>+*/%&|^-]=|["'`]|\S/uy

/** The token that starts at a place; empty: the end. */
function tokenAt(code: string, at: number): string {
  TOKEN.lastIndex = at
  return TOKEN.exec(code)?.[0] ?? ''
}

function toProblem(code: string, found: Finding, runtime: CloudFrontRuntime): DialectProblem {
  const { line, column } = placeOf(code, found.at)
  return {
    message: `SyntaxError: ${found.message} in ${line}`,
    explanation: `${found.feature} is not part of ${runtime}`,
    line,
    column,
  }
}

function toSizeProblem(bytes: number): DialectProblem {
  const explanation = `the code has ${bytes} bytes, more than the ${SOURCE_LIMIT_BYTES} that CloudFront takes`
  return { message: `FunctionSizeLimitExceeded: ${explanation}`, explanation, line: 1, column: 1 }
}

function placeOf(code: string, at: number): { line: number; column: number } {
  const before = code.slice(0, at).split(/\r\n|[\n\r\u2028\u2029]/)
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
