// The instances of one version after another of a function, in every Region that has run it.
import { InstancePool } from './pool.ts'
import type { InstanceSpec } from './instance.ts'
import type { PoolLimits } from './pool.ts'
import type { Program } from './vessel.ts'
import type { Invocation, InvocationResult } from '../contract.ts'

export interface FleetOptions {
  /** Where a new version is tried when nothing has run yet. */
  readonly homeRegion: string
  readonly limits: PoolLimits
  readonly toSpec: (program: Program, region: string) => InstanceSpec
}

/** One pool per Region, made when first needed. (Developer Guide, 'Edge function logs': functions run in the Region near the viewer) */
export class Fleet {
  #program: Program
  #options: FleetOptions
  #pools = new Map<string, InstancePool>()
  #isRetired = false
  #isDisposed = false

  constructor(program: Program, options: FleetOptions) {
    this.#program = program
    this.#options = options
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    return this.#pool(invocation.region).invoke(invocation)
  }

  /** Brings a new version in everywhere once it has loaded in one Region; resolves as {@link InstancePool.replace}. */
  async replace(program: Program): Promise<string | null> {
    const { homeRegion, toSpec } = this.#options
    const [region = homeRegion] = this.#pools.keys()
    const trial = this.#pool(region)
    const reason = await trial.replace(toSpec(program, region))
    if (reason !== null) return reason
    this.#program = program
    for (const [each, pool] of this.#pools) if (pool !== trial) pool.adopt(toSpec(program, each))
    return null
  }

  /** A part of the present version. */
  part(name: string): string | null {
    return this.#program.parts.get(name) ?? null
  }

  /** Whether the present version has this code. */
  runs(program: Program): boolean {
    const { parts } = this.#program
    return [...program.parts].every(([name, part]) => (parts.get(name) ?? part) === part)
  }

  /** Keeps nothing in stock from now on. */
  retire(): void {
    this.#isRetired = true
    for (const pool of this.#pools.values()) pool.retire()
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    await Promise.all([...this.#pools.values()].map((pool) => pool.dispose()))
  }

  #pool(region: string): InstancePool {
    let pool = this.#pools.get(region)
    if (pool === undefined) {
      const { limits, toSpec } = this.#options
      pool = new InstancePool(toSpec(this.#program, region), limits)
      if (this.#isRetired) pool.retire()
      if (this.#isDisposed) void pool.dispose()
      this.#pools.set(region, pool)
    }
    return pool
  }
}
