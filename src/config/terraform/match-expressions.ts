// Which block of the configuration made which block of a plan: sets have lost their order.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import { textOf } from '../templates/values.ts'

interface Planned {
  readonly node: MapNode
  readonly unknown: ConfigNode | null
}

/** For each planned block the written one that fits it best; null where none does, as with dynamic blocks. */
export function matchExpressions(
  planned: readonly Planned[],
  written: readonly MapNode[],
  resolve: (expression: ConfigNode) => string | null,
): (MapNode | null)[] {
  const free = new Set(written)
  return planned.map((each) => {
    let [best, most] = [null as MapNode | null, -1]
    for (const candidate of free) {
      const score = fit(each, candidate, resolve)
      if (score > most) [best, most] = [candidate, score]
    }
    if (best !== null) free.delete(best)
    return best
  })
}

/** How many arguments agree; -1 where one does not. */
function fit(
  { node, unknown }: Planned,
  written: MapNode,
  resolve: (expression: ConfigNode) => string | null,
): number {
  let score = 0
  for (const [key, { value: expression }] of written.entries) {
    const isUnknown = unknown !== null && textOf(entryOf(unknown, key)) === 'true'
    const value = entryOf(node, key)
    if (isUnknown) {
      if (itemsOf(expression, 'references').length === 0) return -1
      score++
    } else if (expression.kind === 'list') {
      if (value?.kind === 'list' && value.items.length === 0) return -1
    } else if (value?.kind === 'scalar') {
      const text = resolve(expression)
      if (text === null) continue
      if (text !== value.text) {
        if (entryOf(expression, 'constant_value') !== null) return -1
      } else score++
    }
  }
  for (const [key, { value }] of node.entries) {
    const isWritten = written.entries.has(key)
    if (!isWritten && value.kind === 'list' && value.items.some((item) => item.kind === 'map')) return -1
  }
  return score
}
