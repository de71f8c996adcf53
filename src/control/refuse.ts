// How the admin port says no.
import type { FastifyReply } from 'fastify'

/** Every error of this port: what is wrong, and what to do next. */
export function refuse(
  reply: FastifyReply,
  status: number,
  error: string,
  hint: string | null,
): FastifyReply {
  return reply.code(status).send({ error, hint })
}
