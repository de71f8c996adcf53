// JSON as a located tree: the same values as JSON.parse, each with its place.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromJson } from '../../../src/config/nodes/from-json.ts'
import { fromText } from '../../../src/config/nodes/from-text.ts'
import type { ConfigNode } from '../../../src/config/nodes/node.ts'
import { Report } from '../../../src/config/nodes/report.ts'
import { toPlain } from '../../../src/config/templates/values.ts'

const read = (text: string): ConfigNode | null => fromJson(text, 'x.json', new Report())

/** Every value with its path. */
function* nodesOf(node: ConfigNode): Iterable<ConfigNode> {
  yield node
  if (node.kind === 'list') for (const item of node.items) yield* nodesOf(item)
  if (node.kind === 'map') for (const { value } of node.entries.values()) yield* nodesOf(value)
}

const container = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))

test('every value is read as JSON.parse reads it, and stands where its place says', () => {
  fc.assert(
    fc.property(container, fc.constantFrom('', '  ', '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const tree = read(text)!
      expect(toPlain(tree)).toEqual(JSON.parse(text))
      const lines = text.split('\n')
      for (const { place, kind, ...node } of nodesOf(tree)) {
        const rest = lines[place.line! - 1]!.slice(place.column! - 1)
        const start =
          kind === 'map' ? '{' : kind === 'list' ? '[' : JSON.stringify((node as { value?: unknown }).value)
        expect(rest.startsWith(start)).toBe(true)
      }
    }),
  )
})

test('a list with Quantity and Items is a list', () => {
  const tree = read('{"Aliases": {"Quantity": 1, "Items": ["a"]}}')
  const list = tree?.kind === 'map' ? tree.entries.get('Aliases')!.value : null
  expect(list).toMatchObject({ kind: 'list', isQuantified: true, items: [{ text: 'a', path: 'Aliases[0]' }] })
})

describe('left to the YAML parser, which says what is wrong', () => {
  test.each([
    ['a: b'],
    ['{"a": 1,}'],
    ['{"a": 1} x'],
    ['{"a": 1, "a": 2}'],
    ['{"a": 01}'],
    ['{"a": "\n"}'],
    [String.raw`{"a": "\x"}`],
    ['{"a": tru}'],
    ['{a: 1}'],
    ['[1'],
    ['"text"'],
    [''],
    [`${'['.repeat(100)}${']'.repeat(100)}`],
  ])('%j', (text) => {
    expect(read(text)).toBeNull()
  })

  test('a key that is there twice is an error with its line', () => {
    const report = new Report()
    expect(fromText('{"a": 1,\n "a": 2}', 'x.json', report)).toBeNull()
    expect(report.issues).toMatchObject([{ line: 2, message: expect.stringContaining('unique') }])
  })
})

test('a byte order mark, escapes and numbers are read', () => {
  expect(toPlain(read('\uFEFF{"a\\u0041": [-1.5e3, "\\"\\n", true, null]}')!)).toEqual({
    aA: [-1500, '"\n', true, null],
  })
})
