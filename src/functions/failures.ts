// The sentences of CloudFront's error pages for failed Lambda@Edge functions, and the failures made of them.
import type { InvocationResult } from './contract.ts'
import type { HookFailed } from './hooks.ts'

/** A result that CloudFront refuses. `sentence` ends up on the error page, `detail` in log and trace. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly sentence: string
  readonly detail: string
}

const VALIDATION = 'The Lambda function result failed validation: '
const ORIGIN = 'The Lambda function returned an invalid origin configuration: '
const JSON_OUTPUT = 'The Lambda function returned invalid JSON: '

/** The output is JSON, but not an object. */
export const NOT_AN_OBJECT = 'The JSON output must be an object type.'
const NOT_PARSABLE = 'The JSON output is not parsable.'

const READ_ONLY_HEADER = 'The function tried to add, delete, or change a read-only header.'
const DISALLOWED_HEADER = 'The function tried to add, delete, or change a disallowed header.'
const BODY = 'The body is not a string, is not an object, or exceeds the maximum size.'
const ORIGIN_HEADERS = 'One or more HeaderName or HeaderValue values are invalid.'

/** A result that fails validation in a way for which no sentence of CloudFront is known. */
export function refuse(detail: string): Refusal {
  return { kind: 'refusal', sentence: VALIDATION + detail, detail }
}

export function refuseReadOnlyHeader(detail: string): Refusal {
  return { kind: 'refusal', sentence: VALIDATION + READ_ONLY_HEADER, detail }
}

export function refuseDisallowedHeader(detail: string): Refusal {
  return { kind: 'refusal', sentence: VALIDATION + DISALLOWED_HEADER, detail }
}

export function refuseBody(detail: string): Refusal {
  return { kind: 'refusal', sentence: VALIDATION + BODY, detail }
}

export function refuseOrigin(detail: string): Refusal {
  return { kind: 'refusal', sentence: ORIGIN + detail, detail }
}

export function refuseOriginHeaders(detail: string): Refusal {
  return { kind: 'refusal', sentence: ORIGIN + ORIGIN_HEADERS, detail }
}

export function refuseNonObject(): Refusal {
  return { kind: 'refusal', sentence: JSON_OUTPUT + NOT_AN_OBJECT, detail: NOT_AN_OBJECT }
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'refusal'
}

/** (Developer Guide, 'HTTP 502 status code (Lambda validation error)') */
export function toValidationError(refusal: Refusal): HookFailed {
  return toFailed(502, 'LambdaValidationError', refusal.sentence, refusal.detail)
}

/** (Developer Guide, 'HTTP 503 status code (Lambda limit exceeded)', 'Test and debug Lambda@Edge functions') */
export function toInvocationError(result: InvocationResult & { kind: 'failed' }): HookFailed {
  switch (result.because) {
    case 'threw':
      return toExecutionError(result.detail)
    case 'timeout':
    case 'throttled':
      return toFailed(
        503,
        'LambdaLimitExceeded',
        'The Lambda function associated with the CloudFront distribution was throttled.',
        result.detail,
      )
    case 'invalid': {
      const sentence = JSON_OUTPUT + (result.detail.startsWith(NOT_AN_OBJECT) ? NOT_AN_OBJECT : NOT_PARSABLE)
      return toFailed(502, 'LambdaValidationError', sentence, result.detail)
    }
    case 'too-large':
      return toValidationError(refuseBody(result.detail))
  }
}

/** The function did not run to its end. */
export function toExecutionError(detail: string): HookFailed {
  const sentence =
    "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions."
  return toFailed(503, 'LambdaExecutionError', sentence, detail)
}

function toFailed(
  status: 502 | 503,
  resultType: 'LambdaValidationError' | 'LambdaLimitExceeded' | 'LambdaExecutionError',
  message: string,
  detail: string,
): HookFailed {
  return { kind: 'failed', status, failure: { message, resultType, detailedResultType: resultType, detail } }
}
