// Whether a request may come over a TLS connection that was opened for another name.
import type { ViewerCertificate } from '../../model/viewer-certificate.ts'

/** Why Host and server name go together, or that they do not. */
export type Fronting =
  | 'same-name'
  | 'no-server-name'
  | 'local-name'
  | 'same-account'
  | 'covered-by-certificate'
  | 'misdirected'

/** Both names in lower case and without port; the certificate of a distribution is null for a name that none has. */
export interface FrontingFacts {
  readonly serverName: string | null
  readonly host: string
  readonly serverCertificate: ViewerCertificate | null
  readonly hostCertificate: ViewerCertificate | null
  /** Whether the certificate that was served is one for the host. */
  readonly covers: (host: string) => boolean
}

/** Covered by the default certificate. */
const DEFAULT_NAME = /^[^.]+\.cloudfront\.net$/

// Differs from CloudFront: A TLS name of this machine, such as localhost or <id>.localhost, goes with every Host.

/**
 * Allowed when the names are the same, when the certificate's account owns the distribution, or when the certificate
 * covers the Host; else 421. Two distributions whose certificates name no account belong to one.
 * ('Use custom URLs by adding alternate domain names (CNAMEs)', domain fronting)
 */
export function planFronting(facts: FrontingFacts): Fronting {
  const { serverName, host, serverCertificate, hostCertificate } = facts
  if (serverName === null) return 'no-server-name'
  if (serverName === host) return 'same-name'
  if (serverName === 'localhost' || serverName.endsWith('.localhost')) return 'local-name'
  if (facts.covers(host)) return 'covered-by-certificate'
  // Names below cloudfront.net, and those of nobody, are served with CloudFront's own certificate.
  if (serverCertificate === null || DEFAULT_NAME.test(serverName)) {
    return DEFAULT_NAME.test(host) ? 'covered-by-certificate' : 'misdirected'
  }
  if (hostCertificate === null) return 'misdirected'
  const { accountId: server } = serverCertificate
  const { accountId: other } = hostCertificate
  return server === null || other === null || server === other ? 'same-account' : 'misdirected'
}
