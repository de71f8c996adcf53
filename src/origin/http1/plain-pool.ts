// Connections of our own to one origin, and the requests that wait for one.
import { Connection, type ConnectionOwner, type Job } from './connection.ts'
import { Dialer } from './dial.ts'
import type { Patience } from './patience.ts'
import { poolDestroyed } from './protocol-error.ts'
import type { PoolKey } from '../pool-key.ts'

/** What all pools of one pocketfront have in common. */
export interface PlainPoolSettings {
  readonly patience: Patience
  /** Monotonic milliseconds. */
  readonly tick: () => number
  readonly acceptAnyCertificate: boolean
  /** Parallel connections; more requests wait their turn. */
  readonly connections: number
}

/** So many requests wait before it is looked who has left. */
const PRUNE_AT = 1024

/** Sends plain requests, each on a connection that has none. */
export class PlainPool implements ConnectionOwner {
  readonly patience: Patience
  readonly tick: () => number
  readonly connectTimeout: number
  readonly keepaliveTimeout: number
  readonly address: string
  #dialer: Dialer
  #most: number
  #all = new Set<Connection>()
  /** The one that was used last is used next: the others get idle and end. */
  #idle: Connection[] = []
  /** With a response behind them; idle when all that has come in until then is read. */
  #resting: Connection[] = []
  /** With a request that goes out when all that has come in until then is read. */
  #unsent: Connection[] = []
  #waiting: Job[] = []
  #pruneAt = PRUNE_AT
  #isTurning = false
  #state: 'open' | 'closing' | 'destroyed' = 'open'
  /** Once no connection is left and none will be made. */
  #empty = Promise.withResolvers<void>()
  #turn = (): void => this.#onTurn()

  constructor(key: PoolKey, settings: PlainPoolSettings) {
    this.patience = settings.patience
    this.tick = settings.tick
    this.connectTimeout = key.connectTimeout * 1000
    this.keepaliveTimeout = key.keepaliveTimeout * 1000
    this.address = `${key.hostname}:${key.port}`
    this.#most = settings.connections
    this.#dialer = new Dialer(key, settings.acceptAnyCertificate)
  }

  /** True once no more requests are taken. */
  get closed(): boolean {
    return this.#state !== 'open'
  }

  /** The TLS name of a request; connections with another one are not for it. */
  toServerName(asked: string | undefined, headers: readonly string[]): string {
    return this.#dialer.toServerName(asked, headers)
  }

  /** Sends a request as soon as there is a connection for it. */
  send(job: Job): void {
    if (this.#state !== 'open') return job.onFailure(poolDestroyed())
    this.#place(job)
  }

  /** Takes no more requests, and resolves when those under way are done. */
  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing'
    for (const connection of this.#idle.splice(0)) connection.destroy(null)
    this.#checkEmpty()
    return this.#empty.promise
  }

  /** Ends every connection; requests under way fail. */
  destroy(): Promise<void> {
    const closed = this.close()
    this.#state = 'destroyed'
    for (const job of this.#waiting.splice(0)) if (!job.isOver) job.onFailure(poolDestroyed())
    for (const connection of this.#all) connection.destroy(poolDestroyed())
    return closed
  }

  onFree(connection: Connection): void {
    if (this.#state !== 'open' && this.#waiting.length === 0) return connection.destroy(null)
    this.#resting.push(connection)
    this.#scheduleTurn()
  }

  onGone(connection: Connection, unsent: Job | null): void {
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
    if (unsent !== null) this.#placeAnew(unsent)
    const next = this.#nextWaiting()
    if (next !== null) this.#place(next)
    this.#checkEmpty()
  }

  #place(job: Job): void {
    const connection = this.#takeIdle(job.serverName)
    if (connection !== null) {
      connection.assign(job)
      this.#unsent.push(connection)
      this.#scheduleTurn()
    } else if (this.#all.size < this.#most) this.#dial(job)
    else {
      this.#wait(job)
      // Connections for another name make room.
      this.#idle.pop()?.destroy(null)
    }
  }

  /** A request whose connection has ended while idle; on a new one, as the others may have ended as well. */
  #placeAnew(job: Job): void {
    if (this.#state === 'destroyed') job.onFailure(poolDestroyed())
    else if (this.#all.size < this.#most) this.#dial(job)
    else this.#waiting.unshift(job)
  }

  #dial(job: Job): void {
    try {
      this.#all.add(new Connection(this.#dialer, this, job))
    } catch (error) {
      // Of an address that no socket takes.
      job.onFailure(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #takeIdle(serverName: string): Connection | null {
    if (this.#idle.at(-1)?.serverName === serverName) return this.#idle.pop()!
    for (let i = this.#idle.length - 1; i >= 0; i--) {
      const connection = this.#idle[i]!
      if (connection.serverName !== serverName) continue
      this.#idle.splice(i, 1)
      return connection
    }
    return null
  }

  #scheduleTurn(): void {
    if (this.#isTurning) return
    this.#isTurning = true
    setImmediate(this.#turn)
  }

  /**
   * After all that had come in was read: a connection that the origin has closed, or on which it has said more than it
   * was asked, is known by now, and no request goes out on it.
   */
  #onTurn(): void {
    this.#isTurning = false
    for (const connection of this.#unsent.splice(0)) connection.send()
    for (const connection of this.#resting.splice(0)) if (connection.isIdle) this.#reuse(connection)
  }

  #reuse(connection: Connection): void {
    const job = this.#nextWaiting()
    if (job === null) {
      if (this.#state === 'open') this.#idle.push(connection)
      else connection.destroy(null)
    } else if (job.serverName === connection.serverName) {
      connection.assign(job)
      connection.send()
    } else {
      this.#waiting.unshift(job)
      connection.destroy(null)
    }
  }

  #wait(job: Job): void {
    if (this.#waiting.length >= this.#pruneAt) {
      // Those who have left are not kept until their turn, which may be long in coming.
      this.#waiting = this.#waiting.filter((each) => !each.isOver)
      this.#pruneAt = Math.max(PRUNE_AT, 2 * this.#waiting.length)
    }
    this.#waiting.push(job)
  }

  #nextWaiting(): Job | null {
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      if (!job.isOver) return job
    }
    return null
  }

  #checkEmpty(): void {
    if (this.#state !== 'open' && this.#all.size === 0) this.#empty.resolve()
  }
}
