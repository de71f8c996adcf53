import { expect, test } from 'vitest'
import { admit } from '../../../src/control/guard.ts'

test.each([
  'localhost',
  'LOCALHOST:8081',
  '127.0.0.1',
  '127.0.0.1:8081',
  '127.1.2.255:80',
  '[::1]',
  '[::1]:8081',
])('a request to %s is served', (host) => {
  expect(admit({ method: 'POST', host, origin: undefined })).toEqual({ allowed: true })
})

test.each([
  'example.com',
  'localhost.example.com',
  'localhost@example.com',
  '127.0.0.1.example.com',
  '127.0.0.256',
  '10.0.0.1',
  '0.0.0.0',
  '[::2]',
  'localhost:',
  '',
  undefined,
])('a request to %s is refused, whatever the method', (host) => {
  expect(admit({ method: 'GET', host, origin: undefined })).toEqual({
    allowed: false,
    because: `the Host '${host ?? ''}' is not a name of this machine`,
  })
})

test.each(['https://example.com', 'null', 'http://localhost.example.com', 'file://', 'http://localhost:1/x'])(
  'a page of %s may read nothing into effect',
  (origin) => {
    const host = 'localhost:8081'
    expect(admit({ method: 'DELETE', host, origin })).toEqual({
      allowed: false,
      because: `a page of '${origin}' may not change anything here`,
    })
    expect(admit({ method: 'GET', host, origin })).toEqual({ allowed: true })
  },
)

test.each(['http://localhost:8080', 'http://127.0.0.1', 'https://[::1]:3000'])(
  'a page of %s may change things',
  (origin) => {
    expect(admit({ method: 'POST', host: 'localhost', origin })).toEqual({ allowed: true })
  },
)
