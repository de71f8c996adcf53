// A request that is not a plain hit: limits, place and distribution, then the journey and the answer.
import type { HeadScan } from './head-scan.ts'
import { HttpViewerRequest, isLoopback, toOriginForm, toPlainAddress, type Incoming } from './http-request.ts'
import type { ViewerPorts } from './ports.ts'
import type { Reply } from './reply.ts'
import { refusedAnswer } from './refused.ts'
import type { Prepared } from './hit.ts'
import { NOT_STEERED, readSteering } from './place/steering.ts'
import { deliver } from './respond.ts'
import { Transit } from './transit.ts'
import { refusal, type Refusal } from '../edge/refuse.ts'
import type { PopChoice } from '../edge/placing.ts'
import type { EdgePlace } from '../edge/visit.ts'
import type { CompiledDistribution } from '../edge/compile.ts'
import { Headers } from '../message/headers.ts'
import { Trace } from '../message/trace.ts'
import { wait } from '../message/wait.ts'
import type { ViewerGeo } from '../message/viewer-geo.ts'
import { QUOTAS } from '../model/quotas.ts'

/** Via of answers that no distribution gave. */
const NO_VIA = '1.1 00000000000000000000000000000000.cloudfront.net (CloudFront)'

/** Everything known about a request before its journey. */
export interface Arrival {
  readonly request: HttpViewerRequest
  readonly trace: Trace
  readonly place: EdgePlace
  readonly explain: boolean
  /** The distribution, or why the request is refused. */
  readonly route:
    | { readonly kind: 'site'; readonly site: CompiledDistribution }
    | { readonly kind: 'refused'; readonly refusal: Refusal }
}

/** Reads the request head: place, limits, distribution. Our own headers count from loopback only, and go no further. */
export function arrive(message: Incoming, scan: HeadScan, ports: ViewerPorts): Arrival {
  const trace = new Trace(ports.requestId(), ports.clock.now(), ports.tick())
  const all = new Headers(message.rawHeaders)
  const target = message.url ?? '/'
  const url = toOriginForm(target)
  const peer = toPlainAddress(message.socket.remoteAddress)
  const isSteered = ports.trustViewerHeaders || isLoopback(peer)
  const steering = isSteered ? readSteering(all, ports.locate, peer) : NOT_STEERED
  const geo = steering.geo ?? ports.locate(peer)
  const request = new HttpViewerRequest(message, withoutOwn(all), url ?? '/', geo, steering.clientIp)
  const asked = steering.pop === null ? null : ports.placeOf(steering.pop)
  const host = scan.host ?? ''
  const site = ports.router(host)
  const pop = choosePop(site, geo, asked, ports)

  fillTrace(trace, request, host, url ?? target, pop)
  if (site !== null) trace.distributionId = site.distribution.Id

  const unknownPop =
    steering.pop === null || asked !== null
      ? null
      : `x-pocketfront-pop names no known edge location: ${steering.pop}`
  const refused = refuseHead(scan, target, url, site, unknownPop ?? steering.problem)
  return {
    request,
    trace,
    place: pop.place,
    explain: steering.explain,
    route: refused === null ? { kind: 'site', site: site! } : { kind: 'refused', refusal: refused },
  }
}

/** A plain request, about which the hot path has found out everything but the answer. */
function arriveWith({ site, received, request, pop }: Prepared, scan: HeadScan, ports: ViewerPorts): Arrival {
  const trace = new Trace(ports.requestId(), ports.clock.now(), ports.tick())
  const { path, queryString } = received
  fillTrace(trace, received, scan.host ?? '', queryString === '' ? path : `${path}?${queryString}`, pop)
  trace.distributionId = site.distribution.Id
  return { request, trace, place: pop.place, explain: false, route: { kind: 'site', site } }
}

function choosePop(
  site: CompiledDistribution | null,
  geo: ViewerGeo,
  asked: EdgePlace | null,
  ports: ViewerPorts,
): PopChoice {
  if (site === null)
    return { place: asked ?? ports.defaultPlace, because: asked === null ? 'default' : 'asked-for' }
  return asked === null ? site.placing.choose(geo) : site.placing.take(asked)
}

function fillTrace(
  trace: Trace,
  request: HttpViewerRequest,
  host: string,
  url: string,
  { place, because }: PopChoice,
): void {
  trace.method = request.method
  trace.host = host
  trace.url = url
  trace.clientIp = request.clientIp
  trace.httpVersion = request.httpVersion
  trace.scheme = request.scheme
  trace.pop = place.pop
  trace.region = place.region
  trace.popBecause = because
  trace.country = request.geo.country
  trace.countryFrom = request.geo.countryFrom
}

