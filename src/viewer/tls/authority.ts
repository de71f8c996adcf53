// The local certificate authority: made once per machine, and trusted by whoever uses it there.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PocketfrontError } from '../../model/errors.ts'

/** Certificate and private key as PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  /** The certificate that browsers and clients have to trust. */
  readonly file: string
  /** Reads the authority, or makes it when there is none. Rejects with PF_CERTIFICATE. */
  get(): Promise<KeyPair>
  /** A certificate for these names and addresses. */
  issue(names: readonly string[]): Promise<KeyPair>
}

/** Public: what is to be trusted. */
const CERTIFICATE_FILE = 'ca.pem'
/** Key and certificate in one file, so that two processes that start at once never mix theirs. */
const KEY_FILE = 'ca-key.pem'
const TEN_YEARS_IN_DAYS = 3650
/** Apple's systems refuse certificates that last longer than 825 days. */
const CERTIFICATE_DAYS = 397

/** The authority of a folder. `suffix` makes names of temporary files. */
export function createAuthority(folder: string, suffix: () => string): Authority {
  const file = join(folder, CERTIFICATE_FILE)
  let pair: Promise<KeyPair> | null = null
  /** One after the other: making keys takes a processor for a tenth of a second. */
  let last: Promise<unknown> = Promise.resolve()

  function get(): Promise<KeyPair> {
    pair ??= readOrMake(folder, suffix).catch((error: unknown) => {
      // The folder may be repaired while this process runs.
      pair = null
      throw toProblem(error, folder)
    })
    return pair
  }

  async function issue(names: readonly string[]): Promise<KeyPair> {
    const ca = await get()
    const { createCert } = await import('mkcert')
    return createCert({ ca, domains: [...names], validity: CERTIFICATE_DAYS, organization: 'pocketfront' })
  }

  return {
    file,
    get,
    issue(names) {
      const issued = last.then(() => issue(names))
      last = issued.catch(() => undefined)
      return issued
    },
  }
}

async function readOrMake(folder: string, suffix: () => string): Promise<KeyPair> {
  const stored = await readStored(folder)
  if (stored !== null) return stored
  const { createCA } = await import('mkcert')
  const made = await createCA({
    organization: 'pocketfront local authority',
    countryCode: 'ZZ',
    state: '-',
    locality: 'this machine',
    validity: TEN_YEARS_IN_DAYS,
  })
  await makeFolder(folder)
  const temporary = join(folder, `${KEY_FILE}.${suffix()}`)
  await writeFile(temporary, `${made.key.trim()}\n${made.cert.trim()}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await publish(temporary, join(folder, KEY_FILE))
  } finally {
    await rm(temporary, { force: true })
  }
  // Another process may have been first; what lies there now counts.
  return (await readStored(folder)) ?? made
}

/** Every folder of the way, one by one: Node.js' recursive mkdir never ends below /proc. */
async function makeFolder(folder: string): Promise<void> {
  const parent = dirname(folder)
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || parent === folder) throw error
    // Others may make the same way at the same time.
    if (!(await isFolder(parent))) await makeFolder(parent)
    await mkdir(folder, { mode: 0o700 }).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again
    })
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}

/** Puts a file in its place unless there is one. */
async function publish(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    // Some file systems have no links.
    await rename(temporary, file)
  }
}

/** Null when there is no key yet. The public certificate is written anew when it is missing or another one. */
async function readStored(folder: string): Promise<KeyPair | null> {
  const text = await readOrNull(join(folder, KEY_FILE))
  if (text === null) return null
  const cert = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(text)?.[0] ?? ''
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(text)?.[0] ?? ''
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('key and certificate do not belong together')
  }
  const file = join(folder, CERTIFICATE_FILE)
  if ((await readOrNull(file))?.trim() !== cert) await writeFile(file, `${cert}\n`)
  return { cert, key }
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function toProblem(error: unknown, folder: string): PocketfrontError {
  const reason = error instanceof Error ? error.message : String(error)
  return new PocketfrontError(
    'PF_CERTIFICATE',
    `the local certificate authority in ${folder} can't be used: ${reason}`,
    'make the folder writable, remove what is in it, or name another one with --ca',
  )
}
