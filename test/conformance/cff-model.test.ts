// How a CloudFront Function is run: its handler, its state, and its limits.
import { describe, expect, test } from 'vitest'
import { createCffRunner } from '../../src/functions/cloudfront/runner.ts'
import { awaited, EMPTY_HOST, runCode, valueOf } from '../support/cff.ts'
import { startFunctionFront } from '../support/cloudfront-functions.ts'
import { startOrigin } from '../support/origin.ts'

const V1 = { runtime: 'cloudfront-js-1.0' } as const
const BOTH = ['cloudfront-js-1.0', 'cloudfront-js-2.0'] as const
const EVENT_OBJECT = {
  version: '1.0',
  request: { method: 'GET', uri: '/a', querystring: {}, headers: {}, cookies: {} },
}
const EVENT = JSON.stringify(EVENT_OBJECT)

describe('F.A1 CloudFront Functions: programming model', () => {
  test.each(BOTH)(
    '%s: the entry point is the function handler with the event as its one argument',
    async (runtime) => {
      const code = `function handler(event) { return [arguments.length, event]; }`
      expect(await runCode(code, { runtime, event: EVENT_OBJECT })).toMatchObject({
        kind: 'returned',
        value: [1, EVENT_OBJECT],
      })
    },
  )

  test.each(BOTH)('%s: without a handler the run fails', async (runtime) => {
    for (const code of ['', 'function Handler(event) { return {}; }', 'var handler = 1;']) {
      expect(await runCode(code, { runtime })).toMatchObject({ kind: 'failed', because: 'no-handler' })
    }
  })

  test.each([
    'const handler = (event) => event.request;',
    'globalThis.handler = (event) => event.request;',
    'global.handler = function (event) { return event.request; };',
  ])('2.0: the handler may be assigned: %s (observed)', async (code) => {
    expect(await runCode(code, { event: EVENT_OBJECT })).toMatchObject({ value: EVENT_OBJECT.request })
  })

  test('there is neither exports nor module', async () => {
    expect(await valueOf('[typeof exports, typeof module]')).toEqual(['undefined', 'undefined'])
  })

  test('2.0: the handler may be asynchronous, and its promise is awaited', async () => {
    expect(await awaited('(await Promise.all([1, Promise.resolve(2)])).concat(3)')).toEqual([1, 2, 3])
  })

  test('2.0: a rejected promise is an error of the run', async () => {
    const result = await runCode(`async function handler() { await null; throw new TypeError('no'); }`)
    expect(result).toMatchObject({ kind: 'failed', because: 'threw', message: 'TypeError: no' })
  })

  test('1.0: the handler is synchronous, and a promise is not awaited', async () => {
    expect(
      await runCode('function handler() { return Promise.resolve({ statusCode: 200 }); }', V1),
    ).toMatchObject({ value: {} })
  })

  test('1.0: promises have then, catch and finally', async () => {
    expect(
      await valueOf(
        'typeof Promise.resolve(1).then(function () {}).catch(function () {}).finally(function () {})',
        V1,
      ),
    ).toBe('object')
  })

  test('a promise that nothing settles is an error of the run', async () => {
    expect(await awaited('new Promise(function () {})')).toBe('The promise of the handler never settles.')
  })

  test('bad syntax is reported when the function runs, not before (observed)', async () => {
    const source = {
      name: 'f',
      code: 'function handler( {',
      file: null,
      runtime: 'cloudfront-js-2.0' as const,
    }
    const runner = createCffRunner(source, { strictDialect: true })
    expect(runner.problems).toMatchObject([
      { message: expect.stringMatching(/^SyntaxError: .* in 1$/) as string, line: 1 },
    ])
    const result = await runner.run({ event: EVENT, host: EMPTY_HOST, now: 0, requestId: 'r' })
    expect(result).toMatchObject({ kind: 'failed', because: 'syntax' })
  })

  test.each(BOTH)('%s: strict mode is on and cannot be turned off', async (runtime) => {
    expect(await valueOf('(function () { return typeof this })()', { runtime })).toBe('undefined')
    expect(await valueOf('(function () { undeclared = 1 })()', { runtime })).toMatch(/^ReferenceError: /)
    expect(await valueOf('(function () { Object.freeze(event).version = 1 })()', { runtime })).toMatch(
      /^TypeError: /,
    )
  })

  test('what one run writes, the next does not see (unverified)', async () => {
    const code = `let count = 0; Array.prototype.seen = Array.prototype.seen || 0;
      function handler() { count++; globalThis.total = (globalThis.total || 0) + 1; Array.prototype.seen++; return [count, total, [].seen]; }`
    const source = { name: 'f', code, file: null, runtime: 'cloudfront-js-2.0' as const }
    const runner = createCffRunner(source, { strictDialect: true })
    for (let round = 0; round < 3; round++) {
      const result = await runner.run({ event: EVENT, host: EMPTY_HOST, now: 0, requestId: 'r' })
      expect(result).toMatchObject({ value: [1, 1, 1] })
    }
  })

  test('top-level code is executed in each run (unverified)', async () => {
    const code = `console.log('start ' + Date.now()); function handler() { return {}; }`
    const source = { name: 'f', code, file: null, runtime: 'cloudfront-js-2.0' as const }
    const runner = createCffRunner(source, { strictDialect: true })
    for (const now of [1, 2]) {
      const result = await runner.run({ event: EVENT, host: EMPTY_HOST, now, requestId: 'r' })
      expect(result.logs).toEqual([`start ${now}`])
    }
  })

  test('an exception of top-level code is an error of the run', async () => {
    const result = await runCode(`throw new Error('early');\nfunction handler() { return {}; }`)
    expect(result).toMatchObject({ kind: 'failed', because: 'threw', message: 'Error: early', line: 1 })
  })

  test.each([
    ['null.x', 'TypeError: cannot get property "x" of null'],
    ['missing.x', 'ReferenceError: "missing" is not defined'],
    ['(function () { var o; o.p = 1 })()', 'TypeError: cannot set property "p" of undefined'],
  ])('errors are told in the words of the engine: %s (unverified)', async (expression, message) => {
    expect(await valueOf(expression)).toBe(message)
  })

  test('an error carries the line and column in the code', async () => {
    const result = await runCode(`function handler(event) {\n  return event.a.b;\n}`)
    expect(result).toMatchObject({
      line: 2,
      column: 17,
      stack: expect.stringContaining('handler (function.js:2:') as string,
    })
  })
})

