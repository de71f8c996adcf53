// The modules of CloudFront Functions, and how a function reaches them.
import { createHash, createHmac } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { runCode, valueOf } from '../support/cff.ts'

const V1 = { runtime: 'cloudfront-js-1.0' } as const
const ALGORITHMS = ['md5', 'sha1', 'sha256'] as const
const ENCODINGS = ['hex', 'base64', 'base64url'] as const

/** Modules in scope, in the manner of the runtime 1.0, which works in both. */
const withModules = (expression: string) =>
  `(function () { var crypto = require('crypto'); var querystring = require('querystring'); return ${expression} })()`
const moduleValue = (expression: string, options = {}) => valueOf(withModules(expression), options)

const BUFFER_STATICS = 'alloc allocUnsafe byteLength compare concat from isBuffer isEncoding'.split(' ')
const BUFFER_METHODS = [
  ...'compare copy equals fill includes indexOf lastIndexOf subarray swap16 swap32 swap64 toJSON toString write'.split(
    ' ',
  ),
  ...['read', 'write'].flatMap((verb) =>
    'Int8 UInt8 Int16LE Int16BE UInt16LE UInt16BE Int32LE Int32BE UInt32LE UInt32BE IntLE IntBE UIntLE UIntBE FloatLE FloatBE DoubleLE DoubleBE'
      .split(' ')
      .map((name) => verb + name),
  ),
]

/** Expressions that Node's Buffer and ours must agree on. */
const AGREED = [
  'Buffer.from("h\u00e9llo").toString("hex")',
  'Buffer.from("68656c6c6f", "hex").toString()',
  'Buffer.from("_-8", "base64url").toString("base64")',
  'Buffer.from([256, -1, 3]).toJSON()',
  'Buffer.from("").toString()',
  'Buffer.from("a\\u0000b").toString()',
  'Buffer.from([104, 0, 105]).toString("utf8").length',
  'Buffer.from([255, 104]).toString()',
  'Buffer.from("\\ud800").toString("hex")',
  'Buffer.from(Buffer.from("abc")).toString()',
  'Buffer.from(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2).toJSON().data',
  'Buffer.alloc(5, "ab").toString()',
  'Buffer.alloc(3, 7).toJSON().data',
  'Buffer.byteLength("\u20ac")',
  'Buffer.byteLength("aGk=", "base64")',
  'Buffer.compare(Buffer.from("a"), Buffer.from("b"))',
  'Buffer.concat([Buffer.from("ab"), Buffer.from("cd")]).toString()',
  'Buffer.concat([Buffer.from("ab"), Buffer.from("cd")], 3).toString()',
  'Buffer.concat([Buffer.from("ab")], 4).toString("hex")',
  'Buffer.isBuffer(Buffer.from("")) && !Buffer.isBuffer(new Uint8Array(1))',
  'Buffer.isEncoding("hex")',
  'Buffer.from("abcabc").indexOf("ca")',
  'Buffer.from("abcabc").indexOf("a", 1)',
  'Buffer.from("abcabc").indexOf("b", -3)',
  'Buffer.from("abcabc").indexOf(99)',
  'Buffer.from("abcabc").lastIndexOf("abc")',
  'Buffer.from("abcabc").lastIndexOf("c", 4)',
  'Buffer.from("abcabc").includes("zz")',
  'Buffer.from("abc").equals(Buffer.from("abc"))',
  'Buffer.from("abc").compare(Buffer.from("abd"))',
  'Buffer.from("abcdef").compare(Buffer.from("xcdx"), 1, 3, 2, 4)',
  'Buffer.from("abcdef").subarray(1, -1).toString()',
  'Buffer.from("abcdef").toString("utf8", 2, 4)',
  'Buffer.from("abcdef").fill("xy", 1, 4).toString()',
  'Buffer.from("abcd").swap16().toString()',
  'Buffer.from("abcd").swap32().toString()',
  'Buffer.from("abcdefgh").swap64().toString()',
  '(function () { var b = Buffer.alloc(4); return [b.write("\u20ac\u20ac"), b.toString("hex")] })()',
  '(function () { var b = Buffer.alloc(4); return [b.write("ff0a", 1, "hex"), b.toString("hex")] })()',
  '(function () { var b = Buffer.alloc(4); return [Buffer.from("abc").copy(b, 1, 1), b.toString("hex")] })()',
  '(function () { var b = Buffer.alloc(6); b.writeIntBE(-123456789, 0, 6); return [b.toString("hex"), b.readIntBE(0, 6), b.readUIntLE(0, 6)] })()',
  '(function () { var b = Buffer.alloc(8); return [b.writeDoubleLE(1.5), b.readDoubleLE(), b.readDoubleBE(0)] })()',
  '(function () { var b = Buffer.alloc(4); b.writeFloatBE(0.5); return [b.toString("hex"), b.readFloatBE()] })()',
  '(function () { var b = Buffer.alloc(4); b.writeUInt32LE(4000000000); return [b.readUInt32LE(), b.readInt32LE(), b.readUInt16BE(2), b.readInt8(3), b.readUInt8(3)] })()',
  '(function () { var b = Buffer.from("abc"); b[1] = 122; return [b[1], b.length, b.toString()] })()',
] as const

