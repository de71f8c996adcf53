import { describe, expect, test } from 'vitest'
import { HostError } from '../../../../src/functions/cloudfront/contract.ts'
import { awaited, runCode, valueOf } from '../../../support/cff.ts'

const GLOBALS =
  'Object Function Array String Number Boolean Symbol Date RegExp Math JSON Promise ArrayBuffer Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array Error EvalError InternalError RangeError ReferenceError SyntaxError TypeError URIError globalThis decodeURI decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt NaN Infinity undefined require console eval'.split(
    ' ',
  )

describe('What a function can reach', () => {
  test('is these globals and nothing else', async () => {
    const names = (runtime: 'cloudfront-js-1.0' | 'cloudfront-js-2.0') =>
      valueOf('Object.getOwnPropertyNames(globalThis).sort()', { runtime })
    expect(await names('cloudfront-js-1.0')).toEqual([...GLOBALS, 'MemoryError'].toSorted())
    expect(await names('cloudfront-js-2.0')).toEqual(
      [
        ...GLOBALS,
        'AggregateError',
        'DataView',
        'atob',
        'btoa',
        'Buffer',
        'TextEncoder',
        'TextDecoder',
        'global',
      ].toSorted(),
    )
  })

  test('has no function of the host, wherever one looks', async () => {
    const walk = `(function () {
      var seen = [], found = [];
      function visit(value, path) {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.includes(value) || path.length > 6) return;
        seen.push(value);
        Object.getOwnPropertyNames(value).concat('__proto__').forEach(function (name) {
          if (/^host[A-Z]/.test(name)) found.push(path.concat(name).join('.'));
          try { var next = value[name] } catch (e) { return }
          if (typeof next === 'function' && /^host/.test(next.name)) found.push(path.concat(name).join('.'));
          if (path.length < 3) visit(next, path.concat(name));
        });
      }
      visit(require('crypto').createHash('md5'), ['hash']);
      visit(require('cloudfront'), ['cloudfront']);
      visit(console, ['console']);
      visit(event, ['event']);
      return found;
    })()`
    expect(await valueOf(walk)).toEqual([])
  })

  test.each([
    'console.log.constructor("return 1")()',
    'require.constructor("return 1")()',
    'event.request.rawQueryString.constructor("return 1")()',
    '(async () => {}).constructor("return 1")()',
    'Object.getPrototypeOf(async () => {}).constructor("return 1")()',
  ])('gives no way to code from text: %s', async (expression) => {
    expect(await valueOf(expression)).toBe('TypeError: function constructor is disabled in "safe" mode')
  })

  test('an event with __proto__ pollutes nothing, neither there nor here', async () => {
    const event = JSON.parse(
      '{"__proto__":{"bad":1},"request":{"headers":{"__proto__":{"bad":1}}}}',
    ) as unknown
    const result = await runCode('function handler(event) { event.seen = typeof ({}).bad; return event; }', {
      event,
    })
    expect(result).toMatchObject({ value: { seen: 'undefined' } })
    expect(({} as { bad?: number }).bad).toBeUndefined()
  })

  test.each([
    ['JSON', 'JSON.parse = JSON.stringify = function () { throw 1 }'],
    ['Promise', 'Promise.prototype.then = null; globalThis.Promise = null'],
    ['array methods', 'Array.prototype.push = Array.prototype.concat = null'],
    ['functions', 'Function.prototype.call = Function.prototype.apply = null'],
    ['strings', 'String.prototype.slice = String.prototype.indexOf = null'],
    ['property descriptors', 'Object.prototype.value = 1; Object.defineProperty = null'],
  ])('may be changed by it without harm to the run: %s', async (_what, change) => {
    const code = `${change};\nasync function handler(event) { await null; console.log('x'); return { hash: require('crypto').createHash('md5').update('a').digest('hex'), query: require('querystring').parse('a=1') }; }`
    expect(await runCode(code)).toMatchObject({
      value: { hash: '0cc175b9c0f1b6a831c399e269772661', query: { a: '1' } },
      logs: ['x'],
    })
  })
})

describe('The module cloudfront', () => {
  const meta = {
    creationDateTime: '2030-01-01T00:00:00Z',
    lastUpdatedDateTime: '2030-01-02T00:00:00Z',
    keyCount: 2,
  }
  const data: Record<string, string> = { text: 'h\u00e9', json: '{"a":[1]}' }
  const kvs = (id: string | null) =>
    id === null || id === 'store'
      ? { get: (key: string) => data[key], exists: (key: string) => key in data, meta: () => meta }
      : null
  const cf = (expression: string) =>
    awaited(`await (async () => { const cf = require('cloudfront'); return ${expression} })()`, {
      host: { kvs },
    })

  test('reads a store in each format', async () => {
    const code = `import cf from 'cloudfront';
      const kvs = cf.kvs('store');
      async function handler() {
        const bytes = await kvs.get('text', { format: 'bytes' });
        return { text: await kvs.get('text'), json: await kvs.get('json', { format: 'json' }), bytes: bytes.toString('hex'), exists: await kvs.exists('nope'), meta: await kvs.meta(), count: await kvs.count() };
      }`
    expect(await runCode(code, { host: { kvs } })).toMatchObject({
      value: { text: 'h\u00e9', json: { a: [1] }, bytes: '68c3a9', exists: false, meta, count: 2 },
    })
  })

  test('throws what CloudFront throws', async () => {
    expect(await cf(`cf.kvs('other')`)).toMatch(/^KVSNamespaceNotFound: /)
    expect(await cf(`cf.kvs().get('nope')`)).toMatch(/^KeyNotFound: /)
  })

  test('hands calls to the host and exceptions back', async () => {
    const calls: unknown[] = []
    const call = (method: string, args: unknown[]) => {
      calls.push([method, args])
      if (method === 'edgeLocation') return { name: 'FRA' }
      if (method === 'cwt.generateToken') return { $bytes: 'aGk=' }
      if (method === 'selectRequestOriginById') throw new HostError('OriginNotFound', 'no such origin')
      return undefined
    }
    const code = `import cf from 'cloudfront';
      function handler() {
        cf.updateRequestOrigin({ domainName: 'a.example', key: Buffer.from('hi') });
        var caught; try { cf.selectRequestOriginById('x') } catch (e) { caught = [e.name, e.message, e instanceof Error] }
        return { caught, location: cf.edgeLocation.name, token: Buffer.isBuffer(cf.cwt.generateToken({})), undefined: cf.logCustomData('x') === undefined };
      }`
    expect(await runCode(code, { host: { call } })).toMatchObject({
      value: {
        caught: ['OriginNotFound', 'no such origin', true],
        location: 'FRA',
        token: true,
        undefined: true,
      },
    })
    expect(calls[0]).toEqual(['updateRequestOrigin', [{ domainName: 'a.example', key: { $bytes: 'aGk=' } }]])
  })

  test('rawQueryString() is the query as it came, undefined without one, and no property of the result', async () => {
    const code =
      'function handler(event) { return [event.request.rawQueryString(), Object.keys(event.request)]; }'
    const event = { request: { uri: '/' } }
    expect(await runCode(code, { event, host: { rawQueryString: 'a=%20&b' } })).toMatchObject({
      value: ['a=%20&b', ['uri']],
    })
    expect(await runCode(code, { event, host: { rawQueryString: '' } })).toMatchObject({
      value: ['', ['uri']],
    })
    expect(await runCode(code, { event })).toMatchObject({ value: [null, ['uri']] })
  })
})
