// When a response is compressed, and what that does to its headers.
import { Headers } from '../message/headers.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import { QUOTAS } from '../model/quotas.ts'
import type { CompressionOutcome } from '../model/result-types.ts'

/** What a viewer can read: its normalized Accept-Encoding and its HTTP version. */
export interface CompressionViewer {
  readonly acceptEncodingKey: string
  readonly httpVersion: string
}

/** Compress, or the first condition that does not hold. */
export type CompressionPlan =
  | { readonly kind: 'compress'; readonly encoding: 'br' | 'gzip' }
  | { readonly kind: 'as-is'; readonly because: Exclude<CompressionOutcome, 'br' | 'gzip'> }

const STATUSES = new Set([200, 403, 404])

/** (Developer Guide, 'Serve compressed files', file types that CloudFront compresses) */
const TYPES = new Set([
  ...under(
    'application',
    `dash+xml eot font font-sfnt javascript json opentype otf pdf pkcs7-mime protobuf rss+xml truetype ttf
    vnd.apple.mpegurl vnd.mapbox-vector-tile vnd.ms-fontobject wasm xhtml+xml xml x-font-opentype x-font-truetype
    x-font-ttf x-httpd-cgi x-javascript x-mpegurl x-opentype x-otf x-perl x-ttf`,
  ),
  ...under('font', 'eot opentype otf ttf'),
  'image/svg+xml',
  ...under(
    'text',
    'css csv html javascript js plain richtext tab-separated-values xml x-component x-java-source x-script',
  ),
  'vnd.apple.mpegurl',
])

function under(type: string, subtypes: string): string[] {
  return subtypes.split(/\s+/).map((subtype) => `${type}/${subtype}`)
}

/** Decides by the behavior, the viewer and the origin's response. (Developer Guide, 'Serve compressed files') */
export function planCompression(
  behavior: DefaultCacheBehavior,
  viewer: CompressionViewer,
  status: number,
  headers: Headers,
): CompressionPlan {
  if (!behavior.Compress) return asIs('compress-off')
  const enabled = toEnabled(behavior)
  if (!enabled.gzip && !enabled.brotli) return asIs('encodings-off')
  if (viewer.httpVersion === '1.0') return asIs('http-1.0')
  const encoding = selectEncoding(viewer.acceptEncodingKey, enabled)
  if (encoding === null) return asIs('not-accepted')
  if (!STATUSES.has(status)) return asIs('status')
  if (headers.has('content-encoding')) return asIs('already-encoded')
  const length = headers.get('content-length')
  if (length === null || !/^[0-9]+$/.test(length)) return asIs('no-content-length')
  if (Number(length) < QUOTAS.compressMinBytes) return asIs('too-small')
  if (Number(length) > QUOTAS.compressMaxBytes) return asIs('too-large')
  if (!TYPES.has(toMediaType(headers.get('content-type')))) return asIs('content-type')
  return { kind: 'compress', encoding }
}

type AsIs = Extract<CompressionPlan, { kind: 'as-is' }>

function asIs(because: AsIs['because']): AsIs {
  return { kind: 'as-is', because }
}

interface Enabled {
  readonly gzip: boolean
  readonly brotli: boolean
}

/** Brotli where both are accepted. */
function selectEncoding(acceptEncodingKey: string, { gzip, brotli }: Enabled): 'br' | 'gzip' | null {
  if (brotli && lists(acceptEncodingKey, 'br')) return 'br'
  return gzip && lists(acceptEncodingKey, 'gzip') ? 'gzip' : null
}

/** The normal forms are short: most often it is all of the list, or not there. */
function lists(codings: string, coding: string): boolean {
  return codings === coding || (codings.length > coding.length && codings.split(',').includes(coding))
}

/** Legacy settings know gzip only. */
function toEnabled({ Cache }: DefaultCacheBehavior): Enabled {
  if (Cache.kind === 'legacy') return { gzip: true, brotli: false }
  const { EnableAcceptEncodingGzip: gzip, EnableAcceptEncodingBrotli: brotli } = Cache.CachePolicy
  return { gzip, brotli }
}

function toMediaType(contentType: string | null): string {
  if (contentType === null) return ''
  const semicolon = contentType.indexOf(';')
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
}

/**
 * The headers of the compressed form: the length is gone, the tag weak, and Vary says what the form depends on.
 * (Developer Guide, 'Serve compressed files', ETag header conversion)
 */
export function toCompressedHeaders(headers: Headers, encoding: 'br' | 'gzip'): Headers {
  const pairs: string[] = []
  let varies = false
  for (const [name, value, wireName] of headers.entries()) {
    if (name === 'content-length' || name === 'content-encoding') continue
    if (name === 'vary') varies ||= variesOnEncoding(value)
    const kept = name === 'etag' ? weaken(value) : value
    if (kept !== null) pairs.push(wireName, kept)
  }
  pairs.push('Content-Encoding', encoding)
  const compressed = new Headers(pairs)
  if (varies) return compressed
  const vary = compressed.list('vary')
  return compressed.with('vary', vary === null ? 'Accept-Encoding' : `${vary}, Accept-Encoding`)
}

function variesOnEncoding(vary: string): boolean {
  return vary.split(',').some((element) => element.trim().toLowerCase() === 'accept-encoding')
}

/** A tag that is neither strong nor weak in form is removed. */
function weaken(etag: string): string | null {
  if (etag.startsWith('W/')) return etag
  return etag.startsWith('"') ? `W/${etag}` : null
}
