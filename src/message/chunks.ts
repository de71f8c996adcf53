// Finding bytes in a list of chunks, and joining the list.

/** Bodies up to this size are kept as a latin1 string: less memory, and one write together with the header. */
const TEXT_BYTES = 4 * 1024

/** Where somebody reads, and where that was found last. */
export interface ChunkCursor {
  /** The next byte, counted from the start of the body. */
  readonly at: number
  /** Number of the chunk that was found last, and its first byte. */
  chunk: number
  chunkStart: number
}

/** The bytes from the cursor to the end of the chunk that holds them; `base` is the first byte of the first chunk. */
export function findChunk(chunks: readonly Buffer[], base: number, cursor: ChunkCursor): Buffer | null {
  let { chunk: index, chunkStart: start } = cursor
  // The chunks were joined, or dropped from the front, since the cursor was set.
  if (index >= chunks.length || start < base) [index, start] = [0, base]
  for (let chunk = chunks[index]; chunk !== undefined; chunk = chunks[++index]) {
    if (cursor.at < start + chunk.length) {
      cursor.chunk = index
      cursor.chunkStart = start
      return cursor.at === start ? chunk : chunk.subarray(cursor.at - start)
    }
    start += chunk.length
  }
  return null
}

/** How many chunks from the front end before or at a byte. */
export function countChunksBefore(chunks: readonly Buffer[], base: number, byte: number): number {
  let [count, end] = [0, base]
  for (const chunk of chunks) {
    end += chunk.length
    if (end > byte) break
    count++
  }
  return count
}

/**
 * One piece with memory of its own: a chunk may be a slice of a much larger read buffer. Chunks that lie one after the
 * other in memory that has just their size are that piece already.
 */
export function joinChunks(chunks: readonly Buffer[], bytes: number): string | Buffer {
  if (bytes <= TEXT_BYTES)
    return (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('latin1')
  const { buffer } = chunks[0]!
  if (buffer.byteLength === bytes && areInOrder(chunks, buffer)) return Buffer.from(buffer, 0, bytes)
  const one = Buffer.allocUnsafeSlow(bytes)
  let at = 0
  for (const chunk of chunks) at += chunk.copy(one, at)
  return one
}

function areInOrder(chunks: readonly Buffer[], buffer: ArrayBufferLike): boolean {
  let at = 0
  for (const chunk of chunks) {
    if (chunk.buffer !== buffer || chunk.byteOffset !== at) return false
    at += chunk.length
  }
  return true
}
