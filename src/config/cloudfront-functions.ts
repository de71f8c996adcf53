// CloudFront Functions of a configuration: their code and runtime, wherever these are written.
import { basename, extname, resolve } from 'node:path'
import type { CloudFrontFunction, FunctionRuntime, KeyValueStore } from '../model/functions.ts'
import { QUOTAS } from '../model/quotas.ts'
import type { Disk } from './disk.ts'
import { readStoreAssociation } from './key-value-stores.ts'
import type { KeyValueStores } from './key-value-stores.ts'
import { didYouMean } from './nodes/did-you-mean.ts'
import type { Fields } from './nodes/fields.ts'
import { toFields } from './nodes/fields.ts'
import type { ConfigNode, Located, MapNode } from './nodes/node.ts'
import { baseOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'

const ARN = /^arn:aws[\w-]*:cloudfront::\d{12}:function\/([\w-]{1,64})$/
const NAME = /^[\w-]{1,64}$/
const LOCAL_ACCOUNT = 'arn:aws:cloudfront::000000000000:function'
const RUNTIMES = ['cloudfront-js-1.0', 'cloudfront-js-2.0'] as const

/** `arn:aws:cloudfront::123456789012:function/rewrite` → rewrite; null when it is no such ARN. */
function parseFunctionArn(text: string): string | null {
  return ARN.exec(text)?.[1] ?? null
}

interface Code {
  readonly text: string
  readonly file: string | null
}

interface Settings {
  readonly Runtime: FunctionRuntime
  readonly KeyValueStore: KeyValueStore | null
}

interface Definition {
  readonly Name: string
  readonly FunctionARN: string | null
  readonly settings: Settings | null
  readonly code: Code | null
  /** Whether it says where its code is; what is wrong with that is reported. */
  readonly isWritten: boolean
}

/** Code by name or ARN, from the command line or a section. */
interface CodeEntry {
  readonly key: string
  readonly code: Code
  readonly at: Located
}

export interface CloudFrontFunctionsOptions {
  /** `ARN-or-name=FILE` from the command line. */
  readonly options: readonly string[]
  /** The sections `functions:`, name or ARN to file. */
  readonly sections: readonly MapNode[]
  /** The lists `Functions:`. */
  readonly nodes: readonly ConfigNode[]
  readonly stores: KeyValueStores
  readonly cwd: string
  readonly disk: Disk
  readonly report: Report
}

/** The functions of one load: finds their code and keeps those that are used. */
export class CloudFrontFunctions {
  readonly functions: CloudFrontFunction[] = []
  #options: CloudFrontFunctionsOptions
  #commandLine: readonly CodeEntry[]
  #sections: readonly CodeEntry[]
  #definitions: readonly Definition[]
  #used = new Set<CodeEntry>()
  #missing = new Set<string>()

  constructor(options: CloudFrontFunctionsOptions) {
    this.#options = options
    this.#commandLine = options.options.flatMap((text) => this.#parseOption(text)).toReversed()
    this.#sections = options.sections.flatMap((node) => this.#readSection(node)).toReversed()
    this.#definitions = options.nodes.flatMap((node) => this.#readDefinition(node))
  }

  /** The ARN of an association's function; null when it has no code, which is reported. */
  load(association: Fields): string | null {
    const key = association.name('FunctionARN')
    const own = this.#readCode(association)
    const settings = this.#readSettings(association)
    if (key === null) {
      if (own !== null) return this.#addUnnamed(own, settings ?? DEFAULTS)
      if (!association.has('FunctionCode')) reportNothing(association)
      return null
    }
    const at = association.at('FunctionARN')
    const definition = this.#definitions.find(({ Name, FunctionARN }) => isNamed(key, Name, FunctionARN))
    // Looked up first: an entry that loses is used all the same.
    const [first, last] = [this.#find(this.#commandLine, key), this.#find(this.#sections, key)]
    const code = first ?? own ?? last ?? definition?.code ?? null
    if (code !== null)
      return this.#addNamed(key, definition, code, settings ?? definition?.settings ?? DEFAULTS, at)
    if (!association.has('FunctionCode') && definition?.isWritten !== true) this.#reportMissing(key, at)
    return null
  }

  /** Reports code that no association took. */
  reportUnused(): void {
    const names = this.functions.map(({ Name }) => Name)
    for (const entry of [...this.#commandLine, ...this.#sections]) {
      if (this.#used.has(entry)) continue
      const message = `no behavior is associated with a function '${entry.key}'${didYouMean(entry.key, names)}`
      this.#options.report.warn(entry.at, null, message)
    }
  }

  #find(entries: readonly CodeEntry[], key: string): Code | null {
    const entry = entries.find((it) => isNamed(key, it.key, it.key))
    if (entry === undefined) return null
    this.#used.add(entry)
    return entry.code
  }

  #reportMissing(key: string, at: Located): void {
    if (this.#missing.has(key)) return
    this.#missing.add(key)
    const name = parseFunctionArn(key) ?? key
    const guess = didYouMean(
      name,
      this.#definitions.map(({ Name }) => Name),
    )
    const message = `the code of ${name} is not on this machine; the function is left out${guess}`
    const fetch = `aws cloudfront get-function --name ${name} --stage LIVE ${name}.js`
    const source = key === name ? '' : `; \`${fetch}\` fetches it`
    const hint = `add --function ${name}=FILE, or FunctionCode: ./FILE beside the EventType${source}`
    this.#options.report.warn(at, null, message, hint)
  }

  #addNamed(
    key: string,
    definition: Definition | undefined,
    code: Code,
    settings: Settings,
    at: Located,
  ): string | null {
    const { report } = this.#options
    const Name = definition?.Name ?? parseFunctionArn(key) ?? key
    if (!NAME.test(Name)) {
      const hint = 'a name has 1 to 64 letters, digits, _ and -'
      report.error(
        at,
        'InvalidFunctionAssociation',
        `'${key}' is neither the ARN of a function nor a name`,
        hint,
      )
      return null
    }
    const FunctionARN =
      parseFunctionArn(key) === null ? (definition?.FunctionARN ?? `${LOCAL_ACCOUNT}/${Name}`) : key
    const next = toFunction(FunctionARN, Name, code, settings)
    const known = this.functions.find((it) => it.FunctionARN === FunctionARN)
    if (known === undefined) this.functions.push(next)
    else if (!isSame(known, next)) {
      report.error(at, null, `${Name} has other code or another runtime in another association`)
    }
    return FunctionARN
  }

  /** The function's name is that of its file; another file of the same name gets a number. */
  #addUnnamed(code: Code, settings: Settings): string {
    const known = this.functions.find((it) => isSame(it, toFunction(it.FunctionARN, it.Name, code, settings)))
    if (known !== undefined) return known.FunctionARN
    const base = code.file === null ? 'function' : basename(code.file, extname(code.file))
    const taken = new Set(this.functions.map(({ Name }) => Name))
    const plain = base.replace(/[^\w-]/g, '-').slice(0, 60)
    let Name = plain
    for (let number = 2; taken.has(Name); number++) Name = `${plain}-${number}`
    const FunctionARN = `${LOCAL_ACCOUNT}/${Name}`
    this.functions.push(toFunction(FunctionARN, Name, code, settings))
    return FunctionARN
  }

  #readDefinition(node: ConfigNode): Definition[] {
    const { report } = this.#options
    const fields = toFields(node, report)
    if (fields === null) return []
    const Name = fields.text('Name', { required: true }) ?? ''
    const FunctionARN = fields.name('FunctionARN')
    if (fields.has('Name') && !NAME.test(Name)) {
      report.error(fields.at('Name'), 'InvalidArgument', `'${Name}' is not 1 to 64 letters, digits, _ and -`)
    }
    if (FunctionARN !== null && parseFunctionArn(FunctionARN) === null) {
      const message = `'${FunctionARN}' is not the ARN of a function`
      const hint = 'like arn:aws:cloudfront::123456789012:function/NAME'
      report.error(fields.at('FunctionARN'), 'InvalidArgument', message, hint)
    }
    fields.ignore(['AutoPublish', 'Stage', 'Status', 'FunctionMetadata', 'Tags'])
    const code = this.#readCode(fields)
    const settings = this.#readSettings(fields)
    fields.finish()
    return [{ Name, FunctionARN, settings, code, isWritten: fields.has('FunctionCode') }]
  }

  #readSettings(fields: Fields): Settings | null {
    const config = fields.fields('FunctionConfig')
    if (config === null) return null
    config.ignore(['Comment'])
    const Runtime = config.choice('Runtime', RUNTIMES) ?? DEFAULTS.Runtime
    const store = readStoreAssociation(config, this.#options.stores)
    config.finish()
    if (store !== null && Runtime === 'cloudfront-js-1.0') {
      const message = 'a key value store needs the runtime cloudfront-js-2.0'
      this.#options.report.error(config.at('Runtime'), 'InvalidArgument', message)
    }
    return { Runtime, KeyValueStore: store }
  }

  /** `FunctionCode`: a file, or the code itself. */
  #readCode(fields: Fields): Code | null {
    const text = fields.text('FunctionCode')
    if (text === null) return null
    const at = fields.at('FunctionCode')
    return isCode(text) ? this.#checked({ text, file: null }, at) : this.#readFile(text, at)
  }

  #parseOption(text: string): CodeEntry[] {
    const at = { place: { file: '--function', line: null, column: null }, path: text }
    const equals = text.indexOf('=')
    if (equals < 1) {
      this.#options.report.error(at, null, 'expects ARN-or-name=FILE')
      return []
    }
    const code = this.#readFile(text.slice(equals + 1), at)
    return code === null ? [] : [{ key: text.slice(0, equals).trim(), code, at }]
  }

  #readSection(node: MapNode): CodeEntry[] {
    return [...node.entries].flatMap(([key, { value }]) => {
      if (value.kind !== 'scalar') {
        this.#options.report.error(value, null, 'expects a file')
        return []
      }
      const code = this.#readFile(value.text, value)
      return code === null ? [] : [{ key, code, at: value }]
    })
  }

  #readFile(name: string, at: Located): Code | null {
    const { cwd, disk, report } = this.#options
    const file = resolve(baseOf(at, cwd), name.trim())
    if (name.trim() === '' || !disk.isFile(file)) {
      report.error(at, null, `there is no file ${file}`)
      return null
    }
    const read = disk.readText(file)
    if (read.kind === 'text') return this.#checked({ text: read.text, file }, at)
    report.error(at, null, `${file} cannot be read: ${read.reason}`)
    return null
  }

  #checked(code: Code, at: Located): Code | null {
    const bytes = Buffer.byteLength(code.text)
    if (bytes <= QUOTAS.functionCodeBytes) return code
    const what = code.file ?? 'the code'
    const message = `${what} has ${bytes} bytes; a function has at most ${QUOTAS.functionCodeBytes}`
    this.#options.report.error(at, 'FunctionSizeLimitExceeded', message)
    return null
  }
}

const DEFAULTS: Settings = { Runtime: 'cloudfront-js-2.0', KeyValueStore: null }

/** No name of a file has a line break or what every function has. */
function isCode(text: string): boolean {
  return /[\n({;]/.test(text)
}

/** Whether an association's key, an ARN or a name, means this name or ARN. */
function isNamed(key: string, name: string, arn: string | null): boolean {
  return key === name || key === arn || parseFunctionArn(key) === name
}

function toFunction(FunctionARN: string, Name: string, code: Code, settings: Settings): CloudFrontFunction {
  return { FunctionARN, Name, FunctionCode: code.text, file: code.file, ...settings }
}

function isSame(a: CloudFrontFunction, b: CloudFrontFunction): boolean {
  const { FunctionCode, file, Runtime, KeyValueStore: store } = a
  return (
    FunctionCode === b.FunctionCode &&
    file === b.file &&
    Runtime === b.Runtime &&
    store?.ARN === b.KeyValueStore?.ARN
  )
}

function reportNothing(association: Fields): void {
  const hint = 'name the file of the function: FunctionCode: ./edge/rewrite.js'
  association.report.error(association.at('FunctionARN'), 'InvalidFunctionAssociation', 'is missing', hint)
}
