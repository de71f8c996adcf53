// Viewers over HTTP/2: sessions with their limits, and a request for each stream.
import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { Http2Message } from './message.ts'
import { Http2Reply } from './reply.ts'
import { QUOTAS } from '../../model/quotas.ts'

/** Takes one request. */
export type OnRequest = (message: Http2Message, reply: Http2Reply) => void

export interface Http2Sessions {
  /** Takes a connection that has agreed on h2. */
  open(socket: TLSSocket): void
  /** No further requests: running ones finish, then the connections end. */
  close(): void
}

/**
 * A head above CloudFront's 32,768 bytes is refused with 494 by our own count, one above these by nghttp2. Resets in
 * quick succession, floods of frames and the memory of a session have bounds there and in Node.js.
 */
const OPTIONS = {
  maxHeaderListPairs: 2048,
  settings: {
    maxConcurrentStreams: QUOTAS.http2Streams,
    maxHeaderListSize: 96 * 1024,
    // Room for what is under way of an upload.
    initialWindowSize: 256 * 1024,
    enablePush: false,
  },
}
/** Real milliseconds a session without a request may stay. */
const IDLE_MS = 60_000

/** ('Supported HTTP request methods and versions') */
export function createHttp2Sessions(onRequest: OnRequest): Http2Sessions {
  const sessions = new Set<ServerHttp2Session>()
  let isClosing = false
  return {
    open(socket) {
      socket.on('error', () => {})
      const session = performServerHandshake(socket, OPTIONS)
      sessions.add(session)
      session.on('close', () => sessions.delete(session))
      // What a viewer breaks is its own connection.
      session.on('error', () => {})
      let running = 0
      session.on('stream', (stream: ServerHttp2Stream, headers, _flags, rawHeaders: string[]) => {
        running++
        stream.on('close', () => running--)
        stream.on('error', () => {})
        if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 })
        onRequest(new Http2Message(stream, rawHeaders, socket), new Http2Reply(stream, socket))
      })
      session.setTimeout(IDLE_MS, () => {
        if (running === 0) session.close()
      })
      if (isClosing) session.close()
    },
    close() {
      isClosing = true
      for (const session of sessions) session.close()
    },
  }
}
