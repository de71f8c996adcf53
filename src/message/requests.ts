// HTTP requests and responses as they travel between viewer, tiers and origin.
import type { Readable } from 'node:stream'
import type { Body } from './body.ts'
import type { Headers } from './headers.ts'
import type { Settlement } from './settlement.ts'
import type { ViewerGeo } from './viewer-geo.ts'
import type { IpAddressType, OriginSslProtocol } from '../model/origin.ts'
import type { DetailedResultType, ResultType } from '../model/result-types.ts'

/** A request as the viewer sent it, or as a viewer-request function changed it. */
export interface ViewerRequest {
  readonly method: string
  /** Path as received, percent-encoded, without query string. */
  readonly path: string
  /** Query string without '?', as received. */
  readonly queryString: string
  /** True for a '?' with nothing after it; left out where that is not known. */
  readonly hasEmptyQuery?: boolean
  readonly headers: Headers
  readonly clientIp: string
  readonly clientPort: number
  readonly geo: ViewerGeo
  readonly httpVersion: '1.0' | '1.1' | '2.0'
  readonly scheme: 'http' | 'https'
  /** `TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake`; null or left out over plain HTTP. */
  readonly tls?: string | null
  /** The body still to be read; null when there is none. */
  readonly body: RequestBody | null
  /** On the request for a custom error page: the request that failed. */
  readonly errorOf?: Pick<ViewerRequest, 'path' | 'queryString'>
}

/** A request with some fields changed. All fields are named, since those of a class would be lost in a spread. */
export function withChanges(request: ViewerRequest, changes: Partial<ViewerRequest>): ViewerRequest {
  const {
    method,
    path,
    queryString,
    headers,
    clientIp,
    clientPort,
    geo,
    httpVersion,
    scheme,
    tls,
    body,
    errorOf,
  } = request
  return {
    method,
    path,
    queryString,
    headers,
    clientIp,
    clientPort,
    geo,
    httpVersion,
    scheme,
    body,
    ...(tls !== undefined && { tls }),
    ...(errorOf !== undefined && { errorOf }),
    ...changes,
  }
}

/** A request body: a stream that is read once, or bytes that a function gave in its place. */
export type RequestBody =
  | { readonly kind: 'stream'; readonly stream: Readable }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }

/**
 * A request on its way to the origin. Path, query string and headers are what the policies forward; Host,
 * origin path and custom headers are added at the origin step, after the origin-request function.
 */
export interface OriginRequest {
  readonly method: string
  readonly path: string
  readonly queryString: string
  readonly headers: Headers
  readonly body: RequestBody | null
  /** Cache key without the method; '' for requests that pass the caches by. */
  readonly key: string
  /** True when the viewer asked for a range, which is fetched as asked and not stored. */
  readonly isRange: boolean
}

/** Where a response came from. `layer` names who contacted the origin on a miss. */
export type Layer = 'EDGE' | 'REC' | 'Origin Shield'

/** A failure that CloudFront itself answers; the viewer gets its error page. */
export interface Failure {
  /** The sentence on the error page (errors reference, section 2). */
  readonly message: string
  readonly resultType: ResultType
  readonly detailedResultType: DetailedResultType
  /** What happened here, for log and trace: ECONNREFUSED 127.0.0.1:3000 and the like. */
  readonly detail: string
  /** Set when no connection came about, so that nothing was asked. */
  readonly during?: 'connect'
}

/** A response on its way from the origin to the viewer. */
export interface OriginResponse {
  readonly status: number
  /** What the origin said where an origin-response function says something else; left out otherwise. */
  readonly originStatus?: number
  /** The origin's reason phrase, or ''. */
  readonly statusText: string
  /** As the origin, or the origin-response function, gave them; hop-by-hop headers are gone. */
  readonly headers: Headers
  readonly body: Body
  /** Set by the first tier that meets the response; null on the uncached path. */
  readonly settlement: Settlement | null
  /** How the layers below got it: from the origin, from a cache, or a cached copy that the origin confirmed. */
  readonly outcome: 'Miss' | 'Hit' | 'RefreshHit'
  readonly layer: Layer
  /** An origin-request function made it. */
  readonly isGenerated: boolean
  readonly failure: Failure | null
}

/** The origin part of a request that is about to leave, as an origin-request function may see and change it. */
export interface OutgoingOrigin {
  readonly kind: 'custom' | 's3'
  readonly domainName: string
  /** Name for the TLS handshake where a function chose one; left out for that of the Host header. */
  readonly serverName?: string
  /** Names that a certificate may have in place of the server's, where a function listed them. */
  readonly certificateNames?: readonly string[]
  /** Which addresses of the domain name are dialled; left out for any. */
  readonly ipAddressType?: IpAddressType
  /** OriginPath: '' or '/production'. */
  readonly path: string
  readonly customHeaders: Headers
  /** Custom origins only; an S3 origin has the defaults. */
  readonly port: number
  readonly protocol: 'http' | 'https'
  /** Seconds. */
  readonly readTimeout: number
  /** Seconds. */
  readonly keepaliveTimeout: number
  readonly sslProtocols: readonly OriginSslProtocol[]
  /** S3 origins only. */
  readonly authMethod: 'none' | 'origin-access-identity'
  readonly region: string
}

/** A request as it is about to be sent: all headers that CloudFront adds are there (Host, Via, X-Forwarded-For …). */
export interface OutgoingRequest {
  readonly method: string
  /** Starts with '/', without OriginPath. */
  readonly path: string
  readonly queryString: string
  readonly headers: Headers
  readonly body: RequestBody | null
  readonly origin: OutgoingOrigin
}

/** A response made by a function instead of an origin. */
export interface GeneratedResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: Buffer
}
