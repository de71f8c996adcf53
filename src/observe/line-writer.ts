// Lines to a file descriptor or file in batches, off the request's path.
import { pino } from 'pino'

/** Collects lines; they leave after a tenth of a second, or earlier when many come. */
export interface LineWriter {
  /** One or more complete lines, each with its line end. */
  write(lines: string): void
  /** Sends what is collected without waiting for it to arrive. */
  flush(): void
  /** Resolves when everything is written, or nobody reads it any more; later lines are dropped. */
  close(): Promise<void>
}

const FLUSH_AFTER_MS = 100
const BATCH_CHARACTERS = 12_000
/** A reader that stalls costs lines, never memory. */
const WAITING_BYTES = 16 * 1024 * 1024
/** What a reader that stalls gets on close. */
const CLOSE_WITHIN_MS = 2000

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
  const end = (): void => {
    isOpen = false
    process.off('exit', finishNow)
    if (timer !== null) clearTimeout(timer)
  }
  /** For a process that ends without close(). */
  const finishNow = (): void => {
    end()
    try {
      handOver()
      output.flushSync()
    } catch {
      // The reader is gone, as in the error event below.
    }
  }

  output.on('error', () => {
    end()
    batch = ''
    output.destroy()
  })
  process.on('exit', finishNow)

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
    close() {
      if (!isOpen) return Promise.resolve()
      end()
      handOver()
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(giveUp)
          resolve()
        }
        const giveUp = setTimeout(done, CLOSE_WITHIN_MS)
        output.once('close', done)
        output.once('error', done)
        output.end()
      })
    },
  }
}
