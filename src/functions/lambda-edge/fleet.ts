// The instances of one version after another of a function, in every Region that has run it.
import { InstancePool } from './pool.ts'
import type { InstanceSpec } from './instance.ts'
import type { PoolLimits } from './pool.ts'
import type { Launch, Program, Spare } from './vessel.ts'
import type { Invocation, InvocationResult } from '../contract.ts'

export interface FleetOptions {
  /** Where a new version is tried when nothing has run yet. */
  readonly homeRegion: string
  readonly limits: PoolLimits
  readonly toSpec: (program: Program, region: string) => InstanceSpec
}

/** Of all functions together: those that were saved last keep theirs. */
const MAX_SPARES = 4
const stocked = new Set<Fleet>()

/** One pool per Region, made when first needed. (Developer Guide, 'Edge function logs': functions run in the Region near the viewer) */
export class Fleet {
  #program: Program
  #options: FleetOptions
  #pools = new Map<string, InstancePool>()
  #spare: { readonly vessel: Spare; readonly region: string; readonly launch: Launch } | null = null
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
    const spec = toSpec(program, region)
    const reason = await trial.replace(spec, this.#takeSpare(region, spec.launch))
    if (reason !== null) return reason
    this.#program = program
    for (const [each, pool] of this.#pools) if (pool !== trial) pool.adopt(toSpec(program, each))
    return null
  }

  /** Starts what the next version is tried in, so that a save does not wait for that; for functions that have run. */
  stock(): void {
    const [region] = this.#pools.keys()
    if (region === undefined || this.#isRetired || this.#isDisposed || this.#spare?.vessel.isEnded === false)
      return
    const { launch } = this.#options.toSpec(this.#program, region)
    this.#spare = { vessel: this.#program.spare(launch), region, launch }
    stocked.delete(this)
    stocked.add(this)
    const [oldest] = stocked
    if (stocked.size > MAX_SPARES) void oldest!.#dropSpare()
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
    void this.#dropSpare()
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    await Promise.all([this.#dropSpare(), ...[...this.#pools.values()].map((pool) => pool.dispose())])
  }

  /** Only one that was started as this version would be. */
  #takeSpare(region: string, launch: Launch): Spare | null {
    const spare = this.#spare
    if (spare === null || spare.vessel.isEnded) return null
    if (spare.region !== region || spare.launch.memoryMb !== launch.memoryMb) return null
    this.#spare = null
    stocked.delete(this)
    return spare.vessel
  }

  async #dropSpare(): Promise<void> {
    stocked.delete(this)
    const spare = this.#spare
    this.#spare = null
    await spare?.vessel.end()
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
