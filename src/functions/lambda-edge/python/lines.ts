// Bytes that arrive in pieces, as lines of bounded length.

/** `isWhole` is false for the start of a line that is longer than the bound; its rest is skipped. */
type OnLine = (line: string, isWhole: boolean) => void

export class LineReader {
  #maxBytes: number
  #onLine: OnLine
  #parts: Buffer[] = []
  #bytes = 0
  #isSkipping = false

  constructor(maxBytes: number, onLine: OnLine) {
    this.#maxBytes = maxBytes
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#take(chunk.subarray(start, end))
      this.#finish()
      start = end + 1
    }
    if (start < chunk.length) this.#take(chunk.subarray(start))
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.#bytes > 0) this.#finish()
  }

  #take(part: Buffer): void {
    if (this.#isSkipping) return
    this.#parts.push(part)
    this.#bytes += part.length
    if (this.#bytes <= this.#maxBytes) return
    this.#emit(false)
    this.#isSkipping = true
  }

  #finish(): void {
    if (!this.#isSkipping) this.#emit(true)
    this.#isSkipping = false
  }

  #emit(isWhole: boolean): void {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    this.#onLine(bytes.toString('utf8', 0, Math.min(bytes.length, this.#maxBytes)), isWhole)
  }
}