describe('F.A3 CloudFront Functions: modules', () => {
  test('2.0 imports a module by default import', async () => {
    const code = `import crypto from 'crypto';\nimport qs from "querystring";\nimport buffer from 'buffer';\nfunction handler() { return [typeof crypto.createHash, typeof qs.parse, typeof buffer.Buffer.from]; }`
    expect(await runCode(code)).toMatchObject({ value: ['function', 'function', 'function'] })
  })

  test('an import leaves the lines of errors where they are', async () => {
    const code = `import crypto\n  from 'crypto';\nfunction handler() {\n  throw new Error('here');\n}`
    expect(await runCode(code)).toMatchObject({ message: 'Error: here', line: 4 })
  })

  test.each(['cloudfront-js-1.0', 'cloudfront-js-2.0'] as const)(
    '%s: require() gives a module (observed)',
    async (runtime) => {
      expect(await valueOf(`typeof require('crypto').createHash`, { runtime })).toBe('function')
    },
  )

  test.each(['fs', 'http', 'xml', '../file', '__proto__'])(
    'require("%s") throws in the words of the engine (observed)',
    async (name) => {
      expect(await valueOf(`require(${JSON.stringify(name)})`)).toBe(`Error: Cannot find module "${name}"`)
    },
  )

  test.each(['buffer', 'cloudfront'])('1.0 has no module %s', async (name) => {
    expect(await valueOf(`require('${name}')`, V1)).toBe(`Error: Cannot find module "${name}"`)
  })

  describe('crypto', () => {
    test.each(ALGORITHMS.flatMap((algorithm) => ENCODINGS.map((encoding) => [algorithm, encoding] as const)))(
      'a hash with %s as %s',
      async (algorithm, encoding) => {
        const expected = createHash(algorithm).update('h\u00e9llo').digest(encoding)
        const expression = `crypto.createHash('${algorithm}').update('h\u00e9').update('llo').digest('${encoding}')`
        expect([await moduleValue(expression), await moduleValue(expression, V1)]).toEqual([
          expected,
          expected,
        ])
      },
    )

    test.each(ALGORITHMS.flatMap((algorithm) => ENCODINGS.map((encoding) => [algorithm, encoding] as const)))(
      'an HMAC with %s as %s',
      async (algorithm, encoding) => {
        const expected = createHmac(algorithm, 'key').update('data').digest(encoding)
        const expression = `crypto.createHmac('${algorithm}', 'key').update('data').digest('${encoding}')`
        expect([await moduleValue(expression), await moduleValue(expression, V1)]).toEqual([
          expected,
          expected,
        ])
      },
    )

    test('2.0: digest() without an encoding is a Buffer', async () => {
      expect(
        await moduleValue(
          `[Buffer.isBuffer(crypto.createHash('md5').digest()), crypto.createHash('md5').digest().toString('hex')]`,
        ),
      ).toEqual([true, createHash('md5').digest('hex')])
    })

    test('1.0: digest() without an encoding is a byte string, which is a key again', async () => {
      const day = createHmac('sha256', 'AWS4secret').update('20300101').digest()
      const region = createHmac('sha256', day).update('us-east-1').digest('hex')
      expect(
        await moduleValue(
          `crypto.createHmac('sha256', crypto.createHmac('sha256', 'AWS4secret').update('20300101').digest()).update('us-east-1').digest('hex')`,
          V1,
        ),
      ).toBe(region)
      expect(await moduleValue(`crypto.createHash('md5').digest().length`, V1)).toBe(16)
    })

    test('data and keys may be Buffers', async () => {
      expect(
        await moduleValue(
          `crypto.createHmac('sha1', Buffer.from([0, 255])).update(Buffer.from([1, 0, 2])).digest('hex')`,
        ),
      ).toBe(
        createHmac('sha1', Buffer.from([0, 255]))
          .update(Buffer.from([1, 0, 2]))
          .digest('hex'),
      )
    })

    test.each(['update("b")', 'digest()'])('a hash is used up after its digest: %s throws', async (call) => {
      expect(
        await moduleValue(
          `(function () { var h = crypto.createHash('md5').update('a'); h.digest(); return h.${call} })()`,
        ),
      ).toBe('Error: Digest already called')
    })

    test.each(['sha512', 'SHA256', 'md4'])('%s is no algorithm of the module', async (name) => {
      expect(await moduleValue(`crypto.createHash('${name}')`)).toMatch(/^TypeError: /)
    })

    test('there is nothing but createHash and createHmac', async () => {
      expect(await moduleValue('Object.keys(crypto)')).toEqual(['createHash', 'createHmac'])
    })
  })

  describe('querystring', () => {
    test.each([
      ['a=1&b=2', { a: '1', b: '2' }],
      ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
      ['flag&empty=', { flag: '', empty: '' }],
      ['sp=a+b%20c&%C3%A9=%E2%82%AC', { sp: 'a b c', é: '€' }],
      ['a=b=c', { a: 'b=c' }],
      ['', {}],
      ['__proto__=1', JSON.parse('{"__proto__":"1"}') as unknown],
    ])('parse("%s")', async (text, expected) => {
      expect(await moduleValue(`querystring.parse(${JSON.stringify(text)})`)).toEqual(expected)
    })

    test('parse takes other separators', async () => {
      expect(await moduleValue(`querystring.parse('a:1;b:2', ';', ':')`)).toEqual({ a: '1', b: '2' })
    })

    test('what is not UTF-8 becomes U+FFFD', async () => {
      expect(await moduleValue(`querystring.parse('a=%ff%41').a`)).toBe('\ufffdA')
    })

    test('parse stops at 1000 keys, or at maxKeys, where 0 is no limit', async () => {
      const query = JSON.stringify(Array.from({ length: 1200 }, (_, i) => `k${i}`).join('&'))
      const count = (options: string) =>
        moduleValue(`Object.keys(querystring.parse(${query}, '&', '='${options})).length`)
      expect([await count(''), await count(', { maxKeys: 3 }'), await count(', { maxKeys: 0 }')]).toEqual([
        1000, 3, 1200,
      ])
    })

    test('parse takes a decoder, stringify an encoder', async () => {
      expect(
        await moduleValue(
          `querystring.parse('a=b', null, null, { decodeURIComponent: function (s) { return s + '!' } })`,
        ),
      ).toEqual({ 'a!': 'b!' })
      expect(
        await moduleValue(
          `querystring.stringify({ a: 'b' }, null, null, { encodeURIComponent: function (s) { return '<' + s + '>' } })`,
        ),
      ).toBe('<a>=<b>')
    })

    test.each([
      ['{ a: 1, b: [2, 3], c: "x y" }', 'a=1&b=2&b=3&c=x%20y'],
      ['{ t: true, n: null, u: undefined, o: {} }', 't=true&n=&u=&o='],
      ['{}', ''],
    ])('stringify(%s)', async (object, expected) => {
      expect(await moduleValue(`querystring.stringify(${object})`)).toBe(expected)
    })

    test('decode is parse, encode is stringify', async () => {
      expect(
        await moduleValue(
          '[querystring.decode === querystring.parse, querystring.encode === querystring.stringify]',
        ),
      ).toEqual([true, true])
    })

    test('escape and unescape', async () => {
      expect(
        await moduleValue(
          `[querystring.escape('a b&\u00e9'), querystring.unescape('a%20b%'), querystring.unescape('%c3%a9')]`,
        ),
      ).toEqual(['a%20b%26%C3%A9', 'a b%', 'é'])
    })
  })

  describe('Buffer', () => {
    test('2.0: the methods of Buffer are the listed ones', async () => {
      const own = (of: string) => valueOf(`Object.getOwnPropertyNames(${of})`) as Promise<string[]>
      const statics = (await own('Buffer')).filter((name) => !['length', 'name', 'prototype'].includes(name))
      expect(statics.toSorted()).toEqual(BUFFER_STATICS.toSorted())
      const methods = (await own('Buffer.prototype')).filter(
        (name) => name !== 'constructor' && name !== 'slice',
      )
      expect(methods.toSorted()).toEqual(BUFFER_METHODS.toSorted())
    })

    test('a Buffer has no slice', async () => {
      expect(await valueOf('typeof Buffer.from("a").slice')).toBe('undefined')
    })

    test('1.0 has no Buffer', async () => {
      expect(await valueOf('typeof Buffer', V1)).toBe('undefined')
    })

    test.each(['latin1', 'ascii', 'binary', 'utf16le', 'ucs2'])('%s is no encoding', async (encoding) => {
      expect(await valueOf(`Buffer.isEncoding('${encoding}')`)).toBe(false)
      expect(await valueOf(`Buffer.from('a', '${encoding}')`)).toBe(
        `TypeError: "${encoding}" encoding is not supported`,
      )
    })

    test('buffer, byteOffset and length', async () => {
      expect(
        await valueOf(
          '[Buffer.from("abc").length, Buffer.from("abc").subarray(1).byteOffset, Buffer.from("abc").buffer.byteLength]',
        ),
      ).toEqual([3, 1, 3])
    })

    test.each(AGREED)('as in Node.js: %s', async (expression) => {
      const ofNode: unknown = JSON.parse(
        runInNewContext(`JSON.stringify(${expression})`, { Buffer, Uint8Array }) as string,
      )
      expect(await valueOf(expression)).toEqual(ofNode)
    })

    test.each([
      'readInt8(3)',
      'readUInt16LE(2)',
      'readDoubleBE(0)',
      'readIntLE(0, 7)',
      'writeUInt8(1, -1)',
      'swap16()',
    ])('a Buffer of three bytes: %s throws a RangeError', async (call) => {
      expect(await valueOf(`Buffer.from('abc').${call}`)).toMatch(/^RangeError: /)
    })
  })

  describe('console', () => {
    test('console.log writes a line', async () => {
      expect(
        await runCode(
          `function handler() { console.log('a'); console.log('b\\u0000c'); console.log(7); return {}; }`,
        ),
      ).toMatchObject({ logs: ['a', 'b\u0000c', '7'] })
    })

    test('only the first argument is written', async () => {
      expect(await runCode(`function handler() { console.log('a', 'b'); return {}; }`)).toMatchObject({
        logs: ['a'],
      })
    })

    test('an object is written as JSON (unverified)', async () => {
      expect(await runCode(`function handler() { console.log({ a: [1] }); return {}; }`)).toMatchObject({
        logs: ['{"a":[1]}'],
      })
    })

    test.each(['error', 'warn', 'info', 'debug', 'dir', 'table', 'time'])(
      'console.%s is undefined',
      async (method) => {
        expect(await valueOf(`typeof console.${method}`)).toBe('undefined')
      },
    )
  })
})
