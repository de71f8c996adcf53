// What Lambda@Edge functions are shown: envelope, origin, body.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Front } from '../support/front.ts'
import { startLambdaFront, type Acts } from '../support/lambda.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

/* oxlint-disable typescript/no-explicit-any -- events are what the tests look into */

const REQUEST_EVENTS = ['viewer-request', 'origin-request'] as const
const ECHO = `return { status: 200, body: JSON.stringify(event) }`

/** The event of a path: /EVENT or /EVENT-more. */
const acts: Acts = {
  '/viewer-request': { 'viewer-request': ECHO },
  '/origin-request': { 'origin-request': ECHO },
  '/origin-response': { 'origin-response': `response.body = JSON.stringify(event)` },
  '/viewer-response': {
    'viewer-response': `response.headers['x-event'] = [{ value: JSON.stringify(event) }]`,
  },
  '/a%20b/%C3%BC': { 'viewer-request': ECHO },
  '/method': { 'viewer-request': `request.method = 'PUT'` },
  '/client-ip': { 'viewer-request': `request.clientIp = '192.0.2.1'` },
  '/config': { 'viewer-request': `cf.config.distributionId = 'E2'; cf.config.requestId = 'mine'` },
  '/uri': { 'origin-request': `request.uri = '/changed'; request.querystring = 'b=2'` },
  '/response-uri': {
    'origin-response': `request.uri = '/no'; request.headers.x = [{ value: 'no' }]; request.origin = 1`,
  },
  '/no-key': { 'viewer-response': `response.headers['x-no-kEY'] = [{ value: 'a' }]` },
  '/own-key': { 'viewer-response': `response.headers['x-own'] = [{ key: 'x-oWN', value: 'a' }]` },
  '/any-case': { 'viewer-response': `response.headers['X-ANY'] = [{ key: 'X-Any', value: 'a' }]` },
  '/twice': { 'viewer-response': `response.headers['X-A'] = response.headers['x-a'] = [{ value: 'a' }]` },
  '/two-lines': { 'viewer-response': `response.headers['x-a'] = [{ value: '1' }, { value: '2' }]` },
  '/cookies': {
    'viewer-response': `response.headers['set-cookie'] = [{ value: 'a=1' }, { value: 'b=2; Path=/' }]`,
  },
  '/status': { 'origin-response': `response.status = 201; response.statusDescription = 'Made here'` },
  '/viewer-status': { 'viewer-response': `response.status = '404'` },
  '/replaced': { 'origin-response': `response.body = 'replaced'` },
  '/base64': { 'origin-response': `response.body = 'aGk='; response.bodyEncoding = 'base64'` },
  '/emptied': { 'origin-response': `response.body = ''` },
  '/kept': { 'origin-response': `response.headers.x = [{ value: 'y' }]` },
}

let origin: ScriptedOrigin
let front: Front
beforeAll(async () => {
  origin = await startOrigin({
    headers: { 'Content-Type': 'text/plain', 'X-Two': ['1', '2'] },
    body: 'origin body',
  })
  front = await startLambdaFront(acts, { origin })
})
afterAll(async () => {
  await front.stop()
  await origin.stop()
})

async function eventOf(path: string, headers: Record<string, string> = {}, on = front): Promise<any> {
  const answer = await on.get(path, headers)
  const echoed = answer.headers['x-event']
  return JSON.parse(typeof echoed === 'string' ? echoed : answer.text)
}

async function cfOf(path: string, headers: Record<string, string> = {}, on = front): Promise<any> {
  return (await eventOf(path, headers, on)).Records[0].cf
}

