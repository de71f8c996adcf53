// The key value stores of a configuration: their names, and the data that stands for them on this machine.
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { KeyValueStore } from '../model/functions.ts'
import type { Disk } from './disk.ts'
import { parseKeyValues, readKeyValues } from './key-values.ts'
import { didYouMean } from './nodes/did-you-mean.ts'
import type { Fields } from './nodes/fields.ts'
import { toFields } from './nodes/fields.ts'
import type { ConfigNode, Located, MapNode } from './nodes/node.ts'
import { baseOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import { scalarAt } from './templates/values.ts'
import type { DeclaredStore } from './stacks/declared-stores.ts'

const ARN = /^arn:aws[\w-]*:cloudfront::\d{12}:key-value-store\/([\w-]{1,64})$/
const NAME = /^[\w-]{1,64}$/
const LOCAL_ACCOUNT = 'arn:aws:cloudfront::000000000000:key-value-store'

export interface KeyValueStoresOptions {
  /** The lists `KeyValueStores:`. */
  readonly nodes: readonly ConfigNode[]
  /** The sections `keyValueStores:`, name or ARN to file. */
  readonly sections: readonly MapNode[]
  /** Stores of templates. */
  readonly declared?: readonly DeclaredStore[]
  readonly cwd: string
  readonly disk: Disk
  readonly report: Report
}

/** The stores of one load. A function names one by ARN, or in our own form by name. */
export class KeyValueStores {
  #options: KeyValueStoresOptions
  #stores: KeyValueStore[] = []
  #missing = new Set<string>()

  constructor(options: KeyValueStoresOptions) {
    this.#options = options
    for (const node of options.nodes) this.#readNode(node)
    for (const section of options.sections) {
      for (const [key, { value }] of section.entries) this.#readEntry(key, value)
    }
  }

  /** The store of an ARN or name. One without data on this machine is empty, with a warning. */
  find(key: string, at: Located): KeyValueStore {
    const known = this.#stores.find(({ ARN: arn, Name, Id }) => arn === key || Name === key || Id === key)
    if (known !== undefined) return known
    const declared = this.#options.declared?.find(({ arn, name }) => arn === key || name === key)
    if (declared !== undefined) return this.#addDeclared(declared, at)
    const store = toStore(key, new Map(), 0, 0)
    const names = this.#stores.map(({ Name }) => Name)
    this.#reportMissing(key, store.Name, at, didYouMean(key, names))
    return store
  }

  /** A section gives its data, by ARN, name or logical id; else it is imported from its file. */
  #addDeclared(declared: DeclaredStore, at: Located): KeyValueStore {
    const { arn, name, names, file, data: pairs = null } = declared
    const given = this.#stores.find((each) => [arn, name, ...names].includes(each.Name))
    const data = file === null ? null : scalarAt(declared.at, file)
    const imported = given !== undefined || data === null ? null : this.#fromFile(name, arn, data.text, data)
    const written = pairs === null ? null : readKeyValues(pairs, this.#options.report)
    const { items, createdAt, modifiedAt } =
      given ?? imported ?? (written === null ? EMPTY : { ...EMPTY, items: written })
    const store = toStore(arn, items, createdAt, modifiedAt, name)
    if (given !== undefined) this.#stores.splice(this.#stores.indexOf(given), 1, store)
    else this.#stores.push(store)
    if (given === undefined && file === null && pairs === null)
      this.#reportMissing(names[0] ?? name, name, at)
    return store
  }

  #reportMissing(key: string, name: string, at: Located, guess = ''): void {
    if (this.#missing.has(key)) return
    this.#missing.add(key)
    const message = `the data of key value store ${name} is not on this machine; it has no keys${guess}`
    this.#options.report.warn(at, null, message, `add keyValueStores: { ${key}: ./FILE.json }`)
  }

  #readNode(node: ConfigNode): void {
    const { report } = this.#options
    const fields = toFields(node, report)
    if (fields === null) return
    const name = fields.text('Name', { required: true }) ?? ''
    const arn = fields.name('ARN') ?? fields.name('KeyValueStoreARN')
    fields.ignore(['Comment', 'Id', 'Status', 'LastModifiedTime', 'Tags'])
    const data = fields.get('Data')
    if (arn !== null && !ARN.test(arn)) {
      report.error(fields.at('ARN'), 'InvalidArgument', `'${arn}' is not the ARN of a key value store`)
    }
    if (data === null) {
      const hint = 'name a JSON file, or write the keys: Data: { color: blue }'
      report.error(fields.at('Data'), null, 'is missing', hint)
    } else this.#add(name, arn, data, fields)
    fields.finish()
  }

  /** A flat map of keys needs `KeyValueStores:`; here a value is a file. */
  #readEntry(key: string, value: ConfigNode): void {
    const isArn = ARN.test(key)
    if (value.kind === 'scalar') this.#add(isArn ? toId(key) : key, isArn ? key : null, value, value)
    else this.#options.report.error(value, null, 'expects a JSON file')
  }

  #add(name: string, arn: string | null, data: ConfigNode, at: Located): void {
    const { report } = this.#options
    if (!NAME.test(name)) {
      report.error(at, 'InvalidArgument', `'${name}' is not a name of 1 to 64 letters, digits, _ and -`)
    }
    const isTaken = this.#stores.some(({ ARN: known, Name }) => known === arn || Name === name)
    if (isTaken) report.error(at, 'EntityAlreadyExists', `another key value store is called '${name}'`)
    // A broken one is known, so that it is not reported as missing as well.
    const store =
      data.kind === 'scalar'
        ? this.#fromFile(name, arn, data.text, data)
        : toStore(arn ?? name, readKeyValues(data, report) ?? new Map(), 0, 0, name)
    this.#stores.push(store ?? toStore(arn ?? name, new Map(), 0, 0, name))
  }

  #fromFile(name: string, arn: string | null, text: string, at: Located): KeyValueStore | null {
    const { cwd, disk, report } = this.#options
    const file = resolve(baseOf(at, cwd), text.trim())
    if (text.trim() === '' || !disk.isFile(file)) {
      report.error(at, null, `there is no file ${file}`)
      return null
    }
    const read = disk.readText(file)
    if (read.kind === 'unreadable') {
      report.error(at, null, `${file} cannot be read: ${read.reason}`)
      return null
    }
    const items = parseKeyValues(read.text, file, report)
    return items === null ? null : toStore(arn ?? name, items, read.createdAt, read.modifiedAt, name)
  }
}

