// Certificates that the user brings: read and checked once, at start.
import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { KeyPair } from './authority.ts'
import { PocketfrontError } from '../../model/errors.ts'

/** Files of a certificate (with its chain, if any) and of its private key. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** A certificate of the user's, ready to be served. */
export interface OwnCertificate extends KeyPair {
  /** Whether a name or an address is among those of the certificate. */
  readonly covers: (name: string) => boolean
}

/** Reads and checks all of them. Throws PF_CERTIFICATE with file and reason. */
export function readOwnCertificates(
  files: readonly CertificateFiles[],
  { cwd, now }: { readonly cwd: string; readonly now: number },
): OwnCertificate[] {
  return files.map(({ cert, key }) => readOne(resolve(cwd, cert), resolve(cwd, key), now))
}

function readOne(certFile: string, keyFile: string, now: number): OwnCertificate {
  const cert = readText(certFile)
  const key = readText(keyFile)
  const x509 = parse(certFile, 'is no certificate in PEM form', () => new X509Certificate(cert))
  const privateKey: KeyObject = parse(keyFile, 'is no private key in PEM form', () => createPrivateKey(key))
  if (!x509.checkPrivateKey(privateKey)) {
    throw problem(keyFile, `is not the key of ${certFile}`, 'name certificate and key of one pair together')
  }
  if (Date.parse(x509.validTo) < now) {
    throw problem(certFile, `expired on ${x509.validTo}`, 'renew it, or leave --cert out')
  }
  return {
    cert,
    key,
    covers: (name) => (isIP(name) === 0 ? x509.checkHost(name) : x509.checkIP(name)) !== undefined,
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw problem(file, code === 'ENOENT' ? 'is not there' : `can't be read: ${message}`, null)
  }
}

function parse<Value>(file: string, reason: string, make: () => Value): Value {
  try {
    return make()
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw problem(file, `${reason}: ${detail}`, null)
  }
}

function problem(file: string, reason: string, hint: string | null): PocketfrontError {
  return new PocketfrontError('PF_CERTIFICATE', `${file} ${reason}`, hint)
}
