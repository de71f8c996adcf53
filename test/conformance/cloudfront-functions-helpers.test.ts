// The other helpers of `import cf from 'cloudfront'`: key value store, edge location, log data, web tokens.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFunctionFront, type FunctionFrontOptions } from '../support/cloudfront-functions.ts'
import type { Answer } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin()
})
afterAll(() => origin.stop())

const ID = '0a1b2c3d-0000-4000-8000-000000000001'
const ARN = `arn:aws:cloudfront::123456789012:key-value-store/${ID}`
const STORE = {
  functionConfig: { KeyValueStoreAssociations: ['flags'] },
  stores: [{ Name: 'flags', ARN, Data: { color: 'blue', json: '{"a":[1]}', text: 'grüß', empty: '' } }],
}

/** The JSON of an expression that a viewer-request function awaits; an exception as `name: message`. */
async function valueOf(expression: string, options: Partial<FunctionFrontOptions> = STORE): Promise<unknown> {
  const answer = await run(
    `const v = await evaluate(); return { statusCode: 200, body: JSON.stringify({ v: v }) }`,
    expression,
    options,
  )
  return (JSON.parse(answer.text) as { v?: unknown }).v
}

async function run(
  statement: string,
  expression: string,
  options: Partial<FunctionFrontOptions> = {},
): Promise<Answer> {
  const code = `import cf from 'cloudfront'
    async function evaluate() {
      try { return ${expression} } catch (error) { return error.name + ': ' + error.message }
    }
    async function handler(event) { ${statement} }`
  await using front = await startFunctionFront({ origin, code: { 'viewer-request': code }, ...options })
  return await front.get('/')
}

describe('F.A9 CloudFront Functions: KeyValueStore, edge location, log data', () => {
  test.each([
    ['get(key) is the text', `await cf.kvs().get('color')`, 'blue'],
    ['get(key) is the text, in UTF-8', `await cf.kvs().get('text')`, 'grüß'],
    ['format string is the text', `await cf.kvs().get('color', { format: 'string' })`, 'blue'],
    ['format json is parsed', `await cf.kvs().get('json', { format: 'json' })`, { a: [1] }],
    [
      'format bytes is a Buffer',
      `(await cf.kvs().get('text', { format: 'bytes' })).toString('hex')`,
      '6772c3bcc39f',
    ],
    ['exists() of a key is true', `await cf.kvs().exists('empty')`, true],
    ['exists() of no key is false', `await cf.kvs().exists('none')`, false],
    ['the id may be named', `await cf.kvs('${ID}').get('color')`, 'blue'],
  ])('%s', async (_, expression, expected) => {
    expect(await valueOf(expression)).toEqual(expected)
  })

  test('count() is the number of keys (unverified)', async () => {
    expect(await valueOf('await cf.kvs().count()')).toBe(4)
  })

  test('meta() has two dates and the number of keys', async () => {
    const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) as string
    expect(await valueOf('await cf.kvs().meta()')).toEqual({
      creationDateTime: date,
      lastUpdatedDateTime: date,
      keyCount: 4,
    })
  })

  test('A store is read-only', async () => {
    expect(await valueOf(`Object.keys(cf.kvs()).sort()`)).toEqual(['count', 'exists', 'get', 'meta'])
  })

  test('A missing key rejects with KeyNotFound (observed)', async () => {
    expect(await valueOf(`await cf.kvs().get('none')`)).toMatch(/KeyNotFound/)
  })

  test.each([
    ['without a store', {}, 'cf.kvs()'],
    ['with another id', STORE, `cf.kvs('0a1b2c3d-0000-4000-8000-000000000002')`],
  ])('kvs() %s throws KVSNamespaceNotFound (observed)', async (_, options, expression) => {
    expect(await valueOf(expression, options)).toMatch(/KVSNamespaceNotFound/)
  })

  test('A store is read at the top level as well as in the handler', async () => {
    const code = `import cf from 'cloudfront'
      const store = cf.kvs()
      async function handler(event) { return { statusCode: 200, body: await store.get('color') } }`
    await using front = await startFunctionFront({ origin, ...STORE, code: { 'viewer-request': code } })
    expect((await front.get('/')).text).toBe('blue')
  })

  test('edgeLocation names the POP by its three letters and its regional edge cache', async () => {
    expect(await valueOf('cf.edgeLocation', { pop: 'SEA19' })).toEqual({
      name: 'SEA',
      serverIp: '127.0.0.1',
      region: 'us-west-2',
    })
  })

  test('edgeLocation is empty at viewer-response', async () => {
    const code = `import cf from 'cloudfront'
      function handler(event) { event.response.body = JSON.stringify(cf.edgeLocation); return event.response }`
    await using front = await startFunctionFront({ origin, code: { 'viewer-response': code } })
    expect((await front.get('/')).text).toBe('{}')
  })

  async function logDataOf(statements: string): Promise<string | null | undefined> {
    const answer = await run(`${statements}; return event.request`, '0')
    return answer.trace?.functions?.[0]?.logData
  }

  test('logCustomData keeps the text of the last call', async () => {
    expect(await logDataOf(`cf.logCustomData('one'); cf.logCustomData('two')`)).toBe('two')
    expect(await logDataOf('')).toBeNull()
  })

  test('logCustomData cuts after 800 bytes, counted after URL encoding', async () => {
    expect(await logDataOf(`cf.logCustomData('x'.repeat(900))`)).toHaveLength(800)
    expect(await logDataOf(`cf.logCustomData('é'.repeat(900))`)).toBe('é'.repeat(133))
  })
})

