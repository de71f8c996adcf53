// What the admin port answers.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Admin, InvalidationPreview } from './admin.ts'
import { readClockChange, readDistribution, readInvalidation, readLast } from './bodies.ts'
import { sendEvents } from './live.ts'
import { refuse } from './refuse.ts'
import { toPlacesText } from './places.ts'
import { PocketfrontError } from '../model/errors.ts'
import { EXPOSITION_TYPE } from '../observe/exposition.ts'
import type { DescribeKey } from '../observe/trace-view.ts'
import { toTraceJson } from '../observe/trace-view.ts'

/** Every endpoint and what it is for; GET / answers with this. */
export const ENDPOINTS = {
  'GET /health': 'whether this pocketfront is up, and what it serves',
  'GET /metrics': 'counters and cache sizes as Prometheus text',
  'GET /clock': 'the time by which TTLs are counted',
  'POST /clock': '{"set": "2030-01-01T00:00:00Z"} or {"advance": "1h"}',
  'GET /traces': 'the latest requests and why they were answered as they were; ?last=20',
  'GET /traces/:id': 'one request, by its X-Amz-Cf-Id',
  'GET /traps': 'settings that do not do what they look like, also those that requests have shown',
  'POST /invalidations':
    '{"paths": ["/img/*", "#tag"], "distribution": "ID"}; without distribution: in all of them; with "dryRun": true nothing goes, but is listed',
  'GET /invalidations': 'the latest invalidations and their status; ?distribution=ID',
  'GET /invalidations/:id': 'one invalidation',
  'GET /events': 'reload, invalidate and function events as they happen, for live reload (text/event-stream)',
  'DELETE /caches': 'empties every cache',
} as const

/** What the answers need beside the running system. */
export interface RouteOptions {
  readonly version: string
  readonly describeKey: DescribeKey
}

/** Adds all routes. */
export function addRoutes(
  server: FastifyInstance,
  admin: Admin,
  { version, describeKey }: RouteOptions,
): void {
  server.get('/', () => ({ pocketfront: version, endpoints: ENDPOINTS }))
  server.get('/health', () => ({ status: 'ok', version, distributions: admin.distributionIds }))
  server.get('/metrics', (_request, reply) =>
    reply.type(EXPOSITION_TYPE).send(admin.metricsText() + toPlacesText(admin.places())),
  )

  server.get('/clock', () => toClockJson(admin))
  server.post('/clock', (request, reply) => {
    const change = readClockChange(request.body, admin.clock.now())
    if (!change.ok) return refuse(reply, 400, change.error, change.hint)
    admin.clock.set(change.value)
    return reply.send(toClockJson(admin))
  })

  server.get('/traces', (request, reply) => {
    const last = readLast(request.query)
    if (!last.ok) return refuse(reply, 400, last.error, last.hint)
    return reply.send({
      traces: admin.traces.last(last.value).map((trace) => toTraceJson(trace, describeKey)),
    })
  })
  server.get<{ Params: { id: string } }>('/traces/:id', (request, reply) => {
    const trace = admin.traces.get(request.params.id)
    if (trace !== null) return reply.send(toTraceJson(trace, describeKey))
    return refuse(
      reply,
      404,
      `No trace with the id '${request.params.id}'`,
      'The id is the X-Amz-Cf-Id of a response. Only the latest requests are kept, see --keep-traces.',
    )
  })

  server.get('/traps', () => ({ traps: admin.traps() }))
  addInvalidationRoutes(server, admin, describeKey)
  server.get('/events', (request, reply) => sendEvents(admin.events, request, reply))
  server.delete('/caches', () => ({ removed: admin.purge() }))
}

function addInvalidationRoutes(server: FastifyInstance, admin: Admin, describeKey: DescribeKey): void {
  server.post('/invalidations', (request, reply) => postInvalidation(admin, request.body, describeKey, reply))
  server.get('/invalidations', (request, reply) => {
    const distribution = readDistribution(request.query)
    if (distribution !== null && !admin.distributionIds.includes(distribution)) {
      return refuseDistribution(admin, distribution, reply)
    }
    return reply.send({ invalidations: admin.invalidations(distribution) })
  })
  server.get<{ Params: { id: string } }>('/invalidations/:id', (request, reply) => {
    const found = admin.invalidation(request.params.id)
    if (found !== null) return reply.send(found)
    const hint =
      'GET /invalidations lists those that are remembered, the latest hundred of each distribution.'
    return refuse(reply, 404, `No invalidation with the id '${request.params.id}'`, hint)
  })
}

function postInvalidation(
  admin: Admin,
  body: unknown,
  describeKey: DescribeKey,
  reply: FastifyReply,
): FastifyReply {
  const asked = readInvalidation(body)
  if (!asked.ok) return refuse(reply, 400, asked.error, asked.hint)
  const { distribution, paths, dryRun } = asked.value
  if (distribution !== null && !admin.distributionIds.includes(distribution)) {
    return refuseDistribution(admin, distribution, reply)
  }
  try {
    if (!dryRun) return reply.code(201).send({ invalidations: admin.invalidate(distribution, paths) })
    const previews = admin.previewInvalidation(distribution, paths)
    return reply.send({
      dryRun: true,
      invalidations: previews.map((each) => toPreviewJson(each, describeKey)),
    })
  } catch (error) {
    if (!(error instanceof PocketfrontError)) throw error
    return refuse(reply, 400, error.problem, error.hint)
  }
}

function refuseDistribution(admin: Admin, id: string, reply: FastifyReply): FastifyReply {
  const known = `The distributions here are ${admin.distributionIds.join(', ')}.`
  return refuse(reply, 404, `No distribution with the id '${id}'`, known)
}

function toPreviewJson(preview: InvalidationPreview, describeKey: DescribeKey) {
  return { ...preview, listed: preview.listed.map((each) => ({ ...each, key: describeKey(each.key) })) }
}

function toClockJson(admin: Admin) {
  const milliseconds = admin.clock.now()
  return { now: new Date(milliseconds).toISOString(), milliseconds }
}
