// Stores that speak S3's language as targets: forms, endpoint from the environment, credentials that are missing.
import { afterEach, describe, expect, test } from 'vitest'
import { startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startStore, STORE_ENV } from '../support/s3.ts'

let front: Front | null = null
afterEach(async () => {
  await front?.stop()
  front = null
})

const S3_ORIGIN = {
  Id: 'pictures',
  DomainName: 'pictures.s3.amazonaws.com',
  S3OriginConfig: { OriginAccessIdentity: '' },
  OriginAccessControlId: 'EUNKNOWN',
}

async function start(
  options: FrontOptions,
  origin: object = S3_ORIGIN,
  origins: object = {},
): Promise<Front> {
  front = await startFront({
    ...options,
    config: {
      Origins: [origin],
      DefaultCacheBehavior: {
        TargetOriginId: 'pictures',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicy: 'CachingDisabled',
      },
      origins,
    },
  })
  return front
}

describe('a bucket of a store', () => {
  test('stands for an S3 origin by AWS_ENDPOINT_URL_S3 alone', async () => {
    await using store = await startStore()
    store.objects.set('/pictures/cat.txt', Buffer.from('miau'))
    const site = await start({ env: { ...STORE_ENV, AWS_ENDPOINT_URL_S3: store.url } })
    expect((await site.get('/cat.txt')).text).toBe('miau')
    expect(store.verdicts).toEqual(['signed'])
  })

  test('has a prefix that comes before OriginPath', async () => {
    await using store = await startStore()
    store.objects.set('/other/branch/v1/cat.txt', Buffer.from('miau'))
    const target = { pictures: `s3+${store.url}/other/branch/` }
    const site = await start({ env: STORE_ENV }, { ...S3_ORIGIN, OriginPath: '/v1' }, target)
    expect((await site.get('/cat.txt')).text).toBe('miau')
  })

  test('is read without a signature where it is public and no access control asks for one', async () => {
    await using store = await startStore({ isPublic: true })
    store.objects.set('/pictures/cat.txt', Buffer.from('miau'))
    const { OriginAccessControlId: _, ...open } = S3_ORIGIN
    const site = await start({ env: STORE_ENV }, open, { pictures: `s3+${store.url}` })
    expect((await site.get('/cat.txt')).text).toBe('miau')
    expect(store.verdicts).toEqual(['anonymous'])
  })

  test('without credentials is asked unsigned, and a warning says so', async () => {
    await using store = await startStore()
    const site = await start({}, S3_ORIGIN, { pictures: `s3+${store.url}` })
    const [warning] = site.pocketfront.loaded.warnings
    expect(warning?.message).toContain('are not signed')
    expect(warning?.hint).toContain('AWS_ACCESS_KEY_ID')
    const answer = await site.get('/cat.txt')
    expect([answer.status, store.verdicts]).toEqual([403, ['anonymous']])
    expect(answer.trace?.origins?.[0]?.error).toContain('there are no AWS_ACCESS_KEY_ID')
  })

  test('is signed by the clock on the wall, wherever the clock of the cache stands', async () => {
    await using store = await startStore()
    store.objects.set('/pictures/cat.txt', Buffer.from('miau'))
    const site = await start({ env: STORE_ENV }, S3_ORIGIN, { pictures: `s3+${store.url}` })
    site.clock.advance(365 * 24 * 3600 * 1000)
    expect((await site.get('/cat.txt')).text).toBe('miau')
  })

  test('makes a distribution by itself', async () => {
    await using store = await startStore()
    store.objects.set('/pictures/index.html', Buffer.from('<p>home</p>'))
    front = await startFront({ config: null, env: STORE_ENV, origins: `s3+${store.url}/pictures` })
    expect((await front.get('/')).text).toBe('<p>home</p>')
  })

  test('needs a name where the origin has none', async () => {
    const custom = { Id: 'pictures', DomainName: 'images.example.com' }
    const site = await start({ env: STORE_ENV }, custom, { pictures: 's3+http://127.0.0.1:9' })
    const answer = await site.get('/cat.txt')
    expect([answer.status, answer.trace?.problem]).toEqual([502, expect.stringContaining('/BUCKET')])
  })
})
