// One instance of a function: starts, runs one invocation at a time, ends for many reasons.
import type { Launch, Program, Spare, Vessel, VesselMessage } from './vessel.ts'
import type { FunctionLine, Invocation, InvocationResult } from '../contract.ts'

/** What an instance is made of; a new version of the code is a new spec. */
export interface InstanceSpec {
  readonly program: Program
  readonly launch: Launch
  /** Milliseconds for starting and loading the module. */
  readonly initTimeoutMs: number
  /** Hears of files that the code turned out to be made of. */
  readonly onInputs: (paths: readonly string[]) => void
  /** Hears of every instance that has loaded. */
  readonly onLoaded: () => void
}

/** An invocation that waits for its result. */
export interface Job {
  readonly invocation: Invocation
  readonly resolve: (result: InvocationResult) => void
  /** Whether it waited for an instance. */
  hasWaited: boolean
  /** Whether an instance has ended that had been given it, and had not begun it. */
  wasStranded: boolean
}

/** Why an instance is no more; `detail` is for the log. */
export interface InstanceEnd {
  readonly because: 'threw' | 'timeout'
  readonly detail: string
  /** Its thread or process ended by itself. */
  readonly isExit?: true
}

/** Whoever owns instances hears when one is free and when one is gone. */
export interface InstanceOwner {
  onFree(instance: Instance): void
  /** `logs` are lines that no invocation has got. */
  onGone(instance: Instance, end: InstanceEnd, logs: readonly FunctionLine[]): void
  /** An invocation ran so long. */
  onPace(microseconds: number): void
  /** Output came that can only be told apart when nothing waits behind a run. */
  onRawOutput(): void
  /** These were given to an instance that has not begun them, and won't. */
  onUnstarted(jobs: readonly Job[]): void
}

/** More than any vessel hands on for an invocation, its own output and that of what it has started. */
const MAX_LINES = 300
/** How long a run may hold up those behind it. */
const RECALL_MS = 5

export class Instance {
  readonly spec: InstanceSpec
  /** The module has loaded once. */
  isReady = false
  #owner: InstanceOwner
  #vessel: Vessel
  /** What it was given; the first one runs. */
  #jobs: Job[] = []
  /** The number of the first one. */
  #running = 0
  #lastSent = 0
  #startedAt = performance.now()
  #deadlineAt = Infinity
  #recallAt = Infinity
  #logs: FunctionLine[] = []
  /** One for all runs: it looks what is due when it fires, as most runs end long before. */
  #timer: NodeJS.Timeout | null = null
  #timerAt = Infinity
  #isGone = false

