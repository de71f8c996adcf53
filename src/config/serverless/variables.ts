// Variables of the Serverless Framework: `${self:custom.x, 'default'}` and its sisters, resolved when looked at.
import { extname, resolve } from 'node:path'
import { LOCAL_ACCOUNT_ID } from '../templates/template-set.ts'
import type { ConfigNode, Entry, Located, MapNode } from '../nodes/node.ts'
import { baseOf, entryOf, mapOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import type { SourceFiles } from '../source-files.ts'
import { scalarAt, textOf } from '../templates/values.ts'
import { parseVariable, splitAlternatives } from './variable-text.ts'

export interface VariableOptions {
  readonly root: MapNode
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the command line gives: options, parameters, and the values of other stacks and stores. */
  readonly parameters: ReadonlyMap<string, string>
  readonly files: SourceFiles
  readonly cwd: string
  readonly report: Report
}

const INNERMOST = /\$\{([^${}]*)\}/g
const MAX_DEPTH = 100
const MAX_LOOK_UPS = 50_000
const MAX_CHARACTERS = 1_000_000

/** (Serverless Framework documentation, 'Variables') */
export class Variables {
  #options: VariableOptions
  #depth = 0
  #lookUps = 0

  constructor(options: VariableOptions) {
    this.#options = options
  }

  get stage(): string {
    const { root, parameters } = this.#options
    return parameters.get('stage') ?? this.#textIn(mapOf(root, 'provider'), 'stage') ?? 'dev'
  }

  get region(): string {
    const { root, parameters } = this.#options
    return parameters.get('region') ?? this.#textIn(mapOf(root, 'provider'), 'region') ?? 'us-east-1'
  }

  /** A value with every variable in it replaced. */
  resolve(node: ConfigNode): ConfigNode {
    if (this.#depth >= MAX_DEPTH || this.#lookUps > MAX_LOOK_UPS) {
      this.#options.report.error(node, null, 'the variables refer to themselves, or are nested too deeply')
      return scalarAt(node, null)
    }
    this.#depth++
    try {
      return this.#resolve(node)
    } finally {
      this.#depth--
    }
  }

  #resolve(node: ConfigNode): ConfigNode {
    if (node.kind === 'list') return { ...node, items: node.items.map((item) => this.resolve(item)) }
    if (node.kind === 'map') {
      const entries = new Map<string, Entry>()
      for (const [key, entry] of node.entries)
        entries.set(key, { ...entry, value: this.resolve(entry.value) })
      return { ...node, entries }
    }
    return typeof node.value === 'string' && node.value.includes('${')
      ? this.#resolveText(node.value, node)
      : node
  }

  /** From the inside out, as variables may stand in the addresses of others. */
  #resolveText(text: string, at: Located): ConfigNode {
    let current = text
    for (let round = 0; round < MAX_DEPTH; round++) {
      let whole: ConfigNode | null = null
      const next: string = current.replace(INNERMOST, (match, inner: string) => {
        if (!isVariable(inner)) return match.replace('${', '\0{')
        const value = this.#value(inner, at)
        if (match === current) {
          whole = value
          return ''
        }
        return textOf(value) ?? (value.kind === 'scalar' ? '' : this.#refuseInText(inner, at))
      })
      if (whole !== null) return whole
      if (next === current || next.length > MAX_CHARACTERS) break
      current = next
    }
    return scalarAt(at, current.replaceAll('\0{', '${'))
  }

  /** The first alternative that there is. */
  #value(inner: string, at: Located): ConfigNode {
    this.#lookUps++
    const { report } = this.#options
    const alternatives = splitAlternatives(inner)
    for (const [index, alternative] of alternatives.entries()) {
      const isLast = index === alternatives.length - 1
      const found = this.#lookUp(alternative, at, isLast)
      if (found !== null) return { ...this.resolve(found), place: at.place, path: at.path }
    }
    const hint = `give it with --parameter ${alternatives[0]!.replace(/^(?:opt|param|sls):/, '')}=VALUE, or a default`
    report.error(at, null, `the variable \${${inner}} has no value`, hint)
    return scalarAt(at, null)
  }

  #lookUp(alternative: string, at: Located, isLast: boolean): ConfigNode | null {
    const parsed = parseVariable(alternative)
    if (parsed.kind === 'literal') return scalarAt(at, parsed.value)
    const { source, parameter, address } = parsed
    switch (source) {
      case 'self':
        return address === '' ? this.#options.root : this.#walk(this.#options.root, address)
      case 'opt':
        return this.#given(address, at)
      case 'env': {
        const value = this.#options.env[address]
        return value === undefined ? null : scalarAt(at, value)
      }
      case 'sls':
        return address === 'stage' ? scalarAt(at, this.stage) : scalarAt(at, `local-${address}`)
      case 'aws':
        return scalarAt(at, address === 'region' ? this.region : LOCAL_ACCOUNT_ID)
      case 'param':
        return this.#given(address, at) ?? this.#param(address)
      case 'file':
        return this.#file(parameter ?? '', address, at)
      case 'strToBool':
        return scalarAt(at, /^(?:true|1)$/i.test((parameter ?? '').replaceAll(/['"]/g, '')))
      default:
        return this.#elsewhere(alternative, address, at, isLast)
    }
  }

  #given(name: string, at: Located): ConfigNode | null {
    const value = this.#options.parameters.get(name)
    return value === undefined ? null : scalarAt(at, value)
  }

  #param(name: string): ConfigNode | null {
    const params = mapOf(this.#options.root, 'params')
    for (const group of [this.stage, 'default']) {
      const value = params === null ? null : entryOf(mapOf(params, group) ?? params, name)
      if (value !== null) return value
    }
    return null
  }

  /** Outputs of stacks, parameters and objects in an account: given by name, or a placeholder. */
  #elsewhere(alternative: string, address: string, at: Located, isLast: boolean): ConfigNode | null {
    const given = this.#given(alternative, at) ?? this.#given(address, at)
    if (given !== null || !isLast) return given
    const hint = `give it with --parameter ${address}=VALUE`
    this.#options.report.warn(at, null, `the value of \${${alternative}} is not known here`, hint)
    return scalarAt(at, `unresolved-${address.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')}`)
  }

  #file(name: string, address: string, at: Located): ConfigNode | null {
    const { files, cwd, report } = this.#options
    const path = resolve(baseOf(at.place.line === null ? this.#options.root : at, cwd), name)
    const from = resolve(baseOf(this.#options.root, cwd), name)
    const file = files.disk.isFile(path) ? path : from
    if (!files.disk.isFile(file)) return null
    if (/\.[cm]?[jt]s$/.test(file)) {
      report.warn(at, null, `${file} is code, which is not run for its values`, 'give them with --parameter')
      return null
    }
    if (!/\.(?:ya?ml|json)$/i.test(extname(file))) {
      const read = files.disk.readText(file)
      return read.kind === 'text' ? scalarAt(at, read.text) : null
    }
    const tree = files.read(file, at)
    return tree === null || address === '' ? tree : this.#walk(tree, address)
  }

  /** `custom.hosts.0`: the way may lead through variables. */
  #walk(root: ConfigNode, address: string): ConfigNode | null {
    let node: ConfigNode | null = root
    for (const key of address.split('.')) {
      if (node?.kind === 'scalar') node = this.resolve(node)
      if (node?.kind === 'list') node = node.items[Number(key)] ?? null
      else node = node === null ? null : entryOf(node, key)
    }
    return node
  }

  #textIn(map: MapNode | null, key: string): string | null {
    const value = map === null ? null : entryOf(map, key)
    return value === null ? null : textOf(this.resolve(value))
  }

  #refuseInText(inner: string, at: Located): string {
    this.#options.report.error(at, null, `\${${inner}} is no text and cannot stand in one`)
    return ''
  }
}

/** `${AWS::Region}` and `${Bucket}` are CloudFormation's. */
function isVariable(inner: string): boolean {
  return /^\s*(?:[A-Za-z][\w-]*(?:\([^)]*\))?:(?!:)|strToBool\(|file\()/.test(inner)
}
