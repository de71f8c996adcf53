// Certificates for origins of tests, made once per file that asks.
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createCA, createCert } from 'mkcert'

/** An HTTPS origin that answers 'over TLS', with a certificate that nobody has reason to trust. */
export async function startTlsOrigin(
  options: { readonly domains?: string[]; readonly validityDays?: number } = {},
): Promise<{ url: string; server: Server } & AsyncDisposable> {
  const ca = await createCA({ organization: 'test', countryCode: 'DE', state: '', locality: '', validity: 1 })
  const { domains = ['localhost'], validityDays = 1 } = options
  const { key, cert } = await createCert({ ca, domains, validity: validityDays })
  const server = createServer({ key, cert }, (_request, response) => response.end('over TLS'))
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
