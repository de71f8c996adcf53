// What an origin-request function may make of request.origin: every field with its range.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Front } from '../support/front.ts'
import { startLambdaFront } from '../support/lambda.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

const CUSTOM = `custom: { domainName: 'other.example.com', port: 80, protocol: 'http', path: '', readTimeout: 5,
  keepaliveTimeout: 5, sslProtocols: ['TLSv1.2'], customHeaders: {} }`
const BUCKET = `{ domainName: 'b.s3.amazonaws.com', path: '', customHeaders: {}, authMethod: 'none', region: '' }`

const custom = (field: string, value: string): string => `request.origin.custom.${field} = ${value}`
const bucket = (field: string, value: string): string =>
  `request.origin = { s3: { ...${BUCKET}, ${field}: ${value} } }`
const header = (name: string, value = 'a'): string =>
  custom('customHeaders', `{ ${JSON.stringify(name)}: [{ value: ${JSON.stringify(value)} }] }`)

const ACCEPTED: readonly (readonly [what: string, code: string])[] = [
  ...[80, 443, 1024, 65_535].map((port) => [`port ${port}`, custom('port', String(port))] as const),
  ...[4, 60].map((seconds) => [`readTimeout ${seconds}`, custom('readTimeout', String(seconds))] as const),
  ...[1, 60].map(
    (seconds) => [`keepaliveTimeout ${seconds}`, custom('keepaliveTimeout', String(seconds))] as const,
  ),
  ['all sslProtocols', custom('sslProtocols', `['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2']`)],
  ['a path of 255 characters', custom('path', `'/' + 'a'.repeat(254)`)],
  ['no path', custom('path', `''`)],
  ['a custom header', header('x-mine')],
  ['no custom headers', custom('customHeaders', '{}')],
]

const REFUSED: readonly (readonly [what: string, code: string])[] = [
  ['custom and s3 at once', `request.origin.s3 = ${BUCKET}`],
  ['neither custom nor s3', 'request.origin = {}'],
  ['an empty domainName', custom('domainName', `''`)],
  ['a domainName with a port', custom('domainName', `'a.example.com:80'`)],
  ['an address as domainName', custom('domainName', `'192.0.2.1'`)],
  ['a domainName of 254 characters', custom('domainName', `'a.'.repeat(127)`)],
  ['a bucket name of 129 characters', bucket('domainName', `'a'.repeat(112) + '.s3.amazonaws.com'`)],
  ['a bucket name with capitals', bucket('domainName', `'B.s3.amazonaws.com'`)],
  ['a path without a slash in front', custom('path', `'a'`)],
  ['a path with a slash at its end', custom('path', `'/a/'`)],
  ['a path that is not URL-encoded', custom('path', `'/ä b'`)],
  ['a path of 256 characters', custom('path', `'/' + 'a'.repeat(255)`)],
  ['port 81', custom('port', '81')],
  ['port 1023', custom('port', '1023')],
  ['port 65536', custom('port', '65536')],
  ['port "80"', custom('port', `'80'`)],
  ['protocol match-viewer', custom('protocol', `'match-viewer'`)],
  ['readTimeout 3', custom('readTimeout', '3')],
  ['readTimeout 61', custom('readTimeout', '61')],
  ['keepaliveTimeout 0', custom('keepaliveTimeout', '0')],
  ['keepaliveTimeout 61', custom('keepaliveTimeout', '61')],
  [
    'keepAliveTimeout in place of keepaliveTimeout',
    `const { custom } = request.origin
    custom.keepAliveTimeout = 5; delete custom.keepaliveTimeout`,
  ],
  ['sslProtocols TLSv1.3', custom('sslProtocols', `['TLSv1.3']`)],
  ['an unknown authMethod', bucket('authMethod', `'origin-access-control'`)],
  [
    'an origin access identity that comes in with the move to S3',
    bucket('authMethod', `'origin-access-identity', region: 'us-east-1'`),
  ],
  ['a custom header that is in request.headers, too', header('x-sent')],
  ['a custom header with a line end', header('x-a', 'a\r\nb')],
  ...[
    'Cache-Control',
    'Connection',
    'Content-Length',
    'Cookie',
    'Host',
    'If-Match',
    'If-Modified-Since',
    'If-None-Match',
    'If-Range',
    'If-Unmodified-Since',
    'Max-Forwards',
    'Pragma',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Range',
    'Request-Range',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Via',
    'X-Amz-Meta-A',
    'X-Edge-A',
    'X-Real-Ip',
  ].map((name) => [`the custom header ${name}`, header(name.toLowerCase())] as const),
]

const pathOf = (what: string): string => `/${what.replaceAll(/[^A-Za-z0-9]+/g, '-')}`

describe('F.B2 Lambda@Edge: request.origin', () => {
  let origin: ScriptedOrigin
  let other: ScriptedOrigin
  let front: Front
  beforeAll(async () => {
    origin = await startOrigin({ body: 'origin' })
    other = await startOrigin({ body: 'other' })
    const acts = [
      ...ACCEPTED,
      ...REFUSED,
      ['moved', `request.origin = { ${CUSTOM} }`],
      ['unknown', `request.origin = { ${CUSTOM.replace('other.example.com', 'nowhere.invalid')} }`],
    ] as const
    front = await startLambdaFront(
      Object.fromEntries(acts.map(([what, code]) => [pathOf(what), { 'origin-request': code }])),
      { origins: { origin: origin.url, 'other.example.com': other.url }, events: ['origin-request'] },
    )
  })
  afterAll(async () => {
    await front.stop()
    await origin.stop()
    await other.stop()
  })

  const ask = (what: string): Promise<Answer> => front.get(pathOf(what), { 'X-Sent': '1' })

  test.each(ACCEPTED.map(([what]) => what))('%s is taken', async (what) => {
    const answer = await ask(what)
    expect([answer.status, answer.text]).toEqual([200, 'origin'])
  })

  test.each(REFUSED.map(([what]) => what))('%s is refused', async (what) => {
    const answer = await ask(what)
    expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'LambdaValidationError from cloudfront'])
    expect(answer.text).toContain('The Lambda function returned an invalid origin configuration: ')
  })

  test('The Host stays as it was when the function changes the domain name alone', async () => {
    expect((await ask('moved')).text).toBe('other')
    const { host } = other.requests.at(-1)!.headers
    expect(host).toBe(`127.0.0.1:${front.port}`)
  })

  test('A changed name is resolved after the function', async () => {
    const answer = await ask('unknown')
    expect([answer.status, answer.trace!.detailedResultType]).toEqual([502, 'OriginDnsError'])
    expect(answer.trace!.functions!.map(({ event }) => event)).toEqual(['origin-request'])
  })
})
