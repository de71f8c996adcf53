import { describe, expect, test } from 'vitest'
import { isRefusal } from '../../../src/functions/failures.ts'
import { toHeaderMap } from '../../../src/functions/header-maps.ts'
import { ORIGIN_LIMITS, VIEWER_LIMITS, peekBody } from '../../../src/functions/request-body.ts'
import {
  parseOriginRequestResult,
  parseOriginResponseResult,
  parseViewerRequestResult,
  parseViewerResponseResult,
} from '../../../src/functions/rules.ts'
import { Headers } from '../../../src/message/headers.ts'
import { CUSTOM_ORIGIN, S3_ORIGIN, outgoingRequest, viewerRequest } from './messages.ts'
import type { OutgoingOrigin } from '../../../src/message/requests.ts'

const VALIDATION = 'The Lambda function result failed validation: '
const READ_ONLY = `${VALIDATION}The function tried to add, delete, or change a read-only header.`
const DISALLOWED = `${VALIDATION}The function tried to add, delete, or change a disallowed header.`
const BODY = `${VALIDATION}The body is not a string, is not an object, or exceeds the maximum size.`

/** Refusals as page sentence and detail; 'accepted' otherwise. */
function verdict(outcome: unknown): string | { sentence: string; detail: string } {
  return isRefusal(outcome) ? { sentence: outcome.sentence, detail: outcome.detail } : 'accepted'
}

const VIEWER_HEADERS = new Headers([
  'Host',
  'a.example',
  'Content-Length',
  '3',
  'Accept',
  'x',
  'X-Edge-Y',
  'hidden',
])

function viewerResult(changes: object, headerChanges: object = {}): unknown {
  const headers = { ...toHeaderMap(VIEWER_HEADERS), ...headerChanges }
  const result = { method: 'GET', uri: '/a', querystring: '', clientIp: '203.0.113.9', headers, ...changes }
  return JSON.parse(JSON.stringify(result))
}

const parseViewer = (result: unknown) =>
  parseViewerRequestResult(
    result,
    viewerRequest({ headers: VIEWER_HEADERS, queryString: '' }),
    null,
    VIEWER_LIMITS,
  )

