// Origins that refuse, hang, lie and break off: attempts, timeouts, and how each failure ends.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, startRawOrigin, type ScriptedOrigin } from '../support/origin.ts'
import { closedPort } from '../support/ports.ts'
import { startTlsOrigin } from '../support/tls.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const UNREPEATED = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT']
const GIB = 1024 ** 3

const CONNECT = "CloudFront wasn't able to connect to the origin."
const RESOLVE = "CloudFront wasn't able to resolve the origin domain name."
const ESTABLISH =
  'CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.'
const INCORRECT = "CloudFront couldn't connect to the origin or the origin returned an incorrect response."

interface Timeouts {
  readonly attempts?: number
  readonly readTimeout?: number
  readonly completion?: number
  readonly keepalive?: number
}

function front(origin: { url: string }, timeouts: Timeouts = {}, more: FrontOptions = {}): Promise<Front> {
  const { attempts = 1, readTimeout = 30, completion, keepalive = 5 } = timeouts
  return startFront({
    origin: origin as ScriptedOrigin,
    originConfig: {
      ConnectionAttempts: attempts,
      ...(completion !== undefined && { ResponseCompletionTimeout: completion }),
      CustomOriginConfig: {
        HTTPPort: 80,
        HTTPSPort: 443,
        OriginProtocolPolicy: 'http-only',
        OriginReadTimeout: readTimeout,
        OriginKeepaliveTimeout: keepalive,
      },
    },
    ...more,
    behavior: { AllowedMethods: ALL_METHODS, ...more.behavior },
  })
}

const attemptsOf = ({ trace }: { trace: { origins: readonly { end: string | null }[] | null } | null }) =>
  trace?.origins?.map(({ end }) => end)

