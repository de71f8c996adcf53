// The last step: origin-request function, the origin, origin-response function, compression.
import { compressBody } from './compress.ts'
import type { ExchangeResponse } from './exchange.ts'
import { findFault } from './faults.ts'
import { toFailureResponse } from './failures.ts'
import { compileOutgoing } from './outgoing.ts'
import { checkOriginName } from './resolve.ts'
import { sendToOrigin, type OriginAccess } from './send.ts'
import { openOriginTunnel } from './tunnel.ts'
import type { BehaviorHooks } from '../functions/hooks.ts'
import { Body } from '../message/body.ts'
import type { BehaviorOrigin, RegionalSkips, RequestContext } from '../message/context.ts'
import type { OriginChanges } from '../message/origin-override.ts'
import { toHttpDate } from '../message/http-date.ts'
import type {
  GeneratedResponse,
  OriginRequest,
  OriginResponse,
  OutgoingRequest,
} from '../message/requests.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import { toBucketRegion, type Origin, type OriginTarget } from '../model/origin.ts'
import { planCompression, toCompressedHeaders } from '../policies/compression.ts'

/** Finds the target of a domain name that an origin-request function chose. */
export type ResolveTarget = (domainName: string, port: number, protocol: 'http' | 'https') => OriginTarget

/** The origin of one behavior, with its functions around it; `changes` are those a function made, already applied. */
export function createOrigin(
  origin: Origin,
  behavior: DefaultCacheBehavior,
  hooks: BehaviorHooks,
  resolveTarget: ResolveTarget,
  access: OriginAccess,
  changes: OriginChanges | null = null,
): BehaviorOrigin {
  const toOutgoing = compileOutgoing(origin, changes)

  function send(
    request: OriginRequest,
    outgoing: OutgoingRequest,
    context: RequestContext,
  ): Promise<OriginResponse> {
    const target = selectTarget(outgoing, origin, resolveTarget)
    return sendToOrigin(outgoing, origin, target, context, access, (sent) => {
      if (sent.kind === 'failure')
        return toFailureResponse(sent.failure.status, sent.failure.failure, context.contact)
      const fault = findFault(sent.response, request)
      if (fault !== null) {
        sent.response.body.discard()
        return toFailureResponse(fault.status, fault.failure, context.contact)
      }
      const response = fromOrigin(sent.response, request, context)
      if (hooks.originResponse === null) return compress(response, request, behavior, context)
      return applyOriginResponse(hooks.originResponse, outgoing, response, context).then((changed) =>
        compress(changed, request, behavior, context),
      )
    })
  }

  return {
    regionalSkips: toRegionalSkips(origin),
    fetch(request, context) {
      const outgoing = toOutgoing(request, context)
      if (hooks.originRequest === null) return send(request, outgoing, context)
      return prepare(outgoing, origin, hooks.originRequest, context).then((prepared) =>
        prepared.kind === 'answered' ? prepared.response : send(request, prepared.outgoing, context),
      )
    },
    async openTunnel(request, context) {
      let outgoing = toOutgoing(request, context)
      if (hooks.originRequest !== null) {
        const prepared = await prepare(outgoing, origin, hooks.originRequest, context)
        if (prepared.kind === 'answered') return { kind: 'response', response: prepared.response }
        ;({ outgoing } = prepared)
      }
      const target = selectTarget(outgoing, origin, resolveTarget)
      return openOriginTunnel(outgoing, origin, target, context, access.pools.acceptAnyCertificate)
    },
  }
}

/** The edge location asks a bucket in the Region of its regional edge cache itself. ('How CloudFront delivers content') */
function toRegionalSkips({ S3OriginConfig, DomainName }: Origin): RegionalSkips {
  const region = S3OriginConfig === null ? '' : toBucketRegion(DomainName)
  return new Map(region === '' ? [] : [[region, 'bucket-in-region']])
}

type Prepared =
  | { readonly kind: 'send'; readonly outgoing: OutgoingRequest }
  | { readonly kind: 'answered'; readonly response: OriginResponse }

