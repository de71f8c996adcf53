// What CloudFront Functions are shown, and how their changes are taken over.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handler, startFunctionFront } from '../support/cloudfront-functions.ts'

import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

/* oxlint-disable typescript/no-explicit-any -- events are what the tests look into */

let origin: ScriptedOrigin
beforeAll(async () => {
  origin = await startOrigin({
    headers: [
      'X-One',
      '1',
      'x-two',
      'a',
      'X-Two',
      'b',
      'Set-Cookie',
      'id=7; Path=/; Secure',
      'Set-Cookie',
      'plain',
      'Set-Cookie',
      'id=8',
    ],
    body: 'origin body',
  })
})
afterAll(() => origin.stop())

const ECHO = handler(
  `return { statusCode: 200, body: JSON.stringify({ event: event, raw: request.rawQueryString() }) }`,
)
const ECHO_RESPONSE = handler(`response.body = JSON.stringify(event)`)

/** The event of a viewer-request function. */
async function requestEvent(
  path: string,
  headers: Record<string, string | string[]> | readonly string[] = {},
  behavior: object = {},
): Promise<any> {
  await using front = await startFunctionFront({ origin, code: { 'viewer-request': ECHO }, behavior })
  return JSON.parse((await front.get(path, headers)).text).event
}

/** The event of a viewer-response function, after these statements of a viewer-request function. */
async function responseEvent(path = '/', before = ''): Promise<any> {
  const code = { 'viewer-request': handler(before), 'viewer-response': ECHO_RESPONSE }
  await using front = await startFunctionFront({ origin, code })
  return JSON.parse((await front.get(path)).text)
}

/** What the origin got of one request after these statements of a viewer-request function. */
async function sent(
  statements: string,
  path: string,
  headers: Record<string, string | string[]> | readonly string[] = {},
) {
  await using front = await startFunctionFront({ origin, code: { 'viewer-request': handler(statements) } })
  const answer = await front.get(path, headers)
  expect(answer.trace?.problem).toBeNull()
  return origin.requests.at(-1)!
}

/** Name and value of the header lines with this name, as they came over the wire. */
function linesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.flatMap((each, index) =>
    index % 2 === 0 && each.toLowerCase() === name ? [`${each}: ${rawHeaders[index + 1]}`] : [],
  )
}

