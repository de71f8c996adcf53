// Makes and takes apart the values of a template; what a function returns stands where the function stood.
import type {
  ConfigNode,
  Entries,
  Entry,
  ListNode,
  Located,
  MapNode,
  Scalar,
  ScalarNode,
} from '../nodes/node.ts'

/** A text, number, boolean or null at the place of something. */
export function scalarAt(at: Located, value: Scalar): ScalarNode {
  return { kind: 'scalar', value, text: value === null ? '' : String(value), place: at.place, path: at.path }
}

export function listAt(at: Located, items: readonly ConfigNode[]): ListNode {
  return { kind: 'list', items, extras: new Map(), isQuantified: false, place: at.place, path: at.path }
}

export function mapAt(at: Located, entries: Iterable<readonly [string, ConfigNode]>): MapNode {
  const all = new Map<string, Entry>()
  for (const [key, value] of entries) all.set(key, { keyPlace: value.place, value })
  return { kind: 'map', entries: all, place: at.place, path: at.path }
}

/** The text of a scalar; null for lists, maps and null. */
export function textOf(node: ConfigNode | null | undefined): string | null {
  return node?.kind === 'scalar' && node.value !== null ? node.text : null
}

/** A node as plain data, as Fn::ToJsonString and comparisons see it. */
export function toPlain(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list': {
      const items = node.items.map(toPlain)
      return node.extras.size === 0 ? items : { ...plainEntries(node.extras), Items: items }
    }
    case 'map':
      return plainEntries(node.entries)
  }
}

function plainEntries(entries: Entries): Record<string, unknown> {
  return Object.fromEntries([...entries].map(([key, { value }]) => [key, toPlain(value)]))
}

/** The key and argument of a map with a single key, which is how functions are written. */
export function singleEntry(node: ConfigNode): readonly [string, ConfigNode] | null {
  if (node.kind !== 'map' || node.entries.size !== 1) return null
  const [[key, { value }]] = node.entries as unknown as [[string, Entry]]
  return [key, value]
}

/** The arguments of a function that takes a list; a single value is a list of one. */
export function argumentsOf(node: ConfigNode): readonly ConfigNode[] {
  return node.kind === 'list' ? node.items : [node]
}

/** The same value at another place. */
export function moveTo(node: ConfigNode, { place, path }: Located): ConfigNode {
  return { ...node, place, path }
}
