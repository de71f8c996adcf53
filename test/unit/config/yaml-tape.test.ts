// YAML that is read without the library: the same values at the same places as the library finds.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { fromText } from '../../../src/config/nodes/from-text.ts'
import { fromYaml } from '../../../src/config/nodes/from-yaml.ts'
import type { ConfigNode, Entries } from '../../../src/config/nodes/node.ts'
import { Report } from '../../../src/config/nodes/report.ts'
import { toNodes } from '../../../src/config/nodes/tape/nodes.ts'
import { scanYaml } from '../../../src/config/nodes/tape/scan-yaml.ts'

const EVERYTHING = String.raw`# head
---
a: 1
b:   "two # not"   # comment
'c d': 'it''s'
"e\n": "x\ty\u00e9 \x41"
f:
  - one
  -   two: 2
      three:
      - 3
      - - x
        - y
  - [a, "b", 'c', {d: e, "f": [1, 2]}, !Ref G]
  -
    k: v
  -
g: !Sub "$A-b"
h: !If [X, !Ref Y, !Sub 'z']
i: !If
  - C
  - !GetAtt A.B
  - !Ref AWS::NoValue
i2: !Join
- ','
- - a
  - b
j: |
  line one

    more
  end

k: >-
  folded
  text

  para
l: |+
  kept

m: plain text that
  goes on

  for lines
n:
  starts below and
  goes on
o: "quoted
  on lines\
  end"
p: 'single

  lines'
q: ~
r: 0x1F
s: -1.5e3
t: 012
u: yes
v: !Base64
  Fn::Sub: |-
    #!/bin/bash
    echo $x
w: {}
x: []
y: {a: [
    1,
    2]}
z: http://a.b/c:d#e
12: number
0x10: sixteen
true: word
Null: word
Aliases:
  Quantity: 1
  Items:
  - a.example.com
Unread:   # nothing
`

/** With lists of entries in place of maps, so that trees can be compared. */
function comparable(node: ConfigNode): unknown {
  const list = (entries: Entries): unknown =>
    [...entries].map(([key, entry]) => [key, entry.keyPlace, comparable(entry.value)])
  switch (node.kind) {
    case 'scalar':
      return node
    case 'list':
      return { ...node, items: node.items.map(comparable), extras: list(node.extras) }
    case 'map':
      return { ...node, entries: list(node.entries) }
  }
}

/** Whether the text is read here; what is, must be as the library has it. */
function isReadAlike(text: string): boolean {
  const tape = scanYaml(text)
  if (tape === null) return false
  const report = new Report()
  const theirs = fromYaml(text, 'x.yaml', report)
  const errors = report.issues.filter(({ code }) => code !== 'InconsistentQuantities')
  expect({ text, errors, isNull: theirs === null }).toEqual({ text, errors: [], isNull: false })
  const ours = new Report()
  expect(comparable(toNodes(tape, 'x.yaml', ours))).toEqual(comparable(theirs!))
  expect(ours.issues).toEqual(report.issues)
  return true
}

test('texts, numbers, lists, maps, blocks and short forms are read as the library reads them', () => {
  expect(isReadAlike(EVERYTHING)).toBe(true)
  expect(isReadAlike(EVERYTHING.replaceAll('\n', '\r\n'))).toBe(true)
})

test.each(['json', 'yaml'])('a key of %s is found without looking at its neighbours', (form) => {
  const value = { Items2: { Quantity: 9, Items: [1] }, 'it"s': 1, "it's": 2, Type: 'A', Not: null, 16: 3 }
  const text = form === 'json' ? JSON.stringify({ value }) : stringify({ value }).replace('16:', '0x10:')
  const report = new Report()
  const root = fromText(text, 'x', report)
  const map = root?.kind === 'map' ? root.entries.get('value')?.value : undefined
  const entries = map?.kind === 'map' ? map.entries : new Map<string, never>()
  expect(['Typ', 'Types', '0x10', 'it'].map((key) => entries.has(key))).toEqual([false, false, false, false])
  expect(['Not', 'Type', 'it"s', "it's", '16'].map((key) => entries.has(key))).not.toContain(false)
  expect(entries.get('Type')).toMatchObject({ value: { text: 'A', path: 'value.Type' } })
  // What is at Items2 says what is wrong with it when it is made.
  expect(entries.get('Items2')?.value.kind).toBe('list')
  expect(report.issues).toHaveLength(1)
})

const folders = ['../../../config', '../../fixtures/templates'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name)),
)

test('configurations as people write them need the library seldom', () => {
  const read = files.map((file) => isReadAlike(readFileSync(file, 'utf8')))
  expect(read.filter((isRead) => !isRead).length).toBeLessThan(read.length / 10)
})

/** Some lines of a text, moved to the left, with odd pieces in it. */
const PIECES = [' ', '\n', '- ', ': ', ':', ' #', '"', "'", '|\n', '>-\n', ', ', '[', ']', '{', '}', '!Ref ']
const MORE = [
  '!Sub',
  '~',
  'null',
  '1',
  '0x1',
  'true',
  '\t',
  '&a ',
  '*a',
  '? ',
  '---\n',
  '\\',
  '%',
  '@',
  '|2\n',
]
const REST = [
  '<<: x\n',
  '\n\n',
  '    ',
  '- - ',
  '!If\n',
  '"a": ',
  '.5',
  '1e3',
  "''",
  '\\\n',
  '|+\n',
  '\u2028',
]
const piece = fc.constantFrom(...PIECES, ...MORE, ...REST)
const lines = EVERYTHING.split('\n')
const damaged = fc
  .record({
    from: fc.nat(lines.length - 1),
    count: fc.integer({ min: 1, max: 20 }),
    pieces: fc.array(fc.tuple(fc.nat(), piece, fc.nat(3)), { maxLength: 3 }),
  })
  .map(({ from, count, pieces }) => {
    const cut = lines.slice(from, from + count)
    const indent = Math.min(...cut.filter((line) => line !== '').map((line) => line.search(/\S/)))
    let text = cut.map((line) => line.slice(Math.min(indent, 99))).join('\n')
    for (const [where, insert, drop] of pieces) {
      const at = where % (text.length + 1)
      text = text.slice(0, at) + insert + text.slice(at + drop)
    }
    return text
  })

test('whatever a text looks like, it is read as the library reads it or left to the library', () => {
  fc.assert(
    fc.property(damaged, (text) => void isReadAlike(text)),
    { numRuns: 1500 },
  )
})

describe('left to the library', () => {
  test.each([
    ['an anchor', 'a: &x 1\nb: *x\n'],
    ['a merge key', 'a:\n  <<: {b: 1}\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a directive', '%YAML 1.2\n---\na: 1\n'],
    ['a tab', 'a:\n\tb: 1\n'],
    ['an unknown tag', 'a: !Foo 1\n'],
    ['a key that is there twice', 'a: 1\na: 2\n'],
    ['the same key as number and text', '1: a\n"1": b\n'],
    ['a key of several lines', '? a\n: b\n'],
    ['a wrong indentation', 'a:\n    b: 1\n  c: 2\n'],
    ['two values in a line', 'a: b: c\n'],
    ['a text that does not end', 'a: "b\n'],
    ['an unknown escape', String.raw`a: "\q"`],
    ['a list that does not end', 'a: [1, 2\n'],
    ['a list', '- a\n'],
    ['nothing', '# nothing\n'],
    ['depth', `a: ${'['.repeat(100)}${']'.repeat(100)}\n`],
  ])('%s', (_, text) => {
    expect(scanYaml(text)).toBeNull()
  })
})
