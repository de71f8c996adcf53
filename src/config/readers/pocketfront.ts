// Reads our own form: the same nouns with plain lists, as one distribution or as a list of them.
import { entryOf } from '../nodes/node.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import type { DistributionSource, Reader } from './source.ts'
import { LISTS, ROOT_KEYS, SECTIONS } from './source.ts'

/** `{Distributions: [..], origins: {..}, ..}`, or one DistributionConfig with the same sections beside its keys. */
export const pocketfront: Reader = {
  keys: [...LISTS],
  recognises: (root) =>
    isBare(root) ||
    LISTS.some((key) => root.entries.has(key)) ||
    SECTIONS.some((key) => root.entries.has(key)),
  read: (root, { report }) => ({
    form: 'pocketfront',
    distributions: readDistributions(root, report),
    CachePolicies: readList(root, 'CachePolicies', report),
    OriginRequestPolicies: readList(root, 'OriginRequestPolicies', report),
    ResponseHeadersPolicies: readList(root, 'ResponseHeadersPolicies', report),
    Functions: readList(root, 'Functions', report),
    KeyValueStores: readList(root, 'KeyValueStores', report),
    OriginAccessControls: readList(root, 'OriginAccessControls', report),
    PublicKeys: readList(root, 'PublicKeys', report),
    KeyGroups: readList(root, 'KeyGroups', report),
  }),
}

function isBare(root: MapNode): boolean {
  return root.entries.has('Origins') || root.entries.has('DefaultCacheBehavior')
}

function readDistributions(root: MapNode, report: Report): DistributionSource[] {
  const nodes: ConfigNode[] = isBare(root) ? [withoutSections(root)] : []
  nodes.push(...readList(root, 'Distributions', report))
  return nodes.flatMap((node): DistributionSource[] => {
    const isMap = node.kind === 'map'
    if (!isMap) report.error(node, 'InvalidArgument', 'expects a distribution')
    const names = { Id: entryOf(node, 'Id'), DomainName: entryOf(node, 'DomainName') }
    return isMap ? [{ config: node, form: 'pocketfront', ...names }] : []
  })
}

function readList(root: MapNode, key: string, report: Report): readonly ConfigNode[] {
  const value = entryOf(root, key)
  if (value === null) return []
  if (value.kind === 'list') return value.items
  report.error(value, 'InvalidArgument', 'expects a list')
  return []
}

function withoutSections(root: MapNode): MapNode {
  const entries = new Map(root.entries)
  for (const key of ROOT_KEYS) entries.delete(key)
  return { ...root, entries }
}
