import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isInstant, parseDuration, parseInstant } from '../../../src/control/duration.ts'

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['2d', 172_800_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  [' 1s ', 1000],
  ['0s', 0],
])('%s is a duration of %d ms', (text, milliseconds) => {
  expect(parseDuration(text)).toEqual({ ok: true, milliseconds })
})

test.each([
  ['60', "'60' has no unit"],
  ['', "'' is not a duration"],
  ['1y', "'1y' is not a duration"],
  ['-1h', "'-1h' is not a duration"],
  ['1 h', "'1 h' is not a duration"],
  ['h', "'h' is not a duration"],
  ['1.h', "'1.h' is not a duration"],
])('%j is no duration: %s', (text, because) => {
  expect(parseDuration(text)).toEqual({ ok: false, because })
})

test.each([
  ['2030-01-01', Date.UTC(2030, 0, 1)],
  ['2030-01-01T12:30:00Z', Date.UTC(2030, 0, 1, 12, 30)],
  ['2030-01-01T12:30Z', Date.UTC(2030, 0, 1, 12, 30)],
  ['2030-01-01T12:30:00.250+02:00', Date.UTC(2030, 0, 1, 10, 30, 0, 250)],
  ['2028-02-29', Date.UTC(2028, 1, 29)],
])('%s is an instant', (text, milliseconds) => {
  expect(parseInstant(text)).toEqual({ ok: true, milliseconds })
})

test.each([
  ['tomorrow', "'tomorrow' is not an ISO 8601 date"],
  ['2030', "'2030' is not an ISO 8601 date"],
  ['2030-02-30', "'2030-02-30' is not an ISO 8601 date"],
  ['2030-02-30T00:00:00Z', "'2030-02-30T00:00:00Z' is not an ISO 8601 date"],
  ['2030-01-01T25:00:00Z', "'2030-01-01T25:00:00Z' is not an ISO 8601 date"],
  ['2030-01-01T12:00:00', "'2030-01-01T12:00:00' has no time zone, which ends in Z for UTC"],
])('%s is no instant: %s', (text, because) => {
  expect(parseInstant(text)).toEqual({ ok: false, because })
})

test('what a date prints is read back', () => {
  const dates = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseInstant(date.toISOString())).toEqual({ ok: true, milliseconds: date.getTime() })
    }),
  )
})

test('no text makes the parsers throw, and no duration is below 0', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.hmsd-]*$/)), (text) => {
      const duration = parseDuration(text)
      if (duration.ok) expect(duration.milliseconds).toBeGreaterThanOrEqual(0)
      parseInstant(text)
    }),
  )
})

test('a clock cannot stand where no date can', () => {
  expect(isInstant(8.64e15)).toBe(true)
  expect(isInstant(8.64e15 + 1)).toBe(false)
  expect(isInstant(Number.NaN)).toBe(false)
})
