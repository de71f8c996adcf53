// Accept-Encoding beyond the table of the manual, which is a conformance test.
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
})
