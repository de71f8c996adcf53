// A request over HTTP/2 in the form of one over HTTP/1.1.
import type { ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'

/** What the viewer side reads of a request, taken from the head of a stream. */
export class Http2Message {
  readonly method: string
  readonly url: string
  /** Without pseudo-headers; Host stands for :authority, and the parts of a divided Cookie are one again. */
  readonly rawHeaders: string[]
  readonly httpVersionMajor = 2
  readonly httpVersionMinor = 0
  readonly socket: TLSSocket
  readonly stream: ServerHttp2Stream

  constructor(stream: ServerHttp2Stream, rawHeaders: readonly string[], socket: TLSSocket) {
    const head = readHead(rawHeaders)
    this.method = head.method
    this.url = head.path
    this.rawHeaders = head.headers
    this.socket = socket
    this.stream = stream
  }
}

/** Parses the fields of a HEADERS frame (RFC 9113, sections 8.2.3 and 8.3.1). */
function readHead(raw: readonly string[]): { method: string; path: string; headers: string[] } {
  let method = ''
  let path = ''
  let authority: string | null = null
  let cookieAt = -1
  const headers: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    const value = raw[i + 1]!
    if (name === ':method') method = value
    else if (name === ':path') path = value
    else if (name === ':authority') {
      authority = value
      headers.push('Host', value)
    } else if (name === 'cookie' && cookieAt >= 0) headers[cookieAt] += `; ${value}`
    else if (name === 'host' && value === authority) continue
    else if (name.charCodeAt(0) !== 0x3a) {
      headers.push(name === 'host' ? 'Host' : name, value)
      if (name === 'cookie') cookieAt = headers.length - 1
    }
  }
  return { method, path, headers }
}
