// Origins that a CloudFront Function chooses for a request.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handler, startFunctionFront, type FunctionFrontOptions } from '../support/cloudfront-functions.ts'
import type { Answer, Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

let assigned: ScriptedOrigin
let other: ScriptedOrigin
beforeAll(async () => {
  assigned = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'assigned' })
  other = await startOrigin({ headers: { 'Cache-Control': 'max-age=60' }, body: 'other' })
  assigned.on('/fails', { status: 503, body: 'down' })
})
afterAll(async () => {
  await assigned.stop()
  await other.stop()
})

const custom = (Id: string, DomainName: string, more: object = {}): object => ({
  Id,
  DomainName,
  CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' },
  ...more,
})

const ORIGINS = [
  custom('origin', 'origin.example.com', {
    OriginPath: '/base',
    OriginCustomHeaders: [{ HeaderName: 'X-Secret', HeaderValue: 'assigned' }],
  }),
  custom('api', 'api.example.com', { OriginPath: '/v2' }),
]

function start(statements: string, options: Partial<FunctionFrontOptions> = {}): Promise<Front> {
  const { distribution, ...rest } = options
  return startFunctionFront({
    // Not AllViewer: the Host is that of the origin.
    behavior: { OriginRequestPolicy: 'AllViewerExceptHostHeader', ...options.behavior },
    code: { 'viewer-request': `import cf from 'cloudfront'\n${handler(statements)}` },
    origins: {
      'origin.example.com': assigned.url,
      'api.example.com': other.url,
      'new.example.com': other.url,
    },
    ...rest,
    distribution: { Origins: ORIGINS, ...distribution },
  })
}

async function ask(
  statements: string,
  path = '/x',
  options: Partial<FunctionFrontOptions> = {},
): Promise<Answer> {
  await using front = await start(statements, options)
  return await front.get(path)
}

const seen = (origin: ScriptedOrigin) => origin.requests.at(-1)!

async function refused(statements: string): Promise<string> {
  const answer = await ask(statements)
  expect([answer.status, answer.headers['x-cache']]).toEqual([502, 'FunctionValidationError from cloudfront'])
  return answer.trace!.problem!
}

