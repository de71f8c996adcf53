// The sequence of invalidations against a plain list of them, and the form in which URLs are compared.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidationSequence } from '../../../src/cache/invalidation.ts'
import { encodeUrl, parseInvalidationItems, parseTags } from '../../../src/cache/invalidation-items.ts'

const url = fc.constantFrom('/', '/a', '/a/b', '/a/b?x=1', '/ab', '/b')
const tags = fc.constantFrom(null, ['x'], ['y'], ['x', 'y'])
const path = fc.constantFrom('/*', '/a', '/a*', '/a/*', '/a/b*', '/b', '/a/b?x=1', '#x', '#Y', '#z')

/** The rule, word for word. */
function takes(item: string, of: string, its: readonly string[] | null): boolean {
  if (item.startsWith('#')) return its?.includes(item.slice(1).toLowerCase()) ?? false
  return item.endsWith('*') ? of.startsWith(item.slice(0, -1)) : item === of
}

test('an entry is covered when any item after its last check takes it', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 12 }), fc.nat(12), url, tags, (paths, since, of, its) => {
      const sequence = new InvalidationSequence()
      for (const each of paths) {
        const parsed = parseInvalidationItems([each])
        if (parsed.kind === 'items') sequence.append(parsed.items)
      }
      expect(sequence.sequence).toBe(paths.length)
      const expected = paths.slice(since).some((each) => takes(each, of, its))
      expect(sequence.covers(of, its, since)).toBe(expected)
    }),
    { numRuns: 500 },
  )
})

test('what is being fetched has tags that nobody knows: every tag since then covers it', () => {
  const sequence = new InvalidationSequence()
  sequence.append([{ kind: 'tag', tag: 'x' }])
  sequence.append([{ kind: 'file', url: '/b' }])
  expect(sequence.covers('/a', 'unknown', 0)).toBe(true)
  expect(sequence.covers('/a', 'unknown', 1)).toBe(false)
})

test('a hundred thousand different paths take bounded memory and take too much rather than too little', () => {
  const sequence = new InvalidationSequence()
  for (let index = 0; index < 100_000; index++) sequence.append([{ kind: 'file', url: `/${index}` }])
  expect(sequence.covers('/99999', null, 99_999)).toBe(true)
  expect(sequence.covers('/other', null, 99_999)).toBe(false)
  expect(sequence.covers('/0', null, 0)).toBe(true)
})

test('encoding is stable, keeps what is encoded, and does not mind strange text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const once = encodeUrl(`/${text}`)
      expect(encodeUrl(once)).toBe(once)
      expect(once).toMatch(/^[!$-;=?-Z_a-z~]+$/)
    }),
  )
})

test('tags of any header are tags that an invalidation takes', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), (header) => {
      for (const tag of parseTags(header) ?? []) {
        expect(parseInvalidationItems([`#${tag}`])).toEqual({ kind: 'items', items: [{ kind: 'tag', tag }] })
      }
    }),
  )
})
