// The first look at a request: its headers, and over TLS whether it may come this way.
import type { IncomingMessage } from 'node:http'
import { scanHead, type HeadScan } from './head-scan.ts'
import type { ViewerPorts } from './ports.ts'
import { admitSecure, isSecure } from './tls/connection.ts'

/** Fills the scan in place. */
export function readHead(
  message: Pick<IncomingMessage, 'rawHeaders' | 'socket'>,
  into: HeadScan,
  ports: ViewerPorts,
): void {
  scanHead(message.rawHeaders, into)
  if (isSecure(message.socket)) admitSecure(message.socket, into, ports.router)
}