describe('F.A8 CloudFront Functions: origin helpers', () => {
  test('updateRequestOrigin sends the request to another domain name, which is the Host as well', async () => {
    const answer = await ask(`cf.updateRequestOrigin({ domainName: 'new.example.com' })`)
    expect(answer.text).toBe('other')
    expect(seen(other).headers.host).toBe('new.example.com')
  })

  test('Settings that are not given are those of the assigned origin', async () => {
    await ask(`cf.updateRequestOrigin({ domainName: 'new.example.com' })`)
    expect(seen(other).url).toBe('/base/x')
    expect(seen(other).headers['x-secret']).toBe('assigned')
  })

  test('hostHeader is the Host, whatever the domain name', async () => {
    await ask(`cf.updateRequestOrigin({ domainName: 'new.example.com', hostHeader: 'tenant.example.com' })`)
    expect(seen(other).headers.host).toBe('tenant.example.com')
    await ask(`cf.updateRequestOrigin({ hostHeader: 'tenant.example.com' })`)
    expect(seen(assigned).headers.host).toBe('tenant.example.com')
  })

  test("Without hostHeader and domainName the Host is the viewer's where the policy forwards it", async () => {
    await using front = await start(`cf.updateRequestOrigin({ originPath: '/p' })`, {
      behavior: { OriginRequestPolicy: 'AllViewer' },
    })
    await front.get('/x', { Host: 'localhost' })
    expect(seen(assigned).headers.host).toBe('localhost')
  })

  test.each([
    [`'/new'`, '/new/x'],
    [`''`, '/x'],
  ])('originPath %s takes the place of the assigned one', async (originPath, expected) => {
    await ask(`cf.updateRequestOrigin({ originPath: ${originPath} })`)
    expect(seen(assigned).url).toBe(expected)
  })

  test('customHeaders take the place of the assigned ones, and {} clears them', async () => {
    await ask(`cf.updateRequestOrigin({ customHeaders: { 'x-other-secret': 'mine' } })`)
    expect([seen(assigned).headers['x-secret'], seen(assigned).headers['x-other-secret']]).toEqual([
      undefined,
      'mine',
    ])
    await ask('cf.updateRequestOrigin({ customHeaders: {} })')
    expect(seen(assigned).headers['x-secret']).toBeUndefined()
  })

  test('connectionAttempts, timeouts and customOriginConfig are taken', async () => {
    const settings = `{ domainName: '127.0.0.1.nip.example', connectionAttempts: 2,
      timeouts: { readTimeout: 5, connectionTimeout: 1, keepAliveTimeout: 5, responseCompletionTimeout: 9 },
      customOriginConfig: { port: 8080, protocol: 'http', sslProtocols: ['TLSv1.2'], ipAddressType: 'ipv4' } }`
    const answer = await ask(`cf.updateRequestOrigin(${settings})`, '/x', {
      origins: { 'origin.example.com': assigned.url, '127.0.0.1.nip.example': 'http://127.0.0.1:1' },
    })
    expect(answer.trace?.origins).toHaveLength(2)
  })

  test('The calls of one run build on each other', async () => {
    await ask(`cf.selectRequestOriginById('api'); cf.updateRequestOrigin({ originPath: '/v3' })`)
    expect([seen(other).url, seen(other).headers.host]).toEqual(['/v3/x', 'api.example.com'])
  })

  test('Calls have no effect on a response that the function makes itself', async () => {
    const answer = await ask(`cf.selectRequestOriginById('api'); return { statusCode: 200, body: 'mine' }`)
    expect(answer.text).toBe('mine')
  })

  test('The chosen origin is no part of the cache key (unverified)', async () => {
    await using front = await start(
      `if (request.headers['x-other']) cf.updateRequestOrigin({ domainName: 'new.example.com' })`,
      { behavior: { CachePolicy: 'CachingOptimized', OriginRequestPolicy: 'CORS-CustomOrigin' } },
    )
    expect((await front.get('/same', { 'X-Other': '1' })).text).toBe('other')
    const hit = await front.get('/same')
    expect([hit.text, hit.headers['x-cache']]).toEqual(['other', 'Hit from cloudfront'])
  })

  test('The trace names the chosen origin', async () => {
    const answer = await ask(`cf.updateRequestOrigin({ domainName: 'new.example.com', customHeaders: {} })`)
    expect(answer.trace?.functions?.[0]?.originOverride).toBe(
      'origin origin with domainName new.example.com, customHeaders',
    )
  })

  test('In an origin group only the primary is changed, and the status codes of the group go on counting', async () => {
    const distribution = {
      OriginGroups: [
        {
          Id: 'group',
          FailoverCriteria: { StatusCodes: [503] },
          Members: [{ OriginId: 'origin' }, { OriginId: 'api' }],
        },
      ],
    }
    const behavior = {
      TargetOriginId: 'group',
      AllowedMethods: ['GET', 'HEAD'],
      OriginRequestPolicy: 'AllViewerExceptHostHeader',
    }
    const answer = await ask(`cf.updateRequestOrigin({ originPath: '' })`, '/fails', {
      distribution,
      behavior,
    })
    expect([answer.status, answer.text]).toEqual([200, 'other'])
    expect([seen(assigned).url, seen(other).url]).toEqual(['/fails', '/v2/fails'])
    expect(answer.trace?.functions).toHaveLength(1)
  })

  test.each([
    ['domainName', `''`],
    ['domainName', `'10.0.0.1'`],
    ['domainName', `'a.example.com:80'`],
    ['domainName', `'${'a'.repeat(250)}.com'`],
    ['hostHeader', `'a b'`],
    ['hostHeader', `'10.0.0.1'`],
    ['originPath', `'x'`],
    ['originPath', `'/x/'`],
    ['originPath', `'/${'x'.repeat(255)}'`],
    ['customHeaders', `{ 'X-Upper': 'a' }`],
    ['customHeaders', `{ 'x-real-ip': 'a' }`],
    ['customHeaders', `{ 'x-amz-meta': 'a' }`],
    ['customHeaders', `{ 'x-a': { value: 'a' } }`],
    ['customHeaders', `{ 'user-agent-x': 'a\\n' }`],
    ['connectionAttempts', '0'],
    ['connectionAttempts', '4'],
    ['originShield', '{ enabled: true }'],
    ['originAccessControlConfig', '{ enabled: true }'],
    [
      'originAccessControlConfig',
      `{ enabled: true, signingBehavior: 'always', signingProtocol: 'sigv4', originType: 'x' }`,
    ],
    ['timeouts', '{ readTimeout: 0 }'],
    ['timeouts', '{ readTimeout: 121 }'],
    ['timeouts', '{ readTimeout: 20, responseCompletionTimeout: 10 }'],
    ['timeouts', '{ keepAliveTimeout: 121 }'],
    ['timeouts', '{ connectionTimeout: 11 }'],
    ['customOriginConfig', `{ port: 81, protocol: 'http', sslProtocols: [] }`],
    ['customOriginConfig', `{ port: 80, protocol: 'ftp', sslProtocols: [] }`],
    ['customOriginConfig', `{ port: 80, protocol: 'http', sslProtocols: ['TLSv1.9'] }`],
    ['customOriginConfig', `{ port: 80, protocol: 'http', sslProtocols: [], ipAddressType: 'ipv4' }`],
    ['sni', `'10.0.0.1'`],
    ['allowedCertificateNames', `'a.example.com'`],
    ['allowedCertificateNames', `['${'a'.repeat(65)}']`],
    ['mTLSConfig', `'on'`],
  ])('updateRequestOrigin refuses %s: %s', async (name, value) => {
    expect(await refused(`cf.updateRequestOrigin({ ${name}: ${value} })`)).toMatch(/./)
  })

  test('A custom header must not repeat one of the request', async () => {
    const problem = await refused(
      `request.headers['x-twice'] = { value: '1' }; cf.updateRequestOrigin({ customHeaders: { 'x-twice': '2' } })`,
    )
    expect(problem).toBe('x-twice is both in request.headers and in customHeaders')
  })

  test('hostHeader of an S3 origin with origin access control is refused, without it is taken (observed)', async () => {
    const Origins = [{ Id: 'origin', DomainName: 'bucket.s3.eu-west-1.amazonaws.com', S3OriginConfig: {} }]
    const options = { distribution: { Origins }, origins: { origin: assigned.url } }
    const answer = await ask(`cf.updateRequestOrigin({ hostHeader: 'a.example.com' })`, '/x', options)
    expect(answer.status).toBe(502)
    const off = `{ hostHeader: 'a.example.com', originAccessControlConfig: { enabled: false } }`
    expect((await ask(`cf.updateRequestOrigin(${off})`, '/x', options)).status).toBe(200)
    expect(seen(assigned).headers.host).toBe('a.example.com')
  })

  test('updateRequestOrigin is refused for a VPC origin, selectRequestOriginById is not', async () => {
    const Origins = [
      ...ORIGINS,
      { Id: 'vpc', DomainName: 'api.example.com', VpcOriginConfig: { VpcOriginId: 'vo_example' } },
    ]
    const options = { distribution: { Origins } }
    const selected = await ask(`cf.selectRequestOriginById('vpc')`, '/x', options)
    expect(selected.text).toBe('other')
    const updated = await ask(
      `cf.selectRequestOriginById('vpc'); cf.updateRequestOrigin({ originPath: '/p' })`,
      '/x',
      options,
    )
    expect([updated.status, updated.trace!.problem]).toEqual([
      502,
      'updateRequestOrigin cannot change the VPC origin vpc',
    ])
  })

  test('selectRequestOriginById switches to another origin of the distribution with all its settings', async () => {
    const answer = await ask(`cf.selectRequestOriginById('api')`)
    expect(answer.text).toBe('other')
    expect([seen(other).url, seen(other).headers.host]).toEqual(['/v2/x', 'api.example.com'])
    expect(seen(other).headers['x-secret']).toBeUndefined()
    expect(answer.trace?.origins?.[0]?.originId).toBe('api')
  })

  test('selectRequestOriginById takes hostHeader, sni and allowedCertificateNames', async () => {
    const more = `{ hostHeader: 'h.example.com', sni: 's.example.com', allowedCertificateNames: ['*.example.com'] }`
    await ask(`cf.selectRequestOriginById('api', ${more})`)
    expect(seen(other).headers.host).toBe('h.example.com')
  })

  test('An unknown origin id is refused (unverified)', async () => {
    expect(await refused(`cf.selectRequestOriginById('none')`)).toBe(
      'the distribution has no origin with the id "none"',
    )
  })

  test.each([
    ['ids', `['origin', 'api']`],
    [
      'objects',
      `[{ originId: 'origin' }, { originId: 'api', originOverrides: { hostHeader: 'second.example.com' } }]`,
    ],
  ])('createRequestOriginGroup fails over from the first to the second origin: %s', async (_, ids) => {
    const answer = await ask(
      `cf.createRequestOriginGroup({ originIds: ${ids}, failoverCriteria: { statusCodes: [503] }, selectionCriteria: 'default' })
       cf.updateRequestOrigin({ originPath: '' })`,
      '/fails',
    )
    expect([answer.status, answer.text]).toEqual([200, 'other'])
    expect(answer.trace?.origins?.map(({ originId }) => originId)).toEqual(['origin', 'api'])
  })

  test.each([
    ['one origin', `{ originIds: ['origin'], failoverCriteria: { statusCodes: [503] } }`],
    ['three origins', `{ originIds: ['origin', 'api', 'x'], failoverCriteria: { statusCodes: [503] } }`],
    ['one origin twice', `{ originIds: ['api', 'api'], failoverCriteria: { statusCodes: [503] } }`],
    ['an unknown origin', `{ originIds: ['origin', 'none'], failoverCriteria: { statusCodes: [503] } }`],
    ['no failoverCriteria', `{ originIds: ['origin', 'api'] }`],
    [
      'a status that no group has',
      `{ originIds: ['origin', 'api'], failoverCriteria: { statusCodes: [418] } }`,
    ],
    [
      'another selectionCriteria',
      `{ originIds: ['origin', 'api'], failoverCriteria: { statusCodes: [503] }, selectionCriteria: 'x' }`,
    ],
  ])('createRequestOriginGroup refuses %s', async (_, group) => {
    expect(await refused(`cf.createRequestOriginGroup(${group})`)).toMatch(/./)
  })

  test.each(['updateRequestOrigin({})', `selectRequestOriginById('api')`, 'createRequestOriginGroup({})'])(
    'At viewer-response %s is an error',
    async (call) => {
      await using front = await start('', {
        code: { 'viewer-response': `import cf from 'cloudfront'\n${handler(`cf.${call}`)}` },
      })
      expect((await front.get('/x')).headers['x-cache']).toBe('FunctionExecutionError from cloudfront')
    },
  )
})
