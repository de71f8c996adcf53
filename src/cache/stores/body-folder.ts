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

  function openFolder(): Promise<string> {
    if (folder !== null) return folder
    const made = mkdtemp(join(parent, toFolderPrefix(options)))
    folder = made
    // A disk that is full now need not be so for the next body.
    made.catch(() => forget(made))
    return made
  }

  function forget(made: Promise<string>): void {
    if (folder === made) folder = null
  }

  /** Opens a new file. What cleans up temporary folders may have taken ours along: then it is made once more. */
  async function create(number: number, isAgain = false): Promise<Opened> {
    if (isClosed) throw new Error('pocketfront is stopping')
    const made = openFolder()
    const path = join(await made, `${number}.body`)
    try {
      return { path, handle: await open(path, 'wx+', 0o600) }
    } catch (error) {
      if (isAgain || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      forget(made)
      return create(number, true)
    }
  }

  return {
    memoryObject,
    create() {
      count++
      return new OneFile(count, create, windows)
    },
    async close() {
      isClosed = true
      await cleared
      if (folder === null) return
      await folder.then((path) => rm(path, { recursive: true, force: true })).catch(() => {})
    },
  }
}

interface Opened {
  readonly path: string
  readonly handle: FileHandle
}

class OneFile implements BodyFile {
  #create: (number: number) => Promise<Opened>
  /** null before the first byte is written. */
  #path: string | null = null
  #handle: Promise<FileHandle> | null = null
  #bytes = 0
  #number: number
  #windows: Windows
  #isRemoved = false

  constructor(number: number, create: (number: number) => Promise<Opened>, windows: Windows) {
    this.#number = number
    this.#windows = windows
    this.#create = create
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
    void this.#close()
  }

  remove(): void {
    this.#isRemoved = true
    this.#windows.forget(this.#number)
    // Some systems remove no file that is open.
    void this.#close().then(() => (this.#path === null ? undefined : unlink(this.#path).catch(() => {})))
  }

  /** Waits for what is under way. Never rejects. */
  async #close(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.then((opened) => opened.close()).catch(() => {})
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
    this.#handle ??= this.#path === null ? this.#openNew() : open(this.#path, 'r')
    return this.#handle
  }

  async #openNew(): Promise<FileHandle> {
    const { path, handle } = await this.#create(this.#number)
    this.#path = path
    return handle
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
