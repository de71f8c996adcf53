// The first look at a request: its headers, and over TLS whether it may come this way.
import type { Incoming } from './http-request.ts'
import { Http2Message } from './http2/message.ts'
import { scanHead, type HeadScan } from './head-scan.ts'
import type { ViewerPorts } from './ports.ts'
import { admitSecure, isSecure } from './tls/connection.ts'

/** Fills the scan in place. */
export function readHead(message: Incoming, into: HeadScan, ports: ViewerPorts): void {
  scanHead(message.rawHeaders, into)
  if (into.hosts !== 1 || message.httpVersionMajor !== 1) checkHead(message, into)
  if (!isSecure(message.socket)) return
  admitSecure(message.socket, into, ports.router)
  // A body needs no header there.
  if (message instanceof Http2Message && !message.stream.endAfterHeaders) into.isSpecial = true
}

/** A request line may claim any version, but only a connection that speaks HTTP/2 has one (RFC 9112, sections 2.3 and 3.2). */
function checkHead(message: Incoming, into: HeadScan): void {
  const { httpVersionMajor, httpVersionMinor } = message
  if (into.hosts > 1) into.malformed = 'more than one Host header'
  else if (message instanceof Http2Message) {
    // The parser of HTTP/1.1 refuses such a target by itself.
    if (/[^\x21-\x7e]/.test(message.url)) into.malformed = 'a path with characters outside ASCII'
  } else if (httpVersionMajor !== 1)
    into.malformed = `a request line of HTTP/${httpVersionMajor}.${httpVersionMinor}`
  else if (into.hosts === 0 && httpVersionMinor > 0) into.malformed = 'no Host header'
  if (into.malformed !== null) into.isSpecial = true
}
