// CloudFront Functions through the real program: whatever a function does, its request gets an answer and the next one is served.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import type { Front, FrontOptions } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'
import type { ScriptedOrigin } from '../support/origin.ts'

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'hello' })
})
afterAll(() => origin.stop())

type Code = Partial<Record<'viewer-request' | 'viewer-response', string>>

function withCode(code: Code, options: FrontOptions = {}): Promise<Front> {
  const FunctionAssociations = Object.entries(code).map(([EventType, FunctionCode]) => ({
    EventType,
    FunctionCode,
  }))
  return startFront({ origin, ...options, behavior: { FunctionAssociations, ...options.behavior } })
}

/** A path, what the function does there, and what its viewer gets: 503, 502, or a generated 200. */
type Case = readonly [name: string, status: 200 | 502 | 503, action: string]

const MINE = `{ statusCode: 200, body: 'mine' }`
const HOSTILE: readonly Case[] = [
  ['throws', 503, `throw new Error('oops')`],
  ['throws-nothing', 503, 'throw undefined'],
  ['throws-what-throws', 503, 'throw { get message() { throw 1 } }'],
  ['rejects', 503, `await Promise.reject(new Error('no'))`],
  ['infinite-loop', 503, 'while (true) {}'],
  ['loop-that-catches', 503, 'for (;;) try { for (;;) {} } catch (e) {} finally { continue }'],
  ['endless-awaiting', 503, 'while (true) await null'],
  ['endless-promises', 503, 'const next = () => Promise.resolve().then(next); await next()'],
  ['never-settles', 502, 'await new Promise(() => {})'],
  ['catastrophic-regexp', 503, `/^(a+)+$/.test('a'.repeat(40) + 'b')`],
  ['heap-bomb', 503, `const a = []; const s = 'x'.repeat(2000); for (;;) a.push((s + a.length).slice(1))`],
  ['buffer-bomb', 503, 'const a = []; for (;;) a.push(Buffer.alloc(50000))'],
  ['huge-buffer', 503, 'Buffer.alloc(1e9)'],
  ['string-bomb', 503, `let all = 'x'; while (true) all += all`],
  [
    'caught-bomb',
    503,
    `const a = []; try { for (;;) a.push(Buffer.alloc(50000)) } catch (e) { a.length = 0; return ${MINE} }`,
  ],
  ['deep-recursion', 503, 'const again = () => again() + 1; again()'],
  ['process-exit', 503, 'process.exit(1)'],
  ['function-constructor', 503, `event.constructor.constructor('return process')().exit(1)`],
  ['async-constructor', 503, `(async () => {}).constructor('return process')()`],
  ['module-of-node', 503, `require('child_process')`],
  ['dynamic-code', 503, `eval('1')`],
  ['circular', 503, 'request.headers.a = { value: request }; return request'],
  ['throwing-getter', 503, `return { statusCode: 200, get body() { throw new Error('no') } }`],
  ['throwing-tojson', 503, `return { statusCode: 200, toJSON() { throw new Error('no') } }`],
  ['toJSON-loop', 503, `return { statusCode: 200, toJSON() { for (;;) {} } }`],
  ['nothing', 502, 'return'],
  ['number', 502, 'return 7'],
  ['array', 502, 'return []'],
  ['event', 502, 'return event'],
  ['proto-result', 502, `return JSON.parse('{"__proto__":{"statusCode":200}}')`],
  ['large-body', 502, `return { statusCode: 200, body: 'x'.repeat(50000) }`],
  ['30-mb', 503, `return { statusCode: 200, body: 'x'.repeat(30e6) }`],
  ['header-injection', 502, `return { statusCode: 302, headers: { location: { value: '/\\r\\nx: y' } } }`],
  ['header-name-injection', 502, `return { statusCode: 200, headers: { 'a\\r\\nx': { value: 'y' } } }`],
  ['header-name', 502, `return { statusCode: 200, headers: { 'a b': { value: 'y' } } }`],
  ['header-nul', 502, `return { statusCode: 200, headers: { a: { value: '\\0' } } }`],
  ['status-text-injection', 502, `return { statusCode: 200, statusDescription: 'OK\\r\\nx: y' }`],
  ['cookie-injection', 502, `return { statusCode: 200, cookies: { a: { value: 'b\\r\\nx: y' } } }`],
  [
    'attribute-injection',
    502,
    `return { statusCode: 200, cookies: { a: { value: 'b', attributes: 'c\\nx: y' } } }`,
  ],
  [
    'proto-header',
    200,
    `return { statusCode: 200, body: 'mine', headers: JSON.parse('{"__proto__":{"value":"y"}}') }`,
  ],
  [
    'proto-pollution',
    200,
    `Object.prototype.statusCode = 500; event.__proto__.x = 'y'; request.headers.__proto__.value = 'y'; return ${MINE}`,
  ],
  [
    'broken-built-ins',
    200,
    `Array.prototype.push = null; String.prototype.split = null; JSON.stringify = null; globalThis.Promise = null; return ${MINE}`,
  ],
  [
    'forged-call',
    200,
    `const cf = require('cloudfront'); let told = 0
    const calls = [5, null, {}, [], ['selectRequestOriginById', 5], ['updateRequestOrigin', {}], [{}, []], ['kvs.get', 7], ['cwt.validateToken', null]]
    calls.forEach((forged) => {
      Array.prototype.toJSON = () => { delete Array.prototype.toJSON; return forged }
      try { cf.selectRequestOriginById('a') } catch (e) { told++ }
    })
    return { statusCode: 200, body: told === 9 ? 'mine' : String(told) }`,
  ],
  ['rejection-left', 200, `Promise.reject(new Error('nobody looks')); return ${MINE}`],
  ['work-left', 503, `Promise.resolve().then(() => { for (;;) {} }); return ${MINE}`],
  ['log-flood', 200, `for (let i = 0; i < 50; i++) console.log('x'.repeat(1000)); return ${MINE}`],
  ['log-injection', 200, `console.log('a\\r\\nb\\u0000\\u001b[31m'); return ${MINE}`],
]

