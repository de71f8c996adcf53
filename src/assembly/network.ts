// The places: one edge cache per POP, one regional cache and one Origin Shield per Region, made when first needed.
import type { Latency } from './latency.ts'
import type { CacheTier } from '../cache/tier.ts'
import { createMemoryStore } from '../cache/stores/memory.ts'
import type { PlaceUsage } from '../control/admin.ts'
import { createEdgeCache } from '../edge/edge-cache.ts'
import type { EdgePlace } from '../edge/visit.ts'
import { findEdgeLocation, toPopHeader } from '../model/locations.ts'
import { createRegionalCache } from '../regional/regional.ts'
import { createShieldCache } from '../shield/shield.ts'

/** Bytes of memory. */
export interface Budgets {
  readonly edge: number
  readonly regional: number
  readonly shield: number
  readonly largestObject: number
}

/** Every cache of this process; they outlive reloads. */
export class Network {
  #budgets: Budgets
  #latency: Latency | null
  #edges = new Map<string, EdgePlace>()
  #regions = new Map<string, CacheTier>()
  #shields = new Map<string, CacheTier>()

  /** `latency`: what makes the ways between the places long, or null. */
  constructor(budgets: Budgets, latency: Latency | null) {
    this.#budgets = budgets
    this.#latency = latency
  }

  /** The place of a POP code in any case, or null when AWS has no such POP. */
  place(code: string): EdgePlace | null {
    const pop = code.toUpperCase()
    const known = this.#edges.get(pop)
    if (known !== undefined) return known
    const location = findEdgeLocation(pop)
    if (location === null) return null
    const { edge, largestObject } = this.#budgets
    const near = this.#regional(location.region)
    const regional = this.#latency?.toRegional(pop, location.region, near) ?? near
    const cache = createEdgeCache(pop, regional, createMemoryStore(edge), Math.min(largestObject, edge))
    const place = { pop, popHeader: toPopHeader(pop), region: location.region, cache }
    this.#edges.set(pop, place)
    return place
  }

  /** The cache of the Origin Shield in a Region. */
  shield(region: string): CacheTier {
    let tier = this.#shields.get(region)
    if (tier === undefined) {
      const { shield, largestObject } = this.#budgets
      tier = createShieldCache(region, createMemoryStore(shield), Math.min(largestObject, shield))
      this.#shields.set(region, tier)
    }
    return tier
  }

  usage(): PlaceUsage[] {
    return this.tiers().map(({ options, store }) => ({
      layer: options.layer,
      place: options.place,
      entries: store.entries,
      bytes: store.bytes,
      budgetBytes: store.budgetBytes,
    }))
  }

  /** Empties every cache; returns how many entries there were. */
  purge(): number {
    let count = 0
    for (const { store } of this.tiers()) {
      count += store.entries
      store.clear()
    }
    return count
  }

  /** Every cache there is now. */
  tiers(): CacheTier[] {
    const edges = [...this.#edges.values()].map((place) => place.cache)
    return [...edges, ...this.#regions.values(), ...this.#shields.values()]
  }

  #regional(region: string): CacheTier {
    let tier = this.#regions.get(region)
    if (tier === undefined) {
      const { regional, largestObject } = this.#budgets
      tier = createRegionalCache(region, createMemoryStore(regional), Math.min(largestObject, regional))
      this.#regions.set(region, tier)
    }
    return tier
  }
}
