// Reads the keys of one map as typed values; what is wrong goes to the report, what nobody asked for is unknown.
import { didYouMean } from './did-you-mean.ts'
import type { ConfigNode, Entries, Located, MapNode } from './node.ts'
import { isNull, toPath } from './node.ts'
import type { Report } from './report.ts'

/** `required` makes an absent key an error; `code` is AWS's word for a wrong value. */
export interface Rule {
  readonly required?: boolean
  readonly code?: string
}

export interface TextRule extends Rule {
  readonly maxLength?: number
}

export interface IntegerRule extends Rule {
  readonly min?: number
  readonly max?: number
  /** What is allowed, in words, when a range does not say it. */
  readonly allowed?: { readonly test: (value: number) => boolean; readonly words: string }
}

export interface LocatedText {
  readonly text: string
  readonly node: ConfigNode
}

const INVALID = 'InvalidArgument'

/** One map while it is read. Values that are absent or wrong are null: the caller has the default. */
export class Fields implements Located {
  readonly node: MapNode
  readonly report: Report
  #known = new Set<string>()

  constructor(node: MapNode, report: Report) {
    this.node = node
    this.report = report
  }

  get place(): Located['place'] {
    return this.node.place
  }

  get path(): string {
    return this.node.path
  }

  /** Where a value stands, or where it is missing. */
  at(name: string): Located {
    return this.node.entries.get(name)?.value ?? { place: this.place, path: toPath(this.path, name) }
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  /** The value under the first of these spellings that is there; null counts as absent. */
  get(...names: readonly string[]): ConfigNode | null {
    for (const name of names) this.#known.add(name)
    for (const name of names) {
      const value = this.node.entries.get(name)?.value
      if (value !== undefined && !isNull(value)) return value
    }
    return null
  }

  text(name: string, rule: TextRule = {}): string | null {
    const node = this.#find(name, rule)
    if (node === null) return null
    const text = this.toText(node, rule.code)
    if (text === null || rule.maxLength === undefined || text.length <= rule.maxLength) return text
    this.report.error(node, rule.code ?? INVALID, `is longer than ${rule.maxLength} characters`)
    return null
  }

  /** A text that AWS writes as '' when it is not set. */
  name(name: string): string | null {
    const text = this.text(name)
    return text === '' ? null : text
  }

  integer(name: string, rule: IntegerRule = {}): number | null {
    const node = this.#find(name, rule)
    if (node === null) return null
    const value = node.kind === 'scalar' && /^-?\d+$/.test(node.text) ? Number(node.text) : null
    const { min = -Infinity, max = Infinity, allowed } = rule
    const isAllowed = value !== null && value >= min && value <= max && (allowed?.test(value) ?? true)
    if (isAllowed && Number.isSafeInteger(value)) return value
    const wanted = allowed?.words ?? rangeWords(min, max)
    this.report.error(node, rule.code ?? INVALID, `${show(node)} is not ${wanted}`)
    return null
  }

  boolean(name: string, rule: Rule = {}): boolean | null {
    const node = this.#find(name, rule)
    if (node === null) return null
    if (node.kind === 'scalar' && /^(?:true|false)$/i.test(node.text))
      return node.text.toLowerCase() === 'true'
    this.report.error(node, rule.code ?? INVALID, `${show(node)} is not true or false`)
    return null
  }

  choice<const Word extends string>(name: string, words: readonly Word[], rule: Rule = {}): Word | null {
    const node = this.#find(name, rule)
    return node === null ? null : this.toChoice(node, words, rule.code)
  }

  /** The items of a list; none when the key is absent. A single text is no list. */
  list(...names: readonly string[]): readonly ConfigNode[] {
    const node = this.get(...names)
    if (node === null) return []
    if (node.kind === 'list') return node.items
    const hint = node.kind === 'scalar' ? `write [${node.text}]` : null
    this.report.error(node, INVALID, 'expects a list', hint)
    return []
  }

  texts(...names: readonly string[]): LocatedText[] {
    const found: LocatedText[] = []
    for (const node of this.list(...names)) {
      const text = this.toText(node)
      if (text !== null) found.push({ text, node })
    }
    return found
  }

  /** The items of a list of maps, each to be read and finished by itself. */
  maps(...names: readonly string[]): Fields[] {
    const found: Fields[] = []
    for (const node of this.list(...names)) {
      const fields = toFields(node, this.report)
      if (fields !== null) found.push(fields)
    }
    return found
  }

  /** The map under a key, to be read and finished by itself. */
  fields(name: string, rule: Rule = {}): Fields | null {
    const node = this.#find(name, rule)
    return node === null ? null : toFields(node, this.report, rule.code)
  }

  toText(node: ConfigNode, code: string = INVALID): string | null {
    if (node.kind === 'scalar') return node.text
    this.report.error(node, code, 'expects a text')
    return null
  }

  /** One of AWS's words; its case is not ours to be strict about, clients differ. */
  toChoice<const Word extends string>(
    node: ConfigNode,
    words: readonly Word[],
    code: string = INVALID,
  ): Word | null {
    const text = node.kind === 'scalar' ? node.text : null
    const found = words.find((word) => word.toLowerCase() === text?.toLowerCase())
    if (found !== undefined) return found
    const guess = text === null ? '' : didYouMean(text, words)
    this.report.error(node, code, `${show(node)} is not one of ${words.join(', ')}${guess}`)
    return null
  }

  /** Names keys that are right but have no effect here. */
  ignore(names: Iterable<string>): void {
    for (const name of names) this.#known.add(name)
  }

  /** Warns of keys that nobody asked for. */
  finish(): void {
    warnUnknown(this.node.entries, this.path, this.#known, this.report)
  }

  #find(name: string, rule: Rule): ConfigNode | null {
    const node = this.get(name)
    if (node === null && rule.required === true)
      this.report.error(this.at(name), rule.code ?? INVALID, 'is missing')
    return node
  }
}

/** A map to be read and finished; anything else is reported. */
export function toFields(node: ConfigNode, report: Report, code: string = INVALID): Fields | null {
  if (node.kind === 'map') return new Fields(node, report)
  report.error(node, code, 'expects keys and values')
  return null
}

function warnUnknown(entries: Entries, path: string, known: ReadonlySet<string>, report: Report): void {
  for (const [key, entry] of entries) {
    if (known.has(key)) continue
    report.warn(
      { place: entry.keyPlace, path: toPath(path, key) },
      null,
      `unknown key${didYouMean(key, known)}`,
    )
  }
}

function rangeWords(min: number, max: number): string {
  if (min === -Infinity) return 'a whole number'
  return max === Infinity ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`
}

function show(node: ConfigNode): string {
  if (node.kind === 'scalar') return node.text === '' ? 'an empty text' : `'${node.text}'`
  return node.kind === 'list' ? 'a list' : 'a map'
}
