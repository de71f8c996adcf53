// Which errors of an exchange leave it certain that nothing was sent.
import { expect, test } from 'vitest'
import { toOriginFailure } from '../../../src/origin/failures.ts'

function failed(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${code} of a test`), { code, ...(syscall !== undefined && { syscall }) })
}

test.each([
  ['a connection that is refused', failed('ECONNREFUSED', 'connect'), 502, true],
  ['a connection that is not made in time', failed('ETIMEDOUT', 'connect'), 504, true],
  [
    'several addresses, none in time',
    Object.assign(new AggregateError([failed('ETIMEDOUT', 'connect'), failed('ENETUNREACH', 'connect')]), {
      code: 'ETIMEDOUT',
    }),
    504,
    true,
  ],
  ['a connection that times out while it is read', failed('ETIMEDOUT', 'read'), 504, false],
  ['a connection that times out while it is written', failed('ETIMEDOUT', 'write'), 504, false],
  ['an error around it', new Error('fetch failed', { cause: failed('ETIMEDOUT', 'read') }), 504, false],
  ['a name that is not found', failed('ENOTFOUND', 'getaddrinfo'), 502, true],
  ['a connection that is reset', failed('ECONNRESET', 'read'), 502, false],
])(
  'A request may be repeated whatever its method only if nothing was sent: %s',
  (_, error, status, nothingSent) => {
    expect(toOriginFailure(error)).toMatchObject({ status, nothingSent })
  },
)
