// Public keys and key groups of the configuration, and the signers that behaviors trust.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { resolve } from 'node:path'
import type { KeyGroup, PublicKey } from '../model/key-groups.ts'
import type { Disk } from './disk.ts'
import { didYouMean } from './nodes/did-you-mean.ts'
import { Fields, type LocatedText } from './nodes/fields.ts'
import type { ConfigNode } from './nodes/node.ts'
import { asMap, baseOf, entryOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import type { Form } from './readers/source.ts'

const INVALID = 'InvalidArgument'
const MOST_KEYS = 5

/** A node with the form of its file. */
export interface KeySource {
  readonly node: ConfigNode
  readonly form: Form
}

export interface KeyGroupOptions {
  readonly publicKeys: readonly KeySource[]
  readonly keyGroups: readonly KeySource[]
  readonly cwd: string
  readonly disk: Disk
  readonly report: Report
}

/** A map with the id that stands beside or around it. */
interface Item {
  readonly fields: Fields
  readonly id: string | null
  readonly form: Form
}

/** The keys of one load. (Developer Guide, 'Specify signers that can create signed URLs and signed cookies') */
export class KeyGroups {
  readonly groups: KeyGroup[] = []
  #options: KeyGroupOptions
  #keys: PublicKey[] = []

  constructor(options: KeyGroupOptions) {
    this.#options = options
    const { report } = options
    for (const source of options.publicKeys) {
      const item = toItem(source, 'PublicKey', report)
      if (item !== null) this.#readKey(item)
    }
    for (const source of options.keyGroups) {
      const item = toItem(source, 'KeyGroup', report)
      if (item !== null) this.#readGroup(item)
    }
  }

  /** The ids that a behavior trusts; none where it checks no signatures. `{Enabled, Items}`, or a plain list. */
  trusted(behavior: Fields, key: 'TrustedKeyGroups' | 'TrustedSigners', form: Form): string[] {
    const node = behavior.get(key)
    if (node === null || isDisabled(node)) return []
    const listed = node.kind === 'list' || node.kind === 'map' ? behavior.texts(key) : []
    if (key === 'TrustedSigners') {
      for (const { text, node: at } of listed) {
        if (text === 'self' || /^\d{12}$/.test(text)) continue
        behavior.report.error(at, INVALID, `'${text}' is no account: 12 digits, or self`)
      }
      return listed.map(({ text }) => text)
    }
    return listed.map((each) => this.#findGroup(each, form))
  }

  #findGroup({ text, node }: LocatedText, form: Form): string {
    const found = this.groups.find(({ Id, Name }) => Id === text || Name === text)
    if (found !== undefined) return found.Id
    // Our own form may leave out what is not looked at; where there are groups, an unknown one is a mistake.
    if (form === 'pocketfront' && this.groups.length === 0) return text
    const hint =
      form === 'api'
        ? `fetch it with \`aws cloudfront get-key-group --id ${text} > key-group.json\` and add key-group.json to the configuration files`
        : null
    const names = this.groups.flatMap(({ Id, Name }) => [Id, Name])
    const message = `the key group '${text}' is not in this configuration${didYouMean(text, names)}`
    this.#options.report.warn(node, 'TrustedKeyGroupDoesNotExist', message, hint)
    return text
  }

  #readKey({ fields, id }: Item): void {
    const Name = fields.text('Name', { required: true, maxLength: 128 }) ?? ''
    const text = fields.text('EncodedKey', { required: true })
    fields.ignore(['Id', 'CallerReference', 'Comment', 'CreatedTime'])
    fields.finish()
    const EncodedKey = text === null ? null : this.#toPem(text, fields)
    const type = EncodedKey === null ? null : readType(EncodedKey, fields)
    if (EncodedKey !== null && type !== null) this.#keys.push({ Id: id ?? Name, Name, EncodedKey, type })
  }

  /** The key itself, or a file of it. */
  #toPem(text: string, fields: Fields): string | null {
    if (text.includes('-----') || /\n/.test(text.trim())) return text
    const { disk, cwd, report } = this.#options
    const file = resolve(baseOf(fields, cwd), text.trim())
    if (!/\.(?:pem|pub|key|crt)$/i.test(file)) return text
    const read = disk.readText(file)
    if (read.kind === 'text') return read.text
    report.error(fields.at('EncodedKey'), null, `the key ${file} cannot be read: ${read.reason}`)
    return null
  }

  #readGroup({ fields, id, form }: Item): void {
    const Name = fields.text('Name', { required: true, maxLength: 128 }) ?? ''
    const listed = fields.texts('Items')
    fields.ignore(['Id', 'Comment', 'LastModifiedTime'])
    fields.finish()
    if (listed.length === 0) fields.report.error(fields.at('Items'), INVALID, 'needs at least one public key')
    if (listed.length > MOST_KEYS) {
      const message = `there are ${listed.length} keys; AWS's default quota is ${MOST_KEYS}`
      fields.report.warn(fields.at('Items'), 'TooManyPublicKeysInKeyGroup', message)
    }
    const Items = listed.flatMap((each) => this.#findKey(each, form) ?? [])
    this.groups.push({ Id: id ?? Name, Name, Items })
  }

  #findKey({ text, node }: LocatedText, form: Form): PublicKey | null {
    const found = this.#keys.find(({ Id, Name }) => Id === text || Name === text)
    if (found !== undefined) return found
    const hint =
      form === 'api'
        ? `fetch it with \`aws cloudfront get-public-key --id ${text} > public-key.json\` and add public-key.json to the configuration files`
        : null
    const message = `the public key '${text}' is not in this configuration${didYouMean(
      text,
      this.#keys.flatMap(({ Id, Name }) => [Id, Name]),
    )}`
    this.#options.report.warn(node, 'NoSuchPublicKey', message, hint)
    return null
  }
}

