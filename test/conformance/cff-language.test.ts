// The JavaScript of CloudFront Functions: what the parser takes, what it refuses in which words, and the built-ins.
import { describe, expect, test } from 'vitest'
import { checkDialect } from '../../src/functions/cloudfront/dialect.ts'
import { awaited, runCode, valueOf } from '../support/cff.ts'
import type { CloudFrontRuntime } from '../../src/functions/cloudfront/contract.ts'

const V1 = 'cloudfront-js-1.0'
const V2 = 'cloudfront-js-2.0'
const BOTH = [V1, V2] as const

interface Accepted {
  readonly what: string
  readonly code: string
  readonly value: unknown
  readonly runtimes: readonly CloudFrontRuntime[]
  readonly mark?: string
}

/** Bodies of a handler that is asynchronous in 2.0. */
const ACCEPTED: readonly Accepted[] = [
  {
    what: 'var, functions and closures',
    code: 'var a = 1; function f() { return a } return f()',
    value: 1,
    runtimes: BOTH,
  },
  {
    what: 'labels',
    code: 'a: for (var i = 0; i < 9; i++) { for (;;) { if (i > 2) break a; continue a } } return i',
    value: 3,
    runtimes: BOTH,
  },
  {
    what: 'try, catch and finally',
    code: 'var s = ""; try { throw 1 } catch (e) { s += e } finally { s += "f" } return s',
    value: '1f',
    runtimes: BOTH,
  },
  {
    what: 'switch',
    code: 'switch (event.kind) { case 1: return "one"; default: return "other" }',
    value: 'other',
    runtimes: BOTH,
  },
  {
    what: 'for...in',
    code: 'var s = ""; for (var k in { a: 1, b: 2 }) s += k; return s',
    value: 'ab',
    runtimes: BOTH,
  },
  { what: 'arrow functions', code: 'return [1, 2].map((x) => x * 2)', value: [2, 4], runtimes: BOTH },
  {
    what: 'rest parameters',
    code: 'function f(a, ...rest) { return rest } return f(1, 2, 3)',
    value: [2, 3],
    runtimes: BOTH,
  },
  {
    what: 'template literals, nested and over lines',
    code: 'return `a${`b${1}`}\nc`',
    value: 'ab1\nc',
    runtimes: BOTH,
  },
  { what: 'the exponent operator', code: 'return 2 ** 3', value: 8, runtimes: BOTH },
  {
    what: 'named capture groups',
    code: 'return /(?<year>[0-9]+)/.exec("in 2030").groups.year',
    value: '2030',
    runtimes: BOTH,
  },
  {
    what: 'shorthand properties, methods, computed keys and getters',
    code: 'var a = 1; var o = { a, m() { return 2 }, ["k" + a]: 3, get g() { return 4 } }; return [o.a, o.m(), o.k1, o.g]',
    value: [1, 2, 3, 4],
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'the ?? operator',
    code: 'return event.nothing ?? "default"',
    value: 'default',
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'tagged templates',
    code: 'function tag(s) { return s[0] } return tag`x`',
    value: 'x',
    runtimes: BOTH,
    mark: 'observed',
  },
  { what: 'let and const', code: 'let a = 1; const b = 2; return a + b', value: 3, runtimes: [V2] },
  { what: 'numeric separators', code: 'return 1_000', value: 1000, runtimes: [V2] },
  { what: 'the regular expression flag y', code: 'return /a/y.sticky', value: true, runtimes: [V2] },
  {
    what: 'await in statements',
    code: 'var a = await Promise.resolve(1); return a',
    value: 1,
    runtimes: [V2],
  },
  {
    what: 'await in templates, operators, conditions and object literals',
    code: 'if (await Promise.resolve(true)) return { a: `${await Promise.resolve(1)}`, b: 1 + (await Promise.resolve(1)) }',
    value: { a: '1', b: 2 },
    runtimes: [V2],
    mark: 'observed',
  },
  {
    what: 'async arrow functions and nested async functions',
    code: 'const f = async () => 1; async function g() { return 2 } const a = await f(); const b = await g(); return [a, b]',
    value: [1, 2],
    runtimes: [V2],
    mark: 'observed',
  },
]

interface Refused {
  readonly what: string
  readonly code: string
  /** Without the line. */
  readonly message: string
  readonly runtimes: readonly CloudFrontRuntime[]
  readonly mark: 'observed' | 'unverified'
}

