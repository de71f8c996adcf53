// The admin port: a small JSON server on loopback, apart from the port that viewers use.
import { fastify } from 'fastify'
import type { FastifyError, FastifyInstance } from 'fastify'
import type { Admin } from './admin.ts'
import { admit } from './guard.ts'
import { refuse } from './refuse.ts'
import { addRoutes, ENDPOINTS } from './routes.ts'
import { PocketfrontError } from '../model/errors.ts'
import type { DescribeKey } from '../observe/trace-view.ts'

/** What {@link startControl} takes. */
export interface ControlOptions {
  /** 0 picks a free one. */
  readonly port: number
  readonly version: string
  readonly describeKey: DescribeKey
}

/** A listening admin port. */
export interface Control {
  readonly port: number
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Room for thousands of invalidation paths. */
const BODY_LIMIT = 1024 * 1024

/** Starts the admin port; it always listens on loopback alone. Rejects with a PocketfrontError if it cannot listen. */
export async function startControl(admin: Admin, options: ControlOptions): Promise<Control> {
  const server = createControlServer(admin, options)
  try {
    await server.listen({ host: HOST, port: options.port })
  } catch (error) {
    await server.close()
    throw toListenError(error, options.port)
  }
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return { port, close: () => server.close() }
}

function createControlServer(admin: Admin, options: ControlOptions): FastifyInstance {
  const server = fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true, logger: false })
  server.removeContentTypeParser('text/plain')

  server.addHook('onRequest', (request, reply, done) => {
    const { host, origin } = request.headers
    const admission = admit({ method: request.method, host, origin })
    reply.header('cache-control', 'no-store')
    if (admission.allowed) return done()
    const hint = `Ask for http://${HOST} or http://localhost, from a program or a page of this machine.`
    refuse(reply, 403, `Refused: ${admission.because}`, hint)
  })
  server.setNotFoundHandler((request, reply) =>
    refuse(
      reply,
      404,
      `No ${request.method} ${request.url} here`,
      `There is ${Object.keys(ENDPOINTS).join(', ')}.`,
    ),
  )
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500
    return refuse(reply, status, error.message, hintFor(status))
  })
  addRoutes(server, admin, options)
  return server
}

function hintFor(status: number): string | null {
  switch (status) {
    case 400:
      return 'The body must be JSON, an object.'
    case 413:
      return `At most ${BODY_LIMIT} bytes are taken; send several requests.`
    case 415:
      return "Send JSON with the header 'Content-Type: application/json'."
    default:
      return null
  }
}

function toListenError(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    const hint = 'Choose another one with --admin-port, or 0 for any free port.'
    return new PocketfrontError('PF_PORT_IN_USE', `The admin port ${port} is already in use.`, hint)
  }
  if (code === 'EACCES') {
    const hint = 'Ports below 1024 may need more rights; choose another one with --admin-port.'
    return new PocketfrontError('PF_LISTEN', `The admin port ${port} may not be used.`, hint)
  }
  return error
}
