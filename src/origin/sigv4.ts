// AWS Signature Version 4 for requests to S3: from a request and credentials to the Authorization header.
import { createHash, createHmac } from 'node:crypto'
import type { AwsCredentials } from '../model/origin.ts'

/** What is signed. Every header given is: at least host, and all that start with x-amz-. */
export interface SignedRequest {
  readonly method: string
  /** As on the request line, percent-encoded. */
  readonly path: string
  readonly queryString: string
  /** Lower-case name, value. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** SHA-256 of the body in hexadecimal digits, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string
}

/** Where a signature holds; `date` is that of x-amz-date. */
export interface SigningScope {
  readonly region: string
  readonly service: string
  /** 20130524T000000Z */
  readonly date: string
}

export const EMPTY_PAYLOAD = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

/** The value of x-amz-date. */
export function toAmzDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '')
}

/** (Amazon S3 API Reference, 'Signature Calculations for the Authorization Header') */
export function toAuthorization(
  request: SignedRequest,
  credentials: AwsCredentials,
  scope: SigningScope,
): string {
  const { region, service, date } = scope
  const headers = toCanonicalHeaders(request.headers)
  const names = headers.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    toCanonicalPath(request.path),
    toCanonicalQuery(request.queryString),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    request.payloadHash,
  ].join('\n')
  const day = date.slice(0, 8)
  const credentialScope = `${day}/${region}/${service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${date}\n${credentialScope}\n${toSha256(canonical)}`
  const key = ['aws4_request', service, region, day].reduceRight<Buffer | string>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  )
  const signature = hmac(key, text).toString('hex')
  const credential = `${credentials.accessKeyId}/${credentialScope}`
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`
}

/** SHA-256 in hexadecimal digits. */
export function toSha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Values of one name are one list, runs of spaces are one space. */
function toCanonicalHeaders(headers: SignedRequest['headers']): [string, string][] {
  const byName = new Map<string, string>()
  for (const [name, value] of headers) {
    const trimmed = value.trim().replace(/ +/g, ' ')
    const known = byName.get(name)
    byName.set(name, known === undefined ? trimmed : `${known},${trimmed}`)
  }
  return [...byName].toSorted(([a], [b]) => compare(a, b))
}

/** S3 takes a path as it is, neither normalised nor encoded twice. */
function toCanonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/')
}

function toCanonicalQuery(queryString: string): string {
  if (queryString === '') return ''
  const pairs = queryString.split('&').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    return [encode(decode(name.replaceAll('+', ' '))), encode(decode(value.replaceAll('+', ' ')))]
  })
  const sorted = pairs.toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
  return sorted.map(([name, value]) => `${name}=${value}`).join('&')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // The store refuses it for what it is.
    return text
  }
}

/** Everything but letters, digits and `-._~` (RFC 3986, section 2.3). */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
