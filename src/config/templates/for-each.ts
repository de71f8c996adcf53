// Fn::ForEach of the language extensions: blocks that are written once and stand for many.
import type { ConfigNode, Entry, MapNode } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { mayMention } from '../nodes/tape/nodes.ts'
import { scalarAt, singleEntry, textOf } from './values.ts'

const PREFIX = 'Fn::ForEach::'
const MOST_BLOCKS = 5000

/**
 * Expands the loops of a map and of everything in it. `items` gives the texts of a loop's collection.
 * (CloudFormation Template Reference, 'Fn::ForEach')
 */
export function expandLoops(
  node: MapNode,
  items: (collection: ConfigNode) => readonly string[],
  report: Report,
): MapNode {
  return new Expansion(items, report).map(node)
}

/** Whether there is any loop in a map: most templates have none and are left as they are. */
export function hasLoops(node: ConfigNode): boolean {
  if (node.kind === 'list') return node.items.some(hasLoops)
  if (node.kind !== 'map' || !mayMention(node.entries, PREFIX)) return false
  for (const [key, { value }] of node.entries) if (key.startsWith(PREFIX) || hasLoops(value)) return true
  return false
}

class Expansion {
  #items: (collection: ConfigNode) => readonly string[]
  #report: Report
  #blocks = 0

  constructor(items: (collection: ConfigNode) => readonly string[], report: Report) {
    this.#items = items
    this.#report = report
  }

  map(node: MapNode): MapNode {
    const entries = new Map<string, Entry>()
    for (const [key, entry] of node.entries) {
      if (!key.startsWith(PREFIX)) entries.set(key, { ...entry, value: this.#value(entry.value) })
      else for (const [name, expanded] of this.#loop(entry)) entries.set(name, expanded)
    }
    return { ...node, entries }
  }

  #value(node: ConfigNode): ConfigNode {
    if (node.kind === 'map') return mayMention(node.entries, PREFIX) ? this.map(node) : node
    return node.kind === 'list' ? { ...node, items: node.items.map((item) => this.#value(item)) } : node
  }

  #loop({ value }: Entry): readonly (readonly [string, Entry])[] {
    const [identifier, collection, body] = value.kind === 'list' ? value.items : []
    const name = textOf(identifier)
    if (name === null || collection === undefined || body?.kind !== 'map') {
      this.#report.error(value, null, 'Fn::ForEach expects [identifier, [items], {key: block}]')
      return []
    }
    const all: (readonly [string, Entry])[] = []
    for (const item of this.#items(collection)) {
      if (++this.#blocks > MOST_BLOCKS) {
        this.#report.error(value, null, `Fn::ForEach makes more than ${MOST_BLOCKS} blocks`)
        return []
      }
      const block = this.map(substitute(body, name, item) as MapNode)
      for (const [key, entry] of block.entries) all.push([key, entry])
    }
    return all
  }
}

/** `${X}`, `&{X}` and `{Ref: X}` become the item, in keys as well. */
function substitute(node: ConfigNode, identifier: string, item: string): ConfigNode {
  const replace = (text: string): string =>
    text
      .replaceAll(`\${${identifier}}`, item)
      .replaceAll(`&{${identifier}}`, item.replaceAll(/[^A-Za-z0-9]/g, ''))
  if (node.kind === 'scalar') {
    return typeof node.value === 'string' && node.text !== replace(node.text)
      ? scalarAt(node, replace(node.text))
      : node
  }
  if (node.kind === 'list')
    return { ...node, items: node.items.map((each) => substitute(each, identifier, item)) }
  const single = singleEntry(node)
  if (single?.[0] === 'Ref' && textOf(single[1]) === identifier) return scalarAt(node, item)
  const entries = new Map<string, Entry>()
  for (const [key, entry] of node.entries) {
    entries.set(replace(key), { ...entry, value: substitute(entry.value, identifier, item) })
  }
  return { ...node, entries }
}
