// The attempts at one origin: its target, its pool, retries, and failures turned into answers.
import { exchange, type ExchangeResponse } from './exchange.ts'
import { toOriginFailure, unresolvedOrigin, type OriginFailure } from './failures.ts'
import type { FolderOrigins } from './folders.ts'
import { toRequestTarget, toWireHeaders } from './outgoing.ts'
import type { OriginPools } from './pools.ts'
import type { RequestContext } from '../message/context.ts'
import type { OutgoingRequest } from '../message/requests.ts'
import type { OriginRecord } from '../message/trace.ts'
import type { Origin, OriginTarget } from '../model/origin.ts'

/** What reaching origins needs from outside. */
export interface OriginAccess {
  readonly pools: OriginPools
  readonly folders: FolderOrigins
  /** Monotonic milliseconds, for the trace. */
  readonly tick: () => number
}

/** How sending ended: a response head from the origin, or a failure. */
export type SendResult =
  | { readonly kind: 'response'; readonly response: ExchangeResponse }
  | { readonly kind: 'failure'; readonly failure: OriginFailure }

/**
 * Sends a request until an attempt succeeds or none is left. GET and HEAD are repeated after any failure before the
 * head, other methods only while nothing was sent. ('Origin settings', connection attempts)
 */
export async function sendToOrigin(
  outgoing: OutgoingRequest,
  origin: Origin,
  target: OriginTarget,
  context: RequestContext,
  access: OriginAccess,
): Promise<SendResult> {
  const isRepeatable = outgoing.method === 'GET' || outgoing.method === 'HEAD'
  for (let attempt = 1; ; attempt++) {
    const record: OriginRecord = {
      originId: origin.Id,
      target: describeTarget(outgoing, target),
      method: outgoing.method,
      status: null,
      firstByteMs: null,
      error: null,
    }
    context.trace.addOrigin(record)
    const started = access.tick()
    try {
      const response = await attemptOnce(outgoing, origin, target, context, access)
      if ('status' in response && 'failure' in response) {
        record.error = response.failure.detail
        return { kind: 'failure', failure: response }
      }
      record.status = response.status
      record.firstByteMs = access.tick() - started
      return { kind: 'response', response }
    } catch (error) {
      const failure = toOriginFailure(error)
      record.error = failure.failure.detail
      const mayRepeat = isRepeatable || failure.nothingSent
      if (!mayRepeat || attempt >= origin.ConnectionAttempts || context.token.cancelled) {
        return { kind: 'failure', failure }
      }
    }
  }
}

function attemptOnce(
  outgoing: OutgoingRequest,
  origin: Origin,
  target: OriginTarget,
  context: RequestContext,
  access: OriginAccess,
): Promise<ExchangeResponse | OriginFailure> | OriginFailure {
  switch (target.kind) {
    case 'unresolved':
      return unresolvedOrigin(target.hint)
    case 'folder':
      return access.folders.fetch(target.folder, {
        method: outgoing.method,
        path: outgoing.origin.path + outgoing.path,
        headers: outgoing.headers,
      })
    case 'http':
      return exchange(
        access.pools.get({
          protocol: target.protocol,
          hostname: target.hostname,
          port: target.port,
          servername: target.sendHost === 'target' ? target.hostname : outgoing.origin.domainName,
          connectTimeout: origin.ConnectionTimeout,
          keepaliveTimeout: outgoing.origin.keepaliveTimeout,
        }),
        {
          method: outgoing.method,
          target: toRequestTarget(outgoing, target.pathPrefix),
          headers: toWireHeaders(outgoing, origin, target),
          body: outgoing.body,
          readTimeout: outgoing.origin.readTimeout * 1000,
        },
        context.token,
      )
  }
}

function describeTarget(outgoing: OutgoingRequest, target: OriginTarget): string {
  switch (target.kind) {
    case 'unresolved':
      return outgoing.origin.domainName
    case 'folder':
      return target.folder + outgoing.origin.path + outgoing.path
    case 'http':
      return `${target.protocol}://${target.hostname}:${target.port}${toRequestTarget(outgoing, target.pathPrefix)}`
  }
}
