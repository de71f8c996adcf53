// Patterns with * and ?.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileWildcard } from '../../../src/message/wildcard.ts'

describe('compileWildcard', () => {
  test('agrees with the regular expression of the same meaning', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 })
    fc.assert(
      fc.property(pattern, text, (wildcard, candidate) => {
        const source = wildcard.replaceAll('.', '\\.').replaceAll('?', '.').replaceAll('*', '.*')
        expect(compileWildcard(wildcard)(candidate)).toBe(new RegExp(`^${source}$`, 's').test(candidate))
      }),
      { numRuns: 2000 },
    )
  })

  test('a pattern made to be slow is not', () => {
    const matches = compileWildcard(`${'a*'.repeat(100)}b`)
    expect(matches('a'.repeat(100_000))).toBe(false)
  })
})
