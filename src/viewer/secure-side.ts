// The HTTPS side of the data ports: connections whose handshake is done go to HTTP/1.1 or HTTP/2.
import type { Server } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Answer } from './answer.ts'
import { answerClientError } from './client-error.ts'
import type { Http2Sessions } from './http2/sessions.ts'
import type { ViewerPorts } from './ports.ts'
import type { Certificates } from './tls/certificates.ts'
import { startTlsListener, type TlsListener } from './tls/listener.ts'

/** What the HTTPS port is opened with. */
export interface SecureOptions {
  readonly host: string
  readonly port: number
  readonly certificates: Certificates
}

/** Listens for HTTPS. Connections over HTTP/1.1 become those of the HTTP server. */
export async function startSecureSide(
  ports: ViewerPorts,
  server: Server,
  answer: Answer,
  { host, port, certificates }: SecureOptions,
): Promise<TlsListener> {
  let http2: Http2Sessions | null = null
  const listener = await startTlsListener(
    {
      certificates,
      router: () => ports.router,
      async prepareHttp2() {
        // It takes as long to load as a tenth of the start, and many never need it.
        const { createHttp2Sessions } = await import('./http2/sessions.ts')
        http2 ??= createHttp2Sessions(answer)
      },
      onConnection(socket) {
        if (socket.alpnProtocol !== 'h2') server.emit('connection', socket)
        else if (isOldTls(socket)) socket.destroy()
        else http2?.open(socket)
      },
      onPlain: (socket) => answerClientError(new Error('plain HTTP came to the HTTPS port'), socket, ports),
      onRefused: ports.onTlsRefused,
      onProblem: (error) => ports.onBug(error, { id: '' }),
    },
    { host, port },
  )
  return {
    port: listener.port,
    close() {
      http2?.close()
      return listener.close()
    },
    destroy: () => listener.destroy(),
  }
}

/** HTTP/2 needs TLS 1.2 (RFC 9113, section 9.2). */
function isOldTls(socket: TLSSocket): boolean {
  const version = socket.getProtocol()
  return version === 'TLSv1' || version === 'TLSv1.1'
}