/** Runs the journey and writes the answer. */
export function receive(
  message: Incoming,
  response: Reply,
  scan: HeadScan,
  prepared: Prepared | null,
  ports: ViewerPorts,
): void {
  const arrival = prepared === null ? arrive(message, scan, ports) : arriveWith(prepared, scan, ports)
  if (response.socket === null) watchQueued(message, response)
  const { route } = arrival
  if (route.kind === 'refused') return refuse(route.refusal, arrival, response, ports)
  const transit = new Transit(arrival, route.site, response, prepared, ports)
  transit.watchViewer()
  if (ports.viewerHop === null) return transit.run()
  const { request, trace, place } = arrival
  void wait(ports.viewerHop(request.geo, place.pop), transit.token).then(() => {
    // Times are those that the edge location sees.
    trace.startedTick = ports.tick()
    transit.run()
  })
}

/** An answer that no distribution gives. */
function refuse(
  { status, failure }: Refusal,
  { request, trace, place, explain }: Arrival,
  response: Reply,
  ports: ViewerPorts,
): void {
  trace.problem = failure.detail
  // CloudFront closes the connection after a head that is too large or malformed.
  if (status !== 403 && status !== 421) response.shouldKeepAlive = false
  deliver(refusedAnswer({ status, failure }), {
    response,
    trace,
    clock: ports.clock,
    popHeader: place.popHeader,
    via: NO_VIA,
    isHead: request.method === 'HEAD',
    explain,
    tick: ports.tick,
    onDelivered() {
      request.dropBody()
      ports.finished(trace)
    },
    onBug: (error) => ports.onBug(error, trace),
  })
}

/**
 * Node.js gives a pipelined response its socket when the response before it is finished; until then nothing tells
 * it that the viewer left.
 */
function watchQueued(message: Incoming, response: Reply): void {
  const { socket } = message
  const onClose = (): void => {
    if (response.socket !== null || response.destroyed) return
    response.destroy()
    response.emit('close')
  }
  // One listener for each request in the pipe, however many there are.
  socket.setMaxListeners(0)
  socket.on('close', onClose)
  response.on('close', () => socket.off('close', onClose))
}

/** Headers of our own never reach functions or origins. */
function withoutOwn(headers: Headers): Headers {
  const { pairs } = headers
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i]!.length > 14 && pairs[i]!.toLowerCase().startsWith('x-pocketfront-')) {
      return headers.filter((name) => !name.startsWith('x-pocketfront-'))
    }
  }
  return headers
}

/** ('Quotas', 'HTTP 403 status code (Permission Denied)') */
function refuseHead(
  scan: HeadScan,
  target: string,
  url: string | null,
  site: CompiledDistribution | null,
  steeringProblem: string | null,
): Refusal | null {
  if (target.length > QUOTAS.urlBytes) {
    return refusal(
      414,
      'Bad request.',
      'InvalidRequest',
      `the URL has ${target.length} bytes, at most ${QUOTAS.urlBytes} are allowed`,
    )
  }
  const headBytes = scan.bytes + target.length
  if (headBytes > QUOTAS.requestHeaderBytes) {
    return refusal(
      494,
      'Bad request.',
      'InvalidRequestHeader',
      `request line and headers have ${headBytes} bytes, at most ${QUOTAS.requestHeaderBytes} are allowed`,
    )
  }
  if (url === null)
    return refusal(400, 'Bad request.', 'InvalidRequest', `the request target is no path: ${target}`)
  if (scan.malformed !== null) return refusal(400, 'Bad request.', 'InvalidRequestHeader', scan.malformed)
  if (scan.misdirected !== null) {
    return refusal(
      421,
      'The distribution does not match the certificate for which the HTTPS connection was established with.',
      'InvalidRequestCertificate',
      `the TLS connection is one for ${scan.misdirected}, and its certificate does not cover ${scan.host ?? ''}`,
    )
  }
  if (site === null) {
    return refusal(
      403,
      'Bad request.',
      'InvalidRequest',
      `no distribution has the name ${scan.host ?? '(no Host header)'}`,
    )
  }
  if (steeringProblem !== null) return refusal(400, 'Bad request.', 'InvalidRequestHeader', steeringProblem)
  return null
}
