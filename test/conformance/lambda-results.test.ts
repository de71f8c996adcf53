// What Lambda@Edge functions may return: requests, responses, headers; and what is refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Front } from '../support/front.ts'
import { startLambdaFront, type Acts } from '../support/lambda.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'
import type { EventType } from '../../src/model/functions.ts'

const VALIDATION = 'The Lambda function result failed validation: '
const READ_ONLY = `${VALIDATION}The function tried to add, delete, or change a read-only header.`
const DISALLOWED_PAGE = `${VALIDATION}The function tried to add, delete, or change a disallowed header.`
const BODY = `${VALIDATION}The body is not a string, is not an object, or exceeds the maximum size.`

const DISALLOWED = [
  ...['Connection', 'Expect', 'Keep-Alive', 'Proxy-Authenticate', 'Proxy-Authorization', 'Proxy-Connection'],
  ...['Trailer', 'Upgrade', 'X-Accel-Buffering', 'X-Accel-Charset', 'X-Accel-Limit-Rate', 'X-Accel-Redirect'],
  ...[
    'X-Amz-Cf-Any',
    'X-Amzn-Auth',
    'X-Amzn-Cf-Billing',
    'X-Amzn-Cf-Id',
    'X-Amzn-Cf-Xff',
    'X-Amzn-Errortype',
  ],
  ...['X-Amzn-Fle-Profile', 'X-Amzn-Header-Count', 'X-Amzn-Header-Order', 'X-Amzn-Lambda-Integration-Tag'],
  ...['X-Amzn-RequestId', 'X-Cache', 'X-Edge-Any', 'X-Forwarded-Proto', 'X-Real-IP'],
]

const READ_ONLY_HEADERS: Readonly<Record<EventType, readonly string[]>> = {
  'viewer-request': ['CDN-Loop', 'Content-Length', 'Host', 'Transfer-Encoding', 'Via'],
  'origin-request': [
    ...['Accept-Encoding', 'CDN-Loop', 'Content-Length', 'If-Modified-Since', 'If-None-Match', 'If-Range'],
    ...['If-Unmodified-Since', 'Transfer-Encoding', 'Via'],
  ],
  'origin-response': ['Transfer-Encoding', 'Via'],
  'viewer-response': ['Warning', 'Via', 'Content-Length', 'Content-Encoding', 'Transfer-Encoding'],
}
const EVENTS = Object.keys(READ_ONLY_HEADERS) as EventType[]
const readOnlyCases = EVENTS.flatMap((event) =>
  READ_ONLY_HEADERS[event].map((name) => [event, name] as const),
)
const disallowedCases = EVENTS.flatMap((event) => DISALLOWED.map((name) => [event, name] as const))

const toPath = (...words: readonly string[]): string => `/${words.join('/').replaceAll(/[^\w/-]/g, '-')}`
const messageOf = (event: EventType): string => (event.endsWith('request') ? 'request' : 'response')
const setHeader = (event: EventType, name: string): string =>
  `${messageOf(event)}.headers['${name.toLowerCase()}'] = [{ key: '${name}', value: 'changed' }]`

const headerActs: Acts = Object.fromEntries([
  ...[...readOnlyCases, ...disallowedCases].map(([event, name]) => [
    toPath('set', event, name),
    { [event]: setHeader(event, name) },
  ]),
  ['/delete-host', { 'viewer-request': `delete request.headers.host` }],
  ['/delete-via', { 'origin-request': `delete request.headers.via` }],
  ['/delete-length', { 'viewer-response': `delete response.headers['content-length']` }],
  ['/same-host', { 'viewer-request': `request.headers.host = [{ value: request.headers.host[0].value }]` }],
  ['/country', { 'viewer-request': `request.headers['cloudfront-viewer-country'] = [{ value: 'XX' }]` }],
  ['/host', { 'origin-request': `request.headers.host = [{ key: 'Host', value: 'origin.example.com' }]` }],
  ['/removed', { 'viewer-response': `delete response.headers['x-secret']` }],
  ...EVENTS.map((event) => [
    `/hidden/${event}`,
    {
      [event]: event.endsWith('request')
        ? `return { status: 200, body: Object.keys(request.headers).join() }`
        : `response.headers['x-names'] = [{ value: Object.keys(response.headers).join() }]`,
    },
  ]),
])

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({
    headers: { 'X-Secret': '1', 'X-Cache': 'Hit from elsewhere', 'X-Edge-Any': 'a' },
    body: 'origin body',
  })
})
afterAll(() => origin.stop())

function expectRefused(answer: Answer, sentence: string): void {
  expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'LambdaValidationError from cloudfront'])
  expect(answer.text).toContain(sentence)
}