/** `{Id, PublicKeyConfig: {..}}`, the same inside `PublicKey`, or all in one map. */
function toItem({ node, form }: KeySource, noun: 'PublicKey' | 'KeyGroup', report: Report): Item | null {
  const outer = entryOf(node, noun) ?? node
  const inner = asMap(entryOf(outer, `${noun}Config`) ?? outer)
  if (inner.kind !== 'map') {
    report.error(inner, INVALID, `expects a ${noun === 'PublicKey' ? 'public key' : 'key group'}`)
    return null
  }
  const id = entryOf(outer, 'Id')
  return {
    fields: new Fields(inner, report),
    id: id?.kind === 'scalar' && id.text !== '' ? id.text : null,
    form,
  }
}

/** ('Create key pairs for your signers') */
function readType(pem: string, fields: Fields): PublicKey['type'] | null {
  const at = fields.at('EncodedKey')
  const refuse = (message: string): null => {
    const hint = 'openssl rsa -pubout -in private_key.pem -out public_key.pem makes one'
    fields.report.error(at, INVALID, message, hint)
    return null
  }
  if (/PRIVATE KEY-----/.test(pem)) return refuse('is a private key; CloudFront gets the public one')
  if (/BEGIN CERTIFICATE-----/.test(pem)) return refuse('is a certificate, no public key')
  const key = parseKey(pem)
  if (key === null) return refuse('is no public key in PEM')
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 2048) return 'RSA 2048'
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ECDSA P-256'
  const kind = `${key.asymmetricKeyType ?? 'unknown'} ${modulusLength ?? namedCurve ?? ''}`.trim()
  return refuse(`is a key of the kind ${kind}; CloudFront takes RSA 2048 and ECDSA P-256`)
}

function parseKey(pem: string): KeyObject | null {
  try {
    return createPublicKey(pem)
  } catch {
    return null
  }
}

function isDisabled(node: ConfigNode): boolean {
  const flag =
    node.kind === 'list'
      ? node.extras.get('Enabled')?.value
      : node.kind === 'map'
        ? entryOf(node, 'Enabled')
        : null
  return flag?.kind === 'scalar' && flag.text.toLowerCase() === 'false'
}
