// The instances of one function in one Region: a few that grow on demand, and a bounded queue in front of them.
import { Instance } from './instance.ts'
import type { InstanceEnd, InstanceOwner, InstanceSpec, Job } from './instance.ts'
import type { FunctionLine, Invocation, InvocationResult } from '../contract.ts'

export interface PoolLimits {
  /** Instances of one function in a Region. */
  readonly maxInstances: number
  /** Invocations that may wait for one. */
  readonly maxQueued: number
  /** Milliseconds an invocation may wait. */
  readonly maxWaitMs: number
}

/** Differs from CloudFront: a function runs in at most four instances per Region, and invocations beyond that wait up to 30 seconds; CloudFront starts instances by the hundred. */
export const DEFAULT_POOL_LIMITS: PoolLimits = { maxInstances: 4, maxQueued: 256, maxWaitMs: 30_000 }

interface WaitingJob extends Job {
  waitTimer: NodeJS.Timeout | null
}

const GIVEN_UP = 'the function was stopped while it ran'

export class InstancePool implements InstanceOwner {
  #spec: InstanceSpec
  #limits: PoolLimits
  #all = new Set<Instance>()
  #idle: Instance[] = []
  #queue: WaitingJob[] = []
  #ending = new Set<Promise<void>>()
  #trials = new Map<Instance, (end: InstanceEnd | null) => void>()
  /** An instance of the present version has loaded. */
  #isProven = false
  /** `retired`: serves whoever still calls, keeps nothing in stock. */
  #state: 'active' | 'retired' | 'disposed' = 'active'

  constructor(spec: InstanceSpec, limits: PoolLimits) {
    this.#spec = spec
    this.#limits = limits
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    return new Promise((resolve) => {
      const job: WaitingJob = { invocation, resolve, hasWaited: false, waitTimer: null }
      const idle = this.#idle.pop()
      if (this.#state === 'disposed') fail(job, { because: 'threw', detail: 'the function has been stopped' })
      else if (idle !== undefined) idle.run(job)
      else if (this.#queue.length >= this.#limits.maxQueued) {
        fail(job, {
          because: 'throttled',
          detail: `${this.#limits.maxQueued} invocations are waiting already`,
        })
      } else this.#wait(job)
    })
  }

  /**
   * Brings a new version in: an instance of it must load first, unless the present version never did. Running
   * invocations finish on the old one. Resolves with null, or with the reason why the present version stays.
   */
  async replace(spec: InstanceSpec): Promise<string | null> {
    const instance = this.#create(spec)
    const end = await new Promise<InstanceEnd | null>((resolve) => this.#trials.set(instance, resolve))
    if (end !== null && (this.#isProven || this.#state === 'disposed')) return end.detail
    this.adopt(spec)
    this.#isProven = end === null
    if (end === null) this.onFree(instance)
    return end?.detail ?? null
  }

  /** Brings a new version in that has proven itself elsewhere. */
  adopt(spec: InstanceSpec): void {
    this.#spec = spec
    this.#isProven = false
    this.#dropIdle()
  }

  /** Keeps nothing in stock from now on. */
  retire(): void {
    if (this.#state === 'active') this.#state = 'retired'
    this.#dropIdle()
  }

  async dispose(): Promise<void> {
    this.#state = 'disposed'
    for (const job of this.#queue.splice(0)) fail(job, { because: 'threw', detail: GIVEN_UP })
    for (const instance of this.#all) this.#drop(instance)
    await Promise.all(this.#ending)
  }

  onFree(instance: Instance): void {
    const trial = this.#trials.get(instance)
    if (trial !== undefined) {
      this.#trials.delete(instance)
      trial(null)
      return
    }
    if (instance.spec === this.#spec) this.#isProven = true
    const next = instance.spec === this.#spec ? this.#queue.shift() : undefined
    if (next !== undefined) {
      stopWaiting(next)
      instance.run(next)
    } else if (instance.spec === this.#spec && this.#state === 'active') this.#idle.push(instance)
    else this.#drop(instance)
    this.#grow()
  }

  onGone(instance: Instance, end: InstanceEnd, logs: readonly FunctionLine[]): void {
    this.#forget(instance)
    const trial = this.#trials.get(instance)
    if (trial !== undefined) {
      this.#trials.delete(instance)
      trial(end)
      return
    }
    if (!instance.isReady && instance.spec === this.#spec) {
      // With no other instance at work nobody else will serve those that wait.
      const isAlone = ![...this.#all].some((each) => each.isReady)
      const failing = this.#queue.splice(0, isAlone ? this.#queue.length : 1)
      for (const job of failing) fail(job, end, logs)
    }
    this.#grow()
  }

  #wait(job: WaitingJob): void {
    job.hasWaited = true
    job.waitTimer = setTimeout(() => {
      this.#queue.splice(this.#queue.indexOf(job), 1)
      fail(job, { because: 'throttled', detail: `no instance was free for ${this.#limits.maxWaitMs} ms` })
    }, this.#limits.maxWaitMs)
    this.#queue.push(job)
    this.#grow()
  }

  #grow(): void {
    let starting = 0
    for (const each of this.#all) if (!each.isReady && each.spec === this.#spec) starting++
    while (starting < this.#queue.length && this.#all.size < this.#limits.maxInstances) {
      this.#create(this.#spec)
      starting++
    }
  }

  #create(spec: InstanceSpec): Instance {
    const instance = new Instance(spec, this)
    this.#all.add(instance)
    return instance
  }

  #dropIdle(): void {
    for (const instance of this.#idle) this.#drop(instance)
  }

  #drop(instance: Instance): void {
    this.#forget(instance)
    const trial = this.#trials.get(instance)
    this.#trials.delete(instance)
    trial?.({ because: 'threw', detail: GIVEN_UP })
    const ended = instance.terminate(GIVEN_UP)
    this.#ending.add(ended)
    void ended.then(() => this.#ending.delete(ended))
  }

  #forget(instance: Instance): void {
    this.#all.delete(instance)
    this.#idle = this.#idle.filter((each) => each !== instance)
  }
}

function stopWaiting(job: WaitingJob): void {
  if (job.waitTimer !== null) clearTimeout(job.waitTimer)
}

function fail(
  job: WaitingJob,
  end: { readonly because: 'threw' | 'timeout' | 'throttled'; readonly detail: string },
  logs: readonly FunctionLine[] = [],
): void {
  stopWaiting(job)
  job.resolve({ kind: 'failed', ...end, logs, coldStart: job.hasWaited })
}
