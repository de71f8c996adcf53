// GET /events: what changes while pocketfront runs, as server-sent events.
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LiveEvents } from './admin.ts'
import { isLoopbackOrigin } from './guard.ts'
import { refuse } from './refuse.ts'

/** A reader that is this far behind is gone. */
const MOST_WAITING_BYTES = 64 * 1024

/** Streams until the reader goes; pages of this machine may read it from another port. (HTML Standard, 'Server-sent events') */
export function sendEvents(events: LiveEvents, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { raw } = reply
  const unsubscribe = events.subscribe((event) => {
    raw.write(`event: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`)
    if (raw.writableLength > MOST_WAITING_BYTES) raw.destroy()
  })
  if (unsubscribe === null) {
    return refuse(reply, 503, 'Too many readers of the events', 'Close some pages or tools that read them.')
  }
  raw.once('close', unsubscribe)
  raw.on('error', () => undefined)
  reply.hijack()
  start(raw, request.headers.origin)
  return reply
}

function start(raw: ServerResponse, origin: string | undefined): void {
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    vary: 'Origin',
    ...(origin !== undefined && isLoopbackOrigin(origin) && { 'access-control-allow-origin': origin }),
  })
  raw.write('retry: 1000\n\n')
}
