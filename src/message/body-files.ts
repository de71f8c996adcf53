// Files for the bytes of bodies too large for memory: the contract, and one body's side of it.

/** One body's file. Every call may fail; none throws. */
export interface BodyFile {
  /** Writes chunks after those before; one call at a time. */
  append(chunks: readonly Buffer[], onDone: (error: Error | null) => void): void
  /** Bytes from `at` that are in memory still, as many as there are; null when they have to be read. */
  peek(at: number): Buffer | null
  /** Reads some bytes from `at`; none at the end of what is written. */
  read(at: number, onDone: (error: Error | null, chunk: Buffer) => void): void
  /** Nobody reads for now: the file stays, what it takes to read it may go. */
  rest(): void
  /** Nobody will read it any more. */
  remove(): void
}

/** Makes files for bodies that are stored. */
export interface BodyFiles {
  /** Stored bodies above this many bytes lie in a file. */
  readonly memoryObject: number
  create(): BodyFile
}

/** A body's file, and what of the body is in it. */
export class Filing {
  /** Bytes that can be read from it, counted from the start of the body. */
  bytes = 0
  isWriting = false
  /** Why it can't be used any more. */
  error: Error | null = null
  /** How many entries of caches hold the body. */
  entries = 0
  #file: BodyFile
  #isRemoved = false

  constructor(file: BodyFile) {
    this.#file = file
  }

  write(chunks: readonly Buffer[], onDone: (error: Error | null) => void): void {
    this.isWriting = true
    this.#file.append(chunks, (error) => {
      this.isWriting = false
      this.error ??= error
      onDone(error)
    })
  }

  peek(at: number): Buffer | null {
    return this.#file.peek(at)
  }

  /** Whoever asks for the body after a failed read finds that it can't be read, and fetches it again. */
  read(at: number, onDone: (error: Error | null, chunk: Buffer) => void): void {
    this.#file.read(at, (failure, chunk) => {
      const isShort = failure === null && chunk.length === 0
      const error = isShort ? new Error('a file of the cache has become shorter') : failure
      this.error ??= error
      onDone(error, chunk)
    })
  }

  /** Removes the file unless somebody uses it; whoever has just been given the body reads it within the same turn. */
  removeUnless(isUsed: () => boolean): void {
    setImmediate(() => {
      if (this.#isRemoved || this.isWriting || isUsed()) return
      if (this.entries > 0) return this.#file.rest()
      this.#isRemoved = true
      this.error ??= new Error('this body is no longer stored')
      this.#file.remove()
    })
  }
}