/** COSE_Mac0 of {1: "me", 4: 1900000000} with the key "secret", made by hand from RFC 8152. */
function tokenByHand(key: string): string {
  const protectedBytes = Buffer.from('a10105', 'hex')
  const payload = Buffer.from('a201626d65041a713fb300', 'hex')
  const bytes = (data: Buffer): Buffer => Buffer.concat([Buffer.of(0x40 + data.length), data])
  const input = Buffer.concat([
    Buffer.from('84644d414330', 'hex'),
    bytes(protectedBytes),
    Buffer.of(0x40),
    bytes(payload),
  ])
  const mac = createHmac('sha256', key).update(input).digest()
  const body = Buffer.concat([
    Buffer.from('d184', 'hex'),
    bytes(protectedBytes),
    Buffer.of(0xa0),
    bytes(payload),
    Buffer.of(0x58, 32),
    mac,
  ])
  return body.toString('hex')
}

describe('F.A10 CloudFront Functions: CWT helpers', () => {
  const validate = (hex: string, key = 'secret'): Promise<unknown> =>
    valueOf(`cf.cwt.validateToken(Buffer.from('${hex}', 'hex'), { key: '${key}' })`)
  const DECODED = {
    protectedHeaders: { 1: 5 },
    unprotectedHeaders: {},
    payload: { 1: 'me', 4: 1_900_000_000 },
  }

  test('validateToken gives headers and claims, with the numbers of claims as names', async () => {
    expect(await validate(tokenByHand('secret'))).toEqual(DECODED)
  })

  test('validateToken takes a token in the CWT tag', async () => {
    expect(await validate(`d83d${tokenByHand('secret')}`)).toEqual(DECODED)
  })

  test.each([
    ['another key', tokenByHand('other')],
    ['a changed claim', tokenByHand('secret').replace('626d65', '626d66')],
    ['no tag of COSE_Mac0', tokenByHand('secret').slice(2)],
    ['another algorithm', tokenByHand('secret').replace('a10105', 'a10106')],
    ['an end too early', tokenByHand('secret').slice(0, -2)],
    ['bytes after it', `${tokenByHand('secret')}00`],
    ['nothing in it', ''],
  ])('validateToken throws for a token with %s', async (_, hex) => {
    expect(await validate(hex)).toMatch(/^Error: /)
  })

  test('validateToken does not check claims', async () => {
    const made = `cf.cwt.generateToken({ protected: { 1: '5' }, payload: { 4: 1 } }, { coseTag: 'MAC0', key: 'secret' })`
    expect(await valueOf(`cf.cwt.validateToken(${made}, { key: 'secret' }).payload`)).toEqual({ 4: 1 })
  })

  test('generateToken gives a Buffer, the same as by hand', async () => {
    const token = `{ protected: { 1: '5' }, unprotected: {}, payload: { 1: 'me', 4: 1900000000 } }`
    const context = `{ coseTag: 'MAC0', key: 'secret' }`
    expect(await valueOf(`cf.cwt.generateToken(${token}, ${context}).toString('hex')`)).toBe(
      tokenByHand('secret'),
    )
    expect(await valueOf(`cf.cwt.generateToken(${context}, ${token}).toString('hex')`)).toBe(
      tokenByHand('secret'),
    )
  })

  test('generateToken puts the CWT tag around it', async () => {
    const made = `cf.cwt.generateToken({ payload: { 1: 'me', 4: 1900000000 } }, { cwtTag: true, coseTag: 'MAC0', key: Buffer.from('secret') })`
    expect(await valueOf(`${made}.toString('hex')`)).toBe(`d83d${tokenByHand('secret')}`)
  })

  test('generateToken refuses a token of more than 1 KB', async () => {
    const made = `cf.cwt.generateToken({ payload: { 1: 'x'.repeat(1024) } }, { coseTag: 'MAC0', key: 'secret' })`
    expect(await valueOf(made)).toBe('Error: the token is longer than 1024 bytes')
  })
})
