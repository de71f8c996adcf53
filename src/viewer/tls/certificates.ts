// Which certificate a viewer sees that asks for a name: the user's own, or one of the local authority.
import type { Authority, KeyPair } from './authority.ts'
import type { OwnCertificate } from './own-certificates.ts'

export interface Certificates {
  /**
   * The certificate for a server name in lower case, or for a viewer that names none. A name that is not served gets
   * the default certificate.
   */
  forName(name: string | null, isServed: boolean): Promise<ServedCertificate>
}

/** A certificate as it is served. */
export interface ServedCertificate extends KeyPair {
  /** Whether the certificate is for this host as well. */
  readonly covers: (host: string) => boolean
}

const MAX_ISSUED = 256
const DEFAULT = ''

/** Makes certificates when they are first asked for, and keeps the latest. `addresses` are those of this machine. */
export function createCertificates(
  own: readonly OwnCertificate[],
  authority: Authority,
  addresses: readonly string[],
): Certificates {
  const issued = new Map<string, Promise<ServedCertificate>>()
  const defaultNames = [...new Set(['localhost', '127.0.0.1', '::1', ...addresses])]

  function issue(name: string): Promise<ServedCertificate> {
    const known = issued.get(name)
    if (known !== undefined) {
      issued.delete(name)
      issued.set(name, known)
      return known
    }
    const names = name === DEFAULT ? defaultNames : [name]
    const made = authority.issue(names).then(({ cert, key }) => ({
      cert,
      key,
      covers: (host: string) => names.includes(host),
    }))
    issued.set(name, made)
    made.catch(() => issued.delete(name))
    if (issued.size > MAX_ISSUED) issued.delete(issued.keys().next().value!)
    return made
  }

  return {
    async forName(name, isServed) {
      const named = name === null ? undefined : own.find((each) => each.covers(name))
      if (named !== undefined) return named
      if (name !== null && isServed) return issue(name)
      // A viewer without a name can only be meant for the first of the user's certificates.
      return own[0] ?? issue(DEFAULT)
    },
  }
}
