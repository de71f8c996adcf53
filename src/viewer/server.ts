// The data ports: an HTTP/1.1 listener inside Fastify, which opens and closes it, and the HTTPS port in front of it.
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { createAnswer, type Answer } from './answer.ts'
import { answerClientError } from './client-error.ts'
import { takeConnections, type PlainConnections } from './http1/connections.ts'
import type { ViewerPorts } from './ports.ts'
import { startSecureSide } from './secure-side.ts'
import type { Certificates } from './tls/certificates.ts'
import type { TlsListener } from './tls/listener.ts'
import { createTunnels, type Tunnels } from './tunnel.ts'
import { afterAnswers, isWebSocket, leavesServer, takeBack } from './upgrades.ts'
import { PocketfrontError } from '../model/errors.ts'
import { createServer } from '../message/node-http.ts'

/** Above CloudFront's 32,768 bytes, so that a head that is too large is refused with 494 by our own count. */
const PARSER_HEADER_BYTES = 96 * 1024
/** Real milliseconds a viewer may take for its request head, and may stay idle between requests. */
const HEAD_TIMEOUT_MS = 30_000
const KEEP_ALIVE_MS = 60_000
const SWEEP_MS = 20

export interface ViewerServer {
  readonly port: number
  readonly httpsPort: number | null
  /** Stops accepting; running responses get `graceMs`, then their connections are cut. */
  close(graceMs: number): Promise<void>
}

/** Where to listen. */
export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly https: { readonly port: number; readonly certificates: Certificates } | null
}

/** Listens for viewers. Rejects with PF_PORT_IN_USE or PF_LISTEN. */
export async function startViewerServer(ports: ViewerPorts, listen: ListenOptions): Promise<ViewerServer> {
  const tunnels = createTunnels(ports)
  const answer = createAnswer(ports)
  const { app, server, waiting } = createApp(ports, answer, tunnels)
  const plain = takePlain(server, ports, answer)
  const { host, port, https } = listen
  let secure: TlsListener | null = null
  try {
    await app.listen({ host, port, backlog: 1024 })
  } catch (error) {
    await app.close()
    throw toListenError(error, host, port, '--port')
  }
  try {
    if (https !== null) secure = await startSecureSide(ports, server, answer, { host, ...https })
  } catch (error) {
    await app.close()
    throw toListenError(error, host, https?.port ?? 0, '--https-port')
  }
  return {
    port: (server.address() as AddressInfo).port,
    httpsPort: secure?.port ?? null,
    async close(graceMs) {
      const cut = setTimeout(() => {
        server.closeAllConnections()
        plain.destroy()
        for (const socket of waiting) socket.destroy()
        secure?.destroy()
      }, graceMs)
      // A connection whose last response ends from now on would stay for its keep-alive time.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
      plain.close()
      tunnels.destroy()
      await Promise.all([app.close(), secure?.close()])
      clearTimeout(cut)
      clearInterval(sweep)
    },
  }
}

/**
 * Every path and method belongs to the distribution, so that there is nothing to route: the listener answers in
 * Fastify's place, which saves a miss a tenth of its time.
 */
function createApp(
  ports: ViewerPorts,
  answer: Answer,
  tunnels: Tunnels,
): { app: FastifyInstance; server: Server; waiting: Set<Socket> } {
  let server!: Server
  /** Node.js has let go of them, and nobody else has them yet. */
  const waiting = new Set<Socket>()
  const app = fastify({
    logger: false,
    forceCloseConnections: 'idle',
    serverFactory() {
      const options = {
        maxHeaderSize: PARSER_HEADER_BYTES,
        headersTimeout: HEAD_TIMEOUT_MS,
        // An upload may take as long as it does.
        requestTimeout: 0,
        keepAliveTimeout: KEEP_ALIVE_MS,
        insecureHTTPParser: false,
        // Such a request gets CloudFront's page and a trace, as any other that is refused.
        requireHostHeader: false,
        shouldUpgradeCallback: leavesServer,
      }
      server = createServer(options, answer)
      // Whatever a viewer expects is CloudFront's affair; 100-continue is answered by Node.js.
      server.on('checkExpectation', answer)
      server.on('connect', (_message, socket: Socket) => {
        answerClientError(new Error('CONNECT is for forward proxies'), socket, ports)
      })
      server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
        afterAnswers(socket, waiting, () => {
          if (isWebSocket(message)) tunnels.open(message, socket, head)
          else takeBack(server, message, socket, head)
        })
      })
      return server
    },
    clientErrorHandler(error, socket) {
      answerClientError(error, socket, ports)
    },
  })
  return { app, server, waiting }
}

/** Connections that carry nothing but plain requests are our own: Node.js needs twice the time for one. */
function takePlain(server: Server, ports: ViewerPorts, answer: Answer): PlainConnections {
  return takeConnections(server, {
    onRequest: answer,
    onSilent(socket) {
      const error = Object.assign(new Error('no request came'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
      answerClientError(error, socket, ports)
    },
    headMs: HEAD_TIMEOUT_MS,
    idleMs: KEEP_ALIVE_MS,
  })
}

function toListenError(error: unknown, host: string, port: number, option: string): Error {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new PocketfrontError(
      'PF_PORT_IN_USE',
      `port ${port} on ${host} is in use`,
      `choose another with ${option}, or 0 for a free one`,
    )
  }
  return new PocketfrontError('PF_LISTEN', `can't listen on ${host}:${port}: ${message}`)
}
