// Connections to origins: one pool per target and its timeouts, kept across reloads, closed on stop.
import type { Pool } from 'undici'
import { createTimedClient, lookUpFamily } from './connecting.ts'
import { Http2Origins } from './http2-sessions.ts'
import { Patience } from './http1/patience.ts'
import { PlainPool } from './http1/plain-pool.ts'
import { toPoolId, type PoolKey } from './pool-key.ts'
import { toTlsOptions } from './tls.ts'
import { loadUndici } from './undici.ts'
import { QUOTAS } from '../model/quotas.ts'

/** What all pools have in common. */
export interface PoolSettings {
  /** Monotonic milliseconds. */
  readonly tick: () => number
  /** Origins may show any certificate. */
  readonly acceptAnyCertificate: boolean
}

/** Parallel connections to one target; more requests wait their turn. */
const CONNECTIONS = 256
/** Targets, with their timeouts and names, to which connections are kept. */
const MOST_POOLS = 256

/** What a pool makes its clients with: its connector is there already. */
type ClientOptions = Parameters<typeof createTimedClient>[1]

/** A pool of either kind. */
interface Closable {
  close(): Promise<void>
  destroy(): Promise<void>
}

/** Pools by key; a pool without requests costs nothing but its keep-alive timers. */
class PoolSet<T extends Closable> {
  #pools = new Map<string, T>()
  /** No longer handed out, with requests under way. */
  #closing = new Set<T>()
  #closed = false
  #create: (key: PoolKey) => T

  constructor(create: (key: PoolKey) => T) {
    this.#create = create
  }

  get(key: PoolKey): T {
    const id = toPoolId(key)
    let pool = this.#pools.get(id)
    if (pool === undefined) {
      if (this.#closed) throw new Error('pocketfront is stopping')
      pool = this.#create(key)
      this.#pools.set(id, pool)
      if (this.#pools.size > MOST_POOLS) this.#closeOldest()
    }
    return pool
  }

  /** A function may name another origin for every request. Requests that run in it go on. */
  #closeOldest(): void {
    const [[id, pool]] = this.#pools as unknown as [[string, T]]
    this.#pools.delete(id)
    const closing = pool.close().catch(() => {})
    this.#closing.add(pool)
    void closing.then(() => this.#closing.delete(pool))
  }

  async destroy(): Promise<void> {
    this.#closed = true
    const pools = [...this.#pools.values(), ...this.#closing]
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.destroy()))
  }
}

/** All connections to origins. */
export class OriginPools {
  #plain: PoolSet<PlainPool>
  #pools: PoolSet<Pool>
  /** For gRPC. */
  readonly http2: Http2Origins
  readonly acceptAnyCertificate: boolean

  constructor(settings: PoolSettings) {
    this.acceptAnyCertificate = settings.acceptAnyCertificate
    this.http2 = new Http2Origins(settings.acceptAnyCertificate)
    this.#pools = new PoolSet((key) => createPool(key, settings))
    const ofPlain = { ...settings, patience: new Patience(), connections: CONNECTIONS }
    this.#plain = new PoolSet((key) => new PlainPool(key, ofPlain))
  }

  /** For requests of every kind. */
  get(key: PoolKey): Pool {
    return this.#pools.get(key)
  }

  /** For requests that go out in one piece, which need less. */
  getPlain(key: PoolKey): PlainPool {
    return this.#plain.get(key)
  }

  /** Ends every connection, also those with a request under way. */
  async destroy(): Promise<void> {
    this.http2.destroy()
    await Promise.all([this.#plain.destroy(), this.#pools.destroy()])
  }
}

function createPool(key: PoolKey, { tick, acceptAnyCertificate }: PoolSettings): Pool {
  const host = key.hostname.includes(':') ? `[${key.hostname}]` : key.hostname
  const { Pool } = loadUndici()
  return new Pool(`${key.protocol}://${host}:${key.port}`, {
    connections: CONNECTIONS,
    factory: (origin, options) => createTimedClient(origin, options as ClientOptions, tick),
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: key.keepaliveTimeout * 1000,
    // An origin's own Keep-Alive header may shorten the timeout, not lengthen it beyond this.
    keepAliveMaxTimeout: key.keepaliveTimeout * 1000,
    maxHeaderSize: QUOTAS.originResponseHeaderBytes,
    connect: {
      timeout: key.connectTimeout * 1000,
      autoSelectFamily: true,
      ...lookUpFamily(key.family),
      ...(key.protocol === 'https' && toTlsOptions(key.tls, acceptAnyCertificate)),
    },
  })
}
