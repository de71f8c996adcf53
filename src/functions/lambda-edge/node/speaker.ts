// What a function's thread says to the proxy: through shared memory where it fits, else as messages in the same order.
import type { MessagePort } from 'node:worker_threads'
import type { MailWriter } from './mailbox.ts'
import type { Answer, ThreadMessage } from './protocol.ts'
import type { VesselMessage } from '../vessel.ts'

/** How long replies may lie there unannounced while the thread goes on with the next invocation. */
const QUIET_MS = 0.25

const now = performance.now.bind(performance)

export class Speaker {
  #mail: MailWriter
  #post: (message: ThreadMessage) => void
  #startedAt = 0
  #announcedAt = 0

  constructor(port: MessagePort, mail: MailWriter) {
    this.#mail = mail
    this.#post = port.postMessage.bind(port)
  }

  /** An invocation begins. */
  begin(): void {
    this.#startedAt = now()
  }

  /** A line that is announced with the reply: a thread that hangs is looked after. */
  line(level: string | null, text: string): void {
    const microseconds = this.#startedAt === 0 ? 0 : this.#microseconds()
    if (!this.#mail.line(level, microseconds, text)) this.say({ kind: 'line', level, text, microseconds })
  }

  /** `isLast`: nothing follows that would announce it. */
  reply(id: number, answer: Answer, isLast: boolean): void {
    if (answer.kind === 'failed') {
      this.say({ ...answer, id })
      return
    }
    const microseconds = this.#microseconds()
    if (!this.#mail.returned(id, microseconds, answer.json)) this.say({ ...answer, id, microseconds })
    else if (isLast || now() - this.#announcedAt > QUIET_MS) this.announce()
  }

  /** Wakes the proxy for what was written. */
  announce(): void {
    this.#announcedAt = now()
    this.#post(this.#mail.written)
  }

  /** A message that comes after all that was written. */
  say(message: VesselMessage): void {
    this.#announcedAt = now()
    this.#post([this.#mail.written, message])
  }

  #microseconds(): number {
    return Math.round((now() - this.#startedAt) * 1000)
  }
}
