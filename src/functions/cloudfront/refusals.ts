// What CloudFront answers when a CloudFront Function fails, and in which words.
import type { CffResult } from './contract.ts'
import type { HookFailed } from '../hooks.ts'

const NOT_RUN =
  'The CloudFront function associated with the CloudFront distribution is invalid or could not run.'
const INVALID = 'The CloudFront function returned an invalid value: '

/** A result that CloudFront refuses: 502. (Developer Guide, 'HTTP 502 status code', 'CloudFront Functions validation error') */
export function toValidationError(problem: string): HookFailed {
  const resultType = 'FunctionValidationError'
  const failure = {
    message: INVALID + problem,
    resultType,
    detailedResultType: resultType,
    detail: problem,
  } as const
  return { kind: 'failed', status: 502, failure }
}

/**
 * The function did not run to its end: 503. (Developer Guide, 'HTTP 503 status code', 'Function execution error')
 * Differs from CloudFront: a function that fails often or uses most of its time is never throttled (FunctionThrottledError), so that a mended function works at once.
 */
function toExecutionError(detail: string): HookFailed {
  const resultType = 'FunctionExecutionError'
  const failure = { message: NOT_RUN, resultType, detailedResultType: resultType, detail } as const
  return { kind: 'failed', status: 503, failure }
}

/** How a run ended that did not return, as the answer and as a line with its place in the code. */
export function toRunError(result: Extract<CffResult, { kind: 'failed' }>, file: string | null): HookFailed {
  if (result.because === 'invalid') return toValidationError(result.message)
  const { line, column } = result
  const place = line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`
  return toExecutionError(`${result.message} (${file ?? 'FunctionCode'}${place})`)
}

/** FunctionErrorMessage for a result that is not valid. (API Reference, 'TestResult') */
export function toErrorMessage(problem: string): string {
  return INVALID + problem
}

/** FunctionErrorMessage for a run that did not return. (the same page) */
export function toTestError(result: Extract<CffResult, { kind: 'failed' }>): string {
  return result.because === 'invalid' ? INVALID + result.message : `${NOT_RUN} ${result.message}`
}
