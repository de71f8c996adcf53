// The places: one edge cache per POP, one regional cache and one Origin Shield per Region, made when first needed.
import type { Latency } from './latency.ts'
import type { TierStorage } from '../cache/store.ts'
import type { CacheTier } from '../cache/tier.ts'
import { createPlaceStore } from '../cache/stores/place.ts'
import type { PlaceUsage } from '../control/admin.ts'
import { createEdgeCache } from '../edge/edge-cache.ts'
import type { EdgePlace } from '../edge/visit.ts'
import type { BodyFiles } from '../message/body-files.ts'
import { findEdgeLocation, toPopHeader } from '../model/locations.ts'
import { createRegionalCache } from '../regional/regional.ts'
import { createShieldCache } from '../shield/shield.ts'

/** Bytes for each place of a layer. */
export interface LayerBudgets {
  readonly edge: number
  readonly regional: number
  readonly shield: number
}

/** Bytes of memory, and of disk for large bodies. */
export interface Budgets extends LayerBudgets {
  readonly disk: LayerBudgets
  /** The largest object that is stored. */
  readonly largestObject: number
  /** The largest object whose body stays in memory. */
  readonly memoryObject: number
}

/** Every cache of this process; they outlive reloads. */
export class Network {
  #budgets: Budgets
  #latency: Latency | null
  #files: BodyFiles
  #edges = new Map<string, EdgePlace>()
  #regions = new Map<string, CacheTier>()
  #shields = new Map<string, CacheTier>()

  /** `latency`: what makes the ways between the places long, or null. */
  constructor(budgets: Budgets, files: BodyFiles, latency: Latency | null) {
    this.#budgets = budgets
    this.#files = files
    this.#latency = latency
  }

  /** The place of a POP code in any case, or null when AWS has no such POP. */
  place(code: string): EdgePlace | null {
    const pop = code.toUpperCase()
    const known = this.#edges.get(pop)
    if (known !== undefined) return known
    const location = findEdgeLocation(pop)
    if (location === null) return null
    const near = this.#regional(location.region)
    const regional = this.#latency?.toRegional(pop, location.region, near) ?? near
    const cache = createEdgeCache(pop, regional, this.#storage('edge'))
    const place = { pop, popHeader: toPopHeader(pop), region: location.region, cache }
    this.#edges.set(pop, place)
    return place
  }

  /** The cache of the Origin Shield in a Region. */
  shield(region: string): CacheTier {
    let tier = this.#shields.get(region)
    if (tier === undefined) {
      tier = createShieldCache(region, this.#storage('shield'))
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
      diskBytes: store.diskBytes,
      diskBudgetBytes: store.diskBudgetBytes,
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

  /** A new place's storage. Without disk every body stays in memory. */
  #storage(layer: keyof LayerBudgets): TierStorage {
    const { disk, largestObject, memoryObject } = this.#budgets
    const budget = { memory: this.#budgets[layer], disk: disk[layer] }
    const room =
      budget.disk === 0 ? budget.memory : Math.max(budget.disk, Math.min(memoryObject, budget.memory))
    return {
      store: createPlaceStore(budget),
      largestObject: Math.min(largestObject, room),
      files: budget.disk === 0 ? null : this.#files,
    }
  }

  /** Every cache there is now. */
  tiers(): CacheTier[] {
    const edges = [...this.#edges.values()].map((place) => place.cache)
    return [...edges, ...this.#regions.values(), ...this.#shields.values()]
  }

  #regional(region: string): CacheTier {
    let tier = this.#regions.get(region)
    if (tier === undefined) {
      tier = createRegionalCache(region, this.#storage('regional'))
      this.#regions.set(region, tier)
    }
    return tier
  }
}
