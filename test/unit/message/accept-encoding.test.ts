// Accept-Encoding beyond the table of the manual, which is a conformance test.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeAcceptEncoding } from '../../../src/message/accept-encoding.ts'

describe('normalizeAcceptEncoding', () => {
  test.each([
    ['', ''],
    ['identity', ''],
    ['*', ''],
    ['x-gzip, brotli', ''],
    ['gzip;q=0', ''],
    ['gzip; Q = 0.000 ', ''],
    ['gzip;q=0.001', 'gzip'],
    ['gzip;q=0;x=1', ''],
    [' BR ,gzip', 'br,gzip'],
    [',,gzip,', 'gzip'],
  ])('"%s" accepts "%s"', (value, key) => {
    expect(normalizeAcceptEncoding(value, true, true)).toEqual({
      key,
      forward: key === '' ? 'identity' : key,
    })
  })

  test('a value seen before is answered by the flags of this policy', () => {
    const value = 'gzip, br, deflate'
    expect(normalizeAcceptEncoding(value, true, true).key).toBe('br,gzip')
    expect(normalizeAcceptEncoding(value, true, false).key).toBe('gzip')
    expect(normalizeAcceptEncoding(value, false, true).key).toBe('br')
    expect(normalizeAcceptEncoding(value, false, false)).toEqual({ key: '', forward: null })
  })

  test('a thousand different values are no trouble', () => {
    for (let i = 0; i < 1000; i++)
      expect(normalizeAcceptEncoding(`gzip;q=0.${i + 1}, x${i}`, true, true).key).toBe('gzip')
  })

  test('never throws, has one of its few forms, and its normal form is its own normal form', () => {
    const piece = fc.constantFrom(
      'gzip',
      'br',
      'zstd',
      '*',
      ',',
      ';',
      'q=',
      '0',
      '1',
      '.',
      ' ',
      '=',
      'GZIP',
      'é',
    )
    const header = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(header, fc.boolean(), fc.boolean(), (value, gzip, brotli) => {
        const { key, forward } = normalizeAcceptEncoding(value, gzip, brotli)
        expect([
          '',
          ...(gzip ? ['gzip'] : []),
          ...(brotli ? ['br'] : []),
          ...(gzip && brotli ? ['br,gzip'] : []),
        ]).toContain(key)
        if (forward !== null) expect(normalizeAcceptEncoding(forward, gzip, brotli)).toEqual({ key, forward })
      }),
      { numRuns: 500 },
    )
  })
})
