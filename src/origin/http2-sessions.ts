// HTTP/2 connections to origins, for gRPC: one session per target, made again when it ends.
import { connect, type ClientHttp2Session } from 'node:http2'
import { lookUpFamily } from './connecting.ts'
import { toPoolId, type PoolKey } from './pool-key.ts'
import { toTlsOptions } from './tls.ts'

/** Sessions by key; a session without calls ends after the keep-alive time. */
export class Http2Origins {
  #sessions = new Map<string, Promise<ClientHttp2Session>>()
  /** Also those that are still connecting, or take no more calls. */
  #open = new Set<ClientHttp2Session>()
  #acceptAnyCertificate: boolean
  #closed = false

  constructor(acceptAnyCertificate: boolean) {
    this.#acceptAnyCertificate = acceptAnyCertificate
  }

  /** A session that takes calls. Rejects with the error of the connection. */
  get(key: PoolKey): Promise<ClientHttp2Session> {
    if (this.#closed) return Promise.reject(new Error('pocketfront is stopping'))
    const id = toPoolId(key)
    let session = this.#sessions.get(id)
    if (session === undefined) {
      const forget = (): void => {
        if (this.#sessions.get(id) === session) this.#sessions.delete(id)
      }
      const made = dial(key, this.#acceptAnyCertificate)
      this.#open.add(made)
      made.on('close', () => this.#open.delete(made))
      session = waitForSession(made, key, forget)
      this.#sessions.set(id, session)
      session.catch(forget)
    }
    return session
  }

  /** Ends every session, also those with a call under way. */
  destroy(): void {
    this.#closed = true
    for (const session of this.#open) session.destroy()
  }
}

// Differs from CloudFront: gRPC goes to a target with http:// over HTTP/2 without TLS, so that a local server needs no certificate.

function dial(key: PoolKey, acceptAnyCertificate: boolean): ClientHttp2Session {
  const host = key.hostname.includes(':') ? `[${key.hostname}]` : key.hostname
  return connect(`${key.protocol}://${host}:${key.port}`, {
    ...lookUpFamily(key.family),
    ...(key.protocol === 'https' && toTlsOptions(key.tls, acceptAnyCertificate)),
  })
}

function waitForSession(
  session: ClientHttp2Session,
  key: PoolKey,
  forget: () => void,
): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      session.destroy(Object.assign(new Error('the origin did not connect in time'), CONNECT_TIMEOUT))
    }, key.connectTimeout * 1000)
    session.on('error', reject)
    session.on('close', () => {
      clearTimeout(timeout)
      forget()
      reject(Object.assign(new Error('the origin closed the connection'), { code: 'UND_ERR_SOCKET' }))
    })
    session.on('goaway', forget)
    session.on('connect', () => {
      clearTimeout(timeout)
      endWhenIdle(session, key.keepaliveTimeout * 1000, forget)
      resolve(session)
    })
  })
}

const CONNECT_TIMEOUT = { code: 'UND_ERR_CONNECT_TIMEOUT' }

/** Calls in it keep a session; the keep-alive time counts from the last one on. */
function endWhenIdle(session: ClientHttp2Session, milliseconds: number, forget: () => void): void {
  session.setTimeout(milliseconds, () => {
    if (session.destroyed || openStreams(session) > 0) return
    forget()
    session.close()
  })
}

const streams = new WeakMap<ClientHttp2Session, number>()

function openStreams(session: ClientHttp2Session): number {
  return streams.get(session) ?? 0
}

/** Counts a call from now until its stream has closed. */
export function countCall(
  session: ClientHttp2Session,
  stream: { on(event: 'close', listener: () => void): unknown },
): void {
  streams.set(session, openStreams(session) + 1)
  stream.on('close', () => void streams.set(session, openStreams(session) - 1))
}
