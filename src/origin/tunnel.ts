// A WebSocket handshake with an origin, and the socket that comes out of it.
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { toFailureResponse, toOriginFailure, unresolvedOrigin } from './failures.ts'
import { toRequestTarget, toWireHeaders } from './outgoing.ts'
import { lookUpFamily } from './connecting.ts'
import { toFamily } from './pool-key.ts'
import { toOriginTls, toServerName, toTlsOptions } from './tls.ts'
import { Body } from '../message/body.ts'
import type { RequestContext, TunnelAnswer } from '../message/context.ts'
import { Headers } from '../message/headers.ts'
import { OF_ONE_CONNECTION } from '../model/hop-by-hop.ts'
import type { Layer, OriginResponse, OutgoingRequest } from '../message/requests.ts'
import type { Origin, OriginTarget } from '../model/origin.ts'
import { request as httpRequest } from '../message/node-http.ts'

/** The viewer's connection gets its own. */
const OF_THE_CONNECTION = new Set(OF_ONE_CONNECTION)

/** Opens a tunnel, or returns what the origin, or CloudFront in its place, answers instead. ('Use WebSockets with CloudFront distributions') */
export function openOriginTunnel(
  outgoing: OutgoingRequest,
  origin: Origin,
  target: OriginTarget,
  context: RequestContext,
  acceptAnyCertificate: boolean,
): Promise<TunnelAnswer> {
  if (target.kind !== 'http') {
    const { status, failure } = unresolvedOrigin(
      target.kind === 'unresolved' ? target.hint : 'a folder has no WebSocket server',
    )
    return Promise.resolve({
      kind: 'response',
      response: toFailureResponse(status, failure, context.contact),
    })
  }
  return new Promise((resolve) => {
    const upstream = dial(outgoing, origin, target, acceptAnyCertificate)
    context.token.onCancel(() => upstream.destroy())
    upstream.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
      resolve({ kind: 'open', headers: toHeaders(message), socket, head })
    })
    upstream.on('response', (message) =>
      resolve({ kind: 'response', response: toResponse(message, context.contact) }),
    )
    upstream.on('timeout', () =>
      upstream.destroy(
        Object.assign(new Error('no answer to the handshake'), { code: 'UND_ERR_HEADERS_TIMEOUT' }),
      ),
    )
    upstream.on('error', (error) => {
      const { status, failure } = toOriginFailure(error)
      resolve({ kind: 'response', response: toFailureResponse(status, failure, context.contact) })
    })
    upstream.end()
  })
}

function dial(
  outgoing: OutgoingRequest,
  origin: Origin,
  target: Extract<OriginTarget, { kind: 'http' }>,
  acceptAnyCertificate: boolean,
): ClientRequest {
  const headers = toWireHeaders(outgoing, origin, target)
  const options = {
    host: target.hostname,
    port: target.port,
    method: 'GET',
    path: toRequestTarget(outgoing, target.pathPrefix),
    headers: [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    setHost: false,
    agent: false as const,
    ...lookUpFamily(toFamily(outgoing.origin, target)),
    timeout: outgoing.origin.readTimeout * 1000,
  }
  if (target.protocol === 'http') return httpRequest(options)
  const tls = toOriginTls(outgoing.origin, target)
  const servername = toServerName(outgoing.origin, hostOf(headers), target)
  return httpsRequest({ ...options, ...toTlsOptions(tls, acceptAnyCertificate), servername })
}

function hostOf(headers: readonly string[]): string | undefined {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
  return at === -1 ? undefined : headers[at + 1]
}

function toHeaders(message: IncomingMessage): Headers {
  return new Headers(message.rawHeaders).filter((name) => !OF_THE_CONNECTION.has(name))
}

function toResponse(message: IncomingMessage, layer: Layer): OriginResponse {
  const body = new Body({
    pause: () => void message.pause(),
    resume: () => void message.resume(),
    abort: (reason) => void message.destroy(reason),
  })
  message.on('data', (chunk: Buffer) => body.append(chunk))
  message.on('end', () => body.finish())
  message.on('error', (error) => body.fail(error))
  message.on('close', () =>
    body.fail(new Error('the origin closed the connection in the middle of its answer')),
  )
  return {
    status: message.statusCode ?? 502,
    statusText: message.statusMessage ?? '',
    headers: toHeaders(message),
    body,
    settlement: null,
    outcome: 'Miss',
    layer,
    isGenerated: false,
    failure: null,
  }
}
