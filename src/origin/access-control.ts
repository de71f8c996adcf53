// Requests to a bucket as origin access control sends them: signed or not, and what a missing object is told as.
import type { ExchangeRequest, ExchangeResponse } from './exchange.ts'
import { EMPTY_PAYLOAD, toAmzDate, toAuthorization, toSha256, UNSIGNED_PAYLOAD } from './sigv4.ts'
import { toErrorDocument } from './folder/errors.ts'
import { Body } from '../message/body.ts'
import { headerName } from '../message/header-names.ts'
import type { BucketAccess } from '../model/origin.ts'
import { STATUS_CODES } from '../message/node-http.ts'

/** Whether a request is signed, and why not. */
type SigningDecision = 'sign' | 'no-access-control' | 'viewer-signed' | 'no-credentials' | 'not-a-read'

/**
 * `no-override` leaves an Authorization header that the cache policy let through. (Developer Guide, 'Restrict access to
 * an Amazon S3 origin')
 */
function planSigning(access: BucketAccess, method: string, isViewerSigned: boolean): SigningDecision {
  if (access.signing === 'never') return 'no-access-control'
  if (access.signing === 'no-override' && isViewerSigned) return 'viewer-signed'
  if (access.credentials === null) return 'no-credentials'
  if (access.methods === 'reads' && method !== 'GET' && method !== 'HEAD') return 'not-a-read'
  return 'sign'
}

/** A request as it goes out. */
export interface SignedExchange {
  readonly request: ExchangeRequest
  readonly decision: SigningDecision
}

/**
 * The request with the signature in its headers. `host` is what the signature is made for: where a function sent another
 * Host, the store refuses the signature, as S3 does.
 */
export function signRequest(
  request: ExchangeRequest,
  host: string,
  access: BucketAccess,
  now: number,
): SignedExchange {
  const given = toPairs(request.headers)
  const isViewerSigned = given.some(([name]) => name === 'authorization')
  const { credentials } = access
  const decision = planSigning(access, request.method, isViewerSigned)
  if (decision !== 'sign' || credentials === null) return { request, decision }
  const date = toAmzDate(now)
  const payloadHash = toPayloadHash(request, given)
  const added: [string, string][] = [
    ['x-amz-content-sha256', payloadHash],
    ['x-amz-date', date],
  ]
  if (credentials.sessionToken !== null) added.push(['x-amz-security-token', credentials.sessionToken])
  const replaced = new Set(['authorization', ...added.map(([name]) => name)])
  const kept = given.filter(([name]) => !replaced.has(name))
  const [path = '', ...query] = request.target.split('?')
  const own = kept.filter(([name]) => name.startsWith('x-amz-'))
  const signed: [string, string][] = [
    ['host', host],
    ...own.map(([name, value]): [string, string] => [name, value]),
    ...added,
  ]
  const authorization = toAuthorization(
    { method: request.method, path, queryString: query.join('?'), headers: signed, payloadHash },
    credentials,
    { region: access.region, service: 's3', date },
  )
  const headers = kept.flatMap(([, value, wire]) => [wire, value])
  for (const [name, value] of added) headers.push(name, value)
  return { request: { ...request, headers: [...headers, 'Authorization', authorization] }, decision }
}

type Pair = readonly [lower: string, value: string, wire: string]

function toPairs(headers: readonly string[]): Pair[] {
  const pairs: Pair[] = []
  for (let i = 0; i < headers.length; i += 2) {
    pairs.push([headerName(headers[i]!).lower, headers[i + 1]!, headers[i]!])
  }
  return pairs
}

/** A body that streams is not known yet; the viewer may have sent its hash. */
function toPayloadHash({ body }: ExchangeRequest, given: readonly Pair[]): string {
  const told = given.find(([name]) => name === 'x-amz-content-sha256')?.[1]
  if (told !== undefined && /^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD)$/.test(told)) return told
  if (body === null) return EMPTY_PAYLOAD
  return body.kind === 'bytes' ? toSha256(body.bytes) : UNSIGNED_PAYLOAD
}

const UNSIGNED: Readonly<Record<Exclude<SigningDecision, 'sign'>, string>> = {
  'no-access-control': 'the origin has no access control that signs',
  'viewer-signed': 'the Authorization of the viewer went on in its place',
  'no-credentials': 'there are no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  'not-a-read': 'the real bucket is only read with the credentials of this machine',
}

/**
 * S3 tells only those who may list a bucket that an object is missing; others, as CloudFront with the usual bucket
 * policy, are refused. Local stores mostly know one user, who may do everything. (Amazon S3 API Reference, 'GetObject')
 */
export function asRefused(
  response: ExchangeResponse,
  { request: { method }, decision }: SignedExchange,
  access: BucketAccess,
): ExchangeResponse {
  if (response.status === 403 && decision !== 'sign')
    return { ...response, problem: `the request was not signed: ${UNSIGNED[decision]}` }
  const isRead = method === 'GET' || method === 'HEAD'
  if (response.status !== 404 || !isRead || access.missingKey !== 403) return response
  response.body.discard()
  const id = response.headers.get('x-amz-request-id') ?? ''
  const { xml } = toErrorDocument({ code: 'AccessDenied' }, id, response.headers.get('x-amz-id-2') ?? '')
  const body = Body.of(xml)
  const headers = response.headers
    .with('content-type', 'application/xml')
    .with('content-length', String(body.bytes))
  return {
    ...response,
    status: 403,
    statusText: STATUS_CODES[403]!,
    headers,
    body: method === 'HEAD' ? Body.empty : body,
    problem: 'the store answered 404; without the right to list a bucket, S3 answers 403',
  }
}
