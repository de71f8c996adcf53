// The TLS side of each server name: certificate, security policy, protocols, session tickets.
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { rememberConnection } from './connection.ts'
import type { TlsParts } from './listener.ts'
import { toTlsSettings } from './security-policy.ts'
import { isLocalName } from '../route.ts'
import type { Distribution } from '../../model/distribution.ts'
import { DEFAULT_CERTIFICATE } from '../../model/viewer-certificate.ts'

export interface SecureServers {
  /** The server that does the handshake of a connection for this name; it never listens itself. */
  get(serverName: string | null): Promise<Server>
}

/** Real milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 30_000
/** Names for which settings and session tickets are kept. */
const MAX_SERVERS = 256

/** What makes one server different from another. */
interface Settings {
  readonly serverName: string | null
  readonly isServed: boolean
  readonly policy: Distribution['ViewerCertificate']['MinimumProtocolVersion']
  readonly protocols: readonly string[]
}

/** One server for each name and its settings: policies don't mix, and session tickets stay with their name. */
export function createSecureServers(parts: TlsParts): SecureServers {
  const servers = new Map<string, Promise<Server>>()
  return {
    get(serverName) {
      const settings = selectSettings(parts, serverName)
      const { isServed, policy, protocols } = settings
      const id = `${serverName ?? ''} ${isServed} ${policy} ${protocols.join()}`
      let server = servers.get(id)
      if (server === undefined) {
        server = createSecureServer(parts, settings)
        servers.set(id, server)
        server.catch(() => servers.delete(id))
        if (servers.size > MAX_SERVERS) servers.delete(servers.keys().next().value!)
      }
      return server
    },
  }
}

function selectSettings(parts: TlsParts, serverName: string | null): Settings {
  const site = serverName === null ? null : parts.router()(serverName)
  const { ViewerCertificate = DEFAULT_CERTIFICATE } = site?.distribution ?? {}
  return {
    serverName,
    isServed: site !== null || (serverName !== null && isLocalName(serverName)),
    policy: ViewerCertificate.MinimumProtocolVersion,
    protocols: selectProtocols(serverName, site?.distribution.HttpVersion ?? 'http2'),
  }
}

/** HTTP/2 needs a server name. ('Supported HTTP request methods and versions') */
function selectProtocols(serverName: string | null, version: Distribution['HttpVersion']): string[] {
  const hasHttp2 = serverName !== null && (version === 'http2' || version === 'http2and3')
  return hasHttp2 ? ['h2', 'http/1.1'] : ['http/1.1']
}

async function createSecureServer(parts: TlsParts, settings: Settings): Promise<Server> {
  const { serverName, isServed, policy, protocols } = settings
  const { cert, key, covers } = await parts.certificates.forName(serverName, isServed)
  if (protocols.includes('h2')) await parts.prepareHttp2()
  const server = createServer({
    cert,
    key,
    ...toTlsSettings(policy, process.versions.openssl ?? ''),
    honorCipherOrder: true,
    ALPNProtocols: [...protocols],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.setNoDelay(true)
    rememberConnection(socket, { serverName, covers })
    parts.onConnection(socket)
  })
  server.on('tlsClientError', (error, socket) => {
    parts.onRefused(serverName, error.message)
    socket.destroy()
  })
  return server
}
