// Answers that no distribution gives: refused requests and faults of our own.
import { refusal, type Refusal } from '../edge/refuse.ts'
import type { ViewerAnswer } from '../edge/visit.ts'
import { Body } from '../message/body.ts'
import { Headers } from '../message/headers.ts'

/** The answer for a request that no distribution takes. */
export function refusedAnswer({ status, failure }: Refusal): ViewerAnswer {
  return {
    status,
    statusText: '',
    headers: Headers.none,
    body: Body.empty,
    delivered: { kind: 'whole' },
    failure,
    resultType: 'Error',
    detailedResultType: failure.detailedResultType,
    age: null,
  }
}

/** The answer in place of one that a bug of ours prevented. */
export function internalError(error: unknown): ViewerAnswer {
  return refusedAnswer(refusal(500, 'Internal error.', 'InvalidRequest', String(error)))
}
