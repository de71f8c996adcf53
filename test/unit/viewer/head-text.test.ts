// Heads of answers as text: what may not be sent is refused before anything is.
import { describe, expect, test } from 'vitest'
import { toHeadText } from '../../../src/viewer/http1/head-text.ts'

describe('The head of an answer', () => {
  test('keeps the order and spelling of its fields, and tells the length', () => {
    expect(toHeadText(200, 'OK', ['x-b', 'é', 'CONTENT-length', '5', 'X-A', ''])).toEqual({
      text: 'HTTP/1.1 200 OK\r\nx-b: é\r\nCONTENT-length: 5\r\nX-A: \r\n',
      length: 5,
    })
  })

  test('leaves the framing to the one that writes the body', () => {
    expect(toHeadText(200, 'OK', ['Transfer-Encoding', 'gzip', 'A', 'b'])).toEqual({
      text: 'HTTP/1.1 200 OK\r\nA: b\r\n',
      length: null,
    })
  })

  test.each([
    ['a line break in a value', ['X-A', 'b\r\nSet-Cookie: x']],
    ['a name that is no token', ['X A', 'b']],
    ['an empty name', ['', 'b']],
    ['a character above 255', ['X-A', '\u0100']],
    ['a NUL', ['X-A', 'a\0']],
    ['a length in other digits', ['Content-Length', '0x10']],
    ['a negative length', ['Content-Length', '-1']],
    ['no length', ['Content-Length', '']],
    ['two lengths', ['Content-Length', '1', 'content-length', '1']],
  ])('is refused with %s', (_what, pairs) => {
    expect(() => toHeadText(200, 'OK', pairs)).toThrow(TypeError)
  })

  test('is refused with a reason phrase that may not be sent', () => {
    expect(() => toHeadText(200, 'OK\r\nX: y', [])).toThrow(TypeError)
  })
  test.each([100, 101, 199, 1000, Number.NaN])('is refused with status %d', (status) => {
    expect(() => toHeadText(status, 'OK', [])).toThrow(TypeError)
  })
})