describe('F.A6 Edge functions: header restrictions', () => {
  let front: Front
  beforeAll(async () => {
    front = await startLambdaFront(headerActs, { origin })
  })
  afterAll(() => front.stop())

  test.each(readOnlyCases)('In Lambda@Edge at %s the header %s is read-only', async (event, name) => {
    expectRefused(await front.get(toPath('set', event, name)), READ_ONLY)
  })

  test.each(disallowedCases)('In Lambda@Edge at %s the header %s is disallowed', async (event, name) => {
    expectRefused(await front.get(toPath('set', event, name)), DISALLOWED_PAGE)
  })

  test.each(EVENTS)('Disallowed headers are hidden from Lambda@Edge at %s', async (event) => {
    const answer = await front.get(`/hidden/${event}`, { 'X-Real-IP': '192.0.2.1', 'X-Edge-Any': 'a' })
    const names = String(answer.headers['x-names'] ?? answer.text).split(',')
    expect(names.length).toBeGreaterThan(0)
    const disallowed = new Set(DISALLOWED.map((name) => name.toLowerCase()))
    expect(names.filter((name) => disallowed.has(name))).toEqual([])
  })

  test.each(['/delete-host', '/delete-via', '/delete-length'])(
    'Deleting a read-only header in Lambda@Edge, %s, fails validation (observed)',
    async (path) => {
      expectRefused(await front.get(path), READ_ONLY)
    },
  )

  test('Setting a read-only header to its own value is no change (unverified)', async () => {
    expect((await front.get('/same-host')).status).toBe(200)
  })

  test('Adding CloudFront-Viewer-Country at viewer-request fails validation', async () => {
    expect((await front.get('/country')).status).toBe(502)
  })

  test('Host may be changed at origin-request', async () => {
    await front.get('/host')
    expect(origin.requests.find(({ url }) => url === '/host')!.headers['host']).toBe('origin.example.com')
  })
})