describe('F.B1 Lambda@Edge: event envelope', () => {
  test('An event has one record, whose cf has config and request', async () => {
    const event = await eventOf('/viewer-request')
    expect(Object.keys(event)).toEqual(['Records'])
    expect(event.Records).toHaveLength(1)
    expect(Object.keys(event.Records[0])).toEqual(['cf'])
    expect(Object.keys(event.Records[0].cf).toSorted()).toEqual(['config', 'request'])
  })

  test.each(['viewer-request', 'origin-request', 'origin-response', 'viewer-response'])(
    'The config of %s names distribution, event and request',
    async (event) => {
      const answer = await front.get(`/${event}`)
      const echoed = answer.headers['x-event'] ?? answer.text
      expect(JSON.parse(String(echoed)).Records[0].cf.config).toEqual({
        distributionDomainName: front.pocketfront.loaded.deployment.Distributions[0]!.DomainName,
        distributionId: 'ETESTDISTRIBUT',
        eventType: event,
        requestId: answer.headers['x-amz-cf-id'],
      })
    },
  )

  test('Changes to the config have no effect', async () => {
    const answer = await front.get('/config')
    expect(answer.status).toBe(200)
    expect(answer.headers['x-amz-cf-id']).not.toBe('mine')
  })

  test.each([
    ['viewer-request', ['clientIp', 'headers', 'method', 'querystring', 'uri']],
    ['origin-request', ['clientIp', 'headers', 'method', 'origin', 'querystring', 'uri']],
    ['origin-response', ['clientIp', 'headers', 'method', 'origin', 'querystring', 'uri']],
    ['viewer-response', ['clientIp', 'headers', 'method', 'querystring', 'uri']],
  ])('The request of %s has the fields %s', async (event, fields) => {
    const { request } = await cfOf(`/${event}?q`)
    expect(Object.keys(request).toSorted()).toEqual(fields)
  })

  test.each(['origin-response', 'viewer-response'])(
    'The response of %s has status, statusDescription and headers',
    async (event) => {
      const { response } = await cfOf(`/${event}?r`)
      expect(Object.keys(response).toSorted()).toEqual(['headers', 'status', 'statusDescription'])
    },
  )

  test('clientIp is the address of the viewer', async () => {
    expect((await cfOf('/viewer-request')).request.clientIp).toBe('127.0.0.1')
  })

  test.each([
    ['method', '/method'],
    ['clientIp', '/client-ip'],
  ])('A changed %s fails validation', async (_field, path) => {
    const answer = await front.get(path)
    expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'LambdaValidationError from cloudfront'])
  })

  test('uri is the path as the viewer encoded it', async () => {
    expect((await cfOf('/a%20b/%C3%BC')).request.uri).toBe('/a%20b/%C3%BC')
  })

  test.each([
    ['?a=1&a=2&b', 'a=1&a=2&b'],
    ['', ''],
    ['?', ''],
  ])('The querystring of %j is the text %j', async (query, expected) => {
    expect((await cfOf(`/viewer-request${query}`)).request.querystring).toBe(expected)
  })

  test('An origin event has only the query strings that the policy forwards', async () => {
    const behavior = { OriginRequestPolicy: 'UserAgentRefererHeaders' }
    await using narrow = await startLambdaFront(acts, { origin, behavior })
    expect((await cfOf('/origin-request?a=1', {}, narrow)).request.querystring).toBe('')
  })

  test('origin-request may change uri and querystring', async () => {
    await front.get('/uri?a=1')
    expect(origin.countOf('/changed?b=2')).toBe(1)
  })

  test('A response event cannot change the request', async () => {
    const answer = await front.get('/response-uri')
    expect([answer.status, origin.countOf('/no')]).toEqual([200, 0])
  })

  test('Headers are lists of key and value under the lower-case name, one item per line', async () => {
    const { response } = await cfOf('/origin-response?lines')
    expect(response.headers['x-two']).toEqual([
      { key: 'X-Two', value: '1' },
      { key: 'X-Two', value: '2' },
    ])
    expect(response.headers['content-type']).toEqual([{ key: 'Content-Type', value: 'text/plain' }])
  })

  test('Viewer cookies are an ordinary header', async () => {
    const { request } = await cfOf('/viewer-request', { Cookie: 'a=1; b=2' })
    expect(request.headers.cookie).toMatchObject([{ value: 'a=1; b=2' }])
  })

  test('Cookies are set as ordinary headers', async () => {
    expect((await front.get('/cookies')).headers['set-cookie']).toEqual(['a=1', 'b=2; Path=/'])
  })

  test.each([
    ['/no-key', 'X-No-Key', 'without key gets initial capitals'],
    ['/own-key', 'x-oWN', 'with a key is sent as the key spells it'],
    ['/any-case', 'X-Any', 'may be in any case (observed)'],
  ])('A header name, as %s shows with %s, %s', async (path, name) => {
    expect((await front.get(path)).rawHeaders).toContain(name)
  })

  test('Two names that are equal but for their case fail validation (unverified)', async () => {
    expect((await front.get('/twice')).status).toBe(502)
  })

  test('Each item of a list becomes a line', async () => {
    const { rawHeaders } = await front.get('/two-lines')
    expect(rawHeaders.filter((name) => name === 'X-A')).toHaveLength(2)
  })

  test('Origin events have the headers that CloudFront sends', async () => {
    const { headers } = (await cfOf('/origin-request', { 'User-Agent': 'test' })).request
    expect(headers['x-forwarded-for']).toEqual([{ key: 'X-Forwarded-For', value: '127.0.0.1' }])
    expect(headers.via[0].value).toMatch(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/)
    expect(headers.host[0].value).toBe(`127.0.0.1:${front.port}`)
    await using narrow = await startLambdaFront(acts, {
      origin,
      behavior: { OriginRequestPolicy: 'CORS-CustomOrigin' },
    })
    const { request } = await cfOf('/origin-request', {}, narrow)
    expect(request.headers['user-agent'][0].value).toBe('Amazon CloudFront')
    expect(request.headers.host[0].value).toBe('origin.example.com')
  })

  test('The status is a text on the way in', async () => {
    expect((await cfOf('/viewer-response')).response).toMatchObject({
      status: '200',
      statusDescription: 'OK',
    })
  })

  test('A status may be a number on the way out (observed)', async () => {
    const answer = await front.get('/status')
    expect([answer.status, answer.statusText]).toEqual([201, 'Made here'])
  })

  test('viewer-response cannot change the status', async () => {
    expect((await front.get('/viewer-status')).status).toBe(502)
  })

  test("The origin's body is never visible", async () => {
    expect((await cfOf('/origin-response?body')).response).not.toHaveProperty('body')
  })

  test.each([
    ['replaces', '/replaced', 'replaced'],
    ['in base64 replaces', '/base64', 'hi'],
    ["of '' removes", '/emptied', ''],
    ['that is left out keeps', '/kept', 'origin body'],
  ])("A body of origin-response %s the origin's", async (_verb, path, text) => {
    const answer = await front.get(path)
    expect([answer.text, answer.headers['content-length']]).toEqual([text, String(text.length)])
  })
})