describe('a request that a viewer-request function returns', () => {
  test.each<[string, object, object]>([
    ['unchanged', {}, {}],
    ['with another uri', { uri: '/b/c%20d' }, {}],
    [
      'without fields that stay as they are',
      { method: undefined, clientIp: undefined, querystring: undefined },
      {},
    ],
    ['with a header removed', {}, { accept: undefined }],
    ['with an empty list for a header', {}, { accept: [] }],
    ['with a header in capitals', {}, { 'X-NEW': [{ value: '1' }] }],
    ['with a header named __proto__', {}, JSON.parse('{"__proto__":[{"value":"1"}]}') as object],
    ['with Host written in another case', {}, { host: [{ key: 'HOST', value: 'a.example' }] }],
  ])('%s is accepted', (_, changes, headers) => {
    expect(verdict(parseViewer(viewerResult(changes, headers)))).toBe('accepted')
  })

  test.each<[string, object, object, string | RegExp, RegExp]>([
    ['another method', { method: 'POST' }, {}, /read-only field method/, /method/],
    ['another clientIp', { clientIp: '1.2.3.4' }, {}, /read-only field clientIp/, /clientIp/],
    ['a uri without slash', { uri: 'b' }, {}, /does not start with a slash/, /uri/],
    ['a uri that is no string', { uri: 5 }, {}, /does not start with a slash/, /uri/],
    ['a uri with a line end', { uri: '/a\r\nX: y' }, {}, /control character/, /uri/],
    ['a uri with a space', { uri: '/a b' }, {}, /space/, /uri/],
    ['a querystring with a fragment', { querystring: 'a#b' }, {}, /fragment/, /querystring/],
    ['a querystring that is no string', { querystring: {} }, {}, /not a string/, /querystring/],
    ['a URL that is too long', { uri: '/' + 'a'.repeat(8191) }, {}, /longer than 8192/, /uri/],
    ['Host changed', {}, { host: [{ value: 'b.example' }] }, READ_ONLY, /tried to change .* : host/],
    ['Host deleted', {}, { host: undefined }, READ_ONLY, /tried to delete .* : host/],
    ['all headers left out', { headers: undefined }, {}, READ_ONLY, /tried to delete/],
    ['Via added', {}, { via: [{ value: '1.1 me' }] }, READ_ONLY, /tried to add .* : via/],
    ['Content-Length twice', {}, { 'content-length': [{ value: '3' }, { value: '3' }] }, READ_ONLY, /change/],
    ['Connection', {}, { connection: [{ value: 'close' }] }, DISALLOWED, /connection/],
    ['X-Amz-Cf-Id', {}, { 'x-amz-cf-id': [{ value: '1' }] }, DISALLOWED, /x-amz-cf-id/],
    ['a hidden header', {}, { 'x-edge-y': [{ value: 'hidden' }] }, DISALLOWED, /x-edge-y/],
    [
      'the viewer country',
      {},
      { 'cloudfront-viewer-country': [{ value: 'DE' }] },
      /Viewer-Country/,
      /Viewer-Country/,
    ],
    [
      'a header line that is a string',
      {},
      { a: ['b'] },
      /invalid entry in the headers object/,
      /header a has/,
    ],
    ['a header that is a string', {}, { a: 'b' }, /invalid entry in the headers object/, /header a has/],
    [
      'a header value that is a number',
      {},
      { a: [{ value: 1 }] },
      /invalid entry in the headers object/,
      /header a /,
    ],
    [
      'a line end in a value',
      {},
      { a: [{ value: 'b\r\nc: d' }] },
      /'%0D' in header value/,
      /headerName : A\./,
    ],
    ['a NUL in a value', {}, { a: [{ value: 'b\0' }] }, /'%00' in header value/, /headerName : A\./],
    ['an invalid name', {}, { 'a b': [{ value: '1' }] }, /"a b" is not valid/, /a b/],
    ['an empty name', {}, { '': [{ value: '1' }] }, /"" is not valid/, /not valid/],
    ['a name in two cases', {}, { A: [{ value: '1' }], a: [{ value: '1' }] }, /name a twice/, /twice/],
    ['a key of another name', {}, { a: [{ key: 'B', value: '1' }] }, /key "B" stands under/, /name a/],
    ['a key with a line end', {}, { a: [{ key: 'a\r\n', value: '1' }] }, /stands under/, /name a/],
    ['headers that are a list', { headers: [] }, {}, /headers are not an object/, /object/],
  ])('with %s is refused', (_, changes, headers, sentence, detail) => {
    expect(verdict(parseViewer(viewerResult(changes, headers)))).toEqual({
      sentence: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
      detail: expect.stringMatching(detail),
    })
  })

  test.each([
    ['/ä b'.replace(' ', ''), '/%C3%A4'.concat('b')],
    ['/a?b', '/a%3Fb'],
    ['/100%25', '/100%25'],
  ])('with uri %s asks for %s', (uri, path) => {
    expect(parseViewer(viewerResult({ uri }))).toMatchObject({ request: { path } })
  })

  test('keeps a uri that the function left alone byte for byte', () => {
    const request = viewerRequest({ path: '/Ã¤', headers: VIEWER_HEADERS })
    const result = viewerResult({ uri: '/Ã¤', querystring: request.queryString })
    expect(parseViewerRequestResult(result, request, null, VIEWER_LIMITS)).toMatchObject({
      request: { path: '/Ã¤' },
    })
  })

  test('sends header values beyond latin1 as UTF-8', () => {
    const outcome = parseViewer(viewerResult({}, { a: [{ value: '→' }] }))
    if (isRefusal(outcome) || outcome.kind !== 'continue') throw new Error('refused')
    expect(Buffer.from(outcome.request.headers.get('a')!, 'latin1').toString()).toBe('→')
  })
})

