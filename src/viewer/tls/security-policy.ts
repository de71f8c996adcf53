// Security policies as OpenSSL understands them: lowest protocol version and ciphers.
import { MINIMUM_PROTOCOL_VERSIONS, type MinimumProtocolVersion } from '../../model/viewer-certificate.ts'

/** What a TLS listener is made with. */
export interface TlsSettings {
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
  /** In OpenSSL's form, the preferred first. */
  readonly ciphers: string
  readonly ecdhCurve: string
}

const TLS_1_3 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']

/** Ciphers up to TLS 1.2, in Amazon's order, each with the last policy that has it. */
const CIPHERS: readonly (readonly [suite: string, until: MinimumProtocolVersion])[] = [
  ...both('AES128-GCM-SHA256', 'TLSv1.2_2025'),
  ...both('AES128-SHA256', 'TLSv1.2_2019'),
  ...both('AES128-SHA', 'TLSv1.1_2016'),
  ...both('AES256-GCM-SHA384', 'TLSv1.2_2025'),
  ...both('CHACHA20-POLY1305', 'TLSv1.2_2021'),
  ...both('AES256-SHA384', 'TLSv1.2_2019'),
  ...both('AES256-SHA', 'TLSv1.1_2016'),
  ['AES128-GCM-SHA256', 'TLSv1.2_2018'],
  ['AES256-GCM-SHA384', 'TLSv1.2_2018'],
  ['AES128-SHA256', 'TLSv1.2_2018'],
  ['AES256-SHA', 'TLSv1.1_2016'],
  ['AES128-SHA', 'TLSv1.1_2016'],
]

// Differs from CloudFront: SSLv3, RC4 and 3DES are offered under no security policy, as no current OpenSSL has them.

const CURVES = 'X25519MLKEM768:X25519:prime256v1:secp384r1'
const CURVES_WITHOUT_MLKEM = 'X25519:prime256v1:secp384r1'

/**
 * Protocol and ciphers of a security policy. Whether the post-quantum curve is there depends on the OpenSSL inside
 * Node.js. ('Supported protocols and ciphers between viewers and CloudFront')
 */
export function toTlsSettings(policy: MinimumProtocolVersion, opensslVersion: string): TlsSettings {
  const rank = MINIMUM_PROTOCOL_VERSIONS.indexOf(policy)
  const older = CIPHERS.filter(([, until]) => MINIMUM_PROTOCOL_VERSIONS.indexOf(until) >= rank).map(
    ([suite]) => suite,
  )
  const minVersion = toMinVersion(policy)
  // Below TLS 1.2 OpenSSL asks for its lowest level of security.
  const level = minVersion === 'TLSv1' || minVersion === 'TLSv1.1' ? ['@SECLEVEL=0'] : []
  return {
    minVersion,
    ciphers: [...TLS_1_3, ...older, ...level].join(':'),
    ecdhCurve: Number.parseFloat(opensslVersion) >= 3.5 ? CURVES : CURVES_WITHOUT_MLKEM,
  }
}

function toMinVersion(policy: MinimumProtocolVersion): TlsSettings['minVersion'] {
  switch (policy) {
    case 'SSLv3':
    case 'TLSv1':
    case 'TLSv1_2016':
      return 'TLSv1'
    case 'TLSv1.1_2016':
      return 'TLSv1.1'
    case 'TLSv1.2_2018':
    case 'TLSv1.2_2019':
    case 'TLSv1.2_2021':
    case 'TLSv1.2_2025':
      return 'TLSv1.2'
    case 'TLSv1.3_2025':
      return 'TLSv1.3'
  }
}

function both(suite: string, until: MinimumProtocolVersion): [string, MinimumProtocolVersion][] {
  return [
    [`ECDHE-ECDSA-${suite}`, until],
    [`ECDHE-RSA-${suite}`, until],
  ]
}