const notSupported = (token: string) => `Token "${token}" not supported in this version`
const REFUSED: readonly Refused[] = [
  { what: 'let', code: 'let a = 1', message: notSupported('let'), runtimes: [V1], mark: 'unverified' },
  { what: 'const', code: 'const a = 1', message: notSupported('const'), runtimes: [V1], mark: 'observed' },
  {
    what: 'an async function',
    code: 'async function f() {}',
    message: 'Unexpected token "function"',
    runtimes: [V1],
    mark: 'unverified',
  },
  {
    what: 'a numeric separator',
    code: 'var a = 1_000',
    message: 'Unexpected token "_000"',
    runtimes: [V1],
    mark: 'unverified',
  },
  {
    what: 'the regular expression flag y',
    code: 'var a = /a/y',
    message: 'Invalid RegExp flags "y"',
    runtimes: [V1],
    mark: 'unverified',
  },
  {
    what: 'import',
    code: 'import crypto from "crypto"',
    message: notSupported('import'),
    runtimes: [V1],
    mark: 'unverified',
  },
  {
    what: 'await in the arguments of a call',
    code: 'async function f(x) { await x; g(await x) }',
    message: 'await in arguments not supported',
    runtimes: [V2],
    mark: 'observed',
  },
  {
    what: 'await outside of async functions',
    code: 'await f()',
    message: 'await is only valid in async functions',
    runtimes: [V2],
    mark: 'unverified',
  },
  {
    what: 'an import by name',
    code: 'import { createHmac } from "crypto"',
    message: 'Non-default import is not supported',
    runtimes: [V2],
    mark: 'unverified',
  },
  {
    what: 'import()',
    code: 'import("crypto")',
    message: 'Unexpected token "import"',
    runtimes: [V2],
    mark: 'unverified',
  },
  {
    what: 'the regular expression flag s',
    code: 'var a = /a/s',
    message: 'Invalid RegExp flags "s"',
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'the regular expression flag u',
    code: 'var a = /a/u',
    message: 'Invalid RegExp flags "u"',
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'spread in a call',
    code: 'f(...a)',
    message: notSupported('...'),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'spread in an array',
    code: 'var b = [...a]',
    message: notSupported('...'),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'spread in an object',
    code: 'var b = {...a}',
    message: notSupported('...'),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'destructuring of an object in a declaration',
    code: 'var {a} = b',
    message: notSupported('{'),
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'destructuring of an array in a declaration',
    code: 'var [a] = b',
    message: notSupported('['),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'destructuring in the parameters of a function',
    code: 'function f({a}) {}',
    message: notSupported('{'),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'destructuring in the parameters of an arrow function',
    code: 'var f = ({a}) => a',
    message: 'Unexpected token "=>"',
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'a default parameter',
    code: 'function f(a = 1) {}',
    message: 'Unexpected token "="',
    runtimes: BOTH,
    mark: 'unverified',
  },
  { what: 'class', code: 'class A {}', message: notSupported('class'), runtimes: BOTH, mark: 'unverified' },
  {
    what: 'a generator',
    code: 'function* f() {}',
    message: notSupported('*'),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'for...of',
    code: 'for (var a of b) {}',
    message: notSupported('of'),
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'optional chaining of a property',
    code: 'a?.b',
    message: notSupported('?.'),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'optional chaining of a call',
    code: 'a?.()',
    message: notSupported('?.'),
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'catch without a parameter',
    code: 'try { a() } catch { b() }',
    message: notSupported('{'),
    runtimes: BOTH,
    mark: 'observed',
  },
  {
    what: 'the assignment ??=',
    code: 'a.b ??= 1',
    message: 'Unexpected token "="',
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'the assignment ||=',
    code: 'a.b ||= 1',
    message: 'Unexpected token "="',
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'the assignment &&=',
    code: 'a.b &&= 1',
    message: 'Unexpected token "="',
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'a BigInt literal',
    code: 'var a = 10n',
    message: 'Unexpected token "n"',
    runtimes: BOTH,
    mark: 'unverified',
  },
  {
    what: 'export',
    code: 'export default 1',
    message: 'Illegal export statement',
    runtimes: BOTH,
    mark: 'observed',
  },
  { what: 'with', code: 'with (a) {}', message: notSupported('with'), runtimes: BOTH, mark: 'unverified' },
  {
    what: 'delete of an identifier',
    code: 'var a; delete a',
    message: 'Delete of an unqualified identifier',
    runtimes: BOTH,
    mark: 'unverified',
  },
]

const pairs = <Row extends { runtimes: readonly CloudFrontRuntime[]; mark?: string }>(rows: readonly Row[]) =>
  rows.flatMap((row) =>
    row.runtimes.map((runtime) => ({
      ...row,
      runtime,
      suffix: row.mark === undefined ? '' : `(${row.mark})`,
    })),
  )

