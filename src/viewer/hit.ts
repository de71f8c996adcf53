// The hot path: a plain GET or HEAD answered from the edge cache, in one synchronous pass.
import { toStatusText } from './answer-head.ts'
import type { HeadScan } from './head-scan.ts'
import { hasDate, toBlock, toReadyHead } from './hit-block.ts'
import { HttpViewerRequest, toPlainAddress, type Incoming } from './http-request.ts'
import type { ViewerPorts } from './ports.ts'
import type { Reply } from './reply.ts'
import type { CacheEntry, StoredObject } from '../cache/entry.ts'
import { isCurrent } from '../cache/lookup.ts'
import type { CompiledBehavior, CompiledDistribution } from '../edge/compile.ts'
import type { PopChoice } from '../edge/placing.ts'
import type { EdgePlace } from '../edge/visit.ts'
import { Headers } from '../message/headers.ts'
import { toHttpDate } from '../message/http-date.ts'
import { Trace, type TierRecord } from '../message/trace.ts'
import { QUOTAS } from '../model/quotas.ts'

const SLASH = 0x2f

/** What was found out about a plain request that is no hit, so that the long way need not do it again. */
export interface Prepared {
  readonly site: CompiledDistribution
  readonly selected: CompiledBehavior
  /** As received, and with the default root object in place of '/'. */
  readonly received: HttpViewerRequest
  readonly request: HttpViewerRequest
  readonly key: string
  readonly pop: PopChoice
}

/**
 * Answers when the request is a plain one and a fresh copy lies in the edge cache. Everything else goes the long way,
 * with nothing done. No promise, no closure, no copy of the request's headers.
 */
export function answerHit(
  message: Incoming,
  response: Reply,
  scan: HeadScan,
  ports: ViewerPorts,
): 'answered' | Prepared | null {
  const { method, url } = message
  if (
    scan.isSpecial ||
    scan.misdirected !== null ||
    scan.hosts !== 1 ||
    (method !== 'GET' && method !== 'HEAD')
  )
    return null
  if (url === undefined || url.length > QUOTAS.urlBytes) return null
  if (scan.bytes + url.length > QUOTAS.requestHeaderBytes || url.charCodeAt(0) !== SLASH) return null
  const site = ports.router(scan.host!)
  if (site === null) return null
  const geo = ports.locate(toPlainAddress(message.socket.remoteAddress))
  if (site.geoCheck !== null && site.geoCheck(geo) !== null) return null
  const pop = site.placing.choose(geo)
  const { place } = pop
  const received = new HttpViewerRequest(message, new Headers(message.rawHeaders), url, geo)
  const path = received.path === '/' && site.rootPath !== null ? site.rootPath : received.path
  const selected = site.select(path)
  if (!isPlain(selected, scan)) return null
  if (selected.viewerProtocolPolicy !== 'allow-all' && received.scheme === 'http') return null

  const request = path === received.path ? received : atPath(message, received, path)
  const key = selected.cacheKey(request)
  const entry = place.cache.store.get(key)
  if (entry === undefined || !isCurrentEntry(entry, request, selected, site)) {
    return { site, selected, received, request, key, pop }
  }
  const now = ports.clock.now()
  const { object } = entry
  const { whole } = object.body
  const hasPage = object.status >= 400 && site.errorPages !== null && site.errorPages.has(object.status)
  if (now >= object.settlement.freshUntil || object.failure !== null || whole === null || hasPage) {
    return { site, selected, received, request, key, pop }
  }

  const startedTick = ports.tick()
  const trace = new Trace(ports.requestId(), now, startedTick)
  const age = Math.max(0, Math.floor((now - object.settlement.bornAt) / 1000))
  const isText = whole.length !== 0 && method === 'GET' && canSendText(response)
  const head = isText ? toReadyHead(entry, request, selected, site, place) : null
  if (isText && head !== null) {
    response.endReady(`${head.text}${trace.id}\r\nAge: ${age}\r\n\r\n`, whole, head.isChunked)
  } else {
    const block = toBlock(entry, request, selected, site, place)
    writeFields(response, object, block, method === 'HEAD' ? '' : whole, trace, age)
  }

  fillTrace(trace, received, scan, selected, site, pop, key)
  trace.edge = toRecord(place, age)
  trace.status = object.status
  trace.resultType = trace.detailedResultType = object.status >= 400 ? 'Error' : 'Hit'
  trace.settlement = object.settlement
  trace.bytes = method === 'HEAD' ? 0 : whole.length
  trace.delivery = 'complete'
  trace.firstByteMs = trace.totalMs = ports.tick() - startedTick
  ports.finished(trace)
  return 'answered'
}

