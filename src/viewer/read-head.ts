// The first look at a request: its headers, and over TLS whether it may come this way.
import type { Incoming } from './http-request.ts'
import { Http2Message } from './http2/message.ts'
import { scanHead, type HeadScan } from './head-scan.ts'
import type { ViewerPorts } from './ports.ts'
import { admitSecure, isSecure } from './tls/connection.ts'

/** Fills the scan in place. */
export function readHead(message: Incoming, into: HeadScan, ports: ViewerPorts): void {
  scanHead(message.rawHeaders, into)
  if (!isSecure(message.socket)) return
  admitSecure(message.socket, into, ports.router)
  // A body needs no header there.
  if (message instanceof Http2Message && !message.stream.endAfterHeaders) into.isSpecial = true
}
