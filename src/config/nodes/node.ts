// A configuration as a tree in which every value knows its place.
import { dirname } from 'node:path'

/** A position in a file, in an option, or in an object given to the API. */
export interface Place {
  readonly file: string
  readonly line: number | null
  readonly column: number | null
}

/** What an issue can be about. */
export interface Located {
  readonly place: Place
  readonly path: string
}

export type Scalar = string | number | boolean | null

export interface ScalarNode extends Located {
  readonly kind: 'scalar'
  readonly value: Scalar
  /** As written, so that 012 stays 012 where a text is wanted. */
  readonly text: string
}

export interface Entry {
  readonly keyPlace: Place
  readonly value: ConfigNode
}

export type Entries = ReadonlyMap<string, Entry>

/** A plain list, or AWS's `{Quantity, Items}`; `extras` are the other keys that stand beside Items. */
export interface ListNode extends Located {
  readonly kind: 'list'
  readonly items: readonly ConfigNode[]
  readonly extras: Entries
  /** Written as `{Quantity, Items}`. */
  readonly isQuantified: boolean
}

export interface MapNode extends Located {
  readonly kind: 'map'
  readonly entries: Entries
}

export type ConfigNode = ScalarNode | ListNode | MapNode

/** The value under a key; null when the key is absent or its value is null. */
export function entryOf(node: ConfigNode, key: string): ConfigNode | null {
  const entries = node.kind === 'map' ? node.entries : node.kind === 'list' ? node.extras : null
  const value = entries?.get(key)?.value ?? null
  return value === null || isNull(value) ? null : value
}

/** The map under a key, or null. */
export function mapOf(node: ConfigNode, key: string): MapNode | null {
  const value = entryOf(node, key)
  return value?.kind === 'map' ? value : null
}

/** A map that happens to have a key `Items`, such as a key group, and was taken for one of AWS's lists. */
export function asMap(node: ConfigNode): ConfigNode {
  if (node.kind !== 'list' || node.extras.size === 0) return node
  const { items, place, path } = node
  const list: ListNode = { ...node, items, extras: new Map(), path: `${path}.Items` }
  const entries = new Map([...node.extras, ['Items', { keyPlace: place, value: list }] as const])
  return { kind: 'map', entries, place, path }
}

/** The items under a key; none when it is no list. */
export function itemsOf(node: ConfigNode, key: string): readonly ConfigNode[] {
  const value = entryOf(node, key)
  return value?.kind === 'list' ? value.items : []
}

export function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** The path of a value below a path: `Origins[0]` and `DomainName` make `Origins[0].DomainName`. */
export function toPath(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`
}

/** The folder that relative paths start from: that of the file, or `cwd` for what comes from no file. */
export function baseOf(node: Located, cwd: string): string {
  return node.place.line === null ? cwd : dirname(node.place.file)
}
