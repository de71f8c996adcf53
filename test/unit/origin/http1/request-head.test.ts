import * as fc from 'fast-check'
import { Client } from 'undici'
import { describe, expect, test } from 'vitest'
import { toRequestHead } from '../../../../src/origin/http1/request-head.ts'

const HEADERS = ['Via', '1.1 x', 'Host', 'example.com', 'X-A', 'b']

test('A request head is one piece, with Host in front and without a body', () => {
  expect(toRequestHead({ method: 'GET', target: '/a?b', headers: HEADERS, bodyBytes: null })).toBe(
    'GET /a?b HTTP/1.1\r\nHost: example.com\r\nConnection: keep-alive\r\nVia: 1.1 x\r\nX-A: b\r\n\r\n',
  )
  expect(toRequestHead({ method: 'HEAD', target: '/', headers: ['host', 'a'], bodyBytes: null })).toBe(
    'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  )
})

test.each([
  ['POST', 5, 'Content-Length: 5\r\n'],
  ['POST', 0, 'Content-Length: 0\r\n'],
  ['POST', null, 'Content-Length: 0\r\n'],
  ['PUT', null, 'Content-Length: 0\r\n'],
  ['PATCH', null, 'Content-Length: 0\r\n'],
  ['DELETE', null, ''],
  ['OPTIONS', null, ''],
  ['DELETE', 2, 'Content-Length: 2\r\n'],
])('%s with a body of %s bytes says how long it is, once', (method, bodyBytes, line) => {
  const said = bodyBytes === null ? [] : ['content-length', String(bodyBytes)]
  for (const headers of [HEADERS, [...HEADERS, ...said]]) {
    expect(toRequestHead({ method, target: '/', headers, bodyBytes })).toBe(
      `${method} / HTTP/1.1\r\nHost: example.com\r\nConnection: keep-alive\r\nVia: 1.1 x\r\nX-A: b\r\n${line}\r\n`,
    )
  }
  const headers = [...HEADERS, 'Content-Length', '7']
  expect(toRequestHead({ method, target: '/', headers, bodyBytes })).toMatchObject({
    code: 'UND_ERR_INVALID_ARG',
  })
})

describe('What would break out of its line is refused', () => {
  test.each<[string, { target?: string; headers?: string[] }]>([
    ['a line end in the path', { target: '/a\r\nX: y' }],
    ['a blank in the path', { target: '/a b' }],
    ['a path of more than bytes', { target: '/\u0100' }],
    ['a path without a slash', { target: 'a' }],
    ['an empty path', { target: '' }],
    ['a line end in a value', { headers: [...HEADERS, 'X', 'a\r\nY: b'] }],
    ['a bare LF in a value', { headers: [...HEADERS, 'X', 'a\nb'] }],
    ['a NUL in a value', { headers: [...HEADERS, 'X', 'a\0b'] }],
    ['a value of more than bytes', { headers: [...HEADERS, 'X', '\u0100'] }],
    ['a line end in a name', { headers: [...HEADERS, 'X: a\r\nY', 'b'] }],
    ['an empty name', { headers: [...HEADERS, '', 'b'] }],
    ['two Hosts', { headers: [...HEADERS, 'host', 'b'] }],
    ['no Host', { headers: ['X', 'y'] }],
    ['a line end in Host', { headers: ['Host', 'a\r\nX: y'] }],
    ...['Content-Length', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'Upgrade', 'Expect'].map(
      (name): [string, { headers: string[] }] => [`a ${name}`, { headers: [...HEADERS, name, '1'] }],
    ),
  ])('%s', (_, changes) => {
    const request = { method: 'GET', target: '/', headers: HEADERS, bodyBytes: null, ...changes }
    expect(toRequestHead(request)).toMatchObject({ code: 'UND_ERR_INVALID_ARG' })
  })
})

/** Whether undici would take such a request, which it says before it dials. */
function isTakenByUndici(target: string, headers: readonly string[]): boolean {
  const client = new Client('http://127.0.0.1:1')
  let error: Error | null = null
  client.dispatch(
    { method: 'GET', path: target, headers: headers as string[] },
    {
      onConnect() {},
      onHeaders: () => true,
      onData: () => true,
      onComplete() {},
      onError: (each) => void (error ??= each),
    },
  )
  const isTaken = error === null
  void client.destroy().catch(() => {})
  return isTaken
}

test('What undici refuses is refused, and nothing else', () => {
  const odd = fc.array(
    fc.constantFrom(
      'a',
      'B',
      '/',
      ' ',
      '\t',
      '\r',
      '\n',
      '\0',
      '\x7f',
      '\x80',
      '\xff',
      '\u0100',
      ':',
      '"',
      '%',
    ),
    { maxLength: 5 },
  )
  const text = odd.map((each) => each.join(''))
  fc.assert(
    fc.property(text, text, text, (path, name, value) => {
      const target = `/${path}`
      const headers = ['Host', 'a', `X${name}`, value]
      const isTaken = typeof toRequestHead({ method: 'GET', target, headers, bodyBytes: null }) === 'string'
      expect(isTaken).toBe(isTakenByUndici(target, headers))
    }),
    { numRuns: 300 },
  )
})