describe('a body that a function returns for a request', () => {
  const parse = async (body: unknown, limits = VIEWER_LIMITS) => {
    const peeked = await peekBody({ kind: 'bytes', bytes: Buffer.from('old') }, limits.bytes)
    const request = viewerRequest({ headers: VIEWER_HEADERS, queryString: '' })
    return parseViewerRequestResult(viewerResult({ body }), request, peeked, limits)
  }

  test.each<[string, unknown, string]>([
    ['left out', undefined, 'old'],
    ['changed without action', { data: 'bmV3' }, 'old'],
    ['read-only', { action: 'read-only', data: 'bmV3' }, 'old'],
    ['replaced as base64', { action: 'replace', data: 'bmV3' }, 'new'],
    ['replaced as text', { action: 'replace', encoding: 'text', data: 'new' }, 'new'],
    ['replaced by nothing', { action: 'replace', data: '' }, ''],
    [
      'of the largest size',
      { action: 'replace', encoding: 'text', data: 'x'.repeat(40_960) },
      'x'.repeat(40_960),
    ],
  ])('%s', async (_, body, sent) => {
    expect(await parse(body)).toMatchObject({
      request: { body: { kind: 'bytes', bytes: Buffer.from(sent) } },
    })
  })

  test.each<[string, unknown, string | RegExp]>([
    ['not an object', 'text', BODY],
    ['without data', { action: 'replace' }, BODY],
    ['too large as text', { action: 'replace', encoding: 'text', data: 'x'.repeat(40_961) }, BODY],
    ['too large as base64', { action: 'replace', data: 'x'.repeat(54_480) }, BODY],
    ['not base64', { action: 'replace', data: 'ä' }, /not valid base64/],
    ['in an unknown encoding', { action: 'replace', encoding: 'hex', data: '00' }, /encoding is "hex"/],
    ['with an unknown action', { action: 'drop' }, /action is "drop"/],
  ])('%s is refused', async (_, body, sentence) => {
    expect(verdict(await parse(body))).toMatchObject({
      sentence: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    })
  })
})

describe('a response that a function generates', () => {
  const viewer = (result: object) => parseViewerRequestResult(result, viewerRequest(), null, VIEWER_LIMITS)
  const origin = (result: object) =>
    parseOriginRequestResult(result, outgoingRequest(), '203.0.113.9', null, ORIGIN_LIMITS)

  test.each<[string, object, object]>([
    ['a status as number', { status: 200 }, { status: 200, body: Buffer.alloc(0) }],
    ['a status as string', { status: '599' }, { status: 599 }],
    ['a description', { status: 200, statusDescription: 'Fine' }, { statusText: 'Fine' }],
    ['a text', { status: 200, body: 'ü' }, { body: Buffer.from('ü') }],
    ['base64', { status: 200, body: 'AP8=', bodyEncoding: 'base64' }, { body: Buffer.from([0, 255]) }],
    ['204 with an empty body', { status: 204, body: '' }, { status: 204, headers: Headers.none }],
    [
      'a wrong length, which is put right',
      { status: 200, body: 'abc', headers: { 'content-length': [{ value: '99' }] } },
      { headers: new Headers(['Content-Length', '3']) },
    ],
  ])('may have %s', (_, result, response) => {
    expect(viewer(result)).toMatchObject({ kind: 'responded', response })
  })

  test.each<[string, object, string | RegExp]>([
    ['status 199', { status: 199 }, /199 is not a number from 200 to 599/],
    ['status 600', { status: '600' }, /"600" is not a number/],
    ['an empty status', { status: '' }, /"" is not a number/],
    ['a status with fraction', { status: 200.5 }, /200\.5 is not a number/],
    ['a null status', { status: null }, /null is not a number/],
    ['a body that is an object', { status: 200, body: {} }, BODY],
    ['a body that is null', { status: 200, body: null }, BODY],
    ['broken base64', { status: 200, body: 'a', bodyEncoding: 'base64' }, /not valid base64/],
    ['an unknown encoding', { status: 200, body: 'a', bodyEncoding: 'gzip' }, /bodyEncoding is "gzip"/],
    [
      'a description with a line end',
      { status: 200, statusDescription: 'a\nb' },
      /'%0A' in statusDescription/,
    ],
    ['a description that is a number', { status: 200, statusDescription: 1 }, /not a string/],
    ['a disallowed header', { status: 200, headers: { 'x-cache': [{ value: 'Hit' }] } }, DISALLOWED],
    ['204 with a body', { status: 204, body: 'x' }, /204 must not have a body/],
    ['more than 40 KB', { status: 200, body: 'x'.repeat(40_961) }, BODY],
    ['40 KB and headers', { status: 200, body: 'x'.repeat(40_960), headers: { a: [{ value: '' }] } }, BODY],
  ])('must not have %s', (_, result, sentence) => {
    expect(verdict(viewer(result))).toMatchObject({
      sentence: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    })
  })

  test('may be larger, up to 1 MB, at an origin-request', () => {
    expect(verdict(origin({ status: 200, body: 'x'.repeat(1024 * 1024) }))).toBe('accepted')
    expect(verdict(origin({ status: 200, body: 'x'.repeat(1024 * 1024 + 1) }))).toMatchObject({
      sentence: BODY,
    })
  })
})

