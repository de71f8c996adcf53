import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContinueGate, type ReadSide } from '../../../src/origin/continue-gate.ts'

/** A socket that has these chunks to read. */
function socketOf(chunks: readonly Buffer[]): ReadSide {
  const left = [...chunks]
  return { read: () => left.shift() ?? null }
}

/** What a parser reads when the bytes of a response come in pieces that are cut at these places. */
function readThrough(text: string, cuts: readonly number[], armed = true): string {
  const bytes = Buffer.from(text, 'latin1')
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  const chunks = [...places, bytes.length].map((to, i) => bytes.subarray(places[i - 1] ?? 0, to))
  const socket = socketOf(chunks.filter((chunk) => chunk.length > 0))
  const gate = new ContinueGate()
  gate.attach(socket)
  if (armed) gate.arm()
  let read = ''
  for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) read += chunk.toString('latin1')
  return read
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n'
const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 8 })

describe('However the bytes come in', () => {
  test('one 100 Continue is taken out, and nothing else', () => {
    fc.assert(
      fc.property(cuts, fc.string({ maxLength: 40 }), (places, body) => {
        const final = `HTTP/1.1 200 OK\r\n\r\n${body}${CONTINUE}`.replaceAll(/[^\x00-\xff]/g, '?')
        expect(readThrough(CONTINUE + final, places)).toBe(final)
        expect(readThrough(CONTINUE + CONTINUE + final, places)).toBe(CONTINUE + final)
        expect(readThrough(final, places)).toBe(final)
      }),
    )
  })

  test('bytes that no request waits for stay as they are', () => {
    fc.assert(
      fc.property(cuts, (places) => {
        expect(readThrough(CONTINUE, places, false)).toBe(CONTINUE)
      }),
    )
  })

  test('a head that never ends is given to the parser at last', () => {
    const endless = `HTTP/1.1 100 ${'a'.repeat(10_000)}`
    fc.assert(
      fc.property(cuts, (places) => {
        expect(readThrough(endless, places)).toBe(endless)
      }),
      { numRuns: 20 },
    )
  })
})

test.each(['HTTP/1.0 100 Continue\r\n\r\n', 'HTTP/1.1 100\r\n\r\n'])('%j is taken out', (interim) => {
  expect(readThrough(`${interim}HTTP/1.1 204 No\r\n\r\n`, [])).toBe('HTTP/1.1 204 No\r\n\r\n')
})

test.each(['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'HTTP/1.1 10'])(
  '%j is left to the parser, or held until it can be told',
  (text) => {
    const held = text === 'HTTP/1.1 10'
    expect(readThrough(text, [])).toBe(held ? '' : text)
  },
)