/** Does each act at its path, and passes all else on. */
function toCode(cases: readonly Case[]): string {
  const acts = cases.map(([name, , action]) => `'/${name}': async (event, request) => { ${action} }`)
  return `const acts = { ${acts.join(',\n')} }
  async function handler(event) {
    const act = acts[event.request.uri]
    return act === undefined ? event.response || event.request : act(event, event.request)
  }`
}

const WORDS = { 502: 'FunctionValidationError', 503: 'FunctionExecutionError' } as const

describe.each(['viewer-request', 'viewer-response'] as const)('a hostile %s function', (eventType) => {
  let front: Front
  beforeAll(async () => {
    front = await withCode({ [eventType]: toCode(HOSTILE) })
  })
  afterAll(() => front.stop())

  test.each(HOSTILE)('at /%s gets %i, and the next request is served', async (name, status) => {
    const answer = await front.get(`/${name}`)
    expect(answer.status).toBe(status)
    expect(answer.headers['x']).toBeUndefined()
    if (status !== 200) {
      expect(answer.headers['x-cache']).toBe(`${WORDS[status]} from cloudfront`)
      expect(answer.text).toContain('Generated by cloudfront (CloudFront)')
      expect(answer.trace?.functions).toMatchObject([{ outcome: 'failed' }])
    } else expect(answer.text).toBe('mine')
    const next = await front.get('/good')
    expect([next.status, next.text]).toEqual([200, 'hello'])
    expect(({} as { statusCode?: unknown }).statusCode).toBeUndefined()
  })
})

describe('a function', () => {
  test('cannot touch what the next run sees', async () => {
    await using front = await withCode({
      'viewer-response': `
        var runs = 0
        function handler(event) {
          runs++
          globalThis.kept = (globalThis.kept || '') + 'x'
          event.response.headers['x-seen'] = { value: runs + globalThis.kept + [].polluted + typeof JSON.parse }
          Array.prototype.polluted = 'yes'
          JSON.parse = null
          return event.response
        }`,
    })
    for (const path of ['/r1', '/r2', '/r1']) {
      expect((await front.get(path)).headers['x-seen']).toBe('1xundefinedfunction')
    }
  })
})

test('a function is not shown the headers that steer pocketfront', async () => {
  const code = `function handler(event) {
    return { statusCode: 200, body: Object.keys(event.request.headers).join() }
  }`
  await using front = await withCode({ 'viewer-request': code })
  const answer = await front.get('/', { 'x-pocketfront-viewer-country': 'FR', 'x-pocketfront-pop': 'NRT20' })
  expect(answer.text).toBe('host')
})

test('a reload keeps requests that run on the old function, and the next ones get the new function', async () => {
  let respond: (() => void) | null = null
  const asked = new Promise<void>((resolve) => {
    origin.on('/slow', (_, response) => {
      respond = () => response.end('slow')
      resolve()
    })
  })
  const site = (mark: string): object => ({
    Id: 'ETESTDISTRIBUT',
    Origins: [
      {
        Id: 'origin',
        DomainName: 'origin.example.com',
        CustomOriginConfig: { OriginProtocolPolicy: 'http-only' },
      },
    ],
    DefaultCacheBehavior: {
      TargetOriginId: 'origin',
      ViewerProtocolPolicy: 'allow-all',
      CachePolicy: 'CachingOptimized',
      FunctionAssociations: [
        {
          EventType: 'viewer-response',
          FunctionARN: 'mark',
          FunctionCode: `function handler(event) { event.response.headers['x-mark'] = { value: '${mark}' }; return event.response }`,
        },
      ],
    },
  })
  const config = site('old')
  await using front = await startFront({ origin, config })
  const old = front.get('/slow')
  await asked
  Object.assign(config, site('new'))
  expect((await front.pocketfront.reload()).ok).toBe(true)
  expect((await front.get('/fast')).headers['x-mark']).toBe('new')
  respond!()
  expect((await old).headers['x-mark']).toBe('old')
})