/** Mostly a comparison of two numbers; after an invalidation each entry is compared with it once. */
function isCurrentEntry(
  entry: CacheEntry,
  request: HttpViewerRequest,
  selected: CompiledBehavior,
  { invalidations }: CompiledDistribution,
): boolean {
  if (entry.checkedUpTo === invalidations.sequence) return true
  return isCurrent(entry, { invalidations, invalidationUrl: selected.invalidationUrl(request) })
}

/** Functions, uncacheable behaviors and policies that depend on the request go the long way. */
function isPlain(selected: CompiledBehavior, scan: HeadScan): boolean {
  if (selected.bypass !== null || selected.serverTiming !== null) return false
  if (selected.hooks.viewerRequest !== null || selected.hooks.viewerResponse !== null) return false
  return selected.responseHeaders === null || selected.responseHeaders.isConstant || !scan.origin
}

function atPath(message: Incoming, request: HttpViewerRequest, path: string): HttpViewerRequest {
  const { headers, queryString, geo } = request
  return new HttpViewerRequest(message, headers, queryString === '' ? path : `${path}?${queryString}`, geo)
}

/** With HTTP/1.0 and where the connection closes, Node.js has more to say about it. */
function canSendText(response: Reply): response is Reply & Required<Pick<Reply, 'endReady'>> {
  return response.endReady !== undefined && response.shouldKeepAlive
}

/** The head field by field, as Node.js checks and writes it. */
function writeFields(
  response: Reply,
  object: StoredObject,
  block: readonly string[],
  body: string | Buffer,
  trace: Trace,
  age: number,
): void {
  const connection = response.shouldKeepAlive ? 'keep-alive' : 'close'
  response.sendDate = false
  response.writeHead(
    object.status,
    toStatusText(object),
    // One copy with those that differ from hit to hit.
    hasDate(block)
      ? block.concat('Connection', connection, 'X-Amz-Cf-Id', trace.id, 'Age', String(age))
      : block.concat(
          toHttpDate(trace.startedAt),
          'Connection',
          connection,
          'X-Amz-Cf-Id',
          trace.id,
          'Age',
          String(age),
        ),
  )
  if (body.length === 0) response.end()
  else if (typeof body === 'string') response.end(body, 'latin1')
  else response.end(body)
}

function fillTrace(
  trace: Trace,
  request: HttpViewerRequest,
  scan: HeadScan,
  selected: CompiledBehavior,
  site: CompiledDistribution,
  { place, because }: PopChoice,
  key: string,
): void {
  trace.method = request.method
  trace.host = scan.host ?? ''
  trace.url = request.queryString === '' ? request.path : `${request.path}?${request.queryString}`
  trace.clientIp = request.clientIp
  trace.httpVersion = request.httpVersion
  trace.scheme = request.scheme
  trace.distributionId = site.distribution.Id
  trace.pop = place.pop
  trace.region = place.region
  trace.popBecause = because
  trace.country = request.geo.country
  trace.countryFrom = request.geo.countryFrom
  trace.behavior = selected.PathPattern
  trace.behaviorIndex = selected.index
  trace.key = key
}

function toRecord(place: EdgePlace, age: number): TierRecord {
  return {
    layer: 'edge',
    place: place.pop,
    verdict: 'hit',
    because: 'fresh',
    age,
    stored: null,
    storedBecause: null,
  }
}
