// A python3 process that runs one instance of a function; its prints cannot reach what it says to the proxy.
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LineReader } from './lines.ts'
import { checkMessage } from '../messages.ts'
import { parseReturnedText, toInvokeText } from '../wire.ts'
import type { ChildProcess } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import type { InvokeMessage, Launch, Spare, Vessel, VesselEvents, VesselMessage } from '../vessel.ts'

export const RUNTIME_FILE = fileURLToPath(new URL('./runtime.py', import.meta.url))

/** -B: a stale .pyc must not stand in for a file that was saved twice within a second. */
export const PYTHON_FLAGS = ['-B', '-X', 'utf8'] as const

/** More than any message has: results are cut in the process. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** What a process and its children write past sys.stdout, per invocation. */
const MAX_RAW_LINES = 100
const MAX_RAW_LINE_BYTES = 10_000
/** How long the last words of a process that has ended are waited for. */
const LAST_WORDS_MS = 200

/** Starts an interpreter without code; `load` gives it some, once. */
export class PythonProcess implements Vessel, Spare {
  #child: ChildProcess
  #channel: Duplex
  #lifeline: Duplex
  /** null until there is code. */
  #events: VesselEvents | null = null
  #file: string
  #launch: Launch
  #rawLines = 0
  /** Read, and to be passed on when what was written beside them has been read, too. */
  #held: VesselMessage[] = []
  isEnded = false
  #closed: Promise<void>

  constructor(interpreter: string, file: string, launch: Launch) {
    this.#file = file
    this.#launch = launch
    // 3: messages. 4: calls for what has not begun; it ends with this process, however that ends.
    this.#child = spawn(interpreter, [...PYTHON_FLAGS, RUNTIME_FILE], {
      cwd: dirname(file),
      env: launch.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C on the terminal is ours, and one signal ends what the function has started.
      detached: process.platform !== 'win32',
    })
    const [, stdout, stderr, channel, lifeline] = this.#child.stdio as unknown as [
      null,
      Readable,
      Readable,
      Duplex,
      Duplex,
    ]
    this.#channel = channel
    this.#lifeline = lifeline
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', resolve)
      this.#child.once('error', () => resolve())
      this.#child.once('exit', () => setTimeout(resolve, LAST_WORDS_MS).unref())
    })
    this.#child.once('error', (error) =>
      this.#onExit(`${interpreter} could not be started: ${error.message}`),
    )
    this.#child.once('exit', () => this.#killGroup())
    void this.#closed.then(() => this.#onExit(describeExit(this.#child)))
    this.#read(stdout, stderr, channel)
    for (const stream of [stdout, stderr, channel, lifeline]) {
      stream.on('error', () => {})
      ;(stream as Partial<{ unref(): void }>).unref?.()
    }
    this.#child.unref()
  }

  load(exportName: string, events: VesselEvents): void {
    this.#events = events
    const { context, memoryMb, replies } = this.#launch
    const start = { file: this.#file, handler: exportName, context: toSnakeCase(context), memoryMb, replies }
    this.#channel.write(`${JSON.stringify(start)}\n`)
  }

  send(messages: readonly InvokeMessage[]): void {
    this.#rawLines = 0
    this.#channel.write(`${messages.length}\n${messages.map(toInvokeText).join('\n')}\n`)
  }

  /** A thread beside the function's own answers, unless the function holds the interpreter. */
  recall(): void {
    if (!this.isEnded) this.#lifeline.write('r')
  }

  /** It announces all it says. */
  catchUp(): void {}

  /** What waits for its reply has begun: it is told apart from what waits behind it by that alone. */
  hasBegun(): boolean {
    return true
  }

  /** Python functions do not stream. (AWS Lambda Developer Guide, 'Response streaming for Lambda functions') */
  acknowledge(): void {}

  end(): Promise<void> {
    this.isEnded = true
    // Whoever waits for its end is not left waiting because the process has nothing else to do.
    this.#child.ref()
    this.#killGroup()
    this.#channel.destroy()
    return this.#closed
  }

  #read(stdout: Readable, stderr: Readable, channel: Duplex): void {
    const messages = new LineReader(MAX_MESSAGE_BYTES, (line, isWhole) => {
      if (isWhole) this.#receive(line)
      else this.#child.kill('SIGKILL')
    })
    channel.on('data', (chunk: Buffer) => messages.push(chunk))
    for (const stream of [stdout, stderr]) {
      const raw = new LineReader(MAX_RAW_LINE_BYTES, (line) => this.#onRawLine(line))
      stream.on('data', (chunk: Buffer) => raw.push(chunk))
      stream.on('end', () => raw.end())
    }
  }

  #onRawLine(text: string): void {
    this.#rawLines++
    if (this.isEnded || this.#rawLines > MAX_RAW_LINES) return
    this.#events?.onMessage({
      kind: 'raw',
      text: this.#rawLines === MAX_RAW_LINES ? '(more lines are left out)' : text,
    })
  }

  /** Results are texts of their own, all else is a message as JSON. */
  #receive(line: string): void {
    if (this.isEnded) return
    const message = parseReturnedText(line) ?? parseMessage(line)
    if (message === null) return
    const isReply = message.kind === 'returned' || message.kind === 'failed'
    if (this.#held.length === 0 && !isReply) this.#events?.onMessage(message)
    else this.#hold(message)
  }

  /** What the function wrote past sys.stdout before it replied is there by now, yet may be read after the reply. */
  #hold(message: VesselMessage): void {
    this.#held.push(message)
    if (this.#held.length > 1) return
    setImmediate(() => {
      for (const each of this.#held.splice(0)) {
        if (this.isEnded) return
        this.#rawLines = 0
        this.#events?.onMessage(each)
      }
    })
  }

  #onExit(detail: string): void {
    if (this.isEnded) return
    this.isEnded = true
    this.#events?.onExit(detail)
  }

  #killGroup(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      if (process.platform === 'win32') this.#child.kill('SIGKILL')
      else process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
}

function parseMessage(line: string): VesselMessage | null {
  try {
    return checkMessage(JSON.parse(line))
  } catch {
    return null
  }
}

function describeExit({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null
    ? `the function ended its process with exit code ${exitCode}`
    : `the function's process was ended by ${signalCode}`
}

function toSnakeCase(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replace(/[A-Z]+/g, (capitals) => `_${capitals.toLowerCase()}`),
      value,
    ]),
  )
}
