import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Connection, Job } from '../../../../src/origin/http1/connection.ts'
import { Patience } from '../../../../src/origin/http1/patience.ts'
import { PlainPool } from '../../../../src/origin/http1/plain-pool.ts'
import type { Connected } from '../../../../src/message/trace.ts'
import { startTlsOrigin } from '../../../support/tls.ts'

/** A server that says nothing until it is told to, with its sockets in the order in which they were asked. */
async function listen(): Promise<{ port: number; asked: Socket[]; server: Server } & AsyncDisposable> {
  const asked: Socket[] = []
  const all: Socket[] = []
  const server = createServer((socket) => {
    all.push(socket)
    socket.on('error', () => {})
    socket.on('data', () => void asked.push(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    server,
    async [Symbol.asyncDispose]() {
      for (const socket of all) socket.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

/** A request whose events are written down. */
class Recorded implements Job {
  readonly head: string
  readonly body: Buffer | null = null
  readonly isHead = false
  readonly serverName: string
  readonly readTimeout = 5000
  isOver = false
  connection: Connection | null = null
  connected: Connected | null = null
  status = 0
  failure: (Error & { code?: unknown }) | null = null
  readonly done = Promise.withResolvers<void>()

  constructor(serverName = '') {
    this.serverName = serverName
    this.head = `GET / HTTP/1.1\r\nHost: ${serverName || 'a'}\r\n\r\n`
  }
  onConnection(connection: Connection, connected: Connected | null): void {
    this.connection = connection
    this.connected = connected
  }
  onHead({ status }: { status: number }): void {
    this.status = status
  }
  onBody(): void {}
  onEnd(): void {
    this.isOver = true
    this.done.resolve()
  }
  onFailure(error: Error): void {
    this.isOver = true
    this.failure = error
    this.done.resolve()
  }
}

function poolOf(port: number, { connections = 2, hostname = '127.0.0.1', secure = false } = {}): PlainPool {
  const settings = { patience: new Patience(), tick: () => 0, acceptAnyCertificate: true, connections }
  return new PlainPool(
    {
      protocol: secure ? 'https' : 'http',
      hostname,
      port,
      tls: { name: 'origin.example.com', certificateNames: null, minVersion: 'TLSv1.2' },
      family: 0,
      connectTimeout: 1,
      keepaliveTimeout: 5,
    },
    settings,
  )
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function send(pool: PlainPool, count: number, serverName = ''): Recorded[] {
  return Array.from({ length: count }, () => {
    const job = new Recorded(serverName)
    pool.send(job)
    return job
  })
}

test('Requests beyond the limit wait, and one that is given up meanwhile is never sent', async () => {
  await using server = await listen()
  const pool = poolOf(server.port)
  const [first, second, leaver, last] = send(pool, 4) as [Recorded, Recorded, Recorded, Recorded]
  await expect.poll(() => server.asked.length).toBe(2)
  leaver.isOver = true
  server.asked[0]!.write(OK)
  await first.done.promise
  await expect.poll(() => server.asked.length).toBe(3)
  server.asked[2]!.write(OK)
  await last.done.promise
  expect([last.status, last.connected, leaver.connection, second.status]).toEqual([200, null, null, 0])
  expect(first.connected).toEqual({ dnsMs: 0, connectMs: 0 })
  await pool.destroy()
})

test('Of thousands that wait and leave again those that stay are served in their order', async () => {
  await using server = await listen()
  const pool = poolOf(server.port, { connections: 1 })
  const [held] = send(pool, 1) as [Recorded]
  const order: number[] = []
  const jobs = Array.from({ length: 5000 }, (_, i) => {
    const [job] = send(pool, 1) as [Recorded]
    job.isOver = i % 1000 !== 0
    void job.done.promise.then(() => order.push(i))
    return job
  })
  server.server.on('connection', (socket) => socket.on('data', () => void socket.write(OK)))
  await held.done.promise
  await Promise.all(jobs.filter(({ isOver }) => !isOver).map(({ done }) => done.promise))
  expect(order).toEqual([0, 1000, 2000, 3000, 4000])
  await pool.destroy()
})

test('A request that waits gets a new connection when one is lost', async () => {
  await using server = await listen()
  const pool = poolOf(server.port, { connections: 1 })
  const [first, second] = send(pool, 2) as [Recorded, Recorded]
  await expect.poll(() => server.asked.length).toBe(1)
  server.asked[0]!.destroy()
  await first.done.promise
  expect(first.failure?.code).toBe('UND_ERR_SOCKET')
  await expect.poll(() => server.asked.length).toBe(2)
  server.asked[1]!.write(OK)
  await second.done.promise
  expect(second.status).toBe(200)
  await pool.destroy()
})

test('A request that is given up while its connection comes about leaves the connection to the next one', async () => {
  await using server = await listen()
  const pool = poolOf(server.port, { connections: 1 })
  const [leaver, next] = send(pool, 2) as [Recorded, Recorded]
  leaver.isOver = true
  await expect.poll(() => server.asked.length).toBe(1)
  server.asked[0]!.write(OK)
  await next.done.promise
  expect([leaver.connection, next.status, next.connected !== null]).toEqual([null, 200, true])
  await pool.destroy()
})

test('What a request leaves unread is not read by the next one', async () => {
  await using server = await listen()
  const pool = poolOf(server.port, { connections: 1 })
  const [first] = send(pool, 1) as [Recorded]
  await expect.poll(() => server.asked.length).toBe(1)
  server.asked[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf')
  await expect.poll(() => first.status).toBe(200)
  first.isOver = true
  first.connection!.abandon(first)
  const [second] = send(pool, 1) as [Recorded]
  await expect.poll(() => server.asked.length).toBe(2)
  server.asked[1]!.write(OK)
  await second.done.promise
  expect(second.status).toBe(200)
  await pool.destroy()
})

test('A response that ends while its reader is slow leaves a connection that reads on', async () => {
  await using server = await listen()
  const pool = poolOf(server.port, { connections: 1 })
  class Slow extends Recorded {
    override onBody(): void {
      this.connection!.pause()
    }
  }
  const slow = new Slow()
  pool.send(slow)
  await expect.poll(() => server.asked.length).toBe(1)
  server.asked[0]!.write(`HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n${'x'.repeat(6000)}`)
  await slow.done.promise
  const [next] = send(pool, 1) as [Recorded]
  await expect.poll(() => server.asked.length).toBe(2)
  server.asked[1]!.write(OK)
  await next.done.promise
  expect(next.status).toBe(200)
  await pool.destroy()
})

test.each<[string, (socket: Socket) => unknown]>([
  ['closes', (socket) => socket.end()],
  ['resets', (socket) => socket.resetAndDestroy()],
  ['speaks on', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')],
])('A connection that the origin %s just before the next request costs nothing', async (_, then) => {
  await using server = await listen()
  const pool = poolOf(server.port, { connections: 1 })
  const [first] = send(pool, 1) as [Recorded]
  await expect.poll(() => server.asked.length).toBe(1)
  server.asked[0]!.write(OK)
  await first.done.promise
  // From here on what has been sent is read before anything is written.
  await new Promise((resolve) => void setImmediate(resolve))
  await new Promise((resolve) => void setImmediate(resolve))
  then(server.asked[0]!)
  const [second] = send(pool, 1) as [Recorded]
  await expect.poll(() => server.asked.length).toBe(2)
  expect(server.asked[1]).not.toBe(server.asked[0])
  server.asked[1]!.write('HTTP/1.1 204 No Content\r\n\r\n')
  await second.done.promise
  expect([second.failure, second.status, second.connected !== null]).toEqual([null, 204, true])
  await pool.destroy()
})

test('A pool that is closed finishes what runs and takes no more; one that is destroyed ends at once', async () => {
  await using server = await listen()
  const pool = poolOf(server.port)
  const [running] = send(pool, 1) as [Recorded]
  await expect.poll(() => server.asked.length).toBe(1)
  let isClosed = false
  const closed = pool.close().then(() => (isClosed = true))
  const [refused] = send(pool, 1) as [Recorded]
  expect([refused.failure?.code, pool.closed, isClosed]).toEqual(['UND_ERR_DESTROYED', true, false])
  server.asked[0]!.write(OK)
  await Promise.all([running.done.promise, closed])
  expect(running.status).toBe(200)
  await pool.destroy()

  const other = poolOf(server.port)
  const jobs = send(other, 5)
  await expect.poll(() => server.asked.length).toBe(3)
  await other.destroy()
  expect(jobs.map(({ failure }) => failure?.code)).toEqual(Array(5).fill('UND_ERR_DESTROYED'))
})

test('What throws while it takes a response fails alone', async () => {
  await using server = await listen()
  const pool = poolOf(server.port)
  class Throwing extends Recorded {
    override onHead(): void {
      throw new Error('out of order')
    }
  }
  const job = new Throwing()
  pool.send(job)
  await expect.poll(() => server.asked.length).toBe(1)
  server.asked[0]!.write(OK)
  await job.done.promise
  expect(job.failure?.message).toBe('out of order')
  await pool.destroy()
})

test('An address that no socket takes fails the request', async () => {
  const pool = poolOf(70_000)
  const [job] = send(pool, 1) as [Recorded]
  expect(job.failure?.code).toBe('ERR_SOCKET_BAD_PORT')
  await pool.destroy()
})

test('A handshake for one name is not used for another; requests for either are served in turn', async () => {
  await using origin = await startTlsOrigin({ domains: ['a.example.com', 'b.example.com'] })
  let handshakes = 0
  origin.server.on('secureConnection', () => handshakes++)
  const pool = poolOf(Number(new URL(origin.url).port), { connections: 1, secure: true })
  for (const name of ['a.example.com', 'a.example.com', 'b.example.com', 'a.example.com']) {
    const [job] = send(pool, 1, name) as [Recorded]
    await job.done.promise
    expect([job.failure, job.status]).toEqual([null, 200])
  }
  expect(origin.serverNames.map((name) => String(name)[0])).toEqual(['a', 'a', 'b', 'a'])
  expect(handshakes).toBe(3)
  await pool.destroy()
})

test('The name of a handshake is what was asked for, else that of Host, else that of the origin', () => {
  const pool = poolOf(443, { secure: true, hostname: 'localhost' })
  const nameOf = (asked: string | undefined, host: string): string => pool.toServerName(asked, ['Host', host])
  expect(nameOf('b.example.com', 'a.example.com')).toBe('b.example.com')
  expect(nameOf(undefined, 'a.example.com:8443')).toBe('a.example.com')
  expect(nameOf(undefined, '127.0.0.1:8443')).toBe('origin.example.com')
  expect(nameOf(undefined, '[::1]:8443')).toBe('origin.example.com')
  expect(poolOf(80).toServerName(undefined, ['Host', 'a.example.com'])).toBe('')
})
