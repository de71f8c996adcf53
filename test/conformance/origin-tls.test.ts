// TLS between CloudFront and an origin: names, protocols, and what a CloudFront Function may change of them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handler, startFunctionFront } from '../support/cloudfront-functions.ts'
import { startFront, type Answer, type FrontOptions } from '../support/front.ts'
import { startStore, STORE_ENV } from '../support/s3.ts'
import { startTlsOrigin, type TlsOrigin } from '../support/tls.ts'

const https = (more: object = {}): object => ({
  ConnectionAttempts: 1,
  CustomOriginConfig: { OriginProtocolPolicy: 'https-only', ...more },
})

/** `origin.example.com` over HTTPS, and whatever a function names. */
function asFunction(origin: TlsOrigin, statements: string, more: object = {}): Promise<Answer> {
  return ask({
    origins: {
      'origin.example.com': origin.url,
      'new.example.com': origin.url,
      'bad.example.com': origin.url,
    },
    start: (options) =>
      startFunctionFront({
        ...options,
        originConfig: https(),
        behavior: { OriginRequestPolicy: 'AllViewerExceptHostHeader', ...more },
        code: { 'viewer-request': `import cf from 'cloudfront'\n${handler(statements)}` },
      }),
  })
}

async function ask(
  {
    start = startFront,
    ...options
  }: FrontOptions & { start?: (options: FrontOptions) => ReturnType<typeof startFront> },
  headers: Record<string, string> = {},
): Promise<Answer> {
  await using front = await start(options)
  return await front.get('/x', headers)
}

const outcome = ({ status, text, trace }: Answer): unknown =>
  status === 200 ? text : [status, trace?.origins?.[0]?.error]

