// Cookies are selected by name and sorted.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileCookieSelection } from '../../../src/message/cookies.ts'
import { ALL, except, listed, NONE } from '../policies/builders.ts'

const toHeader = (names: readonly string[]) => names.map((name) => `${name}=1`).join('; ')

describe('compileCookieSelection', () => {
  test.each([
    [NONE, 'a=1', null],
    [ALL, null, null],
    [ALL, '', null],
    [ALL, 'b=2;a=1 ;  c="x"', 'a=1; b=2; c="x"'],
    [ALL, 'a=2; a=1', 'a=2; a=1'],
    [ALL, 'b=1; B=2; a=', 'B=2; a=; b=1'],
    [ALL, 'a=b=c', 'a=b=c'],
    [ALL, '$Path=/; a=1', 'a=1'],
    [ALL, '$Path=/', null],
    [ALL, 'a=1; =2', null],
    [ALL, 'a=1; b', null],
    [listed('b', 'a'), 'c=3; b=2; a=1', 'a=1; b=2'],
    [listed('a'), 'A=1', null],
    [listed('a'), 'a=1; broken', null],
    [except('a'), 'a=1', null],
    [except('a'), 'c=3; b=2; a=1', 'b=2; c=3'],
  ])('%o of "%s" is "%s"', (selection, header, expected) => {
    expect(compileCookieSelection(selection, { wildcards: false })(header)).toBe(expected)
  })

  test.each([
    [['sess*'], 'session=1; other=2', 'session=1'],
    [['a?'], 'a=1; ab=2; abc=3', 'ab=2'],
    [['*id', 'x'], 'userid=1; x=2; idx=3', 'userid=1; x=2'],
    [['*'], 'b=2; a=1', 'a=1; b=2'],
  ])('the legacy list %o of "%s" is "%s"', (names, header, expected) => {
    const selection = listed(...names)
    expect(compileCookieSelection(selection, { wildcards: true })(header)).toBe(expected)
  })

  test('in policies a star is only a star', () => {
    expect(compileCookieSelection(listed('a*'), { wildcards: false })('ab=1; a*=2')).toBe('a*=2')
  })

  test('the order in which a viewer sends its cookies does not matter', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'B', 'a1', '_', 'z'))
    fc.assert(
      fc.property(names, names, (some, more) => {
        const all = [...new Set([...some, ...more])]
        const select = compileCookieSelection(ALL, { wildcards: false })
        expect(select(toHeader(all))).toBe(select(toHeader(all.toReversed())))
      }),
    )
  })
})
