// The text of a variable: its alternatives, and of each the source, the parameter and the address.

export type ParsedVariable =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | {
      readonly kind: 'look-up'
      readonly source: string
      /** What stands in parentheses: the file of `file(..)`, the Region of `ssm(..)`. */
      readonly parameter: string | null
      readonly address: string
    }

/** `self:custom.x, 'a, b'` → both of them: commas in quotes and parentheses do not part. */
export function splitAlternatives(text: string): string[] {
  const parts: string[] = []
  let part = ''
  let quote = ''
  let depth = 0
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === "'" || character === '"') quote = character
    else if (character === '(') depth++
    else if (character === ')') depth--
    if (character === ',' && quote === '' && depth <= 0) {
      parts.push(part.trim())
      part = ''
    } else part += character
  }
  return [...parts, part.trim()]
}

/** (Serverless Framework documentation, 'Variables') */
export function parseVariable(text: string): ParsedVariable {
  const quoted = /^(['"])(.*)\1$/s.exec(text)
  if (quoted !== null) return { kind: 'literal', value: quoted[2]! }
  if (/^(?:true|false)$/.test(text)) return { kind: 'literal', value: text === 'true' }
  if (text === 'null') return { kind: 'literal', value: null }
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return { kind: 'literal', value: Number(text) }
  const match = /^([A-Za-z][\w-]*)(?:\(([^)]*)\))?(?::(.*))?$/s.exec(text)
  if (match === null) return { kind: 'literal', value: text }
  const [, source = '', parameter, address = ''] = match
  return { kind: 'look-up', source, parameter: parameter?.trim() ?? null, address: address.trim() }
}
