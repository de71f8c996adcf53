// A function's code as an expression that QuickJS takes: wrapped, so that each run executes its top level anew.
import type { ImportDeclaration, Program } from 'acorn'

const HEAD = `(function(){"use strict";`
const TAIL = `\nreturn typeof handler==="undefined"?undefined:handler})`

/** A function that runs the top-level code and returns the handler. Lines stay where they are. */
export function toProgramCode(code: string, program: Program): string {
  let output = ''
  let from = 0
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration') continue
    const lines = code.slice(node.start, node.end).split('\n').length - 1
    output += code.slice(from, node.start) + toRequire(node) + '\n'.repeat(lines)
    from = node.end
  }
  return HEAD + output + code.slice(from) + TAIL
}

/** The column in the user's code of one in the wrapped code. */
export function toSourceColumn(line: number, column: number): number {
  return line === 1 ? Math.max(1, column - HEAD.length) : column
}

function toRequire(node: ImportDeclaration): string {
  const required = `require(${JSON.stringify(node.source.value)})`
  const names: string[] = []
  let output = ''
  for (const specifier of node.specifiers) {
    if (specifier.type !== 'ImportSpecifier') output += `const ${specifier.local.name}=${required};`
    else if (specifier.imported.type === 'Identifier') {
      names.push(`${specifier.imported.name}:${specifier.local.name}`)
    } else names.push(`${JSON.stringify(specifier.imported.value)}:${specifier.local.name}`)
  }
  if (names.length > 0) output += `const {${names.join(',')}}=${required};`
  return output === '' ? `${required};` : output
}