/** Rows by their whole sentence: a `$name` in the name of a table is cut short. */
const named = <Row>(rows: readonly Row[], nameOf: (row: Row) => string): [string, Row][] =>
  rows.map((row) => [nameOf(row).trim(), row])

/** Documented built-ins: an expression, and the names that it has. In 2.0 those of `added` come on top. */
const BUILT_INS: readonly { on: string; names: string; added?: string }[] = [
  {
    on: 'Object',
    names:
      'create defineProperty defineProperties freeze getOwnPropertyDescriptor getOwnPropertyNames getPrototypeOf isExtensible isFrozen isSealed keys preventExtensions seal assign is entries values setPrototypeOf',
    added: 'getOwnPropertyDescriptors',
  },
  { on: 'Object.prototype', names: 'hasOwnProperty isPrototypeOf propertyIsEnumerable toString valueOf' },
  { on: 'String', names: 'fromCharCode fromCodePoint' },
  {
    on: 'String.prototype',
    names:
      'charAt codePointAt concat endsWith includes indexOf lastIndexOf match padEnd padStart repeat replace search slice split startsWith substr substring toLowerCase toUpperCase trim trimEnd trimStart',
    added: 'replaceAll',
  },
  {
    on: 'Number',
    names:
      'EPSILON MAX_SAFE_INTEGER MIN_SAFE_INTEGER MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY isFinite isInteger isNaN isSafeInteger parseFloat parseInt',
  },
  { on: 'Number.prototype', names: 'toExponential toFixed toPrecision toString valueOf' },
  {
    on: 'Math',
    names:
      'E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow random round sin sqrt tan acosh asinh atanh cbrt clz32 cosh expm1 fround hypot imul log10 log1p log2 sign sinh tanh trunc',
  },
  { on: 'Date', names: 'UTC now parse' },
  {
    on: 'Date.prototype',
    names:
      'getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds toDateString toISOString toJSON toString toTimeString toUTCString valueOf',
  },
  { on: 'Function.prototype', names: 'apply bind call' },
  { on: 'Array', names: 'isArray of' },
  {
    on: 'Array.prototype',
    names:
      'concat copyWithin every fill filter find findIndex forEach includes indexOf join lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice unshift',
  },
  {
    on: 'Uint8Array.prototype',
    names: 'copyWithin fill join set slice subarray toString',
    added:
      'every filter find findIndex forEach includes indexOf lastIndexOf map reduce reduceRight reverse some sort',
  },
  { on: 'ArrayBuffer', names: 'isView' },
  { on: 'ArrayBuffer.prototype', names: 'slice' },
  { on: 'Promise', names: 'resolve reject', added: 'all allSettled any race' },
  { on: 'Promise.prototype', names: 'then catch finally' },
  {
    on: 'RegExp.prototype',
    names: 'exec test toString global ignoreCase multiline source',
    added: 'sticky flags',
  },
  { on: 'JSON', names: 'parse stringify' },
  {
    on: 'globalThis',
    names:
      'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array',
  },
  {
    on: 'globalThis',
    names: 'Error EvalError InternalError RangeError ReferenceError SyntaxError TypeError URIError',
  },
  {
    on: 'globalThis',
    names:
      'globalThis decodeURI decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt NaN Infinity undefined',
    added: 'atob btoa Buffer TextEncoder TextDecoder DataView',
  },
]

const ADDED_ONLY: readonly { on: string; names: string }[] = [
  { on: 'Uint8Array', names: 'from of' },
  {
    on: 'DataView.prototype',
    names:
      'getInt8 getUint8 getInt16 getUint16 getInt32 getUint32 getFloat32 getFloat64 setInt8 setUint8 setInt16 setUint16 setInt32 setUint32 setFloat32 setFloat64',
  },
  { on: 'Symbol', names: 'for keyFor' },
  { on: 'TextEncoder.prototype', names: 'encode encodeInto' },
  { on: 'TextDecoder.prototype', names: 'decode encoding fatal ignoreBOM' },
]

/** Expressions that are undefined in 2.0. */
const ABSENT = [
  ...'flat flatMap at findLast findLastIndex toSorted toReversed toSpliced with'
    .split(' ')
    .map((name) => `[].${name}`),
  ...'at matchAll normalize'.split(' ').map((name) => `"".${name}`),
  ...'fromEntries hasOwn groupBy'.split(' ').map((name) => `Object.${name}`),
  ...'Map Set WeakMap Proxy Reflect BigInt Intl URL structuredClone'
    .split(' ')
    .map((name) => `globalThis.${name}`),
]
const PROBABLY_ABSENT = [
  'globalThis.URLSearchParams',
  '"".localeCompare',
  '"".toLocaleString',
  'globalThis.performance',
]
const FORBIDDEN =
  'setTimeout setImmediate clearTimeout setInterval fetch XMLHttpRequest process WebSocket'.split(' ')

