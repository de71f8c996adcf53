// Requests that ask for another protocol: WebSocket is one that is spoken, the others are ordinary requests.
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** ('Use WebSockets with CloudFront distributions') */
export function isWebSocket(message: IncomingMessage): boolean {
  return message.headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Node.js before 22.21 and 24.9 lets go of every connection that asks for another protocol. The server reads the request
 * again without that wish (RFC 9110, section 7.8).
 */
export function takeBack(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    const options = name === 'connection' ? withoutUpgrade(rawHeaders[i + 1]!) : rawHeaders[i + 1]!
    if (name !== 'upgrade' && (name !== 'connection' || options !== ''))
      lines.push(`${rawHeaders[i]}: ${options}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((each) => each.trim())
  return options.filter((each) => each !== '' && each.toLowerCase() !== 'upgrade').join(', ')
}
