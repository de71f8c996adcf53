// SAM's Globals: what all resources of a kind have in common.
import type { ConfigNode, Entry, MapNode } from '../nodes/node.ts'
import { singleEntry } from '../templates/values.ts'

/**
 * A resource's properties over the common ones: maps are merged, lists follow each other, all else is replaced.
 * (AWS SAM Developer Guide, 'Globals section of the AWS SAM template')
 */
export function mergeGlobals(common: MapNode, own: MapNode): MapNode {
  const entries = new Map<string, Entry>(common.entries)
  for (const [key, entry] of own.entries) {
    const below = entries.get(key)?.value
    entries.set(key, below === undefined ? entry : { ...entry, value: mergeValue(below, entry.value) })
  }
  return { ...own, entries }
}

function mergeValue(common: ConfigNode, own: ConfigNode): ConfigNode {
  if (common.kind === 'list' && own.kind === 'list') return { ...own, items: [...common.items, ...own.items] }
  const areMaps = common.kind === 'map' && own.kind === 'map' && !isFunction(common) && !isFunction(own)
  return areMaps ? mergeGlobals(common, own) : own
}

/** `{Ref: x}` and `{Fn::Sub: x}` are values, not maps. */
function isFunction(node: ConfigNode): boolean {
  const key = singleEntry(node)?.[0]
  return key === 'Ref' || key?.startsWith('Fn::') === true
}
