// A request as it leaves for an origin: Host, port, protocol, custom headers, and the request line.
import type { RequestContext } from '../message/context.ts'
import { headerName } from '../message/header-names.ts'
import { Headers } from '../message/headers.ts'
import { HOP_BY_HOP } from '../model/hop-by-hop.ts'
import type { OriginChanges } from '../message/origin-override.ts'
import type { OriginRequest, OutgoingOrigin, OutgoingRequest } from '../message/requests.ts'
import { toBucketRegion, type Origin, type OriginTarget } from '../model/origin.ts'

/** Framing and connection headers; the client writes its own. */
const OURS = new Set([...HOP_BY_HOP, 'expect'])

/** Timeouts of S3 origins, which have no settings of their own. ('Request and response behavior for Amazon S3 origins') */
const S3_KEEPALIVE_SECONDS = 5

/** The request with everything that an origin-request function may see; `changes` are those of a CloudFront Function. */
export function compileOutgoing(
  origin: Origin,
  changes: OriginChanges | null = null,
): (request: OriginRequest, context: RequestContext) => OutgoingRequest {
  const http = withNames(toOutgoingOrigin(origin, 'http'), changes)
  const https = withNames(toOutgoingOrigin(origin, 'https'), changes)
  if (changes !== null && (changes.hostHeader !== null || changes.domainName !== null)) {
    return (request, context) => {
      const settings = context.viewer.scheme === 'http' ? http : https
      const host = changes.hostHeader ?? toHost(settings)
      // The name that the function gave goes before the viewer's.
      const headers = request.headers.without('host')
      return toOutgoing({ ...request, headers }, settings, host)
    }
  }
  const httpHost = toHost(http)
  const httpsHost = toHost(https)
  return (request, context) => {
    const isHttp = context.viewer.scheme === 'http'
    return toOutgoing(request, isHttp ? http : https, isHttp ? httpHost : httpsHost)
  }
}

/** A bucket has its own name and certificate. ('Helper methods for origin modification', sni) */
function withNames(settings: OutgoingOrigin, changes: OriginChanges | null): OutgoingOrigin {
  if (changes === null || settings.kind === 's3') return settings
  const serverName = changes.sni ?? changes.hostHeader ?? changes.domainName
  const certificateNames = changes.allowedCertificateNames
  return {
    ...settings,
    ...(serverName !== null && { serverName }),
    ...(certificateNames !== null && { certificateNames }),
  }
}

function toOutgoing(request: OriginRequest, settings: OutgoingOrigin, host: string): OutgoingRequest {
  const headers = request.headers.has('host')
    ? request.headers
    : new Headers(['Host', host, ...request.headers.pairs])
  return {
    method: request.method,
    path: request.path,
    queryString: request.queryString,
    headers,
    body: request.body,
    origin: settings,
  }
}

/** The value of Host for an origin: its name, with the port where that is not the default one (choice). */
function toHost(origin: Pick<OutgoingOrigin, 'domainName' | 'port' | 'protocol'>): string {
  const isDefault = origin.port === (origin.protocol === 'https' ? 443 : 80)
  return isDefault ? origin.domainName : `${origin.domainName}:${origin.port}`
}

/** Path and query string on the request line: target's prefix, OriginPath, path, query. */
export function toRequestTarget(outgoing: OutgoingRequest, pathPrefix: string): string {
  const path = pathPrefix + outgoing.origin.path + outgoing.path
  return outgoing.queryString === '' ? path : `${path}?${outgoing.queryString}`
}

/**
 * The header list as it goes on the wire. Origin custom headers replace those of the same name.
 * ('Add custom headers to origin requests')
 */
export function toWireHeaders(
  outgoing: OutgoingRequest,
  origin: Origin,
  target: OriginTarget,
): readonly string[] {
  const { customHeaders } = outgoing.origin
  const { pairs } = outgoing.headers
  if (customHeaders.pairs.length === 0 && isAsOnTheWire(pairs, origin, target)) return pairs
  const replaced = customHeaders.pairs.length === 0 ? null : toLowerNames(customHeaders)
  const out: string[] = []
  for (let i = 0; i < pairs.length; i += 2) {
    const { wire, lower } = headerName(pairs[i]!)
    if (OURS.has(lower) || replaced?.has(lower)) continue
    out.push(wire, lower === 'host' ? toSentHost(pairs[i + 1]!, origin, target) : pairs[i + 1]!)
  }
  for (let i = 0; i < customHeaders.pairs.length; i += 2) {
    if (customHeaders.pairs[i + 1] !== '') out.push(customHeaders.pairs[i]!, customHeaders.pairs[i + 1]!)
  }
  return out
}

