// Several distributions behind one port: the Host header chooses, places are shared, keys are not.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFront, type Answer, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

function distribution(Id: string, port: number, keys: object = {}): object {
  return {
    Id,
    Origins: [
      {
        Id: 'app',
        DomainName: 'localhost',
        OriginPath: `/${Id}`,
        CustomOriginConfig: { HTTPPort: port, OriginProtocolPolicy: 'http-only' },
      },
    ],
    DefaultCacheBehavior: { TargetOriginId: 'app' },
    ...keys,
  }
}

let origin: ScriptedOrigin
let front: Front
beforeEach(async () => {
  // Every distribution has a folder of its own at the origin, so the body tells which one answered.
  origin = await startOrigin((request, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    response.end(request.url)
  })
  const { port } = origin
  front = await startFront({
    config: {
      Distributions: [
        distribution('ESHOP', port, { DomainName: 'd1shop.cloudfront.net', Aliases: ['www.example.com'] }),
        distribution('EWIDE', port, { Aliases: ['*.example.com'] }),
        distribution('ENARROW', port, { Aliases: ['*.eu.example.com', 'Fixed.EU.example.com'] }),
        distribution('EOFF', port, { Aliases: ['off.example.com'], Enabled: false }),
      ],
    },
  })
})
afterEach(async () => {
  await front.stop()
  await origin.stop()
})

const get = (host: string, path = '/a'): Promise<Answer> => front.get(path, { host })

test.each([
  ['eshop.localhost', 'ESHOP'],
  ['ESHOP.localhost:8080', 'ESHOP'],
  ['d1shop.cloudfront.net', 'ESHOP'],
  ['www.example.com', 'ESHOP'],
  ['WWW.Example.COM:1234', 'ESHOP'],
  ['www.example.com.', 'ESHOP'],
  ['shop.example.com', 'EWIDE'],
  ['a.b.example.com', 'EWIDE'],
  ['www.eu.example.com', 'ENARROW'],
  ['fixed.eu.example.com', 'ENARROW'],
  ['enarrow.localhost', 'ENARROW'],
])('%s is %s', async (host, id) => {
  const answer = await get(host)
  expect([answer.status, answer.text, answer.trace?.distributionId]).toEqual([200, `/${id}/a`, id])
})

test.each([
  ['localhost'],
  ['127.0.0.1'],
  ['example.com'],
  ['eoff.localhost'],
  ['other.localhost'],
  ['d2shop.cloudfront.net'],
])('%s belongs to none of them: 403', async (host) => {
  const answer = await get(host)
  expect([answer.status, answer.headers['x-cache'], answer.trace?.distributionId]).toEqual([
    403,
    'Error from cloudfront',
    '',
  ])
  expect(origin.requests).toEqual([])
})

test("A disabled distribution is not served under its alias, which leaves the name to another's wildcard", async () => {
  const answer = await get('off.example.com')
  expect(answer.trace?.distributionId).toBe('EWIDE')
})

test('With one enabled distribution localhost and addresses reach it', async () => {
  await using one = await startFront({
    config: {
      Distributions: [
        distribution('ESHOP', origin.port),
        distribution('EOFF', origin.port, { Enabled: false }),
      ],
    },
  })
  for (const host of ['localhost', '127.0.0.1:8080', '[::1]', 'eshop.localhost']) {
    expect((await one.get('/a', { host })).text).toBe('/ESHOP/a')
  }
  expect((await one.get('/a', { host: 'eoff.localhost' })).status).toBe(403)
})

test('The same path of two distributions is two objects, in the caches of the same places', async () => {
  expect(await get('www.example.com')).toBeMissBecause('not-in-cache')
  expect(await get('shop.example.com')).toBeMissBecause('not-in-cache')
  const [one, two] = [await get('www.example.com'), await get('shop.example.com')]
  expect(one).toBeHit('edge')
  expect(two).toBeHit('edge')
  expect([one.text, two.text]).toEqual(['/ESHOP/a', '/EWIDE/a'])
  expect(one.trace?.edge?.place).toBe(two.trace?.edge?.place)
})

test('All names of a distribution share its objects', async () => {
  await get('www.example.com')
  expect(await get('eshop.localhost')).toBeHit('edge')
  expect(await get('d1shop.cloudfront.net')).toBeHit('edge')
})

test('An invalidation of one leaves the other as it is', async () => {
  await get('www.example.com')
  await get('shop.example.com')
  const receipts = front.pocketfront.invalidate('/*', 'ESHOP')
  expect(receipts).toMatchObject([{ DistributionId: 'ESHOP', Paths: ['/*'], Status: 'InProgress' }])
  expect(await get('www.example.com')).toBeMissBecause('invalidated')
  expect(await get('shop.example.com')).toBeHit('edge')
})

test('Without a name an invalidation is for all of them', async () => {
  await get('www.example.com')
  await get('shop.example.com')
  const ids = front.pocketfront.invalidate('/a').map((receipt) => receipt.DistributionId)
  expect(ids).toEqual(['ESHOP', 'EWIDE', 'ENARROW', 'EOFF'])
  expect(await get('www.example.com')).toBeMissBecause('invalidated')
  expect(await get('shop.example.com')).toBeMissBecause('invalidated')
})

test('Each distribution has a Via of its own', async () => {
  const [one, two, again] = [
    await get('eshop.localhost'),
    await get('ewide.localhost'),
    await get('www.example.com'),
  ]
  expect(one.headers.via).not.toBe(two.headers.via)
  expect(again.headers.via).toBe(one.headers.via)
})
