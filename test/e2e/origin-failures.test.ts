// Origins that refuse, hang, lie and break off, and what the viewer gets.
import { expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { startOrigin, startRawOrigin } from '../support/origin.ts'
import { closedPort } from '../support/ports.ts'

test('An origin that refuses connections gives 502 after every attempt', async () => {
  const url = `http://127.0.0.1:${await closedPort()}`
  await using front = await startFront({ origin: { url }, originConfig: { ConnectionAttempts: 2 } })
  const answer = await front.get('/')
  expect(answer.status).toBe(502)
  expect(answer.headers['x-cache']).toBe('Error from cloudfront')
  expect(answer.text).toContain("CloudFront wasn't able to connect to the origin.")
  expect(answer.trace?.detailedResultType).toBe('OriginConnectError')
  expect(answer.trace?.origins?.map((each) => each.error)).toEqual([
    expect.stringContaining('ECONNREFUSED'),
    expect.stringContaining('ECONNREFUSED'),
  ])
})

test('A failed origin is not asked again for ErrorCachingMinTTL, 10 seconds by default', async () => {
  const url = `http://127.0.0.1:${await closedPort()}`
  await using front = await startFront({ origin: { url }, originConfig: { ConnectionAttempts: 1 } })
  await front.get('/')
  front.clock.advanceSeconds(9)
  const cached = await front.get('/')
  expect(cached.status).toBe(502)
  expect(cached.trace?.origins).toBeNull()
  expect(cached.text).toContain(`Request ID: ${String(cached.headers['x-amz-cf-id'])}`)
  front.clock.advanceSeconds(2)
  expect((await front.get('/')).trace?.origins).toHaveLength(1)
})

test('An origin name that nothing stands for gives 502 and the option that helps', async () => {
  await using front = await startFront({})
  const answer = await front.get('/')
  expect(answer.status).toBe(502)
  expect(answer.text).toContain("CloudFront wasn't able to resolve the origin domain name.")
  expect(answer.trace?.problem).toContain('--origin origin=')
})

test('An origin that closes before the head gives 502; GET is tried again, POST is not', async () => {
  await using origin = await startRawOrigin((socket) => socket.destroy())
  await using front = await startFront({
    origin,
    originConfig: { ConnectionAttempts: 3 },
    behavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] },
  })
  const get = await front.get('/')
  expect(get.status).toBe(502)
  expect(get.text).toContain('the origin closed the connection')
  expect(get.trace?.origins).toHaveLength(3)
  const post = await front.ask('/', { method: 'POST', body: 'x' })
  expect(post.status).toBe(502)
  expect(post.trace?.origins).toHaveLength(1)
})

test('An origin that does not answer within OriginReadTimeout gives 504', async () => {
  await using origin = await startRawOrigin(() => {})
  await using front = await startFront({
    origin,
    originConfig: {
      ConnectionAttempts: 1,
      CustomOriginConfig: {
        HTTPPort: 80,
        HTTPSPort: 443,
        OriginProtocolPolicy: 'http-only',
        OriginReadTimeout: 1,
      },
    },
  })
  const answer = await front.get('/')
  expect(answer.status).toBe(504)
  expect(answer.trace?.detailedResultType).toBe('OriginCommError')
})

test.each([
  ['garbage', 'this is no HTTP\r\n\r\n', 'OriginInvalidResponseError'],
  ['a status line without a number', 'HTTP/1.1 abc OK\r\n\r\n', 'OriginInvalidResponseError'],
  [
    'a header block above 32,768 bytes',
    `HTTP/1.1 200 OK\r\nX-Big: ${'a'.repeat(40_000)}\r\n\r\n`,
    'OriginHeaderTooBigError',
  ],
  [
    'a header injected behind a bare carriage return',
    'HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b=c\r\nContent-Length: 0\r\n\r\n',
    'OriginInvalidResponseError',
  ],
  [
    'a NUL in a header',
    'HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n',
    'OriginInvalidResponseError',
  ],
])('An answer that is no proper HTTP gives 502: %s', async (_, bytes, detailed) => {
  await using origin = await startRawOrigin((socket) => void socket.write(bytes, 'latin1'))
  await using front = await startFront({ origin, originConfig: { ConnectionAttempts: 1 } })
  const answer = await front.get('/')
  expect(answer.status).toBe(502)
  expect(answer.trace?.detailedResultType).toBe(detailed)
})

test('A body that ends before its Content-Length breaks the connection to the viewer and is not cached', async () => {
  await using origin = await startRawOrigin((socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nCache-Control: max-age=60\r\n\r\nonly this')
  })
  await using front = await startFront({ origin })
  const first = await front.get('/')
  expect(first.status).toBe(200)
  expect(first.broken).toBe(true)
  expect(first.trace?.detailedResultType).toBe('OriginReadError')
  expect(first.trace?.edge).toMatchObject({ stored: false, storedBecause: 'truncated' })
  await front.get('/')
  expect(origin.connections()).toBe(2)
})

test('A chunked body without its end is not cached', async () => {
  await using origin = await startRawOrigin((socket) => {
    socket.end(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: max-age=60\r\n\r\n4\r\nwiki\r\n',
    )
  })
  await using front = await startFront({ origin })
  expect((await front.get('/')).broken).toBe(true)
  expect((await front.get('/')).trace?.edge?.verdict).toBe('miss')
})

test('A body with neither length nor chunks is delivered and cached when the connection closes', async () => {
  await using origin = await startRawOrigin((socket) => {
    socket.end('HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\nto the end')
  })
  await using front = await startFront({ origin })
  const first = await front.get('/')
  expect(first.text).toBe('to the end')
  const second = await front.get('/')
  expect(second).toBeHit('edge')
  expect(second.text).toBe('to the end')
})

test('An expired copy stands in when the origin fails, and the origin is left alone for a while', async () => {
  const origin = await startOrigin({ headers: { 'Cache-Control': 'max-age=10' }, body: 'good' })
  await using front = await startFront({ origin })
  await front.get('/')
  origin.on('/', { status: 500, body: 'bad' })
  front.clock.advanceSeconds(11)
  const stale = await front.get('/')
  expect(stale.status).toBe(200)
  expect(stale.text).toBe('good')
  expect(stale.trace?.regional?.because).toBe('stale-if-error')
  const asked = origin.requests.length
  front.clock.advanceSeconds(5)
  expect((await front.get('/')).text).toBe('good')
  expect(origin.requests.length).toBe(asked)
  await origin.stop()
})
