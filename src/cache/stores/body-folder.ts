// The bodies that are too large for memory: one file each, in a private folder that goes with the process.
import { mkdtemp, open, rm, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Windows, toWindowStart, WINDOW_BYTES } from './windows.ts'
import { clearLeftovers, toFolderPrefix, type ProcessFacts } from './leftovers.ts'
import type { BodyFile, BodyFiles } from '../../message/body-files.ts'

const NO_BYTES = Buffer.alloc(0)

/** Where the files of one process lie. */
export interface BodyFolder extends BodyFiles {
  /** Removes every file; what is still being written fails. */
  close(): Promise<void>
}

export interface BodyFolderOptions extends ProcessFacts {
  readonly memoryObject: number
  /** The folder of temporary files. */
  readonly parent: string
}

/** A folder that is made (for this user alone) when the first large body comes. What crashed runs left goes at once. */
export function createBodyFolder(options: BodyFolderOptions): BodyFolder {
  const { memoryObject, parent } = options
  let folder: Promise<string> | null = null
  let count = 0
  let isClosed = false
  const windows = new Windows()
  const cleared = clearLeftovers(parent, options)

  async function pathOf(number: number): Promise<string> {
    if (isClosed) throw new Error('pocketfront is stopping')
    folder ??= mkdtemp(join(parent, toFolderPrefix(options)))
    return join(await folder, `${number}.body`)
  }

  return {
    memoryObject,
    create() {
      count++
      return new OneFile(count, pathOf(count), windows)
    },
    async close() {
      isClosed = true
      await cleared
      if (folder === null) return
      await folder.then((path) => rm(path, { recursive: true, force: true })).catch(() => {})
    },
  }
}

class OneFile implements BodyFile {
  #path: Promise<string>
  #handle: Promise<FileHandle> | null = null
  #isCreated = false
  #bytes = 0
  #number: number
  #windows: Windows
  #isRemoved = false

  constructor(number: number, path: Promise<string>, windows: Windows) {
    this.#number = number
    this.#windows = windows
    this.#path = path
    // Who writes is told.
    path.catch(() => {})
  }

  append(chunks: readonly Buffer[], onDone: (error: Error | null) => void): void {
    this.#writeAll(chunks).then(
      () => onDone(null),
      (error: unknown) => onDone(toError(error)),
    )
  }

  peek(at: number): Buffer | null {
    return this.#windows.from(this.#number, at)
  }

  read(at: number, onDone: (error: Error | null, chunk: Buffer) => void): void {
    this.#read(at).then(
      (chunk) => onDone(null, chunk),
      (error: unknown) => onDone(toError(error), NO_BYTES),
    )
  }

  rest(): void {
    const handle = this.#handle
    this.#handle = null
    // Waits for what is under way.
    handle?.then((opened) => opened.close()).catch(() => {})
  }

  remove(): void {
    this.rest()
    this.#isRemoved = true
    this.#windows.forget(this.#number)
    this.#path.then((path) => unlink(path)).catch(() => {})
  }

  async #writeAll(chunks: readonly Buffer[]): Promise<void> {
    const handle = await this.#open()
    for (let rest = chunks; rest.length > 0;) {
      const { bytesWritten } = await handle.writev(rest, this.#bytes)
      if (bytesWritten === 0) throw new Error('the disk takes no more bytes')
      this.#bytes += bytesWritten
      rest = dropBytes(rest, bytesWritten)
    }
  }

  async #read(at: number): Promise<Buffer> {
    const handle = await this.#open()
    const start = toWindowStart(at)
    const buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES)
    // No further than what has been written when the read begins.
    const length = Math.min(WINDOW_BYTES, this.#bytes - start)
    const { bytesRead } = await handle.read(buffer, 0, length, start)
    if (!this.#isRemoved) this.#windows.keep(this.#number, start, buffer.subarray(0, bytesRead))
    return buffer.subarray(Math.min(at - start, bytesRead), bytesRead)
  }

  #open(): Promise<FileHandle> {
    this.#handle ??= this.#path
      .then((path) => open(path, this.#isCreated ? 'r' : 'wx+', 0o600))
      .then((handle) => {
        this.#isCreated = true
        return handle
      })
    return this.#handle
  }
}

function dropBytes(chunks: readonly Buffer[], bytes: number): Buffer[] {
  const rest: Buffer[] = []
  let left = bytes
  for (const chunk of chunks) {
    if (left < chunk.length) rest.push(left > 0 ? chunk.subarray(left) : chunk)
    left = Math.max(0, left - chunk.length)
  }
  return rest
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
