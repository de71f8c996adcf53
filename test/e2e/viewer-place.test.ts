// Headers that say where a viewer is: from whom they count, what is wrong with them, and who never sees them.
import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'

/** An address of this machine that is not loopback, as a container's or neighbour's would be. */
const neighbour = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

/** Asks over the address, which is then the peer's, too. */
function getOver(
  address: string,
  port: number,
  headers: Record<string, string>,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: address, localAddress: address, port, headers, agent: false },
      (message) => {
        message.resume()
        message.on('end', () => resolve(message.headers['x-amz-cf-id'] as string | undefined))
      },
    )
    asking.on('error', reject)
    asking.end()
  })
}

describe.skipIf(neighbour === undefined)('a viewer that is not on this machine', () => {
  const headers = {
    'x-pocketfront-viewer-ip': '8.8.8.8',
    'x-pocketfront-viewer-country': 'JP',
    'x-pocketfront-pop': 'SYD1',
  }

  test('cannot say where it is', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin, host: '0.0.0.0' })
    const id = await getOver(neighbour!, front.port, headers)
    expect(front.pocketfront.traces.get(id!)).toMatchObject({
      clientIp: neighbour,
      pop: 'FRA56',
      status: 200,
    })
    expect(
      Object.keys(origin.requests[0]!.headers).filter((name) => name.startsWith('x-pocketfront')),
    ).toEqual([])
  })

  test('can with trustViewerHeaders', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin, host: '0.0.0.0', trustViewerHeaders: true })
    const id = await getOver(neighbour!, front.port, headers)
    expect(front.pocketfront.traces.get(id!)).toMatchObject({
      clientIp: '8.8.8.8',
      country: 'JP',
      countryFrom: 'request',
      pop: 'SYD1',
    })
  })
})

describe('a viewer on this machine', () => {
  test.each([
    ['x-pocketfront-viewer-ip', 'localhost', 'x-pocketfront-viewer-ip is no IP address: localhost'],
    ['x-pocketfront-viewer-ip', '', 'x-pocketfront-viewer-ip is no IP address: '],
    [
      'x-pocketfront-viewer-ip',
      '1.2.3.4, 5.6.7.8',
      'x-pocketfront-viewer-ip is no IP address: 1.2.3.4, 5.6.7.8',
    ],
    [
      'x-pocketfront-viewer-country',
      'Germany',
      "x-pocketfront-viewer-country is neither a code of two letters nor 'none': Germany",
    ],
    ['x-pocketfront-pop', 'XXX1', 'x-pocketfront-pop names no known edge location: XXX1'],
  ])('gets 400 for %s: %s', async (name, value, problem) => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const answer = await front.get('/', { [name]: value })
    expect(answer.status).toBe(400)
    expect(answer.trace?.problem).toBe(problem)
    expect(origin.requests).toEqual([])
  })

  test('may be in a country that no map has, and then meets the default edge location', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const { trace } = await front.get('/', { 'x-pocketfront-viewer-country': 'ZZ' })
    expect(trace).toMatchObject({ country: 'ZZ', pop: 'FRA56', popBecause: 'default' })
  })

  test('is where fetch() says', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const { pocketfront } = front
    for (const [init, seen] of [
      [{ viewerIp: '133.11.0.1' }, { clientIp: '133.11.0.1', country: 'JP', pop: 'NRT20' }],
      [{ viewerCountry: 'GB' }, { clientIp: '127.0.0.1', country: 'GB', pop: 'LHR50' }],
      [
        { pop: 'SYD1', viewerCountry: 'GB' },
        { country: 'GB', pop: 'SYD1' },
      ],
    ] as const) {
      const response = await pocketfront.fetch('/', init)
      await response.arrayBuffer()
      expect(pocketfront.traces.get(response.headers.get('x-amz-cf-id')!)).toMatchObject(seen)
    }
  })

  test('is told in the story of the request', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({
      origin,
      adminPort: 0,
      distribution: { PriceClass: 'PriceClass_100' },
    })
    const { trace } = await front.get('/', { 'x-pocketfront-viewer-ip': '133.11.0.1' })
    const response = await fetch(`${front.pocketfront.adminUrl}/traces/${trace!.id}`)
    const json = (await response.json()) as { story: string[]; place: object }
    expect(json.story.slice(0, 2)).toEqual([
      `viewer 133.11.0.1 in JP (by address): GET / for 127.0.0.1:${front.port}`,
      'edge location YVR52: nearest-in-price-class',
    ])
    expect(json.place).toMatchObject({ pop: 'YVR52', region: 'us-west-2', viewerCountry: 'JP' })
  })

  test('keeps its place over a reload, and a reload can change the price class', async () => {
    await using origin = await startOrigin()
    await using front = await startFront({ origin })
    const there = { 'x-pocketfront-viewer-country': 'BR' }
    expect((await front.get('/a', there)).trace?.pop).toBe('GRU3')
    expect((await front.pocketfront.reload()).ok).toBe(true)
    expect((await front.get('/a', there)).headers['x-cache']).toBe('Hit from cloudfront')
  })
})
