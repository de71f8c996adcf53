// Lines to a file descriptor or file in batches, off the request's path.
import { pino } from 'pino'

/** Collects lines; they leave after a tenth of a second, or earlier when many come. */
export interface LineWriter {
  /** One or more complete lines, each with its line end. */
  write(lines: string): void
  /** Sends what is collected without waiting for it to arrive. */
  flush(): void
  /** Writes everything that is left before it returns; later lines are dropped. */
  close(): void
}

const FLUSH_AFTER_MS = 100
const BATCH_CHARACTERS = 12_000
/** A reader that stalls costs lines, never memory. */
const WAITING_BYTES = 16 * 1024 * 1024

/**
 * A writer to a file descriptor or a file. A reader that went away (EPIPE) or a full disk silences it:
 * nobody's request fails because a log line cannot be written.
 */
export function createLineWriter(destination: number | string): LineWriter {
  const output = pino.destination({ dest: destination, sync: false, maxLength: WAITING_BYTES })
  let batch = ''
  let isOpen = true
  let timer: NodeJS.Timeout | null = null

  const handOver = (): void => {
    timer = null
    if (batch === '') return
    const lines = batch
    batch = ''
    output.write(lines)
  }
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    process.off('exit', close)
    if (timer !== null) clearTimeout(timer)
    try {
      handOver()
      output.flushSync()
    } catch {
      // The reader is gone, as in the error event below.
    }
    output.destroy()
  }

  output.on('error', () => {
    isOpen = false
    batch = ''
    process.off('exit', close)
    output.destroy()
  })
  process.on('exit', close)

  return {
    write(lines) {
      if (!isOpen) return
      batch += lines
      if (batch.length > BATCH_CHARACTERS) handOver()
      else timer ??= setTimeout(handOver, FLUSH_AFTER_MS).unref()
    },
    flush() {
      if (isOpen) handOver()
    },
    close,
  }
}