const EMPTY = { items: new Map<string, string>(), createdAt: 0, modifiedAt: 0 }

/** The key value store that a FunctionConfig is associated with; at most one. ('Quotas on key value stores') */
export function readStoreAssociation(config: Fields, stores: KeyValueStores): KeyValueStore | null {
  const nodes = config.list('KeyValueStoreAssociations')
  if (nodes.length > 1) {
    const at = config.at('KeyValueStoreAssociations')
    config.report.error(at, 'InvalidArgument', 'a function has at most one key value store')
  }
  const [node] = nodes
  if (node === undefined) return null
  if (node.kind === 'scalar') return stores.find(node.text, node)
  const fields = toFields(node, config.report)
  const key = fields?.text('KeyValueStoreARN', { required: true }) ?? null
  fields?.finish()
  return key === null ? null : stores.find(key, fields!.at('KeyValueStoreARN'))
}

function toId(arn: string): string {
  return ARN.exec(arn)?.[1] ?? arn
}

/** Without an ARN of its own a store gets an id that is made of its name, so that it is the same in every run. */
function toStore(
  key: string,
  items: ReadonlyMap<string, string>,
  createdAt: number,
  modifiedAt: number,
  name?: string,
): KeyValueStore {
  if (ARN.test(key)) return { ARN: key, Id: toId(key), Name: name ?? toId(key), items, createdAt, modifiedAt }
  const hex = createHash('sha256').update(key).digest('hex')
  const Id = [8, 4, 4, 4, 12]
    .map((length, index, lengths) => {
      const start = lengths.slice(0, index).reduce((sum, each) => sum + each, 0)
      return hex.slice(start, start + length)
    })
    .join('-')
  return { ARN: `${LOCAL_ACCOUNT}/${Id}`, Id, Name: name ?? key, items, createdAt, modifiedAt }
}
