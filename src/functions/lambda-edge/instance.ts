// One instance of a function: starts, runs one invocation at a time, ends for many reasons.
import type { Launch, Program, Vessel, VesselMessage } from './vessel.ts'
import type { FunctionLine, Invocation, InvocationResult } from '../contract.ts'

/** What an instance is made of; a new version of the code is a new spec. */
export interface InstanceSpec {
  readonly program: Program
  readonly launch: Launch
  /** Milliseconds for starting and loading the module. */
  readonly initTimeoutMs: number
  /** Hears of files that the code turned out to be made of. */
  readonly onInputs: (paths: readonly string[]) => void
}

/** An invocation that waits for its result. */
export interface Job {
  readonly invocation: Invocation
  readonly resolve: (result: InvocationResult) => void
  /** Whether it waited for an instance. */
  hasWaited: boolean
}

/** Why an instance is no more; `detail` is for the log. */
export interface InstanceEnd {
  readonly because: 'threw' | 'timeout'
  readonly detail: string
}

/** Whoever owns instances hears when one is free and when one is gone. */
export interface InstanceOwner {
  onFree(instance: Instance): void
  /** `logs` are lines that no invocation has got. */
  onGone(instance: Instance, end: InstanceEnd, logs: readonly FunctionLine[]): void
}

/** More than any vessel hands on for an invocation, its own output and that of what it has started. */
const MAX_LINES = 300

export class Instance {
  readonly spec: InstanceSpec
  /** The module has loaded once. */
  isReady = false
  #owner: InstanceOwner
  #vessel: Vessel
  #job: Job | null = null
  #jobs = 0
  #startedAt = performance.now()
  #logs: FunctionLine[] = []
  #timer: NodeJS.Timeout
  #isGone = false

  constructor(spec: InstanceSpec, owner: InstanceOwner) {
    this.spec = spec
    this.#owner = owner
    this.#timer = setTimeout(() => {
      this.#end({ because: 'timeout', detail: `the module did not load within ${spec.initTimeoutMs} ms` })
    }, spec.initTimeoutMs)
    this.#vessel = spec.program.open(spec.launch, {
      onMessage: (message) => this.#receive(message),
      onExit: (detail) => this.#end({ because: 'threw', detail }),
    })
  }

  /** Runs an invocation; only when the owner has been told that the instance is free. */
  run(job: Job): void {
    const { event, requestId, deadlineMs, maxResultBytes } = job.invocation
    this.#job = job
    this.#startedAt = performance.now()
    const id = ++this.#jobs
    // A reply that has arrived while this process was busy counts: it is read before the immediate.
    this.#timer = setTimeout(() => setImmediate(() => this.#onDeadline(job)), deadlineMs)
    this.#vessel.send({ id, event: JSON.stringify(event), requestId, deadlineMs, maxResultBytes })
  }

  /** Ends it without a word to the owner; an invocation that runs fails. */
  terminate(detail: string): Promise<void> {
    if (!this.#isGone) this.#leave({ because: 'threw', detail })
    return this.#vessel.end()
  }

  #receive(message: VesselMessage): void {
    if (this.#isGone) return
    switch (message.kind) {
      case 'line': {
        if (this.#logs.length >= MAX_LINES) break
        const milliseconds = this.#job === null ? 0 : performance.now() - this.#startedAt
        this.#logs.push({ level: message.level, text: message.text, milliseconds })
        break
      }
      case 'chunk':
        this.#passOn(message.id, message.bytes)
        break
      case 'inputs':
        this.spec.onInputs(message.files.map(({ path }) => path))
        break
      case 'ready':
        if (this.isReady) break
        clearTimeout(this.#timer)
        this.isReady = true
        this.#owner.onFree(this)
        break
      case 'unloadable':
        this.#end({ because: 'threw', detail: message.detail })
        break
      case 'returned':
        if (this.#isAwaited(message.id)) this.#finish(toReturned(message.json))
        break
      case 'failed':
        if (!this.#isAwaited(message.id)) break
        this.#finish({ kind: 'failed', because: message.because, detail: message.detail })
        break
    }
  }

  /** A part of a streamed response; whoever does not want it takes it all the same. */
  #passOn(id: number, bytes: Uint8Array): void {
    if (!this.#isAwaited(id)) return
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const taken = (): void => this.#vessel.acknowledge(id, chunk.length)
    const { onChunk } = this.#job!.invocation
    if (onChunk === undefined) taken()
    else onChunk(chunk, taken)
  }

  /** The first answer counts, and no other invocation's. */
  #isAwaited(id: number): boolean {
    return this.#job !== null && id === this.#jobs
  }

  #onDeadline(job: Job): void {
    if (this.#job !== job) return
    const seconds = (job.invocation.deadlineMs / 1000).toFixed(2)
    this.#end({ because: 'timeout', detail: `Task timed out after ${seconds} seconds` })
  }

  #finish(outcome: Outcome): void {
    this.#settle(outcome)
    this.#owner.onFree(this)
  }

  #settle(outcome: Outcome): void {
    const job = this.#job
    if (job === null) return
    clearTimeout(this.#timer)
    this.#job = null
    const logs = this.#logs
    this.#logs = []
    job.resolve({ ...outcome, logs, coldStart: job.hasWaited && this.#jobs === 1 })
  }

  #end(end: InstanceEnd): void {
    if (this.#isGone) return
    this.#leave(end)
    this.#owner.onGone(this, end, this.#logs)
  }

  #leave(end: InstanceEnd): void {
    this.#isGone = true
    clearTimeout(this.#timer)
    this.#settle({ kind: 'failed', ...end })
    void this.#vessel.end()
  }
}

type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | {
      readonly kind: 'failed'
      readonly because: 'threw' | 'timeout' | 'invalid' | 'too-large'
      readonly detail: string
    }

/** A vessel promises JSON; a function that found a way to speak for it may have written anything. */
function toReturned(json: string): Outcome {
  try {
    return { kind: 'returned', value: JSON.parse(json) }
  } catch {
    return { kind: 'failed', because: 'invalid', detail: 'The JSON output is not parsable.' }
  }
}