describe.concurrent('4.6 Timeouts and attempts', () => {
  test.each([1, 2, 3])('A connection is tried ConnectionAttempts times: %d', async (attempts) => {
    await using site = await front({ url: `http://127.0.0.1:${await closedPort()}` }, { attempts })
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(attemptsOf(answer)).toEqual([...Array(attempts - 1).fill('retried'), 'attempts-used-up'])
  })

  test('ConnectionAttempts is 3 and ConnectionTimeout 10 s when they are not set', async () => {
    await using site = await startFront({})
    const [origin] = site.pocketfront.loaded.deployment.Distributions[0]!.Origins
    expect(origin).toMatchObject({
      ConnectionAttempts: 3,
      ConnectionTimeout: 10,
      ResponseCompletionTimeout: null,
      CustomOriginConfig: { OriginReadTimeout: 30, OriginKeepaliveTimeout: 5 },
    })
  })

  test.each([
    ['ConnectionAttempts', 4, {}],
    ['ConnectionTimeout', 11, {}],
    ['ResponseCompletionTimeout', 29, {}],
    ['OriginReadTimeout', 121, { inner: true }],
    ['OriginKeepaliveTimeout', 121, { inner: true }],
  ])('%s cannot be %d', async (key, value, { inner = false }: { inner?: boolean }) => {
    const custom = { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' }
    const originConfig = inner
      ? { CustomOriginConfig: { ...custom, [key]: value } }
      : { CustomOriginConfig: custom, [key]: value }
    await expect(startFront({ originConfig })).rejects.toThrow(key)
  })

  test.each(UNREPEATED)(
    'A failed connection is retried for %s, since nothing was sent (choice)',
    async (method) => {
      await using site = await front({ url: `http://127.0.0.1:${await closedPort()}` }, { attempts: 2 })
      const body = method === 'OPTIONS' || method === 'DELETE' ? {} : { body: 'data' }
      expect(attemptsOf(await site.ask('/', { method, ...body }))).toEqual(['retried', 'attempts-used-up'])
    },
  )

  test.each(['GET', 'HEAD'])('%s without an answer in time is retried', async (method) => {
    let asked = 0
    await using origin = await startRawOrigin((socket) => {
      if (++asked === 2) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    await using site = await front(origin, { attempts: 2, readTimeout: 1 })
    const answer = await site.ask('/', { method })
    expect(answer.status).toBe(200)
    expect(attemptsOf(answer)).toEqual(['retried', 'answered'])
  })

  test.each(UNREPEATED)('%s without an answer in time is not retried', async (method) => {
    await using origin = await startRawOrigin(() => {})
    await using site = await front(origin, { attempts: 3, readTimeout: 1 })
    const answer = await site.ask('/', { method })
    expect(answer.status).toBe(504)
    expect(attemptsOf(answer)).toEqual(['not-repeatable'])
    expect(origin.connections()).toBe(1)
  })

  test('The read timeout counts for each gap between packets, not for the whole', async () => {
    await using origin = await startOrigin((_, response) => {
      response.writeHead(200, { 'Content-Length': '4' })
      let sent = 0
      const timer = setInterval(() => {
        response.write('x')
        if (++sent === 4) clearInterval(timer)
      }, 500)
    })
    await using site = await front(origin, { readTimeout: 1 })
    const answer = await site.get('/')
    expect([answer.text, answer.broken]).toEqual(['xxxx', false])
  })

  test('A stall in the middle of a body drops the connection, to the viewer as well (choice)', async () => {
    const closed: Promise<unknown>[] = []
    await using origin = await startRawOrigin((socket) => {
      closed.push(once(socket, 'close'))
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nCache-Control: max-age=60\r\n\r\nonly this')
    })
    await using site = await front(origin, { attempts: 3, readTimeout: 1 })
    const answer = await site.get('/')
    expect([answer.status, answer.broken]).toEqual([200, true])
    expect(answer.trace).toMatchObject({ detailedResultType: 'OriginCommError', delivery: 'broken' })
    expect(answer.trace?.edge?.storedBecause).toBe('truncated')
    await Promise.all(closed)
    expect(origin.connections()).toBe(1)
  })

  test('ResponseCompletionTimeout ends all attempts together with 504', async () => {
    await using origin = await startRawOrigin(() => {})
    await using site = await front(origin, { attempts: 3, readTimeout: 2, completion: 3 })
    const answer = await site.get('/')
    expect(answer.status).toBe(504)
    expect(answer.trace?.detailedResultType).toBe('OriginCommError')
    expect(attemptsOf(answer)).toEqual(['retried', 'out-of-time'])
    expect(answer.trace?.problem).toContain('ResponseCompletionTimeout')
  })

  test('ResponseCompletionTimeout breaks off a body that comes too slowly, and it is not cached', async () => {
    const closed: Promise<unknown>[] = []
    await using origin = await startRawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nCache-Control: max-age=60\r\n\r\n')
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 200)
      closed.push(once(socket, 'close').then(() => clearInterval(timer)))
    })
    await using site = await front(origin, { readTimeout: 1, completion: 1 })
    const answer = await site.get('/')
    expect([answer.status, answer.broken]).toEqual([200, true])
    expect(answer.text).toMatch(/^x+$/)
    expect(answer.trace?.detailedResultType).toBe('OriginCommError')
    expect(answer.trace?.edge).toMatchObject({ stored: false, storedBecause: 'truncated' })
    await Promise.all(closed)
  })

  test('A response that is complete in time is not touched by ResponseCompletionTimeout', async () => {
    await using origin = await startOrigin({ body: 'in time' })
    await using site = await front(origin, { readTimeout: 1, completion: 1 })
    expect((await site.get('/')).text).toBe('in time')
  })

  test('A connection to the origin is used again until OriginKeepaliveTimeout has passed', async () => {
    const sockets = new Set<Socket>()
    const closed: Promise<unknown>[] = []
    await using origin = await startRawOrigin((socket) => {
      if (!sockets.has(socket)) closed.push(once(socket, 'close'))
      sockets.add(socket)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    await using site = await front(origin, { keepalive: 1 })
    await site.get('/1')
    await site.get('/2')
    expect(origin.connections()).toBe(1)
    await Promise.all(closed)
    await site.get('/3')
    expect(origin.connections()).toBe(2)
  })
})

describe.concurrent('4.7 How failures end', () => {
  test('A connection that is refused gives 502', async () => {
    await using site = await front({ url: `http://127.0.0.1:${await closedPort()}` })
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.headers['x-cache']).toBe('Error from cloudfront')
    expect(answer.trace?.detailedResultType).toBe('OriginConnectError')
  })

  test('The page for a refused connection says that CloudFront could not connect (observed)', async () => {
    await using site = await front({ url: `http://127.0.0.1:${await closedPort()}` })
    expect((await site.get('/')).text).toContain(CONNECT)
  })

  test('An origin name that cannot be resolved gives 502', async () => {
    await using site = await front({ url: 'http://does-not-exist.invalid' })
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.trace?.detailedResultType).toBe('OriginDnsError')
  })

  test('The page for an origin name that cannot be resolved says so (observed)', async () => {
    await using site = await front({ url: 'http://does-not-exist.invalid' })
    expect((await site.get('/')).text).toContain(RESOLVE)
  })

  test.each([
    ['self-signed or by an unknown authority', { domains: ['origin.example.com'] }],
    ['for another name', { domains: ['other.example.com'] }],
  ])('A certificate %s gives 502', async (_, certificate) => {
    await using origin = await startTlsOrigin(certificate)
    await using site = await front(origin)
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.headers['x-cache']).toBe('Error from cloudfront')
    expect(answer.trace?.problem).toMatch(/certificate/i)
  })

  test('The log calls a failed TLS handshake OriginConnectError (unverified)', async () => {
    await using origin = await startTlsOrigin()
    await using site = await front(origin)
    expect((await site.get('/')).trace?.detailedResultType).toBe('OriginConnectError')
  })

  test('An origin that speaks no TLS where CloudFront does gives 502', async () => {
    await using plain = await startOrigin()
    await using site = await front({ url: plain.url.replace('http:', 'https:') })
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.trace?.detailedResultType).toBe('OriginConnectError')
  })

  test('No answer within the read timeout gives 504', async () => {
    await using origin = await startRawOrigin(() => {})
    await using site = await front(origin, { readTimeout: 1 })
    const answer = await site.get('/')
    expect(answer.status).toBe(504)
    expect(answer.trace?.detailedResultType).toBe('OriginCommError')
  })

  test.each([
    [502, (socket: Socket) => socket.destroy()],
    [502, (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    [504, () => {}],
  ])(
    'The page says that the attempt failed or the origin closed the connection: %d (observed)',
    async (status, script) => {
      await using origin = await startRawOrigin(script)
      await using site = await front(origin, { readTimeout: 1 })
      const answer = await site.get('/')
      expect(answer.status).toBe(status)
      expect(answer.text).toContain(ESTABLISH)
    },
  )

  test('An origin that closes before its answer is there gives 502', async () => {
    await using origin = await startRawOrigin((socket) => socket.destroy())
    await using site = await front(origin)
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.trace?.detailedResultType).toBe('OriginReadError')
  })

  test.each([
    ['no HTTP at all', 'this is no HTTP\r\n\r\n'],
    ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['two different lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a header name with a space', 'HTTP/1.1 200 OK\r\nX A: b\r\nContent-Length: 0\r\n\r\n'],
  ])('An answer that is not valid HTTP gives 502: %s', async (_, bytes) => {
    await using origin = await startRawOrigin((socket) => void socket.write(bytes))
    await using site = await front(origin)
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.text).toContain(INCORRECT)
    expect(answer.trace?.detailedResultType).toBe('OriginInvalidResponseError')
  })

  test('Response headers of more than 32,768 bytes give 502 (unverified)', async () => {
    await using origin = await startOrigin({ headers: { 'X-Big': 'a'.repeat(32_769) } })
    await using site = await front(origin)
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.trace?.detailedResultType).toBe('OriginHeaderTooBigError')
  })

  test('Response headers of less than 32,768 bytes pass', async () => {
    await using origin = await startOrigin({ headers: { 'X-Big': 'a'.repeat(32_000) } })
    await using site = await front(origin)
    expect((await site.get('/')).headers['x-big']).toHaveLength(32_000)
  })

  test('An object of more than 50 GB is an error with caching on (unverified)', async () => {
    const closed: Promise<unknown>[] = []
    await using origin = await startRawOrigin((socket) => {
      closed.push(once(socket, 'close'))
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${50 * GIB + 1}\r\n\r\nfirst bytes`)
    })
    await using site = await front(origin)
    const answer = await site.get('/')
    expect(answer.status).toBe(502)
    expect(answer.trace?.problem).toContain('largest object')
    await Promise.all(closed)
  })

  test.each([
    {
      rule: 'With caching off an object of more than 50 GB passes',
      behavior: { CachePolicy: 'CachingDisabled' },
      size: 50 * GIB + 1,
    },
    { rule: 'An object of exactly 50 GB passes', behavior: {}, size: 50 * GIB },
  ])('$rule', async ({ behavior, size }) => {
    await using origin = await startRawOrigin((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\nfirst bytes`)
    })
    await using site = await front(origin, {}, { behavior })
    const answer = await site.get('/')
    expect([answer.status, answer.text]).toEqual([200, 'first bytes'])
  })

  test('A Content-Range of another length than Content-Length gives 502', async () => {
    await using origin = await startOrigin({
      status: 206,
      headers: { 'Content-Range': 'bytes 0-9/100', 'Content-Length': '11' },
      body: 'hello world',
    })
    await using site = await front(origin)
    const answer = await site.get('/', { Range: 'bytes=0-9' })
    expect(answer.status).toBe(502)
    expect(answer.trace?.detailedResultType).toBe('OriginContentRangeLengthError')
  })

  test('A failure that CloudFront answers itself is cached for ErrorCachingMinTTL', async () => {
    await using origin = await startRawOrigin((socket) => socket.destroy())
    await using site = await front(origin)
    await site.get('/')
    site.clock.advanceSeconds(9)
    const cached = await site.get('/')
    expect([cached.status, cached.trace?.origins]).toEqual([502, null])
    expect(cached.trace?.edge?.verdict).toBe('hit')
    site.clock.advanceSeconds(2)
    await site.get('/')
    expect(origin.connections()).toBe(2)
  })
})

