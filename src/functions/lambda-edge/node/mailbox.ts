// Results and lines in memory that a thread and the proxy share: they are there although the thread hangs afterwards.
import type { VesselMessage } from '../vessel.ts'

/** A power of two; what does not fit travels as a message. */
const RING_BYTES = 128 * 1024
/** Int32 each: what has begun, how many bytes were written, how many were read. Counters wrap around. */
const BEGUN = 0
const WRITTEN = 1
const READ = 2
const HEAD_BYTES = 16
/** A record is kind, number, microseconds and length, each an Int32, and then the text in UTF-8, filled up to 4 bytes. */
const RECORD_BYTES = 16
const RETURNED = 1
const LINE = 2
/** What is left at the end of the ring. */
const SKIP = 3
/** In place of a number: nothing more may begin. */
const NONE = -1
const LEVELS: readonly (string | null)[] = [null, 'INFO', 'DEBUG', 'WARN', 'ERROR', 'TRACE']

// Taken before user code can replace them.
const { load, store, exchange, compareExchange } = Atomics

export function createMailbox(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + RING_BYTES)
}

/** The thread's side. */
export class MailWriter {
  #ints: Int32Array
  #write: (text: string, offset: number) => number

  constructor(mailbox: SharedArrayBuffer) {
    this.#ints = new Int32Array(mailbox)
    const bytes = Buffer.from(mailbox)
    this.#write = bytes.write.bind(bytes) as (text: string, offset: number) => number
  }

  /** How much has been written; for {@link MailReader.drain}. */
  get written(): number {
    return load(this.#ints, WRITTEN)
  }

  /** Whether this invocation may begin: it is the next one, and has not been taken back. */
  begin(id: number): boolean {
    return compareExchange(this.#ints, BEGUN, id - 1, id) === id - 1
  }

  /** false: there is no room. */
  returned(id: number, microseconds: number, json: string): boolean {
    return this.#put(RETURNED, id, microseconds, json)
  }

  /** false: there is no room. */
  line(level: string | null, microseconds: number, text: string): boolean {
    return this.#put(LINE, LEVELS.indexOf(level), microseconds, text)
  }

  #put(kind: number, id: number, microseconds: number, text: string): boolean {
    const ints = this.#ints
    // UTF-8 takes up to three bytes for each unit of UTF-16.
    const most = RECORD_BYTES + text.length * 3 + 3
    if (most > RING_BYTES) return false
    let written = load(ints, WRITTEN)
    const free = RING_BYTES - ((written - load(ints, READ)) | 0)
    let at = written & (RING_BYTES - 1)
    const atEnd = RING_BYTES - at
    if (most > atEnd) {
      if (atEnd + most > free) return false
      ints[(HEAD_BYTES + at) >> 2] = SKIP
      written = (written + atEnd) | 0
      at = 0
    } else if (most > free) return false
    const length = this.#write(text, HEAD_BYTES + at + RECORD_BYTES)
    const slot = (HEAD_BYTES + at) >> 2
    ints[slot] = kind
    ints[slot + 1] = id
    ints[slot + 2] = microseconds
    ints[slot + 3] = length
    store(ints, WRITTEN, (written + RECORD_BYTES + ((length + 3) & ~3)) | 0)
    return true
  }
}

/** The proxy's side. */
export class MailReader {
  #ints: Int32Array
  #bytes: Buffer

  constructor(mailbox: SharedArrayBuffer) {
    this.#ints = new Int32Array(mailbox)
    this.#bytes = Buffer.from(mailbox)
  }

  /** Invocations from this one on may begin. */
  allow(id: number): void {
    store(this.#ints, BEGUN, id - 1)
  }

  hasBegun(id: number): boolean {
    const begun = load(this.#ints, BEGUN)
    return begun === NONE || begun >= id
  }

  /** Lets nothing more begin once `running` has; the number of the last one that has begun, or null for no change. */
  forbid(running: number): number | null {
    // One that has not begun itself holds up nobody; its thread may just not have been woken yet.
    if (load(this.#ints, BEGUN) < running) return null
    const begun = exchange(this.#ints, BEGUN, NONE)
    return begun === NONE ? null : begun
  }

  /** Hands out what was written, to the end or to where the writer was when it said so. */
  drain(onMessage: (message: VesselMessage) => void, to: number = load(this.#ints, WRITTEN)): void {
    const ints = this.#ints
    const written = load(ints, WRITTEN)
    const end = ((written - to) | 0) < 0 ? written : to
    for (let read = load(ints, READ); ((end - read) | 0) > 0;) {
      // Code in the thread that has found this memory may have written anything; nobody waits for what it says.
      if (((end - read) | 0) > RING_BYTES) return void store(ints, READ, end)
      const at = read & (RING_BYTES - 1)
      const slot = (HEAD_BYTES + at) >> 2
      if (ints[slot] === SKIP) {
        read = (read + RING_BYTES - at) | 0
        store(ints, READ, read)
        continue
      }
      const length = ints[slot + 3]!
      if (length < 0 || length > RING_BYTES) return void store(ints, READ, end)
      const message = this.#get(slot, length)
      read = (read + RECORD_BYTES + ((length + 3) & ~3)) | 0
      store(ints, READ, read)
      onMessage(message)
    }
  }

  #get(slot: number, length: number): VesselMessage {
    const ints = this.#ints
    const from = (slot << 2) + RECORD_BYTES
    const text = this.#bytes.toString('utf8', from, from + length)
    const [id, microseconds] = [ints[slot + 1]!, ints[slot + 2]!]
    return ints[slot] === RETURNED
      ? { kind: 'returned', id, microseconds, json: text }
      : { kind: 'line', level: LEVELS[id] ?? null, text, microseconds }
  }
}
