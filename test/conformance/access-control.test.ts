// Origin access control: which requests to a bucket are signed, against a store that checks signatures.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startStore, STORE_ENV, type Store } from '../support/s3.ts'

const DOMAIN = 'pictures.s3.eu-west-1.amazonaws.com'
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']

let store: Store
let front: Front | null = null
beforeEach(async () => {
  store = await startStore()
  store.objects.set('/pictures/cat.txt', Buffer.from('miau'))
  store.objects.set("/pictures/a b/(ü)+'!.txt", Buffer.from('odd'))
})
afterEach(async () => {
  await front?.stop()
  await store.stop()
  front = null
})

interface Settings {
  readonly signing?: 'always' | 'never' | 'no-override' | null
  readonly origin?: object
  readonly behavior?: object
  readonly target?: string
  readonly options?: FrontOptions
}

async function start({
  signing = 'always',
  origin,
  behavior,
  target,
  options,
}: Settings = {}): Promise<Front> {
  front = await startFront({
    env: STORE_ENV,
    ...options,
    config: {
      Origins: [
        {
          Id: 'pictures',
          DomainName: DOMAIN,
          S3OriginConfig: { OriginAccessIdentity: '' },
          ...(signing !== null && { OriginAccessControlId: 'EOAC' }),
          ...origin,
        },
      ],
      OriginAccessControls: [
        {
          Id: 'EOAC',
          OriginAccessControlConfig: {
            Name: 'pictures',
            OriginAccessControlOriginType: 's3',
            SigningBehavior: signing ?? 'always',
            SigningProtocol: 'sigv4',
          },
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'pictures',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicy: 'CachingDisabled',
        AllowedMethods: METHODS,
        ...behavior,
      },
      origins: { pictures: target ?? `s3+${store.url}` },
    },
  })
  return front
}

const FORWARDS = {
  MinTTL: 0,
  DefaultTTL: 1,
  MaxTTL: 10,
  Name: 'forwards',
  ParametersInCacheKeyAndForwardedToOrigin: {
    EnableAcceptEncodingGzip: false,
    EnableAcceptEncodingBrotli: false,
    HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Authorization'] },
    CookiesConfig: { CookieBehavior: 'none' },
    QueryStringsConfig: { QueryStringBehavior: 'all' },
  },
}

describe('O.2 Origin access control', () => {
  test.each([
    ['always', undefined, 'signed', 200],
    ['always', 'Bearer x', 'signed', 200],
    ['no-override', undefined, 'signed', 200],
    ['no-override', 'Bearer x', 'not a signature: Bearer x', 403],
    ['never', undefined, 'anonymous', 403],
    ['never', 'Bearer x', 'not a signature: Bearer x', 403],
    [null, undefined, 'anonymous', 403],
  ] as const)(
    'with signing behavior %s and the Authorization %s of the viewer a request is %s',
    async (signing, authorization, verdict, status) => {
      const site = await start({ signing, behavior: { CachePolicy: FORWARDS } })
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await site.get('/cat.txt', headers)
      expect([store.verdicts, answer.status]).toEqual([[verdict], status])
    },
  )

  test('no-override signs where the cache policy does not let Authorization through', async () => {
    const site = await start({ signing: 'no-override' })
    expect((await site.get('/cat.txt', { authorization: 'Bearer x' })).text).toBe('miau')
    expect(store.verdicts).toEqual(['signed'])
  })

  test('an origin access identity signs as well', async () => {
    const identity = { OriginAccessIdentity: 'origin-access-identity/cloudfront/E1' }
    const site = await start({ signing: null, origin: { S3OriginConfig: identity } })
    expect((await site.get('/cat.txt')).text).toBe('miau')
  })

  test('a policy that forwards the Host of the viewer does not break the signature', async () => {
    const site = await start({ behavior: { OriginRequestPolicy: 'AllViewer' } })
    expect((await site.get('/cat.txt')).text).toBe('miau')
    expect(store.verdicts).toEqual(['signed'])
  })

  test('uploads and deletions are signed, with a payload that is not', async () => {
    const site = await start()
    const put = await site.ask('/new.txt', { method: 'PUT', body: 'x'.repeat(300_000) })
    expect([put.status, store.objects.get('/pictures/new.txt')?.length]).toEqual([200, 300_000])
    expect(store.requests[0]?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD')
    expect((await site.ask('/new.txt', { method: 'DELETE' })).status).toBe(200)
    expect(store.verdicts).toEqual(['signed', 'signed'])
  })

  test('the hash of a body that the viewer sends along is part of the signature', async () => {
    const site = await start({ behavior: { OriginRequestPolicy: 'AllViewerExceptHostHeader' } })
    const hash = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    const good = await site.ask('/x', { method: 'PUT', body: 'x', headers: { 'x-amz-content-sha256': hash } })
    const bad = await site.ask('/x', { method: 'PUT', body: 'y', headers: { 'x-amz-content-sha256': hash } })
    expect([good.status, bad.status, store.verdicts]).toEqual([
      200,
      403,
      ['signed', 'XAmzContentSHA256Mismatch'],
    ])
  })

  test('a missing object is refused with 403, as the bucket policy grants no s3:ListBucket', async () => {
    const site = await start()
    const answer = await site.get('/none.txt')
    expect([answer.status, answer.headers['content-type']]).toEqual([403, 'application/xml'])
    expect(answer.text).toContain('<Code>AccessDenied</Code>')
    expect(answer.trace?.origins?.[0]?.error).toContain('404')
    expect((await site.ask('/none.txt', { method: 'HEAD' })).status).toBe(403)
  })

  test('the Region of the signature is that of the bucket', async () => {
    const site = await start()
    await site.get('/cat.txt')
    expect(store.requests[0]?.headers['authorization']).toContain('/eu-west-1/s3/aws4_request')
  })

  test('credentials for a session send their token, signed', async () => {
    const site = await start({ options: { env: { ...STORE_ENV, AWS_SESSION_TOKEN: 'session' } } })
    expect((await site.get('/cat.txt')).text).toBe('miau')
    expect(store.requests[0]?.headers['x-amz-security-token']).toBe('session')
  })

  test.each([
    ['/cat.txt?versionId=a%2Fb&x', 'miau'],
    ['/cat.txt?q=a+b&q=%20a&Q=', 'miau'],
    ["/a%20b/(%C3%BC)%2B'!.txt", 'odd'],
    ['/%63at.txt', 'miau'],
  ])('%s is signed as it arrives', async (path, body) => {
    const site = await start({ behavior: { CachePolicy: FORWARDS } })
    const answer = await site.get(path)
    expect([store.verdicts, answer.text]).toEqual([['signed'], body])
  })
})