/** Most requests go as they are: they need no second list. */
function isAsOnTheWire(pairs: readonly string[], origin: Origin, target: OriginTarget): boolean {
  for (let i = 0; i < pairs.length; i += 2) {
    const { lower } = headerName(pairs[i]!)
    if (OURS.has(lower)) return false
    if (lower === 'host' && toSentHost(pairs[i + 1]!, origin, target) !== pairs[i + 1]!) return false
  }
  return true
}

function toLowerNames(headers: Headers): Set<string> {
  const names = new Set<string>()
  for (const [name] of headers.entries()) names.add(name)
  return names
}

/** A development server may check Host: the switch `host: target` sends its own authority. */
function toSentHost(host: string, origin: Origin, target: OriginTarget): string {
  if (target.kind !== 'http' || target.sendHost === 'production') return host
  // Nearly always the one that was asked for the last time.
  if (latestHost?.target !== target || latestHost.origin !== origin || latestHost.host !== host) {
    latestHost = { host, origin, target, sent: toTargetHost(host, origin, target) }
  }
  return latestHost.sent
}

let latestHost: { host: string; origin: Origin; target: OriginTarget; sent: string } | null = null

function toTargetHost(host: string, origin: Origin, target: Extract<OriginTarget, { kind: 'http' }>): string {
  const end = host.endsWith(']') ? -1 : host.lastIndexOf(':')
  const name = end === -1 ? host : host.slice(0, end)
  if (name !== origin.DomainName && name.toLowerCase() !== origin.DomainName.toLowerCase()) return host
  return toAuthority(target)
}

/** Host and port of a target, as its own clients would name it. */
export function toAuthority(
  target: Pick<Extract<OriginTarget, { kind: 'http' }>, 'hostname' | 'port' | 'protocol'>,
): string {
  const authority = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname
  return target.port === (target.protocol === 'https' ? 443 : 80) ? authority : `${authority}:${target.port}`
}

function toOutgoingOrigin(origin: Origin, viewerScheme: 'http' | 'https'): OutgoingOrigin {
  const pairs = origin.CustomHeaders.flatMap((each) => [each.HeaderName, each.HeaderValue])
  const common = { domainName: origin.DomainName, path: origin.OriginPath, customHeaders: new Headers(pairs) }
  const custom = origin.CustomOriginConfig
  if (custom === null) {
    return {
      ...common,
      kind: 's3',
      port: viewerScheme === 'https' ? 443 : 80,
      protocol: viewerScheme,
      readTimeout: origin.S3OriginConfig?.OriginReadTimeout ?? 30,
      keepaliveTimeout: S3_KEEPALIVE_SECONDS,
      sslProtocols: [],
      authMethod: origin.S3OriginConfig?.OriginAccessIdentity ? 'origin-access-identity' : 'none',
      region: toBucketRegion(origin.DomainName),
    }
  }
  const protocol = toProtocol(custom.OriginProtocolPolicy, viewerScheme)
  return {
    ...common,
    kind: 'custom',
    port: protocol === 'https' ? custom.HTTPSPort : custom.HTTPPort,
    protocol,
    readTimeout: custom.OriginReadTimeout,
    keepaliveTimeout: custom.OriginKeepaliveTimeout,
    sslProtocols: custom.OriginSslProtocols,
    ipAddressType: custom.IpAddressType,
    authMethod: 'none',
    region: '',
  }
}

function toProtocol(
  policy: 'http-only' | 'match-viewer' | 'https-only',
  scheme: 'http' | 'https',
): 'http' | 'https' {
  switch (policy) {
    case 'http-only':
      return 'http'
    case 'https-only':
      return 'https'
    case 'match-viewer':
      return scheme
  }
}
