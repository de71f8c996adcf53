// The attempts at one origin: its target, its pool, retries, and failures turned into answers.
import type { Pool } from 'undici'
import { asRefused, signRequest } from './access-control.ts'
import { Deadline } from './deadline.ts'
import { exchange, type ExchangeRequest, type ExchangeResponse } from './exchange.ts'
import { exchangeHttp2 } from './exchange-http2.ts'
import { secureWebsite, toOriginFailure, unresolvedOrigin, type OriginFailure } from './failures.ts'
import { exchangePlain, isPlain } from './http1/plain-exchange.ts'
import type { PlainPool } from './http1/plain-pool.ts'
import type { FolderOrigins } from './folders.ts'
import type { HandlerOrigins } from './handlers.ts'
import { toAuthority, toRequestTarget, toWireHeaders } from './outgoing.ts'
import { toPoolKey, type PoolKey } from './pool-key.ts'
import type { OriginPools } from './pools.ts'
import { Headers } from '../message/headers.ts'
import type { RequestContext } from '../message/context.ts'
import type { OutgoingOrigin, OutgoingRequest } from '../message/requests.ts'
import type { OriginRecord } from '../message/trace.ts'
import type { Origin, OriginTarget } from '../model/origin.ts'
import type { AttemptEnd } from '../model/result-types.ts'

/** What reaching origins needs from outside. */
export interface OriginAccess {
  readonly pools: OriginPools
  readonly folders: FolderOrigins
  readonly handlers: HandlerOrigins
  /** Monotonic milliseconds, for the trace. */
  readonly tick: () => number
  /** Real milliseconds since 1970: stores compare signatures with clocks of their own. */
  readonly wallClock: () => number
}

/** How sending ended: a response head from the origin, or a failure. */
export type SendResult =
  | { readonly kind: 'response'; readonly response: ExchangeResponse }
  | { readonly kind: 'failure'; readonly failure: OriginFailure }

/** One request to one origin, however many attempts it takes. */
interface Sending {
  readonly outgoing: OutgoingRequest
  readonly origin: Origin
  readonly target: OriginTarget
  readonly context: RequestContext
  readonly access: OriginAccess
  /** Of ResponseCompletionTimeout; null without one. */
  readonly deadline: Deadline | null
}

/** What is made of the end. */
type Take<T> = (sent: SendResult) => T | Promise<T>

/**
 * Sends a request until an attempt succeeds or none is left. GET and HEAD are repeated after any failure before the
 * head, other methods only while nothing was sent. What `take` makes of the end comes back: nobody has to wait twice.
 * ('Origin settings', connection attempts)
 */
export function sendToOrigin<T>(
  outgoing: OutgoingRequest,
  origin: Origin,
  target: OriginTarget,
  context: RequestContext,
  access: OriginAccess,
  take: Take<T>,
): Promise<T> {
  if (target.kind === 'unresolved' || target.kind === 'website') {
    const failure = findHopeless(outgoing, target)
    if (failure !== null) {
      const record = toRecord(outgoing, origin, target, 1)
      context.trace.addOrigin({ ...record, error: failure.failure.detail, end: 'unresolved' })
      return Promise.resolve(take({ kind: 'failure', failure }))
    }
  }
  const seconds = origin.ResponseCompletionTimeout
  const deadline = seconds === null || target.kind !== 'http' ? null : new Deadline(seconds)
  return attempt({ outgoing, origin, target, context, access, deadline }, 1, take)
}

/** A target that no attempt can reach. */
function findHopeless(
  outgoing: OutgoingRequest,
  target: Extract<OriginTarget, { kind: 'unresolved' | 'website' }>,
): OriginFailure | null {
  if (target.kind === 'unresolved') return unresolvedOrigin(target.hint)
  return outgoing.origin.protocol === 'https' ? secureWebsite() : null
}

function attempt<T>(sending: Sending, number: number, take: Take<T>): Promise<T> {
  const { outgoing, origin, target, context, access } = sending
  const record = toRecord(outgoing, origin, target, number)
  context.trace.addOrigin(record)
  const started = access.tick()
  return attemptOnce(sending).then(
    (response) => {
      record.status = response.status
      record.firstByteMs = access.tick() - started
      record.connected = response.connected ?? null
      record.end = 'answered'
      record.error = response.problem ?? null
      return take({ kind: 'response', response })
    },
    (error: unknown) => {
      const failure = toOriginFailure(error)
      record.error = failure.failure.detail
      record.end = planNext(sending, failure, number)
      if (record.end === 'retried') return attempt(sending, number + 1, take)
      sending.deadline?.clear()
      return take({ kind: 'failure', failure })
    },
  )
}

