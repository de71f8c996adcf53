// Where the code of Lambda@Edge functions is: command line, the association itself, the `lambdas` section.
import { basename, extname, resolve } from 'node:path'
import type { LambdaFunction } from '../model/functions.ts'
import type { Disk } from './disk.ts'
import { didYouMean } from './nodes/did-you-mean.ts'
import type { ConfigNode, Located, MapNode } from './nodes/node.ts'
import { baseOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'

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
  readonly code: Code
  readonly at: Located
}

interface Code {
  readonly file: string
  readonly exportName: string
}

export interface FunctionCodeOptions {
  /** `ARN-or-name=FILE` from the command line. */
  readonly lambdas: readonly string[]
  readonly sections: readonly MapNode[]
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
    const code =
      this.#find(this.#commandLine, arn) ?? this.#fromHandler(handler) ?? this.#find(this.#sections, arn)
    if (code === null) {
      if (handler === null && arn !== null) this.#reportMissing(arn, at)
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

  #fromHandler(handler: ConfigNode | null): Code | null {
    return handler?.kind === 'scalar' ? this.#toCode(handler.text, handler) : null
  }

  #find(entries: readonly CodeEntry[], arn: string | null): Code | null {
    if (arn === null) return null
    const parts = parseLambdaArn(arn)
    const names = [arn, `${parts?.name}:${parts?.version}`, arn.replace(/:[^:]*$/, ''), parts?.name]
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

  #addNamed(arn: string, code: Code, at: Located): string {
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
  #addUnnamed(code: Code): string {
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
      if (value.kind !== 'scalar') {
        this.#options.report.error(value, null, 'expects a file')
        return []
      }
      const code = this.#toCode(value.text, value)
      return code === null ? [] : [{ key, code, at: value }]
    })
  }

  /** `./edge/auth.ts` or `./edge/auth.ts#exportName`. */
  #toCode(text: string, at: Located): Code | null {
    const { cwd, disk, report } = this.#options
    const base = baseOf(at, cwd)
    const hash = text.lastIndexOf('#')
    const whole = resolve(base, text.trim())
    if (hash === -1 || disk.isFile(whole))
      return this.#checked({ file: whole, exportName: 'handler' }, text, at)
    const exportName = text.slice(hash + 1).trim()
    if (!/^[\w$]+$/.test(exportName)) {
      report.error(at, null, `'${exportName}' is not the name of an export`)
      return null
    }
    return this.#checked({ file: resolve(base, text.slice(0, hash).trim()), exportName }, text, at)
  }

  #checked(code: Code, text: string, at: Located): Code | null {
    if (text.trim() !== '' && this.#options.disk.isFile(code.file)) return code
    this.#options.report.error(at, null, `there is no file ${code.file}`)
    return null
  }
}

function isSame(known: Code, code: Code): boolean {
  return known.file === code.file && known.exportName === code.exportName
}
