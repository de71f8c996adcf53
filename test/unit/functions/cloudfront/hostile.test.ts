import { describe, expect, test } from 'vitest'
import { createCffRunner } from '../../../../src/functions/cloudfront/runner.ts'
import { EMPTY_HOST, runCode, valueOf } from '../../../support/cff.ts'

/** Code that never ends or takes all there is, and how its run ends. */
const HOSTILE: readonly { what: string; body: string; because: string }[] = [
  { what: 'an endless loop', body: 'for (;;) {}', because: 'budget' },
  {
    what: 'an endless loop that catches everything',
    body: 'for (;;) try { for (;;) {} } catch (e) {} finally { continue }',
    because: 'budget',
  },
  { what: 'endless awaiting', body: 'while (true) await null', because: 'budget' },
  {
    what: 'promises that beget promises',
    body: 'var f = () => Promise.resolve().then(f); await f()',
    because: 'budget',
  },
  {
    what: 'a catastrophic regular expression',
    body: 'return /^(a+)+$/.test("a".repeat(40) + "b")',
    because: 'budget',
  },
  {
    what: 'a heap that grows',
    body: 'var a = []; var s = "x".repeat(2000); for (;;) a.push((s + a.length).slice(1))',
    because: 'memory',
  },
  { what: 'strings that double', body: 'var s = "x"; for (;;) s += s', because: 'memory' },
  { what: 'many buffers', body: 'var a = []; for (;;) a.push(Buffer.alloc(50000))', because: 'memory' },
  { what: 'one huge buffer', body: 'return Buffer.alloc(100000000).length', because: 'memory' },
  {
    what: 'memory, with the exception caught',
    body: 'var a = []; try { for (;;) a.push(Buffer.alloc(50000)) } catch (e) { a = null; return {} }',
    because: 'memory',
  },
  { what: 'deep recursion', body: 'var f = () => f() + 1; return f()', because: 'threw' },
  {
    what: 'a result that is too deep for JSON',
    body: 'var a = []; for (var i = 0; i < 5000; i++) a = [a]; return a',
    because: 'budget',
  },
  { what: 'a result that contains itself', body: 'var a = {}; a.a = a; return a', because: 'threw' },
  {
    what: 'a search in an array without end',
    body: 'return [].indexOf.call({ length: 9007199254740991 }, 1)',
    because: 'budget',
  },
  {
    what: 'a loop over a huge sparse array',
    body: 'new Array(4294967295).forEach(() => {})',
    because: 'budget',
  },
  {
    what: 'a search that compares everything with everything',
    body: 'var a = "a".repeat(200000); return (a + a).indexOf(a + "b")',
    because: 'budget',
  },
  {
    what: 'memory filled again and again',
    body: 'var b = Buffer.alloc(1000000); for (;;) { b.fill(1); b.copyWithin(1, 0) }',
    because: 'budget',
  },
  { what: 'a promise that never settles', body: 'await new Promise(() => {})', because: 'invalid' },
  {
    what: 'an exception that throws when it is read',
    body: 'throw { get message() { throw 1 } }',
    because: 'threw',
  },
]

describe('A hostile function', () => {
  test.each(HOSTILE)('ends, and the next run is served: $what', async ({ body, because }) => {
    const code = `async function handler(event) { if (event.good) return 'served'; ${body} }`
    const source = { name: 'f', code, file: null, runtime: 'cloudfront-js-2.0' as const }
    const runner = createCffRunner(source, { strictDialect: true })
    const invocation = { host: EMPTY_HOST, now: 0, requestId: 'r' }
    for (let round = 0; round < 2; round++) {
      expect(await runner.run({ ...invocation, event: '{}' })).toMatchObject({ kind: 'failed', because })
      expect(await runner.run({ ...invocation, event: '{"good":true}' })).toMatchObject({
        kind: 'returned',
        value: 'served',
      })
    }
  })

  test('does not change what another function sees', async () => {
    await runCode(
      `function handler() { Object.prototype.polluted = 1; Array.prototype.push = null; JSON.stringify = () => 'x'; return {}; }`,
    )
    expect(await valueOf('[typeof ({}).polluted, typeof [].push, JSON.stringify(1)]')).toEqual([
      'undefined',
      'function',
      '1',
    ])
  })
})
