// Requests that ask for another protocol: WebSocket is one that is spoken, the others are ordinary requests.
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { runningResponse } from './client-error.ts'

/** ('Use WebSockets with CloudFront distributions') */
export function isWebSocket(message: IncomingMessage): boolean {
  return message.headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Whether Node.js shall let go of the connection. With a wish that it does not grant it forgets what came behind the
 * request, unless that has a body.
 */
export function leavesServer(message: IncomingMessage): boolean {
  const { headers } = message
  if (isWebSocket(message)) return true
  return headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
}

/**
 * The answers to the requests before this one go first: Node.js, which let go of the socket, has them write to it still.
 * Until then it is one of those that wait.
 */
export function afterAnswers(socket: Socket, waiting: Set<Socket>, then: () => void): void {
  const running = runningResponse(socket)
  if (running === null) return then()
  const onDrain = (): void => void running.emit('drain')
  const onError = (): void => void socket.destroy()
  waiting.add(socket)
  socket.on('drain', onDrain)
  socket.on('error', onError)
  running.once('close', () => {
    waiting.delete(socket)
    socket.off('drain', onDrain)
    socket.off('error', onError)
    // To one that has said its last word there is nothing to answer, as in Node.js.
    if (socket.readableEnded) socket.destroySoon()
    else if (socket.writable) afterAnswers(socket, waiting, then)
  })
}

/**
 * The server reads the request again without the wish for another protocol (RFC 9110, section 7.8). Node.js before 22.21
 * and 24.9 lets go of every connection with such a wish, and has not read the body.
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
