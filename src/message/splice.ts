// A body put together from parts of other bodies and from text, at the pace of its readers.
import { Body } from './body.ts'
import type { BodyConsumer, BodyReader } from './body-reader.ts'
import type { ByteSpan } from './range.ts'

/** Bytes of a body, or bytes at hand. */
export type Piece = Buffer | (ByteSpan & { readonly body: Body })

/** One body of all pieces, one after the other. What they come from stays readable until they are through. */
export function spliceBody(pieces: readonly Piece[]): Body {
  let isPaused = false
  let isStepping = false
  let next = 0
  let reader: BodyReader | null = null
  const sources = new Set(pieces.flatMap((piece) => (Buffer.isBuffer(piece) ? [] : [piece.body])))
  const releases = Array.from(sources, (body) => body.hold())
  const leave = (): void => {
    for (const release of releases) release()
    for (const body of sources) body.discard()
  }

  const spliced = new Body({
    pause: () => void (isPaused = true),
    resume() {
      isPaused = false
      if (reader !== null) reader.resume()
      else step()
    },
    abort() {
      const last = reader
      leave()
      last?.cancel()
    },
  })

  const wantsMore = (): boolean => !isPaused && reader === null && spliced.state === 'open'

  function step(): void {
    if (isStepping) return
    isStepping = true
    while (wantsMore()) {
      const piece = pieces[next++]
      if (piece === undefined) {
        spliced.finish()
        leave()
      } else if (Buffer.isBuffer(piece)) spliced.append(piece)
      else open(piece)
    }
    isStepping = false
  }

  function open({ body, first, last }: Exclude<Piece, Buffer>): void {
    if (!body.isReadableFromStart) return fail(body.error ?? new Error('a part of this body is gone'))
    const consumer: BodyConsumer = {
      onData(chunk) {
        spliced.append(chunk)
        return !isPaused
      },
      onEnd() {
        reader = null
        step()
      },
      onError(error) {
        reader = null
        fail(error)
      },
    }
    reader = body.read(consumer, first, last)
    reader.resume()
  }

  function fail(error: Error): void {
    spliced.fail(error)
    leave()
  }

  step()
  return spliced
}
