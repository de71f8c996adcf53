// Where the code of Lambda@Edge functions is: command line, the association itself, the `lambdas` section.
import { basename, extname } from 'node:path'
import type { LambdaFunction } from '../model/functions.ts'
import type { Disk } from './disk.ts'
import { didYouMean } from './nodes/did-you-mean.ts'
import type { ConfigNode, Located, MapNode } from './nodes/node.ts'
import { baseOf } from './nodes/node.ts'
import { Fields } from './nodes/fields.ts'
import { parseHandler, readLambdaSettings } from './lambda-settings.ts'
import type { LambdaCode } from './lambda-settings.ts'
import type { Report } from './nodes/report.ts'
import type { DeclaredLambda } from './stacks/declared-lambdas.ts'

const ARN = /^arn:aws[\w-]*:lambda:([\w-]+):(\d{12}):function:([\w-]{1,64})(?::([\w$-]+))?$/
const LOCAL_ACCOUNT = 'arn:aws:lambda:us-east-1:000000000000:function'

/** The parts of a function's ARN; the version is '' when it is not there. */
export interface LambdaArn {
  readonly region: string
  readonly name: string
  readonly version: string
}

/** `arn:aws:lambda:us-east-1:123456789012:function:auth:7`, or null when it is no such thing. */
export function parseLambdaArn(text: string): LambdaArn | null {
  const match = ARN.exec(text)
  return match === null ? null : { region: match[1]!, name: match[3]!, version: match[4] ?? '' }
}

interface CodeEntry {
  /** ARN with or without version, name, or name:version. */
  readonly key: string
  readonly code: LambdaCode
  readonly at: Located
}

export interface FunctionCodeOptions {
  /** `ARN-or-name=FILE` from the command line. */
  readonly lambdas: readonly string[]
  readonly sections: readonly MapNode[]
  /** Functions of templates. */
  readonly declared?: readonly DeclaredLambda[]
  readonly cwd: string
  readonly disk: Disk
  readonly report: Report
}

/** The functions of one load: finds their code and keeps those that are used. */
export class FunctionCode {
  readonly functions: LambdaFunction[] = []
  #options: FunctionCodeOptions
  #commandLine: readonly CodeEntry[]
  #sections: readonly CodeEntry[]
  #used = new Set<CodeEntry>()
  #missing = new Set<string>()

  constructor(options: FunctionCodeOptions) {
    this.#options = options
    this.#commandLine = options.lambdas.flatMap((text) => this.#parseOption(text)).toReversed()
    this.#sections = options.sections.flatMap((node) => this.#readSection(node)).toReversed()
  }

  /**
   * The ARN under which the function is loaded; null when no code is known for it, which is reported.
   * `handler` is the Handler of the association, relative to its file.
   */
  load(arn: string | null, handler: ConfigNode | null, at: Located): string | null {
    const declared = arn === null ? null : this.#findDeclared(arn)
    const code =
      this.#find(this.#commandLine, arn, declared) ??
      this.#fromHandler(handler) ??
      this.#find(this.#sections, arn, declared) ??
      declared?.locate() ??
      null
    if (code === null) {
      if (handler === null && arn !== null && declared === null) this.#reportMissing(arn, at)
      return null
    }
    return arn === null ? this.#addUnnamed(code) : this.#addNamed(arn, code, at)
  }

  /** Reports code that no association took. */
  reportUnused(): void {
    const names = this.functions.map((it) => it.name)
    for (const entry of [...this.#commandLine, ...this.#sections]) {
      if (this.#used.has(entry)) continue
      const message = `no behavior is associated with a function '${entry.key}'${didYouMean(entry.key, names)}`
      this.#options.report.warn(entry.at, null, message)
    }
  }

  #fromHandler(handler: ConfigNode | null): LambdaCode | null {
    return handler?.kind === 'scalar' ? this.#toCode(handler.text, handler) : null
  }

  #findDeclared(arn: string): DeclaredLambda | null {
    const unversioned = arn.replace(/:[^:]*$/, '')
    return this.#options.declared?.find((it) => it.arn === unversioned) ?? null
  }

  #find(
    entries: readonly CodeEntry[],
    arn: string | null,
    declared: DeclaredLambda | null,
  ): LambdaCode | null {
    if (arn === null) return null
    const parts = parseLambdaArn(arn)
    const own = [arn, `${parts?.name}:${parts?.version}`, arn.replace(/:[^:]*$/, ''), parts?.name]
    const names = [...own, ...(declared?.names ?? [])]
    for (const name of names) {
      const entry = entries.find((it) => it.key === name)
      if (entry === undefined) continue
      this.#used.add(entry)
      return entry.code
    }
    return null
  }

  #reportMissing(arn: string, at: Located): void {
    if (this.#missing.has(arn)) return
    this.#missing.add(arn)
    const name = parseLambdaArn(arn)?.name ?? arn
    const hint = `add --lambda ${name}=FILE, or Handler: ./FILE beside the EventType`
    this.#options.report.warn(
      at,
      null,
      `the code of ${name} is not on this machine; the function is left out`,
      hint,
    )
  }

  #addNamed(arn: string, code: LambdaCode, at: Located): string {
    const known = this.functions.find((it) => it.LambdaFunctionARN === arn)
    if (known === undefined) {
      const { name, version } = parseLambdaArn(arn) ?? { name: arn, version: '1' }
      this.functions.push({ LambdaFunctionARN: arn, name, version: version === '' ? '1' : version, ...code })
    } else if (!isSame(known, code)) {
      this.#options.report.error(
        at,
        null,
        `${known.name} has other code, ${known.file}, in another association`,
      )
    }
    return arn
  }

  /** The function's name is that of its file; another file of the same name gets a number. */
  #addUnnamed(code: LambdaCode): string {
    const known = this.functions.find((it) => isSame(it, code))
    if (known !== undefined) return known.LambdaFunctionARN
    const base = basename(code.file, extname(code.file))
      .replace(/[^\w-]/g, '-')
      .slice(0, 60)
    const taken = new Set(this.functions.map((it) => it.name))
    let name = base
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`
    const LambdaFunctionARN = `${LOCAL_ACCOUNT}:${name}:1`
    this.functions.push({ LambdaFunctionARN, name, version: '1', ...code })
    return LambdaFunctionARN
  }

  #parseOption(text: string): CodeEntry[] {
    const at = { place: { file: '--lambda', line: null, column: null }, path: text }
    const equals = text.indexOf('=')
    if (equals < 1) {
      this.#options.report.error(at, null, 'expects ARN-or-name=FILE')
      return []
    }
    const code = this.#toCode(text.slice(equals + 1), at)
    return code === null ? [] : [{ key: text.slice(0, equals).trim(), code, at }]
  }

  #readSection(node: MapNode): CodeEntry[] {
    return [...node.entries].flatMap(([key, { value }]) => {
      const code = this.#readCode(value)
      return code === null ? [] : [{ key, code, at: value }]
    })
  }

  #readCode(value: ConfigNode): LambdaCode | null {
    const { cwd, disk, report } = this.#options
    if (value.kind === 'scalar') return this.#toCode(value.text, value)
    if (value.kind === 'map') return readLambdaSettings(new Fields(value, report), baseOf(value, cwd), disk)
    report.error(value, null, 'expects a file, or a map with Code')
    return null
  }

  #toCode(text: string, at: Located): LambdaCode | null {
    const { cwd, disk, report } = this.#options
    return parseHandler(text, baseOf(at, cwd), { at, disk, report })
  }
}

function isSame(known: LambdaCode, code: LambdaCode): boolean {
  return known.file === code.file && known.exportName === code.exportName
}