describe('F.A4 CloudFront Functions: event object', () => {
  test('The event has version, context, viewer and request, and nothing else', async () => {
    const event = await requestEvent('/')
    expect(Object.keys(event)).toEqual(['version', 'context', 'viewer', 'request'])
    expect(Object.keys(event.request)).toEqual(['method', 'uri', 'querystring', 'headers', 'cookies'])
  })

  test('version is "1.0"', async () => {
    expect((await requestEvent('/')).version).toBe('1.0')
  })

  test('context names the distribution, its domain name and the event type', async () => {
    const context = {
      distributionId: 'ETESTDISTRIBUT',
      distributionDomainName: expect.stringMatching(/\.cloudfront\.net$/) as string,
    }
    expect((await requestEvent('/')).context).toMatchObject({ ...context, eventType: 'viewer-request' })
    expect((await responseEvent()).context).toMatchObject({ ...context, eventType: 'viewer-response' })
  })

  test('context.requestId is what X-Amz-Cf-Id says', async () => {
    await using front = await startFunctionFront({ origin, code: { 'viewer-request': ECHO } })
    const answer = await front.get('/')
    const { event } = JSON.parse(answer.text)
    expect(event.context.requestId).toBe(answer.headers['x-amz-cf-id'])
  })

  test('viewer.ip is the TCP peer, whatever X-Forwarded-For says', async () => {
    const event = await requestEvent('/', { 'X-Forwarded-For': '203.0.113.9' })
    expect(event.viewer).toEqual({ ip: '127.0.0.1' })
  })

  test('request.uri is the path as received', async () => {
    expect((await requestEvent('/a%20b/%C3%BC?x=1')).request.uri).toBe('/a%20b/%C3%BC')
  })

  test('request.method is read-only', async () => {
    await using front = await startFunctionFront({
      origin,
      code: { 'viewer-request': handler(`request.method = 'PUT'`) },
    })
    expect((await front.get('/')).headers['x-cache']).toBe('FunctionValidationError from cloudfront')
  })

  test('Header names are in lower case', async () => {
    const { headers } = (await requestEvent('/', { 'X-MiXed': 'Case' })).request
    expect(headers['x-mixed']).toEqual({ value: 'Case' })
    expect(headers.host.value).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  test('request.headers has no cookie', async () => {
    expect((await requestEvent('/', { Cookie: 'a=1' })).request.headers.cookie).toBeUndefined()
  })

  test('Names of cookies keep their case', async () => {
    expect((await requestEvent('/', { Cookie: 'Id=1; id=2' })).request.cookies).toEqual({
      Id: { value: '1' },
      id: { value: '2' },
    })
  })

  test('querystring and cookies are there when they are empty', async () => {
    const { querystring, cookies } = (await requestEvent('/')).request
    expect([querystring, cookies]).toEqual([{}, {}])
  })

  test.each([
    ['/?a=1&b', 'a=1&b'],
    ['/?', ''],
    ['/', undefined],
  ])('rawQueryString() of %s is %j', async (path, expected) => {
    await using front = await startFunctionFront({ origin, code: { 'viewer-request': ECHO } })
    expect(JSON.parse((await front.get(path)).text).raw).toBe(expected)
  })

  test('response.statusCode is an integer', async () => {
    expect((await responseEvent()).response).toMatchObject({ statusCode: 200, statusDescription: 'OK' })
  })

  test('response.headers has no set-cookie, response.cookies has value and attributes', async () => {
    const { headers, cookies } = (await responseEvent()).response
    expect(headers['set-cookie']).toBeUndefined()
    expect(cookies.id).toMatchObject({ value: '7', attributes: 'Path=/; Secure' })
  })

  test("The origin's body is not shown", async () => {
    expect((await responseEvent()).response.body).toBeUndefined()
  })

  test('A viewer-response function sees the request as the viewer-request function left it (observed)', async () => {
    const { request } = await responseEvent(
      '/a?x=1',
      `request.uri = '/b'; request.headers['x-internal'] = { value: 'yes' }`,
    )
    expect([request.uri, request.headers['x-internal']]).toEqual(['/b', { value: 'yes' }])
  })

  test.each([
    ['UTF-8 bytes as they are', 'gr\u00c3\u00bc\u00c3\u009f', 'grüß'],
    ['other bytes as ISO-8859-1', 'gr\u00fc\u00df', 'grüß'],
  ])('Header values are text: %s', async (_, raw, text) => {
    const event = await requestEvent('/', { 'X-Text': raw })
    expect(event.request.headers['x-text'].value).toBe(text)
  })

  test('A value that the function leaves alone goes on with its bytes', async () => {
    const seen = await sent(`request.headers['x-other'] = { value: 'new' }`, '/', {
      'X-Text': 'gr\u00fc\u00df',
    })
    expect(seen.headers['x-text']).toBe('gr\u00fc\u00df')
  })

  test('A value that the function changes goes on as UTF-8', async () => {
    const seen = await sent(`request.headers['x-text'].value += '!'`, '/', { 'X-Text': 'gr\u00fc' })
    expect(Buffer.from(seen.headers['x-text'] as string, 'latin1').toString()).toBe('grü!')
  })

  test.each([
    ['a space', 'a b'],
    ['a control character', 'a\\u0001b'],
    ['a fragment identifier', 'a#b'],
  ])('A returned query string must not have %s', async (_, value) => {
    const code = handler(`request.querystring.q = { value: '${value}' }`)
    await using front = await startFunctionFront({ origin, code: { 'viewer-request': code } })
    expect((await front.get('/')).status).toBe(502)
  })

  test('CloudFront-* headers of the policies are shown, and those the viewer sent itself as it sent them', async () => {
    const behavior = {
      OriginRequestPolicy: {
        Name: 'with-device',
        HeadersConfig: {
          HeaderBehavior: 'whitelist',
          Headers: ['CloudFront-Is-Mobile-Viewer', 'CloudFront-Forwarded-Proto'],
        },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
      },
    }
    const { headers } = (await requestEvent('/', { 'CloudFront-Is-Mobile-Viewer': 'mine' }, behavior)).request
    expect(headers['cloudfront-forwarded-proto']).toEqual({ value: 'http' })
    expect(headers['cloudfront-is-mobile-viewer']).toEqual({ value: 'mine' })
    expect(headers['cloudfront-is-tablet-viewer']).toBeUndefined()
  })
})

describe('F.A5 CloudFront Functions: multiValue, headers, cookies', () => {
  test('multiValue is there only for a name that occurs more than once, and lists all in order', async () => {
    const { querystring, headers, cookies } = (
      await requestEvent('/?a=1&b=x&a=2', [
        'Host',
        'localhost',
        'X-A',
        '1',
        'X-B',
        '1, 2',
        'x-a',
        '2',
        'Cookie',
        'c=1; d=1; c=2',
      ])
    ).request
    const twice = { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }
    expect([querystring.a, headers['x-a'], cookies.c]).toEqual([twice, twice, twice])
    expect([querystring.b, headers['x-b'], cookies.d]).toEqual([
      { value: 'x' },
      { value: '1, 2' },
      { value: '1' },
    ])
  })

  test.each([
    [
      'a modified multiValue wins over value',
      `q.multiValue = [{ value: '8' }, { value: '9' }]; q.value = '7'`,
      'a=8&a=9',
    ],
    ['a modified value takes the place of the first, the others stay', `q.value = '7'`, 'a=7&a=2&a=3'],
    [
      'an entry in place of the old one with a value alone keeps the others',
      `request.querystring.a = { value: '7' }`,
      'a=7&a=2&a=3',
    ],
    ['a multiValue with an added value', `q.multiValue.push({ value: '4' })`, 'a=1&a=2&a=3&a=4'],
    ['deleting removes every occurrence', `delete request.querystring.a`, ''],
  ])('Of several values %s', async (_, statements, expected) => {
    const seen = await sent(`const q = request.querystring.a; ${statements}`, '/?a=1&a=2&a=3')
    expect(seen.url).toBe(expected === '' ? '/' : `/?${expected}`)
  })

  test('Headers and cookies follow the same rules', async () => {
    const seen = await sent(
      `request.headers['x-a'].value = '7'; request.cookies.c.multiValue = [{ value: '8' }]; delete request.cookies.d`,
      '/',
      ['Host', 'localhost', 'X-A', '1', 'X-A', '2', 'Cookie', 'c=1; d=1; c=2'],
    )
    expect(linesOf(seen.rawHeaders, 'x-a')).toEqual(['X-A: 7', 'X-A: 2'])
    expect(seen.headers.cookie).toBe('c=8')
  })

  test('A parameter or cookie without = has the value ""', async () => {
    const { querystring, cookies } = (await requestEvent('/?NoValue', { Cookie: 'flag' })).request
    expect([querystring.NoValue, cookies.flag]).toEqual([{ value: '' }, { value: '' }])
  })

  test('What is not touched keeps its form: ?flag stays ?flag (unverified)', async () => {
    expect((await sent(`request.querystring.b = { value: '2' }`, '/?flag&a=%41')).url).toBe(
      '/?flag&a=%41&b=2',
    )
  })

  test('A query string that is left alone goes on byte for byte', async () => {
    expect((await sent('', '/?b=2&&a=1&flag&=x')).url).toBe('/?b=2&&a=1&flag&=x')
  })

  test('Attributes are what follows the first semicolon, one string, each cookie with its own', async () => {
    expect((await responseEvent()).response.cookies).toEqual({
      id: {
        value: '7',
        attributes: 'Path=/; Secure',
        multiValue: [
          { value: '7', attributes: 'Path=/; Secure' },
          { value: '8', attributes: '' },
        ],
      },
      plain: { value: '', attributes: '' },
    })
  })

  test('Cookies of a response are set, changed and deleted by name', async () => {
    const code = handler(`
      delete response.cookies.plain
      response.cookies.id.multiValue[1].attributes = 'Max-Age=5'
      response.cookies.fresh = { value: 'x', attributes: 'HttpOnly' }
      response.cookies.bare = { value: 'y' }`)
    await using front = await startFunctionFront({ origin, code: { 'viewer-response': code } })
    expect((await front.get('/')).headers['set-cookie']).toEqual([
      'id=7; Path=/; Secure',
      'id=8; Max-Age=5',
      'fresh=x; HttpOnly',
      'bare=y',
    ])
  })

  test('Names go out with each word capitalised', async () => {
    const seen = await sent(`request.headers['x-new-name'] = { value: '1' }`, '/', [
      'Host',
      'localhost',
      'x-old-NAME',
      '2',
    ])
    expect(linesOf(seen.rawHeaders, 'x-new-name')).toEqual(['X-New-Name: 1'])
    expect(linesOf(seen.rawHeaders, 'x-old-name')).toEqual(['X-Old-Name: 2'])
  })

  test('A name in upper case fails validation (unverified)', async () => {
    const code = handler(`response.headers['X-Upper'] = { value: '1' }`)
    await using front = await startFunctionFront({ origin, code: { 'viewer-response': code } })
    const answer = await front.get('/')
    expect(answer.status).toBe(502)
    expect(answer.text).toContain(
      'The CloudFront function returned an invalid value: response.headers must have header names in lower case',
    )
  })

  test.each(['7', 'null', '{}', '["a"]', 'undefined'])(
    'A header value must be a string, not %s',
    async (value) => {
      const code = handler(`response.headers.x = { value: ${value} }`)
      await using front = await startFunctionFront({ origin, code: { 'viewer-response': code } })
      expect((await front.get('/')).headers['x-cache']).toBe('FunctionValidationError from cloudfront')
    },
  )
})
