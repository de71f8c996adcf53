import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readClockChange, readInvalidation, readLast } from '../../../src/control/bodies.ts'

const NOW = Date.UTC(2030, 0, 1)

test.each([
  [{ set: '2031-01-01T00:00:00Z' }, Date.UTC(2031, 0, 1)],
  [{ set: '2029-12-31' }, Date.UTC(2029, 11, 31)],
  [{ advance: '1h' }, NOW + 3_600_000],
])('%j moves the clock', (body, value) => {
  expect(readClockChange(body, NOW)).toEqual({ ok: true, value })
})

test.each([
  [null, 'The body is not a JSON object'],
  [[], 'The body is not a JSON object'],
  ['1h', 'The body is not a JSON object'],
  [{}, 'Exactly one of "set" and "advance" is needed'],
  [{ set: '2030-01-01', advance: '1h' }, 'Exactly one of "set" and "advance" is needed'],
  [{ add: '1h' }, 'Unknown field "add"'],
  [{ advance: 60 }, '"advance" is not a string'],
  [{ advance: '60' }, `"advance": '60' has no unit`],
  [{ set: 'noon' }, `"set": 'noon' is not an ISO 8601 date`],
  [{ advance: '999999999999d' }, `"advance": '999999999999d' is too far away`],
])('%j does not move the clock: %s', (body, error) => {
  expect(readClockChange(body, NOW)).toMatchObject({
    ok: false,
    error,
    hint: expect.stringContaining('advance'),
  })
})

test('an invalidation is for all distributions unless it names one', () => {
  expect(readInvalidation({ paths: ['/*'] })).toEqual({
    ok: true,
    value: { paths: ['/*'], distribution: null, dryRun: false },
  })
  expect(readInvalidation({ paths: ['/a', '/b'], distribution: 'E1' })).toEqual({
    ok: true,
    value: { paths: ['/a', '/b'], distribution: 'E1', dryRun: false },
  })
})

test.each([
  [undefined, 'The body is not a JSON object'],
  [{}, '"paths" is not a list of one or more strings'],
  [{ paths: [] }, '"paths" is not a list of one or more strings'],
  [{ paths: '/a' }, '"paths" is not a list of one or more strings'],
  [{ paths: ['/a', 1] }, '"paths" is not a list of one or more strings'],
  [{ paths: ['/a'], distribution: 1 }, '"distribution" is not a string'],
  [{ Paths: ['/a'] }, 'Unknown field "Paths"'],
])('%j is no invalidation: %s', (body, error) => {
  expect(readInvalidation(body)).toMatchObject({ ok: false, error })
})

test.each([
  [{}, 20],
  [{ last: '1' }, 1],
  [{ last: '500' }, 500],
])('the query %j asks for %d traces', (query, value) => {
  expect(readLast(query)).toEqual({ ok: true, value })
})

test.each(['0', '-1', 'x', '1.5', '', ['1', '2']])('last=%j is refused', (last) => {
  expect(readLast({ last })).toMatchObject({ ok: false, error: '"last" is not a whole number above 0' })
})

test('no JSON value makes a reader throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      expect(readClockChange(body, NOW)).toHaveProperty('ok')
      expect(readInvalidation(body)).toHaveProperty('ok')
    }),
  )
})
