// The connections of an HTTP server that carry plain requests alone; the others are Node.js' own.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { PlainConnection, type ConnectionParts } from './connection.ts'

export interface PlainConnections {
  /** Takes a new connection. */
  take(socket: Socket): void
  /** Ends those that wait for a request, and each of the others after its answer. */
  close(): void
  /** Ends all at once. */
  destroy(): void
}

/** Puts itself between a server and its sockets: what is not plain is passed on to the server's own listeners. */
export function takeConnections(
  server: Server,
  parts: Pick<ConnectionParts, 'onRequest' | 'headMs' | 'idleMs'> & { onSilent(socket: Socket): void },
): PlainConnections {
  const open = new Set<PlainConnection>()
  const passOn = server.listeners('connection') as ((socket: Socket) => void)[]
  let isClosing = false
  const own: ConnectionParts = {
    ...parts,
    onOther(connection) {
      open.delete(connection)
      for (const listener of passOn) listener.call(server, connection.socket)
      // What was put back is read when its listener is there.
      connection.socket.resume()
    },
    onSilent(connection) {
      open.delete(connection)
      connection.release()
      parts.onSilent(connection.socket)
    },
    onClosed: (connection) => void open.delete(connection),
  }
  const connections: PlainConnections = {
    take(socket) {
      if (isClosing || socket.destroyed) return void socket.destroy()
      open.add(new PlainConnection(socket, own))
    },
    close() {
      isClosing = true
      for (const connection of open) connection.close()
    },
    destroy() {
      for (const { socket } of open) socket.destroy()
    },
  }
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => connections.take(socket))
  return connections
}