describe('read-only headers', () => {
  const READ_ONLY_NAMES = {
    'origin-request': [
      ...['Accept-Encoding', 'CDN-Loop', 'Content-Length', 'If-Modified-Since', 'If-None-Match', 'If-Range'],
      ...['If-Unmodified-Since', 'Transfer-Encoding', 'Via'],
    ],
    'origin-response': ['Transfer-Encoding', 'Via'],
    'viewer-response': ['Warning', 'Via', 'Content-Length', 'Content-Encoding', 'Transfer-Encoding'],
  } as const
  const cases = Object.entries(READ_ONLY_NAMES).flatMap(([event, names]) =>
    names.map((name) => [event, name]),
  )

  test.each(cases)('of %s: %s cannot be added, changed or deleted', (event, name) => {
    const with1 = new Headers(['Host', 'h', name, '1'])
    const with2 = new Headers(['Host', 'h', name, '2'])
    const without = new Headers(['Host', 'h'])
    const parse = (before: Headers, after: Headers): unknown => {
      const headers = toHeaderMap(after)
      const response = { status: 200, statusText: '', headers: before }
      if (event === 'viewer-response') return parseViewerResponseResult({ status: 200, headers }, response)
      if (event === 'origin-response') {
        return parseOriginResponseResult({ status: 200, headers }, response, ORIGIN_LIMITS)
      }
      return parseOriginRequestResult(
        { headers },
        outgoingRequest({ headers: before }),
        'x',
        null,
        ORIGIN_LIMITS,
      )
    }
    expect(verdict(parse(with1, with1))).toBe('accepted')
    for (const [before, after] of [
      [without, with1],
      [with1, with2],
      [with1, without],
    ] as const) {
      expect(verdict(parse(before, after))).toMatchObject({ sentence: READ_ONLY })
    }
  })
})

describe('a response event returns', () => {
  const response = { status: 200, statusText: 'OK', headers: new Headers(['A', '1', 'Content-Length', '3']) }

  test.each<[string, unknown, RegExp]>([
    ['a request', { uri: '/', headers: {} }, /has no status/],
    ['a list', [], /must be an object type/],
    ['a body that is no string', { status: 200, headers: {}, body: 1 }, /The body is not a string/],
  ])('%s from origin-response, which is refused', (_, result, sentence) => {
    expect(verdict(parseOriginResponseResult(result, response, ORIGIN_LIMITS))).toMatchObject({
      sentence: expect.stringMatching(sentence),
    })
  })

  test('a response without a header, which is then removed', () => {
    expect(parseOriginResponseResult({ status: '200' }, response, ORIGIN_LIMITS)).toEqual({
      kind: 'continue',
      status: 200,
      statusText: '',
      headers: new Headers(['Content-Length', '3']),
      body: null,
    })
  })

  test('another status from viewer-response, which is refused', () => {
    const headers = toHeaderMap(response.headers)
    expect(verdict(parseViewerResponseResult({ status: '200', headers }, response))).toBe('accepted')
    expect(verdict(parseViewerResponseResult({ status: 404, headers }, response))).toMatchObject({
      sentence: expect.stringMatching(/must not change the status from 200 to 404/),
    })
  })
})