/** The request as it leaves, after the origin-request function, which may answer itself. */
async function prepare(
  outgoing: OutgoingRequest,
  origin: Origin,
  originRequest: NonNullable<BehaviorHooks['originRequest']>,
  context: RequestContext,
): Promise<Prepared> {
  const unknown = await checkOriginName(origin.target)
  if (unknown !== null)
    return {
      kind: 'answered',
      response: toFailureResponse(unknown.status, unknown.failure, context.contact),
    }
  const outcome = await originRequest(outgoing, context)
  switch (outcome.kind) {
    case 'continue':
      return { kind: 'send', outgoing: outcome.request }
    case 'responded':
      return { kind: 'answered', response: fromGenerated(outcome.response, context) }
    case 'failed':
      return {
        kind: 'answered',
        response: toFailureResponse(outcome.status, outcome.failure, context.contact),
      }
  }
}

function selectTarget(outgoing: OutgoingRequest, origin: Origin, resolveTarget: ResolveTarget): OriginTarget {
  const { domainName, port, protocol } = outgoing.origin
  return domainName.toLowerCase() === origin.DomainName.toLowerCase()
    ? origin.target
    : resolveTarget(domainName, port, protocol)
}

function fromOrigin(sent: ExchangeResponse, request: OriginRequest, context: RequestContext): OriginResponse {
  const { status, statusText, body } = sent
  const now = context.clock.now()
  const dated = sent.headers.has('date') ? sent.headers : sent.headers.plus('Date', toHttpDate(now))
  // It has no content, and must not claim the length of any (RFC 9110, section 8.6).
  const headers = status === 204 ? dated.without('content-length') : dated
  return {
    status,
    statusText,
    headers,
    body,
    settlement: request.key === '' ? null : context.rules.settle({ status, headers }, now),
    outcome: 'Miss',
    layer: context.contact,
    isGenerated: false,
    failure: null,
  }
}

/** The answer of an origin-request function; it is cached like an origin's. */
function fromGenerated(generated: GeneratedResponse, context: RequestContext): OriginResponse {
  const headers = generated.headers
    .with('content-length', String(generated.body.length))
    .with('date', generated.headers.get('date') ?? toHttpDate(context.clock.now()))
  return {
    status: generated.status,
    statusText: generated.statusText,
    headers: headers.has('server') ? headers : headers.plus('Server', 'CloudFront'),
    body: Body.of(generated.body),
    settlement: null,
    outcome: 'Miss',
    layer: context.contact,
    isGenerated: true,
    failure: null,
  }
}

async function applyOriginResponse(
  originResponse: NonNullable<BehaviorHooks['originResponse']>,
  outgoing: OutgoingRequest,
  response: OriginResponse,
  context: RequestContext,
): Promise<OriginResponse> {
  const outcome = await originResponse(outgoing, response, context)
  if (outcome.kind === 'failed') {
    response.body.discard()
    return toFailureResponse(outcome.status, outcome.failure, context.contact)
  }
  // Settled anew by the tier: what the function returns is what counts.
  const head = {
    status: outcome.status,
    statusText: outcome.statusText,
    headers: outcome.headers,
    settlement: null,
    ...(outcome.status !== response.status && { originStatus: response.status }),
  }
  if (outcome.body === null) return { ...response, ...head }
  response.body.discard()
  const headers = outcome.headers.with('content-length', String(outcome.body.length), 'Content-Length')
  return { ...response, ...head, headers, body: Body.of(outcome.body) }
}

/** Compressed once, before the caches store it. ('Serve compressed files') */
function compress(
  response: OriginResponse,
  request: OriginRequest,
  behavior: DefaultCacheBehavior,
  context: RequestContext,
): OriginResponse {
  if (!behavior.Compress || request.method !== 'GET') return response
  const accepted = request.headers.get('accept-encoding')
  const viewer = { acceptEncodingKey: accepted ?? '', httpVersion: context.viewer.httpVersion }
  const plan = planCompression(behavior, viewer, response.status, response.headers)
  context.trace.compression = plan.kind === 'as-is' ? plan.because : plan.encoding
  if (plan.kind === 'as-is') return response
  const length = Number(response.headers.get('content-length'))
  return {
    ...response,
    headers: toCompressedHeaders(response.headers, plan.encoding),
    body: compressBody(response.body, plan.encoding, length),
  }
}