describe('F.B4 Lambda@Edge: what each event may return', () => {
  const generated = (fields: string): string => `return { status: 200, ${fields} }`
  const generatedActs: Acts = {
    ...Object.fromEntries(
      (['viewer-request', 'origin-request'] as const).flatMap((event) => [
        [
          `/made/${event}`,
          {
            [event]: generated(
              `statusDescription: 'Fine', headers: { 'x-made': [{ value: 'here' }], 'cache-control': [{ value: 'max-age=60' }] }, body: 'made'`,
            ),
          },
        ],
        [`/base64/${event}`, { [event]: generated(`body: 'aGk=', bodyEncoding: 'base64'`) }],
        [`/bad-base64/${event}`, { [event]: generated(`body: '*', bodyEncoding: 'base64'`) }],
        [`/only-status/${event}`, { [event]: `return { status: '302' }` }],
        ...['199', '600', 'abc', '', '20.5'].map((status) => [
          `/status-${status}/${event}`,
          { [event]: `return { status: ${JSON.stringify(status)} }` },
        ]),
        [`/body-number/${event}`, { [event]: generated('body: 1') }],
        [`/body-object/${event}`, { [event]: generated('body: {}') }],
        ...[
          [40_960, 'viewer'],
          [1_048_576, 'origin'],
        ].flatMap(([max, kind]) =>
          [0, 1].map((more) => [
            `/size-${kind}-${more}/${event}`,
            { [event]: `return { status: 200, body: 'x'.repeat(${Number(max) + more}) }` },
          ]),
        ),
      ]),
    ),
    '/204': { 'viewer-request': `return { status: 204, body: 'x' }` },
    '/204-empty': { 'viewer-request': `return { status: 204 }` },
    '/key': { 'viewer-request': `request.uri = '/same-object'` },
    '/other-key': { 'viewer-request': `request.uri = '/same-object'` },
    '/sent-elsewhere': { 'origin-request': `request.uri = '/elsewhere'` },
    '/cached-as-changed': {
      'origin-response': `response.headers['x-run'] = [{ value: context.awsRequestId }]`,
    },
    '/not-cached': { 'viewer-response': `response.headers['x-run'] = [{ value: context.awsRequestId }]` },
    '/left-out': { 'origin-response': `return { status: 200 }` },
    '/no-slash': { 'viewer-request': `request.uri = 'x'` },
    '/fragment': { 'viewer-request': `request.querystring = 'a#b'` },
    '/longest': { 'viewer-request': `request.uri = '/' + 'x'.repeat(8190)` },
    '/too-long': { 'viewer-request': `request.uri = '/' + 'x'.repeat(8191)` },
    '/headers-list': { 'viewer-request': `return { status: 200, headers: [] }` },
    '/header-text': { 'viewer-request': `request.headers['x-a'] = 'a'` },
    '/header-number': { 'viewer-request': `request.headers['x-a'] = [{ value: 1 }]` },
    '/header-line-end': {
      'viewer-request': `return { status: 302, headers: { location: [{ key: 'Location', value: '/a\\r\\nSet-Cookie: b=c' }] } }`,
    },
    '/header-name': { 'viewer-request': `request.headers['x a'] = [{ value: 'a' }]` },
    '/header-name-line-end': { 'viewer-request': `request.headers['x\\r\\ny'] = [{ value: 'a' }]` },
    '/header-null': { 'viewer-request': `request.headers['x-a'] = [{ value: 'a\\u0000b' }]` },
  }

  let front: Front
  beforeAll(async () => {
    const behavior = { Compress: false, CachePolicy: 'CachingOptimized' }
    front = await startLambdaFront(generatedActs, { origin, behavior })
  })
  afterAll(() => front.stop())

  test('The key is made of the request that viewer-request returns', async () => {
    expect(await front.get('/key')).toBeMiss()
    expect(await front.get('/other-key')).toBeHit('edge')
  })

  test('What viewer-request generates is sent and not cached, and viewer-response does not run', async () => {
    for (const _ of [1, 2]) {
      const answer = await front.get('/made/viewer-request')
      expect([answer.status, answer.statusText, answer.text]).toEqual([200, 'Fine', 'made'])
      expect([answer.headers['x-made'], answer.headers['x-cache']]).toEqual([
        'here',
        'LambdaGeneratedResponse from cloudfront',
      ])
      expect(answer.trace!.functions!.map(({ event }) => event)).toEqual(['viewer-request'])
    }
  })

  test('What origin-request returns is sent; the answer is cached under the key from before', async () => {
    expect(await front.get('/sent-elsewhere')).toBeMiss()
    expect(await front.get('/sent-elsewhere')).toBeHit('edge')
    expect(await front.get('/elsewhere')).toBeMiss()
  })

  test('What origin-request generates is cached with its own Cache-Control, and origin-response does not run', async () => {
    const miss = await front.get('/made/origin-request')
    expect(miss).toBeMiss()
    expect([miss.status, miss.statusText, miss.text]).toEqual([200, 'Fine', 'made'])
    expect(miss.trace!.functions!.map(({ event }) => event)).toEqual([
      'viewer-request',
      'origin-request',
      'viewer-response',
    ])
    const hit = await front.get('/made/origin-request')
    expect(hit).toBeHit('edge')
    expect(hit.text).toBe('made')
    front.clock.advanceSeconds(61)
    expect((await front.get('/made/origin-request')).trace!.functions).toHaveLength(3)
  })

  test('What origin-response returns is cached as changed', async () => {
    const miss = await front.get('/cached-as-changed')
    const hit = await front.get('/cached-as-changed')
    expect(hit).toBeHit('edge')
    expect(hit.headers['x-run']).toBe(miss.headers['x-run'])
  })

  test('What viewer-response returns is not cached', async () => {
    const miss = await front.get('/not-cached')
    const hit = await front.get('/not-cached')
    expect(hit).toBeHit('edge')
    expect(hit.headers['x-run']).not.toBe(miss.headers['x-run'])
  })

  test('A header that a response event leaves out is removed', async () => {
    const answer = await front.get('/left-out')
    expect([answer.headers['x-secret'], answer.text]).toEqual([undefined, 'origin body'])
  })

  describe.each(['viewer-request', 'origin-request'] as const)('At %s', (event) => {
    test('a generated response needs a status and nothing else', async () => {
      const answer = await front.get(`/only-status/${event}`)
      expect([answer.status, answer.text]).toEqual([302, ''])
    })

    test('a base64 body is decoded', async () => {
      expect((await front.get(`/base64/${event}`)).text).toBe('hi')
    })

    test('a body that is no base64 although it says so is refused', async () => {
      expect((await front.get(`/bad-base64/${event}`)).status).toBe(502)
    })

    test.each(['199', '600', 'abc', '', '20.5'])('a generated status of %j is refused', async (status) => {
      const answer = await front.get(`/status-${status}/${event}`)
      expect([answer.status, answer.headers['x-cache']]).toEqual([
        502,
        'LambdaValidationError from cloudfront',
      ])
    })

    test.each(['number', 'object'])(
      'a body that is a %s is refused with the sentence of bodies',
      async (kind) => {
        expectRefused(await front.get(`/body-${kind}/${event}`), BODY)
      },
    )

    const kind = event.slice(0, 6)
    test(`a generated response may have ${kind === 'viewer' ? '40 KB' : '1 MB'} and not a byte more`, async () => {
      expect((await front.get(`/size-${kind}-0/${event}`)).status).toBe(200)
      expectRefused(await front.get(`/size-${kind}-1/${event}`), BODY)
    })
  })

  test('A 204 with a body is refused at viewer-request', async () => {
    expect((await front.get('/204')).status).toBe(502)
    expect((await front.get('/204-empty')).status).toBe(204)
  })

  test.each([
    ['that does not start with a slash', '/no-slash'],
    ['and query string with a fragment', '/fragment'],
    ['of 8,192 characters', '/too-long'],
  ])('A URI %s is refused', async (_what, path) => {
    expect((await front.get(path)).status).toBe(502)
  })

  test('A URI of 8,191 characters passes', async () => {
    expect((await front.get('/longest')).status).toBe(200)
  })

  test.each([
    ['that is a list', '/headers-list'],
    ['with a text in place of a list', '/header-text'],
    ['with a value that is no text', '/header-number'],
    ['with a line end in a value', '/header-line-end'],
    ['with a space in a name', '/header-name'],
    ['with a line end in a name', '/header-name-line-end'],
    ['with a NUL in a value', '/header-null'],
  ])('A headers object %s is refused', async (_what, path) => {
    const answer = await front.get(path)
    expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'LambdaValidationError from cloudfront'])
    expect(answer.headers['set-cookie']).toBeUndefined()
  })
})
