// The body of a request as a stream of its own, which can be destroyed without harm to the connection.
import { Readable } from 'node:stream'

/**
 * Passes a request body on at the reader's pace. Destroyed before the end, it lets the rest be read and dropped, so
 * that the connection is ready for the next request; it fails when the viewer leaves first.
 */
export class Upload extends Readable {
  #message: Readable
  #isAttached = false
  #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#message.pause()
  }
  #onEnd = (): void => {
    // A stream that its viewer has reset ends as if all were there.
    if ((this.#message as Readable & { aborted?: boolean }).aborted === true) this.destroy(viewerLeft())
    else this.push(null)
  }
  #onClose = (): void => {
    if (!this.#message.readableEnded) this.destroy(viewerLeft())
  }

  /** The body of an HTTP/1.1 request, or the stream of an HTTP/2 one. */
  constructor(message: Readable) {
    super()
    this.#message = message
    // It may fail while nobody reads it.
    this.on('error', () => {})
    message.on('end', this.#onEnd)
    message.on('close', this.#onClose)
    if (message.destroyed) this.#onClose()
  }

  override _read(): void {
    if (!this.#isAttached) {
      this.#isAttached = true
      this.#message.on('data', this.#onData)
    }
    this.#message.resume()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const message = this.#message
    message.off('data', this.#onData)
    message.off('end', this.#onEnd)
    message.off('close', this.#onClose)
    message.resume()
    callback(error)
  }
}

function viewerLeft(): Error {
  return new Error('the viewer left in the middle of its upload')
}
