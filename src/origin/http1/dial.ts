// Opens the sockets of our own connections to origins, plain or TLS.
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { lookUpFamily } from '../connecting.ts'
import type { PoolKey } from '../pool-key.ts'
import { toTlsOptions, type TlsOptions } from '../tls.ts'

/** Bytes that one read takes at most. */
const READ_BYTES = 64 * 1024
const KEEP_ALIVE_PROBES_MS = 60_000
/** Names for which the last TLS session is remembered. */
const MOST_SESSIONS = 100

/** Takes what was read; the bytes are only lent. */
export type TakeBytes = (bytes: Buffer, length: number) => void

/**
 * Reads run one after the other and what they bring is copied out at once, so that all of them share one buffer. Not
 * on Windows, where a read is handed its memory ahead of time.
 */
const shared = Buffer.allocUnsafeSlow(READ_BYTES)
const newBuffer = (): Buffer => (process.platform === 'win32' ? Buffer.allocUnsafeSlow(READ_BYTES) : shared)

/** Opens sockets to one origin. */
export class Dialer {
  #key: PoolKey
  #tls: TlsOptions | null
  #sessions = new Map<string, Buffer>()

  constructor(key: PoolKey, acceptAnyCertificate: boolean) {
    this.#key = key
    this.#tls = key.protocol === 'https' ? toTlsOptions(key.tls, acceptAnyCertificate) : null
  }

  /** The name that a TLS handshake asks for, and so the connections that a request may use; '' over plain TCP. */
  toServerName(asked: string | undefined, headers: readonly string[]): string {
    if (this.#tls === null) return ''
    return asked || toNameOf(findHost(headers)) || this.#tls.servername || toNameOf(this.#key.hostname)
  }

  /** A socket on its way; it says 'connect' or 'secureConnect' when it is ready. */
  dial(serverName: string, take: TakeBytes): Socket {
    const buffer = newBuffer()
    const options = {
      host: this.#key.hostname,
      port: this.#key.port,
      autoSelectFamily: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBES_MS,
      ...lookUpFamily(this.#key.family),
      onread: {
        buffer,
        callback(length: number): boolean {
          take(buffer, length)
          return true
        },
      },
    }
    if (this.#tls === null) return connectTcp(options)
    const session = this.#sessions.get(serverName)
    const socket = connectTls({
      ...options,
      ...this.#tls,
      servername: serverName,
      ALPNProtocols: ['http/1.1'],
      ...(session !== undefined && { session }),
    })
    return socket.on('session', (made) => this.#remember(serverName, made))
  }

  #remember(serverName: string, session: Buffer): void {
    this.#sessions.delete(serverName)
    if (this.#sessions.size >= MOST_SESSIONS) {
      const [oldest] = this.#sessions.keys()
      this.#sessions.delete(oldest!)
    }
    this.#sessions.set(serverName, session)
  }
}

function findHost(headers: readonly string[]): string {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    if (name.length === 4 && name.toLowerCase() === 'host') return headers[i + 1]!
  }
  return ''
}

/** The name without its port; '' for an address, which is no server name (RFC 6066, section 3). */
function toNameOf(host: string): string {
  if (host.startsWith('[') || isIP(host) !== 0) return ''
  const colon = host.indexOf(':')
  const name = colon === -1 ? host : host.slice(0, colon)
  return isIP(name) === 0 ? name : ''
}