describe('4.5 URL, body, protocol', () => {
  let origin: TlsOrigin
  beforeAll(async () => {
    origin = await startTlsOrigin({ domains: ['origin.example.com'], isTrusted: true })
  })
  afterAll(() => origin[Symbol.asyncDispose]())

  test('The name that an origin is asked for in the TLS handshake is its domain name', async () => {
    const answer = await ask({ origin, originConfig: https() })
    expect(outcome(answer)).toBe('over TLS')
    expect(origin.serverNames.at(-1)).toBe('origin.example.com')
  })

  test('Where the Host header is forwarded, its name is asked for, and a certificate of the origin domain is good', async () => {
    const answer = await ask(
      { origin, originConfig: https(), behavior: { OriginRequestPolicy: 'AllViewer' } },
      { host: 'localhost:8080' },
    )
    expect(outcome(answer)).toBe('over TLS')
    expect(origin.serverNames.at(-1)).toBe('localhost')
  })

  test('Where the Host header is forwarded, a certificate of its name is good', async () => {
    await using named = await startTlsOrigin({ domains: ['localhost'], isTrusted: true })
    const behavior = { OriginRequestPolicy: 'AllViewer' }
    const answer = await ask({ origin: named, originConfig: https(), behavior }, { host: 'localhost:8080' })
    expect(outcome(answer)).toBe('over TLS')
    expect(outcome(await ask({ origin: named, originConfig: https() }))).toEqual([
      502,
      expect.stringContaining('ALTNAME'),
    ])
  })

  test.each([
    [['TLSv1', 'TLSv1.1', 'TLSv1.2'], 'TLSv1', 'over TLS'],
    [['SSLv3'], 'TLSv1', 'over TLS'],
    [['TLSv1.1', 'TLSv1.2'], 'TLSv1.1', 'over TLS'],
    [['TLSv1.1', 'TLSv1.2'], 'TLSv1', 'refused'],
    [['TLSv1.2'], 'TLSv1.1', 'refused'],
    [undefined, 'TLSv1.1', 'refused'],
    [['TLSv1'], 'TLSv1.2', 'over TLS'],
  ] as const)(
    'OriginSslProtocols %j, an origin that speaks %s alone: %s',
    async (protocols, version, expected) => {
      await using old = await startTlsOrigin({
        domains: ['origin.example.com'],
        isTrusted: true,
        server: { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' },
      })
      const OriginSslProtocols = protocols === undefined ? {} : { OriginSslProtocols: protocols }
      const answer = await ask({ origin: old, originConfig: https(OriginSslProtocols) })
      expect(answer.status === 200 ? answer.text : 'refused').toBe(expected)
      if (expected === 'refused') expect(answer.status).toBe(502)
    },
  )
})

describe('F.A8 CloudFront Functions: origin helpers', () => {
  let origin: TlsOrigin
  beforeAll(async () => {
    origin = await startTlsOrigin({ domains: ['new.example.com', '*.tenants.example.com'], isTrusted: true })
  })
  afterAll(() => origin[Symbol.asyncDispose]())

  test.each([
    [
      'sni',
      `{ domainName: 'new.example.com', hostHeader: 'h.tenants.example.com', sni: 's.tenants.example.com' }`,
      's.tenants.example.com',
    ],
    [
      'without it hostHeader',
      `{ domainName: 'new.example.com', hostHeader: 'h.tenants.example.com' }`,
      'h.tenants.example.com',
    ],
    ['without both domainName', `{ domainName: 'new.example.com' }`, 'new.example.com'],
  ])('The name in the TLS handshake is %s', async (_, settings, name) => {
    expect(outcome(await asFunction(origin, `cf.updateRequestOrigin(${settings})`))).toBe('over TLS')
    expect(origin.serverNames.at(-1)).toBe(name)
  })

  test.each([
    [`{ domainName: 'bad.example.com' }`, null],
    [`{ domainName: 'bad.example.com', allowedCertificateNames: ['new.example.com'] }`, 'over TLS'],
    [
      `{ domainName: 'bad.example.com', allowedCertificateNames: ['other.example.com', 'one.tenants.example.com'] }`,
      'over TLS',
    ],
    [`{ domainName: 'bad.example.com', allowedCertificateNames: ['*.example.com'] }`, 'over TLS'],
    [`{ domainName: 'bad.example.com', allowedCertificateNames: ['*.example.org'] }`, null],
  ])(
    'A certificate must have the name of the handshake, or one of allowedCertificateNames: %s',
    async (settings, expected) => {
      const answer = await asFunction(origin, `cf.updateRequestOrigin(${settings})`)
      expect(answer.status === 200 ? answer.text : null).toBe(expected)
      if (expected === null) expect(outcome(answer)).toEqual([502, expect.stringContaining('ALTNAME')])
    },
  )

  test('allowedCertificateNames take the place of the names of the handshake (unverified)', async () => {
    const settings = `{ domainName: 'new.example.com', allowedCertificateNames: ['other.example.com'] }`
    const answer = await asFunction(origin, `cf.updateRequestOrigin(${settings})`)
    expect(outcome(answer)).toEqual([
      502,
      expect.stringContaining('allowedCertificateNames are other.example.com'),
    ])
  })

  test.each([
    [`['TLSv1.2']`, 502],
    [`['TLSv1']`, 200],
  ])(
    'sslProtocols %s decide what an origin may speak; one with TLS 1.0 alone: %i',
    async (protocols, status) => {
      await using old = await startTlsOrigin({
        domains: ['new.example.com'],
        isTrusted: true,
        server: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
      })
      const config = `{ port: 443, protocol: 'https', sslProtocols: ${protocols} }`
      const statement = `cf.updateRequestOrigin({ domainName: 'new.example.com', customOriginConfig: ${config} })`
      expect((await asFunction(old, statement)).status).toBe(status)
    },
  )

  const BUCKET = 'pictures.s3.eu-west-1.amazonaws.com'
  const oac = (behavior: string): string =>
    `{ enabled: true, signingBehavior: '${behavior}', signingProtocol: 'sigv4', originType: 's3' }`

  test.each([
    ['always', `{ originAccessControlConfig: ${oac('always')} }`, 'signed'],
    ['never', `{ originAccessControlConfig: ${oac('never')} }`, 'anonymous'],
    ['not enabled', `{ originAccessControlConfig: { enabled: false } }`, 'anonymous'],
    ['no-override', `{ originAccessControlConfig: ${oac('no-override')} }`, 'signed'],
    ['not given', '{}', 'signed'],
  ])('originAccessControlConfig of an S3 origin, %s', async (_, settings, verdict) => {
    await using store = await startStore()
    await using front = await startFunctionFront({
      env: STORE_ENV,
      origins: { origin: `s3+${store.url}` },
      originConfig: {
        DomainName: BUCKET,
        CustomOriginConfig: undefined,
        S3OriginConfig: {},
        OriginAccessControlId: 'E1',
      },
      behavior: { OriginRequestPolicy: 'CORS-S3Origin' },
      code: {
        'viewer-request': `import cf from 'cloudfront'\n${handler(`cf.updateRequestOrigin(${settings})`)}`,
      },
    })
    await front.get('/cat.txt')
    expect(store.verdicts).toEqual([verdict])
  })

  test.each([
    ['of a custom origin without it is asked unsigned', '', 'anonymous'],
    ['that comes with its own is signed', `, originAccessControlConfig: ${oac('always')}`, 'signed'],
  ])('A request that goes to a bucket in place %s', async (_, more, verdict) => {
    await using store = await startStore()
    await using front = await startFunctionFront({
      env: { ...STORE_ENV, AWS_ENDPOINT_URL_S3: store.url },
      origins: { 'origin.example.com': 'http://127.0.0.1:1' },
      behavior: { OriginRequestPolicy: 'CORS-S3Origin' },
      code: {
        'viewer-request': `import cf from 'cloudfront'\n${handler(`cf.updateRequestOrigin({ domainName: '${BUCKET}', customHeaders: {}${more} })`)}`,
      },
    })
    const answer = await front.get('/cat.txt')
    expect([store.verdicts, answer.trace?.origins?.[0]?.target]).toEqual([
      [verdict],
      `${store.url}/pictures/cat.txt`,
    ])
  })
})
