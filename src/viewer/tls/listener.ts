// The HTTPS port: reads which name a viewer wants, then does the handshake with that name's certificate and policy.
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Certificates } from './certificates.ts'
import { parseClientHello } from './client-hello.ts'
import { createSecureServers } from './secure-servers.ts'
import type { Router } from '../route.ts'

/** What the HTTPS port needs. */
export interface TlsParts {
  readonly certificates: Certificates
  readonly router: () => Router
  /** Loads what a connection over HTTP/2 needs; called before the first such handshake. */
  readonly prepareHttp2: () => Promise<void>
  /** Takes a connection after its handshake. */
  readonly onConnection: (socket: TLSSocket) => void
  /** Takes a connection whose first bytes are no TLS. */
  readonly onPlain: (socket: Socket) => void
  /** A handshake that failed. */
  readonly onRefused: (serverName: string | null, reason: string) => void
  /** A certificate that could not be made. */
  readonly onProblem: (error: unknown) => void
}

export interface TlsListener {
  readonly port: number
  /** Stops accepting, and resolves when the last connection has ended. */
  close(): Promise<void>
  /** Ends every connection. */
  destroy(): void
}

/** Real milliseconds for the first bytes. */
const HELLO_TIMEOUT_MS = 10_000

/** Listens. Nothing is made or loaded before the first connection. */
export async function startTlsListener(
  parts: TlsParts,
  listen: { readonly host: string; readonly port: number },
): Promise<TlsListener> {
  /** Not yet handed over. */
  const greeted = new Set<Socket>()
  const open = new Set<Socket>()
  const servers = createSecureServers(parts)
  const server: Server = createNetServer({ noDelay: true }, (socket) => {
    greeted.add(socket)
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      greeted.delete(socket)
      open.delete(socket)
    })
    readHello(
      socket,
      (serverName) => {
        servers.get(serverName).then(
          (secure) => {
            if (socket.destroyed) return
            greeted.delete(socket)
            secure.emit('connection', socket)
          },
          (error: unknown) => {
            parts.onProblem(error)
            socket.destroy()
          },
        )
      },
      parts,
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...listen, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of greeted) socket.destroy()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
    destroy() {
      for (const socket of open) socket.destroy()
    },
  }
}

/** Waits for a whole ClientHello and puts its bytes back. */
function readHello(socket: Socket, onHello: (serverName: string | null) => void, parts: TlsParts): void {
  let bytes: Buffer = Buffer.alloc(0)
  const refuse = (): void => void socket.destroy()
  const done = (): void => {
    socket.off('data', onData)
    socket.off('timeout', refuse)
    socket.setTimeout(0)
    socket.pause()
    socket.unshift(bytes)
  }
  const onData = (chunk: Buffer): void => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    const hello = parseClientHello(bytes)
    if (hello.kind === 'incomplete') return
    done()
    if (hello.kind === 'hello') onHello(hello.serverName)
    else parts.onPlain(socket)
  }
  socket.setTimeout(HELLO_TIMEOUT_MS, refuse)
  socket.on('data', onData)
}
