// The instances of one function in one Region: a few that grow on demand, and a bounded queue in front of them.
import { Instance } from './instance.ts'
import { Pace } from './pace.ts'
import type { InstanceEnd, InstanceOwner, InstanceSpec, Job } from './instance.ts'
import type { Spare } from './vessel.ts'
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
  /** When it began to wait. */
  since: number
}

/** Characters of JSON. */
const MAX_BATCH_LENGTH = 256 * 1024
const GIVEN_UP = 'the function was stopped while it ran'

export class InstancePool implements InstanceOwner {
  #spec: InstanceSpec
  #limits: PoolLimits
  #all = new Set<Instance>()
  #idle: Instance[] = []
  /** Those that came in this turn of the event loop, and those that no instance was free for. */
  #queue: WaitingJob[] = []
  #pace = new Pace()
  #isGathering = false
  #waitTimer: NodeJS.Timeout | null = null
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
      const job: WaitingJob = { invocation, resolve, hasWaited: false, wasStranded: false, since: 0 }
      if (this.#state === 'disposed') fail(job, { because: 'threw', detail: 'the function has been stopped' })
      else if (this.#countWaiting() >= this.#limits.maxQueued) {
        const detail = `${this.#limits.maxQueued} invocations are waiting already`
        fail(job, { because: 'throttled', detail })
      } else {
        this.#queue.push(job)
        this.#gather()
      }
    })
  }

  /**
   * Brings a new version in: an instance of it must load first, unless the present version never did. Running
   * invocations finish on the old one. Resolves with null, or with the reason why the present version stays.
   */
  async replace(spec: InstanceSpec, spare: Spare | null): Promise<string | null> {
    const instance = this.#create(spec, spare)
    const end = await new Promise<InstanceEnd | null>((resolve) => this.#trials.set(instance, resolve))
    // The spare may have ended a moment before; it is not known yet what the code does.
    if (end?.isExit === true && spare !== null && this.#state !== 'disposed') return this.replace(spec, null)
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
    this.#pace = new Pace()
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
    if (this.#waitTimer !== null) clearTimeout(this.#waitTimer)
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
    if (instance.spec !== this.#spec) this.#drop(instance)
    else {
      this.#isProven = true
      if (this.#queue.length > 0 || this.#state === 'active') this.#idle.push(instance)
      else this.#drop(instance)
    }
    this.#dispatch()
  }

  onPace(microseconds: number): void {
    this.#pace.note(microseconds)
  }

  onRawOutput(): void {
    this.#pace.walk()
  }

  onUnstarted(jobs: readonly WaitingJob[]): void {
    if (this.#state === 'disposed') {
      for (const job of jobs) fail(job, { because: 'threw', detail: GIVEN_UP })
      return
    }
    this.#queue.unshift(...jobs)
    for (const job of jobs) this.#markWaiting(job)
    this.#dispatch()
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

  /** Behind the runs, and without those that instances are there for. */
  #countWaiting(): number {
    let count = this.#queue.length - this.#idle.length
    for (const each of this.#all) count += each.behind
    return count
  }

  /** What comes in one turn of the event loop goes to instances together: each of them has to be woken but once. */
  #gather(): void {
    if (this.#queue.length >= this.#pace.size) this.#dispatch()
    else if (!this.#isGathering) {
      this.#isGathering = true
      setImmediate(this.#dispatchGathered)
    }
  }

  #dispatchGathered = (): void => {
    this.#isGathering = false
    this.#dispatch()
  }

  #dispatch(): void {
    const { size } = this.#pace
    while (this.#queue.length > 0) {
      const instance = this.#idle.pop()
      if (instance === undefined) break
      instance.run(this.#queue.splice(0, countBatch(this.#queue, size)))
    }
    // Those that wait already are in front.
    for (let i = this.#queue.length - 1; i >= 0 && !this.#queue[i]!.hasWaited; i--) {
      this.#markWaiting(this.#queue[i]!)
    }
    this.#grow()
  }

  #markWaiting(job: WaitingJob): void {
    job.hasWaited = true
    job.since = performance.now()
    this.#startWaitTimer(this.#limits.maxWaitMs)
  }

  #startWaitTimer(milliseconds: number): void {
    this.#waitTimer ??= setTimeout(() => this.#giveUp(), Math.max(1, Math.ceil(milliseconds))).unref()
  }

  #giveUp(): void {
    this.#waitTimer = null
    const { maxWaitMs } = this.#limits
    const due = performance.now() - maxWaitMs
    const late = this.#queue.filter((job) => job.since <= due)
    this.#queue = this.#queue.filter((job) => job.since > due)
    for (const job of late)
      fail(job, { because: 'throttled', detail: `no instance was free for ${maxWaitMs} ms` })
    const [next] = this.#queue
    if (next !== undefined) this.#startWaitTimer(next.since - due)
  }

  #grow(): void {
    let starting = 0
    for (const each of this.#all) if (!each.isReady && each.spec === this.#spec) starting++
    while (starting < this.#queue.length && this.#all.size < this.#limits.maxInstances) {
      this.#create(this.#spec, null)
      starting++
    }
  }

  #create(spec: InstanceSpec, spare: Spare | null): Instance {
    const instance = new Instance(spec, this, spare)
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

/** Large events go alone, so that no instance has to hold many. */
function countBatch(queue: readonly Job[], size: number): number {
  let count = 1
  let length = queue[0]!.invocation.event.length
  while (count < size && count < queue.length) {
    length += queue[count]!.invocation.event.length
    if (length > MAX_BATCH_LENGTH) break
    count++
  }
  return count
}

function fail(
  job: WaitingJob,
  { because, detail }: { readonly because: 'threw' | 'timeout' | 'throttled'; readonly detail: string },
  logs: readonly FunctionLine[] = [],
): void {
  job.resolve({ kind: 'failed', because, detail, logs, coldStart: job.hasWaited })
}