describe('an origin that an origin-request function returns', () => {
  const { kind: _, authMethod: __, region: ___, ...fields } = { ...CUSTOM_ORIGIN, customHeaders: {} }
  const CUSTOM = fields
  const S3 = { domainName: 'b.s3.amazonaws.com', path: '', customHeaders: {}, authMethod: 'none', region: '' }
  const parse = (origin: unknown, before: OutgoingOrigin = CUSTOM_ORIGIN) => {
    const request = outgoingRequest({ origin: before })
    const result = { headers: toHeaderMap(request.headers), origin }
    return parseOriginRequestResult(result, request, 'x', null, ORIGIN_LIMITS)
  }

  test.each<[string, unknown, OutgoingOrigin?]>([
    ['left out', undefined],
    ['at another port', { custom: { ...CUSTOM, port: 1024 } }],
    ['over http at port 80', { custom: { ...CUSTOM, port: 80, protocol: 'http' } }],
    ['with a custom header', { custom: { ...CUSTOM, customHeaders: { 'x-new': [{ value: '1' }] } } }],
    ['without custom headers', { custom: { ...CUSTOM, customHeaders: undefined } }],
    ['as a bucket', { s3: S3 }],
    ['without a region where no identity is used', { s3: { ...S3, region: undefined } }],
    [
      'with the values it had, beyond the ranges',
      { custom: { ...CUSTOM, readTimeout: 120 } },
      { ...CUSTOM_ORIGIN, readTimeout: 120 },
    ],
    [
      'with the identity it had',
      { s3: { ...S3, authMethod: 'origin-access-identity', region: 'us-east-1' } },
      S3_ORIGIN,
    ],
  ])('%s is accepted', (_name, origin, before) => {
    expect(verdict(parse(origin, before))).toBe('accepted')
  })

  test.each<[string, unknown, RegExp]>([
    ['both kinds', { custom: CUSTOM, s3: S3 }, /exactly one of custom and s3/],
    ['no kind', {}, /exactly one of custom and s3/],
    ['a kind that is no object', { custom: 'x' }, /custom is not an object/],
    ['no domain name', { custom: { ...CUSTOM, domainName: '' } }, /domainName is ""/],
    ['a domain name with port', { custom: { ...CUSTOM, domainName: 'a.example:8080' } }, /DNS name/],
    ['an address', { custom: { ...CUSTOM, domainName: '10.0.0.1' } }, /not an address/],
    ['a domain name with a line end', { custom: { ...CUSTOM, domainName: 'a.example\r\n' } }, /DNS name/],
    ['a long domain name', { custom: { ...CUSTOM, domainName: 'a.'.repeat(127) + 'a' } }, /at most 253/],
    ['a bucket in capitals', { s3: { ...S3, domainName: 'B.s3.amazonaws.com' } }, /lower case/],
    ['a path without slash', { custom: { ...CUSTOM, path: 'v2' } }, /path is "v2"/],
    ['a path with a slash at its end', { custom: { ...CUSTOM, path: '/v2/' } }, /path is "\/v2\/"/],
    ['a path with a space', { custom: { ...CUSTOM, path: '/v 2' } }, /URL-encoded/],
    ['a long path', { custom: { ...CUSTOM, path: '/' + 'a'.repeat(255) } }, /at most 255/],
    ['port 1023', { custom: { ...CUSTOM, port: 1023 } }, /port is 1023/],
    ['port 65536', { custom: { ...CUSTOM, port: 65_536 } }, /port is 65536/],
    ['a port as string', { custom: { ...CUSTOM, port: '443' } }, /port is "443"/],
    ['no protocol', { custom: { ...CUSTOM, protocol: undefined } }, /protocol is missing/],
    ['3 s to read', { custom: { ...CUSTOM, readTimeout: 3 } }, /readTimeout is 3/],
    ['61 s to read', { custom: { ...CUSTOM, readTimeout: 61 } }, /readTimeout is 61/],
    ['0 s alive', { custom: { ...CUSTOM, keepaliveTimeout: 0 } }, /keepaliveTimeout is 0/],
    ['TLS 1.3', { custom: { ...CUSTOM, sslProtocols: ['TLSv1.3'] } }, /sslProtocols is/],
    [
      'an identity for what was no bucket',
      { s3: { ...S3, authMethod: 'origin-access-identity' } },
      /no origin access identity/,
    ],
    ['an unknown authMethod', { s3: { ...S3, authMethod: 'oac' } }, /authMethod is "oac"/],
    [
      'a refused custom header',
      { custom: { ...CUSTOM, customHeaders: { cookie: [{ value: 'a' }] } } },
      /HeaderName or HeaderValue/,
    ],
    [
      'a custom header of Amazon',
      { custom: { ...CUSTOM, customHeaders: { 'x-amz-acl': [{ value: 'a' }] } } },
      /HeaderName/,
    ],
    [
      'a custom header that the request has',
      { custom: { ...CUSTOM, customHeaders: { via: [{ value: 'a' }] } } },
      /HeaderName/,
    ],
    [
      'a custom header with a line end',
      { custom: { ...CUSTOM, customHeaders: { a: [{ value: 'a\nb' }] } } },
      /HeaderName/,
    ],
  ])('with %s is refused', (_name, origin, sentence) => {
    expect(verdict(parse(origin))).toMatchObject({
      sentence: expect.stringMatching(
        new RegExp(`^The Lambda function returned an invalid origin configuration: .*${sentence.source}`),
      ),
    })
  })

  test('needs a region with an identity', () => {
    const s3 = { ...S3, authMethod: 'origin-access-identity', region: '' }
    expect(verdict(parse({ s3 }, S3_ORIGIN))).toMatchObject({
      detail: expect.stringMatching(/needs a region/),
    })
  })
})
