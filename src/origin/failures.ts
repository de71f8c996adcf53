// What CloudFront answers when an origin can't be reached or does not speak HTTP.
import { Body } from '../message/body.ts'
import { BrokenBodyError } from '../message/broken-body.ts'
import { Headers } from '../message/headers.ts'
import type { Failure, Layer, OriginResponse } from '../message/requests.ts'
import type { DetailedResultType } from '../model/result-types.ts'

const ESTABLISH =
  'CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.'
const CONNECT = "CloudFront wasn't able to connect to the origin."
const RESOLVE = "CloudFront wasn't able to resolve the origin domain name."
const INCORRECT = "CloudFront couldn't connect to the origin or the origin returned an incorrect response."

/** A failed exchange: status, page and whether trying again makes sense. */
export interface OriginFailure {
  readonly status: 502 | 504
  readonly failure: Failure
  /** The request never left, so that any method may be tried again. */
  readonly nothingSent: boolean
}

type Row = readonly [
  status: 502 | 504,
  message: string,
  detailed: DetailedResultType,
  phase: 'connect' | 'later',
]

const TIMEOUT: Row = [504, ESTABLISH, 'OriginCommError', 'later']

/** Error codes of Node.js and undici. ('HTTP 502 status code (Bad Gateway)', 'HTTP 504 status code (Gateway Timeout)') */
const BY_CODE: Readonly<Record<string, Row>> = {
  ENOTFOUND: [502, RESOLVE, 'OriginDnsError', 'connect'],
  EAI_AGAIN: [502, RESOLVE, 'OriginDnsError', 'connect'],
  EAI_FAIL: [502, RESOLVE, 'OriginDnsError', 'connect'],
  ECONNREFUSED: [502, CONNECT, 'OriginConnectError', 'connect'],
  EHOSTUNREACH: [502, CONNECT, 'OriginConnectError', 'connect'],
  ENETUNREACH: [502, CONNECT, 'OriginConnectError', 'connect'],
  EADDRNOTAVAIL: [502, CONNECT, 'OriginConnectError', 'connect'],
  ETIMEDOUT: [504, ESTABLISH, 'OriginCommError', 'connect'],
  UND_ERR_CONNECT_TIMEOUT: [504, ESTABLISH, 'OriginCommError', 'connect'],
  UND_ERR_HEADERS_TIMEOUT: TIMEOUT,
  UND_ERR_BODY_TIMEOUT: TIMEOUT,
  PF_COMPLETION_TIMEOUT: TIMEOUT,
  UND_ERR_SOCKET: [502, ESTABLISH, 'OriginReadError', 'later'],
  ECONNRESET: [502, ESTABLISH, 'OriginReadError', 'later'],
  EPIPE: [502, ESTABLISH, 'OriginReadError', 'later'],
  UND_ERR_HEADERS_OVERFLOW: [502, INCORRECT, 'OriginHeaderTooBigError', 'later'],
}

/** The answer for an error that an exchange with an origin ended in. */
export function toOriginFailure(error: unknown): OriginFailure {
  const { code, syscall } = toCoded(error)
  const [status, message, detailed, phase] = BY_CODE[code] ?? unlisted(code)
  // A connection that was up can time out as well, after the request has gone out on it.
  const nothingSent = phase === 'connect' && (code !== 'ETIMEDOUT' || syscall === 'connect')
  const failure: Failure = {
    message,
    resultType: 'Error',
    detailedResultType: detailed,
    detail: describeError(error),
    ...(nothingSent && { during: 'connect' }),
  }
  return { status, failure, nothingSent }
}

/** The answer for an origin that nothing on this machine stands for. */
export function unresolvedOrigin(hint: string): OriginFailure {
  return {
    status: 502,
    failure: {
      message: RESOLVE,
      resultType: 'Error',
      detailedResultType: 'OriginDnsError',
      detail: hint,
      during: 'connect',
    },
    nothingSent: true,
  }
}

/** The answer of a website endpoint to TLS: there is nobody on port 443. ('Use an Amazon S3 bucket configured as a website endpoint') */
export function secureWebsite(): OriginFailure {
  return {
    status: 502,
    failure: {
      message: CONNECT,
      resultType: 'Error',
      detailedResultType: 'OriginConnectError',
      detail: 'a website endpoint of S3 takes plain HTTP alone; set OriginProtocolPolicy to http-only',
      during: 'connect',
    },
    nothingSent: true,
  }
}

/** The answer in place of a response that CloudFront does not pass on. */
export function incorrectResponse(detailedResultType: DetailedResultType, detail: string): OriginFailure {
  return {
    status: 502,
    failure: { message: INCORRECT, resultType: 'Error', detailedResultType, detail },
    nothingSent: false,
  }
}

/** The error of a body that its origin did not bring to an end. */
export function toBrokenBody(error: unknown): BrokenBodyError {
  const { status } = toOriginFailure(error)
  return new BrokenBodyError(
    describeError(error),
    status === 504 ? 'OriginCommError' : 'OriginReadError',
    error,
  )
}

/** A failure as a response that travels up like any other. */
export function toFailureResponse(status: number, failure: Failure, layer: Layer): OriginResponse {
  return {
    status,
    statusText: '',
    headers: Headers.none,
    body: Body.empty,
    settlement: null,
    outcome: 'Miss',
    layer,
    isGenerated: false,
    failure,
  }
}

/** One line that names code, message and address. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause
  const text = error.message || (inner instanceof Error ? inner.message : error.name)
  const { code } = toCoded(error)
  return code === '' || text.includes(code) ? text : `${code}: ${text}`
}

function unlisted(code: string): Row {
  // Certificates and handshakes: CERT_HAS_EXPIRED, DEPTH_ZERO_SELF_SIGNED_CERT, ERR_TLS_…, ERR_SSL_…
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code)) return [502, CONNECT, 'OriginConnectError', 'connect']
  return [502, INCORRECT, 'OriginInvalidResponseError', 'later']
}

/** Code and system call of an error, or of the one inside it; '' where there is none. */
function toCoded(error: unknown): { readonly code: string; readonly syscall: string } {
  if (!(error instanceof Error)) return { code: '', syscall: '' }
  const { code, syscall } = error as Error & { code?: unknown; syscall?: unknown }
  // One attempt for each address: the first one speaks for all.
  if (error instanceof AggregateError && error.errors.length > 0) return toCoded(error.errors[0])
  if (typeof code === 'string') return { code, syscall: typeof syscall === 'string' ? syscall : '' }
  return error.cause === undefined ? { code: '', syscall: '' } : toCoded(error.cause)
}