describe('F.B2 Lambda@Edge: request.origin', () => {
  test('A custom origin has the documented fields', async () => {
    const { custom } = (await cfOf('/origin-request')).request.origin
    expect(custom).toEqual({
      customHeaders: {},
      domainName: 'origin.example.com',
      keepaliveTimeout: 5,
      path: '',
      port: 80,
      protocol: 'http',
      readTimeout: 30,
      sslProtocols: ['TLSv1.2'],
    })
  })

  test('sslProtocols are those of the distribution', async () => {
    const OriginSslProtocols = ['TLSv1.1', 'TLSv1.2']
    const originConfig = {
      CustomOriginConfig: { OriginProtocolPolicy: 'http-only', OriginSslProtocols },
    }
    await using own = await startLambdaFront(acts, { origin, originConfig })
    const { custom } = (await cfOf('/origin-request', {}, own)).request.origin
    expect(custom.sslProtocols).toEqual(OriginSslProtocols)
  })

  test('A custom origin shows its path and custom headers', async () => {
    const originConfig = {
      OriginPath: '/v1',
      OriginCustomHeaders: [{ HeaderName: 'X-Secret', HeaderValue: 'abc' }],
    }
    await using own = await startLambdaFront(acts, { origin, originConfig })
    const { custom } = (await cfOf('/origin-request', {}, own)).request.origin
    expect(custom.path).toBe('/v1')
    expect(custom.customHeaders).toEqual({ 'x-secret': [{ key: 'X-Secret', value: 'abc' }] })
  })

  test('An S3 origin has the documented fields', async () => {
    const originConfig = {
      DomainName: 'bucket.s3.us-west-2.amazonaws.com',
      S3OriginConfig: {},
      CustomOriginConfig: null,
    }
    await using own = await startLambdaFront(acts, {
      origin,
      originConfig,
      behavior: { OriginRequestPolicy: null },
    })
    const { request } = await cfOf('/origin-request', {}, own)
    expect(request.origin).toEqual({
      s3: {
        authMethod: 'none',
        customHeaders: {},
        domainName: 'bucket.s3.us-west-2.amazonaws.com',
        path: '',
        region: '',
      },
    })
  })

  test('The origin of origin-response cannot be changed', async () => {
    expect((await front.get('/response-uri?again')).status).toBe(200)
  })

  describe('origin-request may rewrite', () => {
    const other = {
      '/to-custom': `request.origin = { custom: { domainName: 'other.example.com', port: 443, protocol: 'https', path: '/base',
        readTimeout: 5, keepaliveTimeout: 5, sslProtocols: ['TLSv1.2'], customHeaders: { 'x-from': [{ value: 'edge' }] } } }
        request.headers.host = [{ key: 'Host', value: 'other.example.com' }]`,
      '/to-s3': `request.origin = { s3: { domainName: 'other-bucket.s3.amazonaws.com', path: '/folder', region: '',
        authMethod: 'none', customHeaders: {} } }
        request.headers.host = [{ key: 'Host', value: 'other-bucket.s3.amazonaws.com' }]`,
      '/path': `request.origin.custom.path = '/v2'`,
      '/header': `request.origin.custom.customHeaders['x-added'] = [{ key: 'X-Added', value: 'yes' }]`,
    }
    let second: ScriptedOrigin
    let own: Front
    beforeAll(async () => {
      second = await startOrigin({ body: 'the other origin' })
      own = await startLambdaFront(
        Object.fromEntries(Object.entries(other).map(([path, code]) => [path, { 'origin-request': code }])),
        {
          origins: {
            origin: origin.url,
            'other.example.com': second.url,
            'other-bucket.s3.amazonaws.com': second.url,
          },
        },
      )
    })
    afterAll(async () => {
      await own.stop()
      await second.stop()
    })

    test.each([
      ['a custom origin that the distribution lacks', '/to-custom', '/base/to-custom'],
      ['an S3 origin in place of a custom one', '/to-s3', '/folder/to-s3'],
    ])('to %s', async (_what, path, url) => {
      expect((await own.get(path)).text).toBe('the other origin')
      expect(second.countOf(url)).toBe(1)
    })

    test('path and custom headers', async () => {
      await own.get('/path')
      expect(origin.countOf('/v2/path')).toBe(1)
      await own.get('/header')
      expect(origin.requests.find(({ url }) => url === '/header')!.headers['x-added']).toBe('yes')
    })
  })

  test('A name that cannot be resolved is a 502 before the function runs', async () => {
    await using own = await startLambdaFront(acts, { origins: { origin: 'http://nowhere.invalid:81' } })
    const answer = await own.get('/origin-request')
    expect([answer.status, answer.trace!.detailedResultType]).toEqual([502, 'OriginDnsError'])
    expect(answer.trace!.functions!.map(({ event }) => event)).toEqual(['viewer-request'])
  })
})

