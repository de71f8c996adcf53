// One thread with one instance of a function: starts, runs one invocation at a time, ends for many reasons.
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads'
import { describeError } from './result.ts'
import type { MessagePort } from 'node:worker_threads'
import type { Bundle, InvokeMessage, StartMessage, StaticContext, ThreadMessage } from './protocol.ts'
import type { Invocation, InvocationResult } from '../contract.ts'

/** What an instance is made of; a new version of the code is a new spec. */
export interface InstanceSpec {
  readonly bundle: Bundle
  readonly exportName: string
  readonly context: StaticContext
  readonly environment: Readonly<Record<string, string>>
  readonly memoryMb: number
  /** Milliseconds for starting the thread and loading the module. */
  readonly initTimeoutMs: number
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
  onGone(instance: Instance, end: InstanceEnd, logs: readonly string[]): void
}

// Runs as TypeScript from src and as JavaScript from dist.
const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export class Instance {
  readonly spec: InstanceSpec
  /** The module has loaded once. */
  isReady = false
  #owner: InstanceOwner
  #worker: Worker
  #port: MessagePort
  #post: (message: InvokeMessage) => void
  #job: Job | null = null
  #jobs = 0
  #logs: string[] = []
  #timer: NodeJS.Timeout
  #fault: string | null = null
  #isGone = false
  #exited: Promise<void>

  constructor(spec: InstanceSpec, owner: InstanceOwner) {
    this.spec = spec
    this.#owner = owner
    this.#worker = new Worker(WORKER_FILE, {
      name: spec.context.functionName,
      env: spec.environment,
      execArgv: ['--enable-source-maps', '--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb },
      // Not shown and not read, as reading keeps the process alive: the thread turns output into log lines itself.
      stdout: true,
      stderr: true,
    })
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
    this.#worker.on('error', (error) => (this.#fault = describeError(error)))
    this.#worker.on('exit', (code) => this.#onExit(code))
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#post = port1.postMessage.bind(port1)
    port1.on('message', (message: ThreadMessage) => this.#receive(message))
    const start: StartMessage = {
      port: port2,
      bundle: spec.bundle,
      exportName: spec.exportName,
      context: spec.context,
    }
    this.#worker.postMessage(start, [port2])
    port1.unref()
    this.#worker.unref()
    this.#timer = setTimeout(() => {
      this.#end({ because: 'timeout', detail: `the module did not load within ${spec.initTimeoutMs} ms` })
    }, spec.initTimeoutMs)
  }

  /** Runs an invocation; only when the owner has been told that the instance is free. */
  run(job: Job): void {
    const { event, requestId, deadlineMs, maxResultBytes } = job.invocation
    this.#job = job
    const id = ++this.#jobs
    const message: InvokeMessage = { id, event: JSON.stringify(event), requestId, deadlineMs, maxResultBytes }
    // A reply that has arrived while this process was busy counts: it is read before the immediate.
    this.#timer = setTimeout(() => setImmediate(() => this.#onDeadline(job)), deadlineMs)
    this.#post(message)
  }

  /** Ends the thread without a word to the owner; an invocation that runs fails. */
  terminate(detail: string): Promise<void> {
    if (!this.#isGone) this.#leave({ because: 'threw', detail })
    return this.#exited
  }

  #receive(message: ThreadMessage): void {
    if (this.#isGone) return
    switch (message.kind) {
      case 'line':
        this.#logs.push(message.line)
        break
      case 'ready':
        clearTimeout(this.#timer)
        this.isReady = true
        this.#owner.onFree(this)
        break
      case 'unloadable':
        this.#end({ because: 'threw', detail: message.detail })
        break
      case 'returned':
        if (message.id === this.#jobs) this.#finish({ kind: 'returned', value: JSON.parse(message.json) })
        break
      case 'failed':
        if (message.id !== this.#jobs) break
        this.#finish({ kind: 'failed', because: message.because, detail: message.detail })
        break
    }
  }

  #onDeadline(job: Job): void {
    if (this.#job !== job) return
    const detail = `the function did not reply within ${job.invocation.deadlineMs} ms`
    this.#end({ because: 'timeout', detail })
  }

  #onExit(code: number): void {
    if (this.#isGone) return
    // The last words may still be on their way.
    for (
      let last = receiveMessageOnPort(this.#port);
      last !== undefined;
      last = receiveMessageOnPort(this.#port)
    ) {
      this.#receive(last.message as ThreadMessage)
    }
    this.#end({
      because: 'threw',
      detail: this.#fault ?? `the function ended its process with exit code ${code}`,
    })
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
    this.#port.close()
    void this.#worker.terminate()
  }
}

type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | {
      readonly kind: 'failed'
      readonly because: 'threw' | 'timeout' | 'invalid' | 'too-large'
      readonly detail: string
    }
