// Query strings are selected byte for byte.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileQuerySelection } from '../../../src/message/query.ts'
import { ALL, except, listed, NONE } from '../policies/builders.ts'

const isA = (parameter: string) => parameter === 'a' || parameter.startsWith('a=')

describe('compileQuerySelection', () => {
  test.each([
    [NONE, 'a=1', ''],
    [ALL, 'b=%20&&a=1&', 'b=%20&&a=1&'],
    [listed('a'), 'b=2&a=1&a', 'a=1&a'],
    [listed('a'), '%61=1&A=1&aa=1', ''],
    [listed('a'), 'a==1', 'a==1'],
    [listed('a'), 'a;b=1', ''],
    [listed('*'), 'a=1&*=2', '*=2'],
    [listed(), 'a=1', ''],
    [except('a'), 'b=2&a=1&&c', 'b=2&&c'],
    [except(), 'b=2&a=1', 'b=2&a=1'],
  ])('%o of ?%s is ?%s', (selection, query, expected) => {
    expect(compileQuerySelection(selection)(query)).toBe(expected)
  })

  test('a list and its complement share the parameters among themselves, in order', () => {
    const query = fc
      .array(fc.constantFrom('a=1', 'a', 'b=2', 'c', 'a=2', ''))
      .map((parameters) => parameters.join('&'))
      .filter((text) => text !== '')
    fc.assert(
      fc.property(query, (text) => {
        const kept = compileQuerySelection(listed('a'))(text)
        const rest = compileQuerySelection(except('a'))(text)
        const parameters = text.split('&')
        expect(kept).toBe(parameters.filter(isA).join('&'))
        expect(rest).toBe(parameters.filter((parameter) => !isA(parameter)).join('&'))
      }),
    )
  })
})