/** The names that are missing on an object. */
const missing = (on: string, names: string, runtime: CloudFrontRuntime) =>
  valueOf(`${JSON.stringify(names.split(' '))}.filter(function (name) { return !(name in ${on}) })`, {
    runtime,
  })

describe('F.A2 CloudFront Functions: language', () => {
  test.each(named(pairs(ACCEPTED), (row) => `${row.runtime} takes ${row.what} ${row.suffix}`))(
    '%s',
    async (_name, { code, value, runtime }) => {
      const result = await runCode(`${runtime === V2 ? 'async ' : ''}function handler(event) { ${code} }`, {
        runtime,
      })
      expect(result).toMatchObject({ kind: 'returned', value })
    },
  )

  test.each(named(pairs(REFUSED), (row) => `${row.runtime} refuses ${row.what} ${row.suffix}`))(
    '%s',
    async (_name, { code, message, runtime }) => {
      const result = await runCode(`function handler() { return {}; }\n${code}\n`, { runtime })
      expect(result).toMatchObject({ kind: 'failed', message: `SyntaxError: ${message} in 2`, line: 2 })
    },
  )

  test('the message ends with the line of the token (observed)', () => {
    const check = checkDialect('\n\nfunction handler(event) {\n  for (var a\n    of b) {}\n}', V2)
    expect(check).toMatchObject({
      problems: [
        { message: 'SyntaxError: Token "of" not supported in this version in 5', line: 5, column: 5 },
      ],
    })
  })

  test('a function that assigns to a variable that nobody declared fails', async () => {
    const result = await runCode('function handler() { a = 1; return {}; }')
    expect(result).toMatchObject({ kind: 'failed', message: 'ReferenceError: "a" is not defined' })
  })

  test.each(
    named(
      pairs(BUILT_INS.map((row) => ({ ...row, runtimes: BOTH }))),
      (row) =>
        `${row.on} of ${row.runtime} has ${row.names}${row.runtime === V2 && row.added !== undefined ? ` ${row.added}` : ''}`,
    ),
  )('%s', async (_name, { on, names, added, runtime }) => {
    const all = runtime === V2 && added !== undefined ? `${names} ${added}` : names
    expect(await missing(on, all, runtime)).toEqual([])
  })

  test.each(
    named(
      BUILT_INS.filter((row) => row.added !== undefined && row.on !== 'RegExp.prototype'),
      (row) => `${row.on} of cloudfront-js-1.0 has no ${row.added}`,
    ),
  )('%s', async (_name, { on, added }) => {
    expect(await missing(on, added!, V1)).toEqual(added!.split(' '))
  })

  test.each(named(ADDED_ONLY, (row) => `${row.on} of cloudfront-js-2.0 has ${row.names}`))(
    '%s',
    async (_name, { on, names }) => {
      expect(await missing(on, names, V2)).toEqual([])
    },
  )

  test('Array.from exists in 2.0 (observed)', async () => {
    expect(await valueOf('Array.from("ab")')).toEqual(['a', 'b'])
  })

  test.each(ABSENT)('cloudfront-js-2.0 has no %s (observed)', async (expression) => {
    expect(await valueOf(`typeof ${expression}`)).toBe('undefined')
  })

  test.each(PROBABLY_ABSENT)('cloudfront-js-2.0 has no %s (unverified)', async (expression) => {
    expect(await valueOf(`typeof ${expression}`)).toBe('undefined')
  })

  test.each(FORBIDDEN)('there is no %s', async (name) => {
    for (const runtime of BOTH) expect(await valueOf(`typeof ${name}`, { runtime })).toBe('undefined')
  })

  test.each(BOTH)('%s: eval throws', async (runtime) => {
    expect(await valueOf('eval("1")', { runtime })).toMatch(/^InternalError: /)
  })

  test.each(BOTH)('%s: the constructor of functions throws, wherever it is found', async (runtime) => {
    for (const constructor of [
      'Function',
      'new Function',
      '(function () {}).constructor',
      '[].map.constructor',
      'handler.constructor',
    ]) {
      expect(await valueOf(`${constructor}("return 1")()`, { runtime })).toBe(
        'TypeError: function constructor is disabled in "safe" mode',
      )
    }
  })

  test('functions still are instances of Function', async () => {
    expect(await valueOf('[handler instanceof Function, handler.constructor === Function]')).toEqual([
      true,
      true,
    ])
  })

  test('MemoryError is listed for 1.0 alone', async () => {
    expect(await valueOf('typeof MemoryError', { runtime: V1 })).toBe('function')
    expect(await valueOf('typeof MemoryError', { runtime: V2 })).toBe('undefined')
  })

  test('global is another name of globalThis in 2.0 (observed)', async () => {
    expect(await valueOf('global === globalThis', { runtime: V2 })).toBe(true)
  })

  describe('byte strings', () => {
    const v1 = { runtime: V1 } as const

    test('1.0: String.bytesFrom takes bytes as an array, as hex, base64 or base64url', async () => {
      expect(
        await valueOf(
          `[String.bytesFrom([104, 105]), String.bytesFrom('6869', 'hex'), String.bytesFrom('aGk=', 'base64'), String.bytesFrom('_-8', 'base64url')]`,
          v1,
        ),
      ).toEqual(['hi', 'hi', 'hi', '\u00ff\u00ef'])
    })

    test('1.0: toUTF8 and fromUTF8 are each other’s inverse, and what is not UTF-8 gives null', async () => {
      expect(
        await valueOf(
          `['\u00e9\u20ac'.toUTF8().length, '\u00e9\u20ac'.toUTF8().fromUTF8(), String.bytesFrom([255]).fromUTF8()]`,
          v1,
        ),
      ).toEqual([5, '\u00e9\u20ac', null])
    })

    test('1.0: toBytes gives null when a character has no byte', async () => {
      expect(
        await valueOf(
          `['\u00ff'.toBytes(), '\u0100'.toBytes(), 'abc'.toBytes(1), 'abc'.fromBytes(1, 2)]`,
          v1,
        ),
      ).toEqual(['\u00ff', null, 'bc', 'b'])
    })

    test('2.0 has none of the byte string methods', async () => {
      expect(await missing('String', 'bytesFrom', V2)).toEqual(['bytesFrom'])
      expect(await missing('String.prototype', 'fromBytes fromUTF8 toBytes toUTF8', V2)).toHaveLength(4)
    })
  })

  describe('time and chance', () => {
    const now = Date.UTC(2030, 5, 1, 12)

    test('every now is the start of the run', async () => {
      const code = `function handler() { var a = Date.now(); for (var i = 0; i < 1000; i++); return [a, Date.now(), new Date().getTime(), String(new Date()) === Date()]; }`
      expect(await runCode(code, { now })).toMatchObject({ value: [now, now, now, true] })
    })

    test('the time stands still across awaiting', async () => {
      expect(await awaited('[Date.now(), (await null, Date.now())]', { now })).toEqual([now, now])
    })

    test('local time is UTC, wherever the emulator runs (unverified)', async () => {
      const before = process.env['TZ']
      process.env['TZ'] = 'Asia/Tokyo'
      try {
        expect(new Date(now).getHours()).toBe(21)
        expect(await valueOf('[new Date().getTimezoneOffset(), new Date().getHours()]', { now })).toEqual([
          0, 12,
        ])
      } finally {
        if (before === undefined) delete process.env['TZ']
        else process.env['TZ'] = before
      }
    })

    test('Math.random is seeded with the time stamp of the run', async () => {
      const draw = (time: number) => valueOf('[Math.random(), Math.random()]', { now: time })
      const [first, second] = (await draw(now)) as [number, number]
      expect(first).not.toBe(second)
      expect(first).toBeGreaterThanOrEqual(0)
      expect(first).toBeLessThan(1)
      expect(await draw(now)).toEqual([first, second])
      expect(await draw(now + 1)).not.toEqual([first, second])
    })
  })

  test('2.0: atob and btoa', async () => {
    expect(await valueOf(`[btoa('hi'), atob('aGk='), btoa('\u00ff'), btoa('')]`)).toEqual([
      'aGk=',
      'hi',
      '/w==',
      '',
    ])
  })

  test('2.0: TextEncoder and TextDecoder speak UTF-8', async () => {
    expect(
      await valueOf(
        `[new TextEncoder().encode('\u20ac').length, new TextDecoder().decode(new Uint8Array([226, 130, 172])), new TextDecoder('utf-8', { fatal: true }).fatal]`,
      ),
    ).toEqual([3, '\u20ac', true])
    expect(await valueOf(`new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255]))`)).toMatch(
      /^TypeError: /,
    )
    const into = `(function () { var a = new Uint8Array(4); var r = new TextEncoder().encodeInto('a\u20acb\u20ac', a); return [r.read, r.written] })()`
    expect(await valueOf(into)).toEqual([2, 4])
  })
})
