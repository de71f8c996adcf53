// What the texts, numbers and words of a tape say.
import type { Scalar as YamlScalar } from 'yaml'
import type { Scalar } from '../node.ts'
import { yamlLibrary } from '../yaml-library.ts'
import { Kind, type Tape } from './tape.ts'

/** A value, and the text that it has where a text is wanted. */
export interface ScalarContent {
  readonly value: Scalar
  readonly text: string
}

const EMPTY: ScalarContent = { value: null, text: '' }
const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/
/** What may be a number; the library knows which are. */
const MAYBE_NUMBER =
  /^[-+]?(?:\.?\d[\d.]*(?:[eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+|\.(?:inf|Inf|INF|nan|NaN|NAN))$/
const WORD = /^(?:true|True|TRUE|false|False|FALSE)$/
const NULL = /^(?:~|null|Null|NULL)$/

/** With a short form before it every value of YAML is a text. (YAML 1.2.2, 10.3 'Core Schema') */
export function readScalar(tape: Tape, index: number, isTagged: boolean): ScalarContent {
  const [start, end] = [tape.start(index), tape.end(index)]
  const source = tape.text.slice(start, end)
  const kind = tape.kind(index)
  switch (kind) {
    case Kind.quoted:
      return asText(source.slice(1, -1))
    case Kind.escaped:
      return asText(JSON.parse(source) as string)
    case Kind.word:
      return readWord(source)
    case Kind.plain:
      return isTagged ? asText(source) : readPlain(source)
    case Kind.folded:
      return asText(fold(source))
    case Kind.single:
      return asText(source.slice(1, -1).replaceAll("''", "'"))
    case Kind.literal:
      return asText(readLiteral(source, tape.extra(index)))
    case Kind.other:
      return readWithLibrary(source)
    case Kind.empty:
      return EMPTY
    case Kind.map:
    case Kind.counted:
    case Kind.list:
      throw new TypeError(`no scalar: ${kind}`)
  }
}

/** A scalar of the library. */
export function contentOf(node: YamlScalar): ScalarContent {
  const { value } = node
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  const scalar: Scalar = isPlain ? value : typeof value === 'bigint' ? value.toString() : null
  const text = typeof scalar === 'string' ? scalar : (node.source ?? String(scalar))
  return { value: scalar, text: scalar === null ? '' : text }
}

/** A value of YAML without quotes. */
export function readPlain(source: string): ScalarContent {
  const code = source.charCodeAt(0)
  // A word, mostly: TargetOriginId.
  if (code >= 65 && source.length > 5) return asText(source)
  if (INTEGER.test(source)) return { value: Number(source), text: source }
  if (WORD.test(source)) return { value: source.toLowerCase() === 'true', text: source }
  if (NULL.test(source)) return EMPTY
  return MAYBE_NUMBER.test(source) ? readWithLibrary(source) : asText(source)
}

/** One line break is a space, further ones stay. (YAML 1.2.2, 6.5 'Line Folding') */
function fold(source: string): string {
  return source.replaceAll(/ *\n[ \n]*/g, (gap) => {
    const breaks = gap.split('\n').length - 1
    return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)
  })
}

/** (YAML 1.2.2, 8.1.2 'Literal Style') */
function readLiteral(source: string, indent: number): string {
  const [header = '', ...lines] = source.split('\n')
  while (lines.at(-1)?.trim() === '') lines.pop()
  const text = lines.map((line) => line.slice(indent)).join('\n')
  return header.startsWith('|-') ? text : `${text}\n`
}

function readWord(source: string): ScalarContent {
  const value = JSON.parse(source) as Scalar
  return { value, text: value === null ? '' : source }
}

function readWithLibrary(source: string): ScalarContent {
  const { isScalar, parseDocument } = yamlLibrary()
  const { contents } = parseDocument(source)
  return isScalar(contents) ? contentOf(contents) : EMPTY
}

function asText(text: string): ScalarContent {
  return { value: text, text }
}
