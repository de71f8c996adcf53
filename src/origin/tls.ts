// How a TLS connection to an origin is made: the name it asks for, the oldest protocol, the names a certificate may have.
import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate, type SecureVersion } from 'node:tls'
import type { OutgoingOrigin } from '../message/requests.ts'
import type { OriginSslProtocol, OriginTarget } from '../model/origin.ts'

type HttpTarget = Extract<OriginTarget, { kind: 'http' }>

/** What TLS connections that a pool may share have in common. */
export interface OriginTls {
  /** Name of the origin: asked for where the request has none of its own, and good in a certificate as well as that. */
  readonly name: string
  /** Names that a certificate may have in place of the two. */
  readonly certificateNames: readonly string[] | null
  readonly minVersion: SecureVersion
}

export function toOriginTls(settings: OutgoingOrigin, target: HttpTarget): OriginTls {
  return {
    name: target.sendHost === 'target' ? target.hostname : settings.domainName,
    certificateNames: settings.certificateNames ?? null,
    minVersion: toMinVersion(settings.sslProtocols),
  }
}

/**
 * The server name of a handshake: what a function chose, else the name that the Host header has, which is the
 * viewer's where it is forwarded. (Developer Guide, 'Require HTTPS for communication between CloudFront and your custom
 * origin')
 */
export function toServerName(settings: OutgoingOrigin, host: string | undefined, target: HttpTarget): string {
  if (settings.serverName !== undefined) return settings.serverName
  const name = host?.replace(/:\d*$/, '') ?? ''
  return toServerNameOf(name === '' ? toOriginTls(settings, target).name : name)
}

/** An address is no server name (RFC 6066, section 3). */
function toServerNameOf(name: string): string {
  return isIP(name.replace(/^\[|\]$/g, '')) === 0 ? name : ''
}

/** Settings for a connection of Node.js. */
export interface TlsOptions {
  readonly servername: string
  readonly rejectUnauthorized: boolean
  readonly minVersion: SecureVersion
  readonly ciphers?: string
  readonly checkServerIdentity: (asked: string, certificate: PeerCertificate) => Error | undefined
}

export function toTlsOptions(tls: OriginTls, acceptAnyCertificate: boolean): TlsOptions {
  const { name, certificateNames, minVersion } = tls
  return {
    servername: toServerNameOf(name),
    rejectUnauthorized: !acceptAnyCertificate,
    minVersion,
    // Below TLS 1.2 OpenSSL asks for its lowest level of security.
    ...(minVersion !== 'TLSv1.2' && { ciphers: 'DEFAULT@SECLEVEL=0' }),
    checkServerIdentity(asked, certificate) {
      if (certificateNames !== null)
        return checkListed(asked, certificateNames, listNames(certificate.subjectaltname, certificate))
      const error = checkServerIdentity(asked, certificate)
      if (error === undefined || checkServerIdentity(name, certificate) === undefined) return undefined
      return error
    },
  }
}

/** SSLv3 is left to TLS 1.0, as no current OpenSSL has it. (API Reference, 'OriginSslProtocols') */
function toMinVersion(protocols: readonly OriginSslProtocol[]): SecureVersion {
  if (protocols.includes('SSLv3') || protocols.includes('TLSv1')) return 'TLSv1'
  return protocols.includes('TLSv1.1') ? 'TLSv1.1' : 'TLSv1.2'
}

/** A listed `*.example.com` stands for every name with one more label, and for itself. ('Helper methods for origin modification') */
function checkListed(asked: string, listed: readonly string[], names: readonly string[]): Error | undefined {
  if (names.some((name) => listed.some((each) => covers(each, name) || covers(name, each)))) return undefined
  const has = names.length === 0 ? 'no name' : names.join(', ')
  const message = `the certificate for ${asked} has ${has}; allowedCertificateNames are ${listed.join(', ')}`
  return Object.assign(new Error(message), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
}

/** The DNS names of a certificate; its common name where it has none. (RFC 6125, section 6.4.4) */
function listNames(altNames: string | undefined, { subject }: { subject: { CN?: unknown } }): string[] {
  const names = [...(altNames ?? '').matchAll(/(?:^|, )DNS:([^",]+)/g)].map((match) => match[1]!)
  if (names.length > 0 || typeof subject.CN !== 'string') return names
  return [subject.CN]
}

function covers(pattern: string, name: string): boolean {
  const [first, second] = [pattern.toLowerCase(), name.toLowerCase()]
  return (
    first === second ||
    (first.startsWith('*.') &&
      second.indexOf('.') > 0 &&
      second.slice(second.indexOf('.')) === first.slice(1))
  )
}