describe('F.B3 Lambda@Edge: request.body', () => {
  const TEXT = 'b=1&c=ü'
  const REPLACE = `request.body.action = 'replace'; request.body.encoding = 'text'; request.body.data = 'new'`
  const SIZE = `const { inputTruncated, data } = request.body
    return { status: 200, body: JSON.stringify([inputTruncated, Buffer.from(data, 'base64').length]) }`
  const bodyActs = Object.fromEntries(
    REQUEST_EVENTS.flatMap((event) => [
      [`/${event}`, { [event]: ECHO.replace('JSON.stringify(event)', 'JSON.stringify(request.body)') }],
      [`/${event}/size`, { [event]: SIZE }],
      [`/${event}/replace`, { [event]: REPLACE }],
      [`/${event}/default`, { [event]: `request.body.action = 'replace'; request.body.data = 'bmV3'` }],
      [`/${event}/read-only`, { [event]: `request.body.data = 'no'; request.body.encoding = 'text'` }],
      [`/${event}/wrong`, { [event]: `request.body.action = 'replace'; request.body.data = '*'` }],
      [`/${event}/gone`, { [event]: `delete request.body` }],
      ...[13_619, 13_620, 348_651, 348_652].map((groups) => [
        `/${event}/groups-${groups}`,
        { [event]: `Object.assign(request.body, { action: 'replace', data: 'AAAA'.repeat(${groups}) })` },
      ]),
      ...[
        ['text', 40_960, 'viewer-request'],
        ['text', 1_048_576, 'origin-request'],
      ].flatMap(([encoding, max, on]) =>
        [0, 1].map((more) => [
          `/${event}/${encoding}-${on}-${more}`,
          {
            [event]: `Object.assign(request.body, { action: 'replace', encoding: '${encoding}', data: 'x'.repeat(${Number(max) + more}) })`,
          },
        ]),
      ),
    ]),
  ) as Acts
  let own: Front
  beforeAll(async () => {
    own = await startLambdaFront(bodyActs, { origin, includeBody: true })
  })
  afterAll(() => own.stop())

  const post = (path: string, body: string | Buffer) => own.ask(path, { method: 'POST', body })
  const seen = (path: string) => origin.requests.findLast(({ url }) => url === path)!

  test.each(REQUEST_EVENTS)('%s sees the body in base64, read-only', async (event) => {
    expect(JSON.parse((await post(`/${event}`, TEXT)).text)).toEqual({
      inputTruncated: false,
      action: 'read-only',
      encoding: 'base64',
      data: Buffer.from(TEXT).toString('base64'),
    })
  })

  test.each([
    ['viewer-request', 40 * 1024],
    ['origin-request', 1024 * 1024],
  ])('%s sees at most %i bytes, and inputTruncated says so', async (event, max) => {
    for (const [size, shown] of [
      [max, [false, max]],
      [max + 1, [true, max]],
    ] as const) {
      expect(JSON.parse((await post(`/${event}/size`, Buffer.alloc(size, 'a'))).text)).toEqual(shown)
    }
  })

  test.each(REQUEST_EVENTS)(
    'Read-only: edits of %s are ignored and the whole body goes on',
    async (event) => {
      // An answer before the end of the body would be passed on at once.
      origin.on(`/${event}/read-only`, (request, response) => request.on('end', () => response.end()))
      await post(`/${event}/read-only`, Buffer.alloc(2_000_000, 'a'))
      expect(seen(`/${event}/read-only`).bodyBytes).toBe(2_000_000)
    },
  )

  test.each(REQUEST_EVENTS)(
    'Replace: what %s gives goes on, with a new Content-Length (unverified)',
    async (event) => {
      await post(`/${event}/replace`, TEXT)
      expect([
        seen(`/${event}/replace`).bodyBytes,
        seen(`/${event}/replace`).headers['content-length'],
      ]).toEqual([3, '3'])
    },
  )

  test('A replaced body is base64 unless the function says text', async () => {
    await post('/viewer-request/default', TEXT)
    expect(seen('/viewer-request/default').bodyBytes).toBe(3)
  })

  test('Data that is no base64 fails validation', async () => {
    expect((await post('/viewer-request/wrong', TEXT)).status).toBe(502)
  })

  test.each([
    ['viewer-request', '40 KB'],
    ['origin-request', '1 MB'],
  ])('%s may give %s as text and not a byte more', async (event) => {
    expect((await post(`/${event}/text-${event}-0`, TEXT)).status).toBe(200)
    const answer = await post(`/${event}/text-${event}-1`, TEXT)
    expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'LambdaValidationError from cloudfront'])
  })

  test.each([
    ['viewer-request', '53.2 KB', 13_619],
    ['origin-request', '1.33 MB', 348_651],
  ])('%s may give %s as base64 and not more', async (event, _size, groups) => {
    expect((await post(`/${event}/groups-${groups}`, TEXT)).status).toBe(200)
    expect(seen(`/${event}/groups-${groups}`).bodyBytes).toBe(groups * 3)
    const answer = await post(`/${event}/groups-${groups + 1}`, TEXT)
    expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'LambdaValidationError from cloudfront'])
  })

  test('A result without body leaves it as it was (unverified)', async () => {
    await post('/viewer-request/gone', TEXT)
    expect(seen('/viewer-request/gone').bodyBytes).toBe(Buffer.byteLength(TEXT))
  })

  test('A request without a body shows an empty one (unverified)', async () => {
    const { text } = await own.get('/viewer-request')
    expect(JSON.parse(text)).toMatchObject({ data: '', inputTruncated: false })
  })

  test('Without IncludeBody there is no body field', async () => {
    const answer = await front.ask('/viewer-request', { method: 'POST', body: TEXT })
    expect(JSON.parse(answer.text).Records[0].cf.request).not.toHaveProperty('body')
  })
})
