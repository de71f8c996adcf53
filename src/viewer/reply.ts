// What an answer is written to: a response over HTTP/1.1, or a stream of HTTP/2 in the same form.

/** The part of Node.js' ServerResponse that answers need. */
export interface Reply {
  /** Null while a pipelined response waits for those before it. */
  readonly socket: object | null
  readonly destroyed: boolean
  readonly headersSent: boolean
  readonly writableFinished: boolean
  /** False closes the connection after this answer. */
  shouldKeepAlive: boolean
  sendDate: boolean
  /** `headers` is a flat list of names and values. */
  writeHead(status: number, statusText: string, headers: string[]): unknown
  /** Sends a head that is ready as text, checked and with its empty line, and the body; a string is latin1. */
  endReady?(head: string, body: string | Buffer, isChunked: boolean): void
  flushHeaders(): void
  /** Fields after the body, over HTTP/2 alone; the source has them when the body has ended. */
  expectTrailers?(source: { readonly trailers: readonly string[] | null }): void
  /** Returns false when the viewer should be waited for: 'drain' comes then. */
  write(chunk: Buffer): boolean
  end(): unknown
  end(chunk: string | Buffer, encoding?: BufferEncoding): unknown
  destroy(): unknown
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown
  off(event: 'drain' | 'close' | 'error', listener: () => void): unknown
  emit(event: 'close'): unknown
}