describe('4.5 URL, body, protocol: transfer codings', () => {
  const chunked = (framing: string) =>
    startRawOrigin((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${framing}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`)
    })

  test.each(['gzip, chunked', 'deflate,chunked', 'x-own, chunked'])(
    'Transfer-Encoding: %s of an origin is not supported and gives 502',
    async (framing) => {
      await using origin = await chunked(framing)
      await using site = await startFront({ origin })
      const { status, trace, headers } = await site.get('/a')
      expect([status, trace?.detailedResultType]).toEqual([502, 'OriginInvalidResponseError'])
      expect(trace?.problem).toContain(framing)
      expect(headers).not.toHaveProperty('transfer-encoding')
    },
  )

  test.each(['chunked', 'Chunked'])('Transfer-Encoding: %s of an origin is supported', async (framing) => {
    await using origin = await chunked(framing)
    await using site = await startFront({ origin })
    for (const { status, text } of [await site.get('/a'), await site.get('/a')]) {
      expect([status, text]).toEqual([200, 'hello'])
    }
  })
})

describe('2.10 Set-Cookie, Vary, Authorization', () => {
  test.each([
    {
      rule: 'A body shorter than Content-Length is delivered as far as it came, and not cached',
      rest: 'Content-Length: 100\r\n\r\nonly this',
      broken: true,
    },
    {
      rule: 'A chunked body without its end is delivered as far as it came, and not cached',
      rest: 'Transfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n',
      broken: true,
    },
    {
      rule: 'A body with neither header that the origin ends by closing is delivered and cached',
      rest: '\r\nonly this',
      broken: false,
    },
  ])('$rule', async ({ rest, broken }) => {
    const bytes = `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n${rest}`
    await using origin = await startRawOrigin((socket) => void socket.end(bytes))
    await using site = await front(origin)
    const first = await site.get('/')
    expect([first.status, first.text, first.broken]).toEqual([200, 'only this', broken])
    expect(first.trace?.detailedResultType).toBe(broken ? 'OriginReadError' : 'Miss')
    expect((await site.get('/')).trace?.edge?.verdict).toBe(broken ? 'miss' : 'hit')
  })
})