describe('F.1 Edge functions: limits', () => {
  const sized = (bytes: number) => {
    const code = 'function handler(event) { return event.request; }\n//'
    return code + 'x'.repeat(bytes - code.length)
  }

  test('CloudFront Functions: 10 KB of code, counted in bytes', async () => {
    expect(await runCode(sized(10_240), { event: EVENT_OBJECT })).toMatchObject({ kind: 'returned' })
    expect(await runCode(sized(10_241))).toMatchObject({
      kind: 'failed',
      because: 'dialect',
      message: expect.stringContaining('10241 bytes') as string,
    })
    expect(await runCode(sized(10_239) + '\u00e9')).toMatchObject({ kind: 'failed' })
  })

  test.each([
    [8189, 200],
    [8190, 502],
  ])(
    'CloudFront Functions: a returned uri and query string have at most 8,192 characters with the question mark: %i and ?q=',
    async (length, status) => {
      await using origin = await startOrigin()
      const code = `function handler(event) {
      event.request.uri = '/' + 'x'.repeat(${length - 1})
      event.request.querystring = { q: { value: '' } }
      return event.request
    }`
      await using front = await startFunctionFront({ origin, code: { 'viewer-request': code } })
      expect((await front.get('/')).status).toBe(status)
    },
  )

  test('CloudFront Functions: 2 MB of memory in a run', async () => {
    expect(await valueOf('Buffer.alloc(1900000).length')).toBe(1_900_000)
    expect(await runCode('function handler() { return Buffer.alloc(2200000).length; }')).toMatchObject({
      kind: 'failed',
      because: 'memory',
    })
  })

  test('CloudFront Functions: memory that is given back counts once (choice)', async () => {
    expect(
      await valueOf('(function () { for (var i = 0; i < 10; i++) Buffer.alloc(1000000); return i })()'),
    ).toBe(10)
  })

  test('CloudFront Functions: a run that takes too long fails', async () => {
    const result = await runCode('function handler() { for (;;); }')
    expect(result).toMatchObject({ kind: 'failed', because: 'budget' })
    expect(result.computeUtilization).toBeGreaterThan(100)
  })

  test('CloudFront Functions: the same run always uses the same compute time (choice)', async () => {
    const code = 'function handler(event) { for (var i = 0; i < event.turns; i++); return {}; }'
    const utilization = async (turns: number) =>
      (await runCode(code, { event: { turns } })).computeUtilization
    const [little, much] = [await utilization(10), await utilization(10_000)]
    expect(little).toBeLessThan(5)
    expect(much).toBeGreaterThan(10)
    expect(await utilization(10_000)).toBe(much)
  })

  test('CloudFront Functions: 10 KB of log text in a run, then it is cut', async () => {
    const code = `function handler() { for (var i = 0; i < 20; i++) console.log('${'\u00e9'.repeat(500)}'); return {}; }`
    const { logs } = await runCode(code)
    expect(logs).toHaveLength(11)
    expect(Buffer.byteLength(logs.join(''))).toBe(10_240)
  })

  test('CloudFront Functions: no network, no file system, no environment', async () => {
    expect(
      await valueOf('[typeof fetch, typeof XMLHttpRequest, typeof process, typeof WebAssembly]'),
    ).toEqual(Array.from({ length: 4 }, () => 'undefined'))
  })
})
