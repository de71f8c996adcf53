// Any YAML text as a located tree, read by the library, which also says what is wrong with a text.
import type { Alias, Document, Node, YAMLMap } from 'yaml'
import { toMapOrList } from './build.ts'
import type { ConfigNode, Entry, Place } from './node.ts'
import { toPath } from './node.ts'
import { SHORT_FORM_TAGS, toLongForm } from './short-forms.ts'
import type { Report } from './report.ts'
import { contentOf } from './tape/scalars.ts'
import { yamlLibrary } from './yaml-library.ts'

/** Anchors can multiply; a configuration of this size is a mistake or an attack. */
const MAX_NODES = 200_000
const MAX_DEPTH = 64

/** The tree of a YAML text; null when it cannot be read, the reasons are in the report. */
export function fromYaml(text: string, file: string, report: Report): ConfigNode | null {
  const { LineCounter, parseDocument } = yamlLibrary()
  const lines = new LineCounter()
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    merge: false,
    strict: true,
    customTags: [...SHORT_FORM_TAGS],
  }
  const document = parseDocument(text, options)
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  for (const problem of [...document.errors, ...document.warnings]) {
    report.error({ place: placeAt(problem.pos[0]), path: '' }, null, problem.message)
  }
  if (document.errors.length > 0 || document.contents === null) return null
  return new Conversion(document, placeAt, report).convert(document.contents, '', 0)
}

class Conversion {
  #is = yamlLibrary()
  #nodes = 0
  #refused = false
  #anchors = new Map<Alias, Node | null>()
  #document: Document
  #placeAt: (offset: number) => Place
  #report: Report

  constructor(document: Document, placeAt: (offset: number) => Place, report: Report) {
    this.#document = document
    this.#placeAt = placeAt
    this.#report = report
  }

  convert(node: unknown, path: string, depth: number): ConfigNode {
    const place = this.#placeOf(node)
    this.#nodes++
    if (this.#nodes > MAX_NODES || depth > MAX_DEPTH) return this.#refuse(place, path)
    if (this.#is.isAlias(node)) return this.convert(this.#resolve(node), path, depth + 1)
    const longForm = toLongForm((node as Node | null)?.tag)
    if (longForm !== null) {
      const value = this.#convertPlain(node, path, depth, place)
      return { kind: 'map', entries: new Map([[longForm, { keyPlace: place, value }]]), place, path }
    }
    return this.#convertPlain(node, path, depth, place)
  }

  #convertPlain(node: unknown, path: string, depth: number, place: Place): ConfigNode {
    if (this.#is.isScalar(node)) return { kind: 'scalar', ...contentOf(node), place, path }
    if (this.#is.isSeq(node)) {
      const items = node.items.map((item, index) => this.convert(item, `${path}[${index}]`, depth + 1))
      return { kind: 'list', items, extras: new Map(), isQuantified: false, place, path }
    }
    if (this.#is.isMap(node))
      return toMapOrList(this.#toEntries(node, path, depth), place, path, this.#report)
    return { kind: 'scalar', value: null, text: '', place, path }
  }

  #toEntries(map: YAMLMap, path: string, depth: number): Map<string, Entry> {
    const entries = new Map<string, Entry>()
    const merged = new Map<string, Entry>()
    for (const pair of map.items) {
      const key = this.#is.isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
      if (key === '<<') {
        this.#merge(pair.value, merged, path, depth)
        continue
      }
      const childPath = key === 'Items' ? path : toPath(path, key)
      entries.set(key, {
        keyPlace: this.#placeOf(pair.key),
        value: this.convert(pair.value, childPath, depth + 1),
      })
    }
    for (const [key, entry] of merged) if (!entries.has(key)) entries.set(key, entry)
    return entries
  }

  /** YAML's merge key: the earlier of several maps wins. */
  #merge(value: unknown, merged: Map<string, Entry>, path: string, depth: number): void {
    const source = this.#is.isAlias(value) ? this.#resolve(value) : value
    if (this.#is.isMap(source)) {
      for (const [key, entry] of this.#toEntries(source, path, depth + 1)) {
        if (!merged.has(key)) merged.set(key, entry)
      }
    } else if (this.#is.isSeq(source)) {
      for (const item of source.items) this.#merge(item, merged, path, depth + 1)
    }
  }

  #resolve(alias: Alias): Node | null {
    let node = this.#anchors.get(alias)
    if (node === undefined) {
      node = alias.resolve(this.#document) ?? null
      this.#anchors.set(alias, node)
    }
    return node
  }

  #placeOf(node: unknown): Place {
    return this.#placeAt((node as Node | null)?.range?.[0] ?? 0)
  }

  #refuse(place: Place, path: string): ConfigNode {
    if (!this.#refused)
      this.#report.error({ place, path }, null, 'the file is nested too deeply or far too large')
    this.#refused = true
    return { kind: 'scalar', value: null, text: '', place, path }
  }
}
