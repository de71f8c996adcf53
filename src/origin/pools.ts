// Connections to origins: one pool per target and its timeouts, kept across reloads, closed on stop.
import { lookUpFamily, TimedClient } from './connecting.ts'
import { Http2Origins } from './http2-sessions.ts'
import { toPoolId, type PoolKey } from './pool-key.ts'
import { toTlsOptions } from './tls.ts'
import { Pool } from './undici.ts'
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
type ClientOptions = ConstructorParameters<typeof TimedClient>[1]

/** Pools by key; a pool without requests costs nothing but its keep-alive timers. */
export class OriginPools {
  #pools = new Map<string, Pool>()
  /** No longer handed out, with requests under way. */
  #closing = new Set<Pool>()
  #closed = false
  /** For gRPC. */
  readonly http2: Http2Origins
  #settings: PoolSettings

  constructor(settings: PoolSettings) {
    this.#settings = settings
    this.http2 = new Http2Origins(settings.acceptAnyCertificate)
  }

  get acceptAnyCertificate(): boolean {
    return this.#settings.acceptAnyCertificate
  }

  get(key: PoolKey): Pool {
    const id = toPoolId(key)
    let pool = this.#pools.get(id)
    if (pool === undefined) {
      if (this.#closed) throw new Error('pocketfront is stopping')
      pool = createPool(key, this.#settings)
      this.#pools.set(id, pool)
      if (this.#pools.size > MOST_POOLS) this.#closeOldest()
    }
    return pool
  }

  /** A function may name another origin for every request. Requests that run in it go on. */
  #closeOldest(): void {
    const [[id, pool]] = this.#pools as unknown as [[string, Pool]]
    this.#pools.delete(id)
    const closing = pool.close().catch(() => {})
    this.#closing.add(pool)
    void closing.then(() => this.#closing.delete(pool))
  }

  /** Ends every connection, also those with a request under way. */
  async destroy(): Promise<void> {
    this.#closed = true
    const pools = [...this.#pools.values(), ...this.#closing]
    this.#pools.clear()
    this.http2.destroy()
    await Promise.all(pools.map((pool) => pool.destroy()))
  }
}

function createPool(key: PoolKey, { tick, acceptAnyCertificate }: PoolSettings): Pool {
  const host = key.hostname.includes(':') ? `[${key.hostname}]` : key.hostname
  return new Pool(`${key.protocol}://${host}:${key.port}`, {
    connections: CONNECTIONS,
    factory: (origin, options) => new TimedClient(origin, options as ClientOptions, tick),
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
