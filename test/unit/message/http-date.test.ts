// HTTP dates in their three forms.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseHttpDate, toHttpDate } from '../../../src/message/http-date.ts'

const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('parseHttpDate', () => {
  test.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    ' Sun, 06 Nov 1994 08:49:37 GMT ',
  ])('%s', (text) => {
    expect(parseHttpDate(text)).toBe(EXAMPLE)
  })

  test.each([
    ['Wednesday, 09-Nov-69 00:00:00 GMT', Date.UTC(2069, 10, 9)],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('%s is an instant', (text, instant) => {
    expect(parseHttpDate(text)).toBe(instant)
  })

  test.each([
    '',
    '0',
    '-1',
    '2024-02-29T00:00:00Z',
    'Thu, 30 Feb 2024 00:00:00 GMT',
    'Thu, 00 Jan 2024 00:00:00 GMT',
    'Thu, 01 Jam 2024 00:00:00 GMT',
    'Thu, 01 Jan 2024 24:00:00 GMT',
    'Thu, 01 Jan 2024 00:60:00 GMT',
    'Thu, 01 Jan 2024 00:00:61 GMT',
    'Thu, 01 Jan 2024 00:00:00 CET',
    'Thu, 01 Jan 2024 00:00:00',
    'Thu, 1 Jan 2024 00:00:00 GMT',
  ])('"%s" is none', (text) => {
    expect(parseHttpDate(text)).toBeNull()
  })

  test('what is written is read back, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) }), (instant) => {
        expect(parseHttpDate(toHttpDate(instant))).toBe(Math.floor(instant / 1000) * 1000)
      }),
    )
  })
})

test('toHttpDate writes the preferred form, and a clock that goes back is followed', () => {
  expect(toHttpDate(EXAMPLE + 999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
  expect(toHttpDate(EXAMPLE + 1000)).toBe('Sun, 06 Nov 1994 08:49:38 GMT')
  expect(toHttpDate(EXAMPLE)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
})