  constructor(spec: InstanceSpec, owner: InstanceOwner, spare: Spare | null) {
    this.spec = spec
    this.#owner = owner
    this.#timer = setTimeout(() => {
      this.#end({ because: 'timeout', detail: `the module did not load within ${spec.initTimeoutMs} ms` })
    }, spec.initTimeoutMs)
    const events = {
      onMessage: (message: VesselMessage): void => this.#receive(message),
      onExit: (detail: string): void => this.#end({ because: 'threw', detail, isExit: true }),
    }
    this.#vessel = spec.program.open(spec.launch, events, spare)
  }

  /** How many wait behind the one that runs. */
  get behind(): number {
    return this.#jobs.length > 1 ? this.#jobs.length - 1 : 0
  }

  /** Runs invocations one after another; only when the owner has been told that the instance is free. */
  run(jobs: Job[]): void {
    this.#jobs = jobs
    this.#running = this.#lastSent + 1
    this.#timer?.ref()
    this.#begin()
    const messages = jobs.map(({ invocation: { event, requestId, deadlineMs, maxResultBytes } }) => {
      const id = ++this.#lastSent
      return { id, event, requestId, deadlineMs, maxResultBytes }
    })
    this.#vessel.send(messages)
  }

  /** Ends it without a word to the owner; what it was given fails. */
  terminate(detail: string): Promise<void> {
    if (!this.#isGone) {
      for (const job of this.#leave()) job.resolve(toStopped(detail))
    }
    return this.#vessel.end()
  }

  #receive(message: VesselMessage): void {
    if (this.#isGone) return
    switch (message.kind) {
      case 'raw':
        this.#owner.onRawOutput()
        this.#log(null, message.text)
        break
      case 'line':
        this.#log(message.level, message.text, message.microseconds)
        break
      case 'chunk':
        this.#passOn(message.id, message.bytes)
        break
      case 'inputs':
        this.spec.onInputs(message.files.map(({ path }) => path))
        break
      case 'ready':
        this.#onReady()
        break
      case 'unloadable':
        this.#end({ because: 'threw', detail: message.detail })
        break
      case 'unstarted':
        this.#giveBack(message.id)
        break
      case 'returned':
        if (!this.#isAwaited(message.id)) break
        this.#owner.onPace(message.microseconds)
        this.#finish(toReturned(message.json))
        break
      case 'failed':
        if (!this.#isAwaited(message.id)) break
        this.#finish({ kind: 'failed', because: message.because, detail: message.detail })
        break
    }
  }

  #onReady(): void {
    if (this.isReady) return
    this.#stopTimer()
    this.isReady = true
    this.spec.onLoaded()
    this.#owner.onFree(this)
  }

  #log(level: string | null, text: string, microseconds?: number): void {
    if (this.#logs.length >= MAX_LINES) return
    const isOutside = this.#jobs.length === 0
    const milliseconds = isOutside ? 0 : (microseconds ?? (performance.now() - this.#startedAt) * 1000) / 1000
    this.#logs.push({ level, text, milliseconds })
  }

  /** A part of a streamed response; whoever does not want it takes it all the same. */
  #passOn(id: number, bytes: Uint8Array): void {
    if (!this.#isAwaited(id)) return
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const taken = (): void => this.#vessel.acknowledge(id, chunk.length)
    const { onChunk } = this.#jobs[0]!.invocation
    if (onChunk === undefined) taken()
    else onChunk(chunk, taken)
  }

  /** The first answer counts, and no other invocation's. */
  #isAwaited(id: number): boolean {
    return this.#jobs.length > 0 && id === this.#running
  }

  /** The first of its jobs is taken to run from now on. */
  #begin(): void {
    const now = performance.now()
    this.#startedAt = now
    this.#deadlineAt = now + this.#jobs[0]!.invocation.deadlineMs
    this.#recallAt = this.#jobs.length > 1 ? now + RECALL_MS : Infinity
    this.#startTimer(now)
  }

  #startTimer(now: number): void {
    const at = Math.min(this.#deadlineAt, this.#recallAt)
    if (at >= this.#timerAt) return
    this.#stopTimer()
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#onTimer(), Math.max(1, Math.ceil(at - now)))
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#timerAt = Infinity
  }

  #onTimer(): void {
    this.#timer = null
    this.#timerAt = Infinity
    const [job] = this.#jobs
    if (job === undefined) return
    const now = performance.now()
    if (now >= this.#deadlineAt) {
      // A reply that has arrived while this process was busy counts: it is read before the immediate.
      setImmediate(() => this.#onDeadline(job))
      return
    }
    if (now >= this.#recallAt) {
      this.#recallAt = now + RECALL_MS
      this.#vessel.recall(this.#running)
    }
    if (this.#jobs.length > 0) this.#startTimer(now)
  }

  #onDeadline(job: Job): void {
    this.#vessel.catchUp()
    if (this.#jobs[0] === job) {
      const seconds = (job.invocation.deadlineMs / 1000).toFixed(2)
      this.#end({ because: 'timeout', detail: `Task timed out after ${seconds} seconds` })
    } else if (this.#jobs.length > 0) this.#startTimer(performance.now())
  }

  #finish(outcome: Outcome): void {
    const job = this.#jobs.shift()!
    const isFirst = this.#running === 1
    this.#running++
    const logs = this.#logs
    this.#logs = []
    if (this.#jobs.length > 0) this.#begin()
    job.resolve({ ...outcome, logs, coldStart: job.hasWaited && isFirst })
    if (this.#jobs.length === 0) this.#rest()
  }

  #giveBack(id: number): void {
    const first = id - this.#running
    if (first < 0 || first >= this.#jobs.length) return
    const unstarted = this.#jobs.splice(first)
    this.#recallAt = Infinity
    if (this.#jobs.length === 0) this.#rest()
    this.#owner.onUnstarted(unstarted)
  }

  /** The timer may go on, and keeps nothing alive. */
  #rest(): void {
    this.#timer?.unref()
    this.#owner.onFree(this)
  }

  #end(end: InstanceEnd): void {
    if (this.#isGone) return
    const isBegun = this.#vessel.hasBegun(this.#running)
    const jobs = this.#leave()
    const [running] = jobs
    if (running !== undefined && (isBegun || running.wasStranded)) {
      jobs.shift()
      const logs = this.#logs
      this.#logs = []
      const { because, detail } = end
      running.resolve({
        kind: 'failed',
        because,
        detail,
        logs,
        coldStart: running.hasWaited && this.#running === 1,
      })
    }
    for (const job of jobs) job.wasStranded = true
    this.#owner.onGone(this, end, this.#logs)
    if (jobs.length > 0) this.#owner.onUnstarted(jobs)
  }

  /** What it leaves behind. */
  #leave(): Job[] {
    this.#isGone = true
    this.#stopTimer()
    void this.#vessel.end()
    return this.#jobs.splice(0)
  }
}

type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | {
      readonly kind: 'failed'
      readonly because: 'threw' | 'timeout' | 'invalid' | 'too-large'
      readonly detail: string
    }

function toStopped(detail: string): InvocationResult {
  return { kind: 'failed', because: 'threw', detail, logs: [], coldStart: false }
}

/** A vessel promises JSON; a function that found a way to speak for it may have written anything. */
function toReturned(json: string): Outcome {
  try {
    return { kind: 'returned', value: JSON.parse(json) }
  } catch {
    return { kind: 'failed', because: 'invalid', detail: 'The JSON output is not parsable.' }
  }
}
