// Certificates for origins of tests, made once per file that asks.
import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { createCA, createCert } from 'mkcert'

export interface TlsOriginOptions {
  readonly domains?: string[]
  readonly validityDays?: number
  /** The test process trusts whom the certificate comes from, as it would a public authority. */
  readonly isTrusted?: boolean
  readonly server?: Pick<ServerOptions, 'maxVersion' | 'minVersion' | 'ciphers'>
}

export interface TlsOrigin extends AsyncDisposable {
  readonly url: string
  readonly server: Server
  /** Server names of the requests; false for none. */
  readonly serverNames: (string | false)[]
}

/** An HTTPS origin that answers 'over TLS', with a certificate that nobody has reason to trust unless it says so. */
export async function startTlsOrigin(options: TlsOriginOptions = {}): Promise<TlsOrigin> {
  const ca = await createCA({
    organization: `test ${randomUUID()}`,
    countryCode: 'DE',
    state: '',
    locality: '',
    validity: 1,
  })
  const { domains = ['localhost'], validityDays = 1, isTrusted = false } = options
  const { key, cert } = await createCert({ ca, domains, validity: validityDays })
  if (isTrusted) setDefaultCACertificates([...getCACertificates('default'), ca.cert])
  const serverNames: (string | false)[] = []
  const server = createServer({ key, cert, ...options.server }, (request, response) => {
    const { servername } = request.socket as TLSSocket & { servername?: string | false }
    serverNames.push(servername ?? false)
    response.end('over TLS')
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    serverNames,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
