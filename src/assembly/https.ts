// What HTTPS needs beside its port: the user's certificates and the local authority.
import { homedir, networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import type { PocketfrontOptions } from './options.ts'
import { randomViaHost, systemClock } from '../ports.ts'
import { createAuthority, type Authority } from '../viewer/tls/authority.ts'
import { createCertificates, type Certificates } from '../viewer/tls/certificates.ts'
import { readOwnCertificates } from '../viewer/tls/own-certificates.ts'

/** Certificates for the HTTPS port. */
export interface Https {
  readonly authority: Authority
  readonly certificates: Certificates
}

type HttpsOptions = Pick<PocketfrontOptions, 'certificates' | 'caFolder' | 'cwd' | 'env' | 'host'>

/** Reads the user's certificates. The authority is made when it is needed. Throws PF_CERTIFICATE. */
export function createHttps(options: HttpsOptions): Https {
  const cwd = options.cwd ?? process.cwd()
  // Certificates live by the time of this machine, whatever the product's clock says.
  const own = readOwnCertificates(options.certificates ?? [], { cwd, now: systemClock().now() })
  const folder = options.caFolder ?? defaultFolder(options.env ?? process.env)
  const authority = createLocalAuthority(resolve(cwd, folder))
  return { authority, certificates: createCertificates(own, authority, listAddresses(options.host)) }
}

/** The authority of a folder. */
export function createLocalAuthority(folder: string): Authority {
  return createAuthority(folder, randomViaHost)
}

/** `ca` in the user's folder for the configuration of programs. */
export function defaultFolder(env: Readonly<Record<string, string | undefined>>): string {
  const given = env['XDG_CONFIG_HOME'] || env['APPDATA']
  return join(given || join(homedir(), '.config'), 'pocketfront', 'ca')
}

/** The addresses under which viewers reach this machine without a name. */
function listAddresses(host = ''): string[] {
  if (host !== '0.0.0.0' && host !== '::') return /^[\d.]+$|:/.test(host) ? [host] : []
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
}
