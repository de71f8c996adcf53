// What an invalidation would take, found by looking at everything that is cached.
import type { CacheEntry } from '../cache/entry.ts'
import { encodeUrl, type InvalidationItem } from '../cache/invalidation-items.ts'
import type { CacheTier } from '../cache/tier.ts'
import type { CachedObject, InvalidationPreview } from '../control/admin.ts'
import type { CompiledDistribution } from '../edge/compile.ts'
import { toObjectUrl } from '../policies/cache-key.ts'

/** So many objects are listed; all are counted. */
const LISTED = 100

/** Counts each object once for every place that holds it. Looking does not count as use. */
export function previewInvalidation(
  { distribution, invalidations }: CompiledDistribution,
  paths: readonly string[],
  items: readonly InvalidationItem[],
  tiers: readonly CacheTier[],
  now: number,
): InvalidationPreview {
  const counts = paths.map((path) => ({ path, objects: 0 }))
  const listed: CachedObject[] = []
  const match = compileMatch(items)
  let objects = 0
  for (const { store, options } of tiers) {
    for (const [key, entry] of store.list()) {
      const url = toObjectUrl(key, distribution)
      if (url === null) continue
      const { tags } = entry.object.settlement
      const taken = match(url, tags)
      if (taken.length === 0 || invalidations.covers(url, tags, entry.checkedUpTo)) continue
      objects++
      for (const index of taken) counts[index]!.objects++
      if (listed.length < LISTED) listed.push(toCachedObject(url, key, entry, options, now))
    }
  }
  return { DistributionId: distribution.Id, objects, paths: counts, listed }
}

/** The numbers of the items that take an object. */
function compileMatch(
  items: readonly InvalidationItem[],
): (url: string, tags: readonly string[] | null) => readonly number[] {
  const byUrl = new Map<string, number[]>()
  const byTag = new Map<string, number[]>()
  const prefixes: [string, number][] = []
  for (const [index, item] of items.entries()) {
    if (item.kind === 'file') add(byUrl, item.url, index)
    else if (item.kind === 'tag') add(byTag, item.tag, index)
    else prefixes.push([item.kind === 'everything' ? '' : item.prefix, index])
  }
  return (url, tags) => {
    const encoded = encodeUrl(url)
    const found = [...(byUrl.get(encoded) ?? []), ...(tags ?? []).flatMap((tag) => byTag.get(tag) ?? [])]
    for (const [prefix, index] of prefixes) if (encoded.startsWith(prefix)) found.push(index)
    return found
  }
}

function add(map: Map<string, number[]>, name: string, index: number): void {
  map.set(name, [...(map.get(name) ?? []), index])
}

function toCachedObject(
  url: string,
  key: string,
  entry: CacheEntry,
  { layer, place }: CacheTier['options'],
  now: number,
): CachedObject {
  const { status, settlement } = entry.object
  const ageSeconds = Math.max(0, Math.floor((now - settlement.bornAt) / 1000))
  const [, base = key, part = null] = /^(.*?)(?:\n(HEAD|bytes \d+-\d+))?$/s.exec(key) ?? []
  return {
    url,
    key: base,
    part,
    layer,
    place,
    status,
    ageSeconds,
    bytes: entry.bytes,
    tags: settlement.tags ?? [],
  }
}
