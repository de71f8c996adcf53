// Which certificate and which security policy viewers of a distribution meet.

/** Security policies, weakest first. (API Reference, 'ViewerCertificate') */
export const MINIMUM_PROTOCOL_VERSIONS = [
  'SSLv3',
  'TLSv1',
  'TLSv1_2016',
  'TLSv1.1_2016',
  'TLSv1.2_2018',
  'TLSv1.2_2019',
  'TLSv1.2_2021',
  'TLSv1.2_2025',
  'TLSv1.3_2025',
] as const

export type MinimumProtocolVersion = (typeof MINIMUM_PROTOCOL_VERSIONS)[number]

/** (API Reference, 'ViewerCertificate') */
export interface ViewerCertificate {
  /** The default certificate goes with TLSv1, whatever the configuration says. */
  readonly MinimumProtocolVersion: MinimumProtocolVersion
  /** AWS account in the ARN of an own certificate; null when the configuration names none. */
  readonly accountId: string | null
}

/** What a distribution has that names no certificate. */
export const DEFAULT_CERTIFICATE: ViewerCertificate = { MinimumProtocolVersion: 'TLSv1', accountId: null }
