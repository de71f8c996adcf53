import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCount, parseSize, toSizeText } from '../../../src/cli/values.ts'

test.each([
  ['0', 0],
  ['4096', 4096],
  ['900b', 900],
  ['1KiB', 1024],
  ['64k', 65_536],
  ['64MiB', 67_108_864],
  ['64 mib', 67_108_864],
  ['1.5GiB', 1_610_612_736],
  ['500MB', 500_000_000],
  ['2gb', 2_000_000_000],
])('%s are %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each([
  '',
  'x',
  '-1',
  '1e3',
  'MiB',
  '1TiB',
  '1.MiB',
  '64 M iB',
  '999999999999GiB',
  'constructor',
  '1constructor',
])('%j is no size', (text) => {
  expect(parseSize(text)).toBeNull()
})

test.each([
  [900, '900 bytes'],
  [1024, '1 KiB'],
  [67_108_864, '64 MiB'],
  [1_610_612_736, '1.5 GiB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(toSizeText(bytes)).toBe(text)
})

test('a size in bytes is read as it is, and no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (bytes) => parseSize(String(bytes)) === (bytes < 1e12 ? bytes : null)),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = parseSize(text)
      expect(bytes === null || (Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true)
    }),
  )
})

test.each([
  ['0', 0],
  ['65535', 65_535],
  ['65536', null],
  ['-1', null],
  ['1.5', null],
  ['', null],
  ['0x10', null],
])('the count %j is %s', (text, count) => {
  expect(parseCount(text, 65_535)).toBe(count)
})
