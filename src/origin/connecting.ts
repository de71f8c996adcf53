// Connections to an origin: how long they took to come about, told to the first request, and their 100 Continue.
import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { buildConnector, Client, Dispatcher } from 'undici'
import { ContinueGate } from './continue-gate.ts'
import { loadUndici } from './undici.ts'
import type { Connected } from '../message/trace.ts'

type Connector = buildConnector.connector

/** Where the times of a client's latest connection lie until its first response takes them. */
interface Latest {
  connected: Connected | null
  readonly gate: ContinueGate
}

/** A handler that wants to know. */
export abstract class ConnectionTimes {
  /** @internal Set by the client that sends the request. */
  latest: Latest | null = null

  /** The times of the connection if this is the first response on it, or null. */
  protected takeConnected(): Connected | null {
    const { latest } = this
    if (latest === null) return null
    const { connected } = latest
    latest.connected = null
    return connected
  }

  /** To be called when the request goes out on the connection. */
  protected expectResponse(): void {
    this.latest?.gate.arm()
  }
}

/** A client for a pool: one connection at a time, one request at a time on it. */
export function createTimedClient(
  origin: URL,
  options: Client.Options & { connect: Connector },
  tick: () => number,
): Dispatcher {
  const latest: Latest = { connected: null, gate: new ContinueGate() }
  const { Client } = loadUndici()
  const client = new Client(origin, { ...options, connect: timeConnector(options.connect, latest, tick) })
  const dispatch = client.dispatch.bind(client)
  client.dispatch = (request, handler) => {
    if (handler instanceof ConnectionTimes) handler.latest = latest
    return dispatch(request, handler)
  }
  return client
}

/** Looks up addresses of one kind alone; all of them are tried, as without it. */
export function lookUpFamily(family: 0 | 4 | 6): { readonly lookup?: LookupFunction } {
  if (family === 0) return {}
  return { lookup: (name, options, callback) => lookup(name, { ...options, family }, callback) }
}

function timeConnector(connect: Connector, latest: Latest, tick: () => number): Connector {
  return (options, callback) => {
    const started = tick()
    let dnsMs = 0
    // undici's own connector returns the socket, which its types do not say.
    const socket = connect(options, (...outcome) => {
      if (outcome[0] === null) {
        latest.connected = { dnsMs, connectMs: tick() - started - dnsMs }
        latest.gate.attach(outcome[1])
      }
      callback(...outcome)
    }) as unknown as Pick<NodeJS.EventEmitter, 'once'>
    // Not emitted for an address, which needs no look-up.
    socket.once('lookup', () => {
      dnsMs = tick() - started
    })
  }
}
