// Maps laid over each other.
import type { Entry, MapNode } from '../nodes/node.ts'

/** What `over` says wins; maps in both are merged, all else is replaced. */
export function mergeOver(below: MapNode, over: MapNode): MapNode {
  const entries = new Map<string, Entry>(below.entries)
  for (const [key, entry] of over.entries) {
    const known = entries.get(key)?.value
    const value =
      known?.kind === 'map' && entry.value.kind === 'map' ? mergeOver(known, entry.value) : entry.value
    entries.set(key, { ...entry, value })
  }
  return { ...over, entries }
}
