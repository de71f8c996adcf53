import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Dispatcher } from 'undici'
import { expect, test } from 'vitest'
import { toFamily, type PoolKey } from '../../../src/origin/pool-key.ts'
import { OriginPools } from '../../../src/origin/pools.ts'
import type { OutgoingOrigin } from '../../../src/message/requests.ts'
import type { IpAddressType, TargetSource } from '../../../src/model/origin.ts'

async function listen(listener: RequestListener): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

const keyOf = (port: number, keepaliveTimeout: number, family: PoolKey['family'] = 0): PoolKey => ({
  protocol: 'http',
  hostname: family === 0 ? '127.0.0.1' : 'localhost',
  port,
  tls: { name: 'origin.example.com', certificateNames: null, minVersion: 'TLSv1.2' },
  family,
  connectTimeout: 1,
  keepaliveTimeout,
})

test('Of more origins than anybody needs the oldest lose their connections, once their requests are done', async () => {
  let answer: (() => void) | null = null
  await using server = await listen((_request, response) => {
    answer = () => response.end('late')
  })
  const pools = new OriginPools({ tick: () => 0, acceptAnyCertificate: false })
  const first = pools.get(keyOf(server.port, 0.001))
  // All of undici is loaded here, with which a pool has `request`.
  expect(first).toBeInstanceOf(Dispatcher)
  const running = first.request({ path: '/', method: 'GET' })
  await expect.poll(() => answer).not.toBeNull()
  expect(first.stats.running).toBe(1)
  for (let i = 1; i <= 300; i++) pools.get(keyOf(server.port, i))
  expect([first.closed, first.destroyed]).toEqual([true, false])
  answer!()
  expect(await (await running).body.text()).toBe('late')
  await expect.poll(() => first.destroyed).toBe(true)
  const again = pools.get(keyOf(server.port, 0.001))
  expect([again === first, again.closed]).toEqual([false, false])
  await pools.destroy()
})

test('Pools that were closed with a request under way end with the others', async () => {
  await using server = await listen(() => {})
  const pools = new OriginPools({ tick: () => 0, acceptAnyCertificate: false })
  const running = pools.get(keyOf(server.port, 0.001)).request({ path: '/', method: 'GET' })
  for (let i = 1; i <= 300; i++) pools.get(keyOf(server.port, i))
  const rejected = expect(running).rejects.toThrow('destroyed')
  await pools.destroy()
  await rejected
})

test('Of a name only the addresses of the asked kind are dialled', async () => {
  await using server = await listen((_request, response) => response.end('over IPv4'))
  const pools = new OriginPools({ tick: () => 0, acceptAnyCertificate: false })
  const ask = (family: 4 | 6) =>
    pools.get(keyOf(server.port, 0.001, family)).request({ path: '/', method: 'GET' })
  expect(await (await ask(4)).body.text()).toBe('over IPv4')
  await expect(ask(6)).rejects.toThrow()
  await pools.destroy()
})

test.each<[IpAddressType | undefined, TargetSource, 'production' | 'target', number]>([
  ['ipv4', 'production name', 'production', 4],
  ['ipv6', 'production name', 'production', 6],
  ['dualstack', 'production name', 'production', 0],
  [undefined, 'production name', 'production', 0],
  ['ipv6', 'command line', 'production', 0],
  ['ipv6', 'production name', 'target', 0],
])(
  'IpAddressType %s of an origin by %s, Host of the %s: addresses of IPv%i',
  (ipAddressType, source, sendHost, family) => {
    const settings = { ipAddressType } as OutgoingOrigin
    expect(toFamily(settings, { source, sendHost })).toBe(family)
  },
)
