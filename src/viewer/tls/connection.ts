// What is known of a TLS connection: its server name, its certificate, and how many requests came over it.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { planFronting } from './fronting.ts'
import type { HeadScan } from '../head-scan.ts'
import { toHostName, type Router } from '../route.ts'

/** One TLS connection. */
export interface SecureConnection {
  /** Lower case; null when the viewer named no server. */
  readonly serverName: string | null
  readonly covers: (host: string) => boolean
  /** Requests so far. */
  requests: number
  /** The Host and router of the last request that was allowed. */
  allowedHost: string
  allowedBy: Router | null
}

const connections = new WeakMap<Socket, SecureConnection>()

/** Remembers a connection after its handshake. */
export function rememberConnection(
  socket: TLSSocket,
  { serverName, covers }: Pick<SecureConnection, 'serverName' | 'covers'>,
): void {
  connections.set(socket, { serverName, covers, requests: 0, allowedHost: '', allowedBy: null })
}

export function isSecure(socket: Socket): socket is TLSSocket {
  return (socket as Partial<TLSSocket>).encrypted === true
}

/** Counts a request, and marks its head when it came over a connection for another name. */
export function admitSecure(socket: TLSSocket, scan: HeadScan, router: Router): void {
  const connection = connections.get(socket)
  if (connection === undefined) return
  connection.requests++
  const host = scan.host ?? ''
  if (host === connection.allowedHost && connection.allowedBy === router) return
  const { serverName, covers } = connection
  const fronting = planFronting({
    serverName,
    host: toHostName(host),
    serverCertificate:
      serverName === null ? null : (router(serverName)?.distribution.ViewerCertificate ?? null),
    hostCertificate: router(host)?.distribution.ViewerCertificate ?? null,
    covers,
  })
  if (fronting === 'misdirected') scan.misdirected = serverName
  else {
    connection.allowedHost = host
    connection.allowedBy = router
  }
}

/** `version:cipher:handshake` of CloudFront-Viewer-TLS; null over plain HTTP. ('Add CloudFront request headers') */
export function describeTls(socket: Socket): string | null {
  if (!isSecure(socket)) return null
  const version = socket.getProtocol()
  if (version === null) return null
  const isReused = (connections.get(socket)?.requests ?? 0) > 1
  const handshake = isReused
    ? 'connectionReused'
    : socket.isSessionReused()
      ? 'sessionResumed'
      : 'fullHandshake'
  return `${version}:${socket.getCipher().name}:${handshake}`
}
