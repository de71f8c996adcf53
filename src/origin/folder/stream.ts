// Streams a part of an open file into a body at the pace of its readers.
import type { FileHandle } from 'node:fs/promises'
import { Body } from '../../message/body.ts'
import type { BodySource } from '../../message/body-parties.ts'

const CHUNK_BYTES = 64 * 1024

/** The bytes from `start` to `end` (inclusive) as a body. Closes the file at the end, on failure and on abort. */
export function streamFile(handle: FileHandle, start: number, end: number): Body {
  const valve = new Valve()
  const body = new Body(valve)
  void fill(body, valve, handle, start, end)
  return body
}

async function fill(body: Body, valve: Valve, handle: FileHandle, start: number, end: number): Promise<void> {
  try {
    let at = start
    while (at <= end) {
      await valve.opened()
      if (body.state !== 'open') break
      const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - at + 1))
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, at)
      if (bytesRead === 0) throw new Error(`the file became ${end - at + 1} bytes shorter while it was read`)
      at += bytesRead
      body.append(bytesRead === chunk.length ? chunk : chunk.subarray(0, bytesRead))
    }
    body.finish()
  } catch (error) {
    body.fail(error instanceof Error ? error : new Error(String(error)))
  } finally {
    await handle.close().catch(() => {})
  }
}

/** Lets the reading loop wait while the body's readers are behind. */
class Valve implements BodySource {
  #paused = false
  #wake: (() => void) | null = null

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#wake?.()
    this.#wake = null
  }

  /** The body has failed already; the loop sees it. */
  abort(): void {
    this.resume()
  }

  async opened(): Promise<void> {
    if (!this.#paused) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }
}