/** Whether a failed attempt is followed by another, and why not. */
function planNext(
  { outgoing, origin, context, deadline }: Sending,
  failure: OriginFailure,
  number: number,
): AttemptEnd {
  if (context.token.cancelled) return 'viewer-gone'
  if (deadline !== null && deadline.error !== null) return 'out-of-time'
  const isRepeatable = outgoing.method === 'GET' || outgoing.method === 'HEAD' || failure.nothingSent
  if (!isRepeatable) return 'not-repeatable'
  return number < origin.ConnectionAttempts ? 'retried' : 'attempts-used-up'
}

function toRecord(
  outgoing: OutgoingRequest,
  origin: Origin,
  target: OriginTarget,
  number: number,
): OriginRecord {
  return {
    originId: origin.Id,
    target: describeTarget(outgoing, target),
    method: outgoing.method,
    status: null,
    firstByteMs: null,
    connected: null,
    error: null,
    attempt: number,
    end: null,
  }
}

function attemptOnce(sending: Sending): Promise<ExchangeResponse> {
  const { outgoing, origin, target, context, access } = sending
  switch (target.kind) {
    case 'unresolved':
      return Promise.reject(new Error(target.hint))
    case 'folder':
    case 'website':
      return access.folders.fetch(target, {
        method: outgoing.method,
        path: outgoing.origin.path + outgoing.path,
        headers: outgoing.headers,
      })
    case 'handler': {
      const sent = { ...outgoing, headers: new Headers(toWireHeaders(outgoing, origin, target)) }
      const readTimeout = outgoing.origin.readTimeout * 1000
      return access.handlers.fetch(target.handler, sent, context.trace.id, readTimeout)
    }
    case 'http': {
      const request = {
        method: outgoing.method,
        target: toRequestTarget(outgoing, target.pathPrefix),
        headers: toWireHeaders(outgoing, origin, target),
        body: outgoing.body,
        readTimeout: outgoing.origin.readTimeout * 1000,
        serverName: outgoing.origin.serverName,
      }
      if (target.bucket !== undefined) {
        const { bucket } = target
        const signed = signRequest(request, toAuthority(target), bucket, access.wallClock())
        return exchangeHttp1(sending, target, signed.request).then((response) =>
          asRefused(response, signed, bucket),
        )
      }
      if (context.trace.bypass === 'grpc') {
        return access.pools.http2
          .get(toPoolKey(outgoing.origin, origin, target))
          .then((session) => exchangeHttp2(session, request, context.token))
      }
      return exchangeHttp1(sending, target, request)
    }
  }
}

/** What goes out in one piece takes connections of our own, everything else undici. */
function exchangeHttp1(
  { outgoing, origin, context, access, deadline }: Sending,
  target: HttpTarget,
  request: ExchangeRequest,
): Promise<ExchangeResponse> {
  const { pools } = access
  let known = knownPools.get(outgoing.origin)
  if (known === undefined || known.target !== target || known.pools !== pools) {
    known = { target, pools, key: toPoolKey(outgoing.origin, origin, target), plain: null, pool: null }
    knownPools.set(outgoing.origin, known)
  }
  if (isPlain(request)) {
    if (known.plain === null || known.plain.closed) known.plain = pools.getPlain(known.key)
    return exchangePlain(known.plain, request, context.token, deadline)
  }
  if (known.pool === null || known.pool.closed) known.pool = pools.get(known.key)
  return exchange(known.pool, request, context.token, deadline)
}

type HttpTarget = Extract<OriginTarget, { kind: 'http' }>

interface KnownPools {
  readonly target: HttpTarget
  readonly pools: OriginPools
  readonly key: PoolKey
  plain: PlainPool | null
  pool: Pool | null
}

/** The pools of compiled settings, found by their identity; a function's changes make settings anew. */
const knownPools = new WeakMap<OutgoingOrigin, KnownPools>()

function describeTarget(outgoing: OutgoingRequest, target: OriginTarget): string {
  switch (target.kind) {
    case 'unresolved':
      return outgoing.origin.domainName
    case 'folder':
    case 'website':
      return target.folder + outgoing.origin.path + outgoing.path
    case 'handler':
      return `${target.handler.kind} ${outgoing.origin.domainName}${toRequestTarget(outgoing, '')}`
    case 'http':
      return `${target.protocol}://${target.hostname}:${target.port}${toRequestTarget(outgoing, target.pathPrefix)}`
  }
}
