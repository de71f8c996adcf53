import { expect, test } from 'vitest'
import { planFailover } from '../../../src/origin/group.ts'
import type { Failure } from '../../../src/message/requests.ts'

const FAILURE: Failure = {
  message: '',
  resultType: 'Error',
  detailedResultType: 'OriginCommError',
  detail: '',
}
const CONNECTING: Failure = { ...FAILURE, during: 'connect' }

test.each([
  { what: 'an answer with a listed status', status: 500, failure: null, codes: [500], because: 'status' },
  { what: 'an answer with another status', status: 500, failure: null, codes: [502, 503], because: null },
  { what: 'a 504 of the origin itself', status: 504, failure: null, codes: [504], because: 'status' },
  {
    what: 'a refused connection',
    status: 502,
    failure: CONNECTING,
    codes: [502, 503],
    because: 'connect-failed',
  },
  { what: 'the same without 503', status: 502, failure: CONNECTING, codes: [502, 504], because: null },
  {
    what: 'a connection that timed out',
    status: 504,
    failure: CONNECTING,
    codes: [503],
    because: 'connect-failed',
  },
  {
    what: 'the same with 504 alone',
    status: 504,
    failure: CONNECTING,
    codes: [504],
    because: 'timed-out',
  },
  { what: 'the same with neither', status: 504, failure: CONNECTING, codes: [500], because: null },
  { what: 'no answer in time', status: 504, failure: FAILURE, codes: [504], because: 'timed-out' },
  { what: 'the same without 504', status: 504, failure: FAILURE, codes: [502, 503], because: null },
  { what: 'an answer that is no HTTP', status: 502, failure: FAILURE, codes: [502], because: 'status' },
])('$what with $codes listed: $because', ({ status, failure, codes, because }) => {
  expect(planFailover({ status, failure }, new Set(codes))).toBe(because)
})
