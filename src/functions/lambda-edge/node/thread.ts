// A worker thread that runs a Node.js function, with an eye on the memory it takes outside of its heap.
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads'
import { describeError } from './result.ts'
import type { MessagePort } from 'node:worker_threads'
import { checkMessage } from '../messages.ts'
import { createMailbox, MailReader } from './mailbox.ts'
import { toInvokeText, toTakenText } from '../wire.ts'
import type { Bundle, StartMessage, ThreadOrder } from './protocol.ts'
import type { InvokeMessage, Launch, Spare, Vessel, VesselEvents, VesselMessage } from '../vessel.ts'

// Runs as TypeScript from src and as JavaScript from dist.
const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

const MIB = 1024 * 1024
/** How often threads at work are looked at, and so how long one may take memory unseen. */
const LOOK_MS = 25
/** What Node.js itself takes. */
const SLACK_MB = 32

/** Starts without code; `load` gives it some, once. */
export class Thread implements Vessel, Spare {
  readonly worker: Worker
  /** The look at which it was at work already. */
  seenAtWork = false
  /** null until there is code. */
  #events: VesselEvents | null = null
  #launch: Launch
  #port: MessagePort
  #post: (order: ThreadOrder) => void
  #farPort: MessagePort
  #mailbox = createMailbox()
  #mail = new MailReader(this.#mailbox)
  /** The last one that is going to reply. */
  #last = 0
  #fault: string | null = null
  isEnded = false
  #exited: Promise<void>

  constructor(launch: Launch) {
    this.#launch = launch
    this.worker = new Worker(WORKER_FILE, {
      name: launch.context.functionName,
      env: launch.environment,
      execArgv: ['--enable-source-maps', '--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: launch.memoryMb },
      // Not shown and not read, as reading keeps the process alive: the thread turns output into log lines itself.
      stdout: true,
      stderr: true,
    })
    this.#exited = new Promise((resolve) => this.worker.once('exit', () => resolve()))
    this.worker.on('error', (error) => (this.#fault = describeError(error)))
    this.worker.on('exit', (code) => this.#onExit(code))
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#farPort = port2
    this.#post = port1.postMessage.bind(port1)
    port1.on('message', (message: unknown) => this.#receive(message))
    port1.unref()
    this.worker.unref()
  }

  load(bundle: Bundle, exportName: string, events: VesselEvents): void {
    this.#events = events
    const { context, replies } = this.#launch
    const port = this.#farPort
    const start: StartMessage = { port, bundle, exportName, context, replies, mailbox: this.#mailbox }
    this.worker.postMessage(start, [port])
    watchMemory(this)
  }

  send(messages: readonly InvokeMessage[]): void {
    const [first] = messages as readonly [InvokeMessage]
    this.#last = first.id + messages.length - 1
    this.#mail.allow(first.id)
    watchMemory(this)
    this.#post(messages.length === 1 ? toInvokeText(first) : messages.map(toInvokeText))
  }

  /** The thread is not asked, as it may be blocked: nothing begins without its number, and that is taken away. */
  recall(running: number): void {
    this.catchUp()
    const begun = this.#mail.forbid(running)
    if (begun !== null) this.#pass({ kind: 'unstarted', id: begun + 1 })
  }

  hasBegun(id: number): boolean {
    return this.#mail.hasBegun(id)
  }

  catchUp(): void {
    this.#mail.drain(this.#pass)
  }

  acknowledge(id: number, bytes: number): void {
    if (!this.isEnded) this.#post(toTakenText(id, bytes))
  }

  end(): Promise<void> {
    this.#leave()
    // Whoever waits for its end is not left waiting because the process has nothing else to do.
    this.worker.ref()
    void this.worker.terminate()
    return this.#exited
  }

  /** Buffers live outside of the heap, which V8 limits: they are counted here. */
  async look(): Promise<void> {
    const { used_heap_size, external_memory } = await this.worker.getHeapStatistics()
    const { memoryMb } = this.#launch
    if (this.isEnded || used_heap_size + external_memory <= (memoryMb + SLACK_MB) * MIB) return
    this.#leave()
    void this.worker.terminate()
    this.#events?.onExit(`the function used more than its ${memoryMb} MB of memory`)
  }

  #receive(said: unknown): void {
    const [written, message] = Array.isArray(said) ? (said as readonly unknown[]) : [said]
    this.#mail.drain(this.#pass, typeof written === 'number' ? written : undefined)
    const checked = checkMessage(message)
    if (checked !== null) this.#pass(checked)
  }

  #pass = (message: VesselMessage): void => {
    if (message.kind === 'unstarted') this.#last = message.id - 1
    else if (message.kind === 'returned' || message.kind === 'failed') {
      if (message.id >= this.#last) atWork.delete(this)
      this.seenAtWork = false
    } else if (message.kind === 'ready') atWork.delete(this)
    if (!this.isEnded) this.#events?.onMessage(message)
  }

  #onExit(code: number): void {
    if (this.isEnded) return
    // The last words may still be on their way.
    for (
      let last = receiveMessageOnPort(this.#port);
      last !== undefined;
      last = receiveMessageOnPort(this.#port)
    ) {
      this.#receive(last.message)
    }
    this.catchUp()
    this.#leave()
    this.#events?.onExit(this.#fault ?? `the function ended its process with exit code ${code}`)
  }

  #leave(): void {
    this.isEnded = true
    atWork.delete(this)
    this.#port.close()
  }
}

const atWork = new Set<Thread>()
let timer: NodeJS.Timeout | null = null

/** Most invocations end before the first look. */
function watchMemory(thread: Thread): void {
  thread.seenAtWork = false
  atWork.add(thread)
  timer ??= setInterval(lookAtAll, LOOK_MS).unref()
}

function lookAtAll(): void {
  if (atWork.size === 0 && timer !== null) {
    clearInterval(timer)
    timer = null
  }
  for (const thread of atWork) {
    // A thread that ends meanwhile has no statistics.
    if (thread.seenAtWork) thread.look().catch(() => {})
    thread.seenAtWork = true
  }
}
