// However requests come over one connection, each of them gets the answer that it gets over a connection of its own.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

interface Request {
  readonly method: string
  readonly bytes: string
}

const HOST = 'Host: localhost\r\n'
const TEXT = Buffer.from('some text of an object, '.repeat(20))
const LARGE = Buffer.alloc(200_000, 'large, ')

function get(path: string, fields = '', method = 'GET'): Request {
  return { method, bytes: `${method} ${path} HTTP/1.1\r\n${HOST}${fields}\r\n` }
}

function post(framing: string, body: string): Request {
  return { method: 'POST', bytes: `POST /echo HTTP/1.1\r\n${HOST}${framing}\r\n\r\n${body}` }
}

const REQUESTS: readonly Request[] = [
  get('/text'),
  get('/text', 'Accept: */*\r\nConnection: keep-alive\r\n'),
  get('/text', '', 'HEAD'),
  get('/text', 'If-None-Match: "1"\r\n'),
  get('/text', 'Range: bytes=5-9\r\n'),
  get('/text', 'Range: bytes=900-\r\n'),
  get('/large'),
  get('/large', '', 'HEAD'),
  get('/chunked'),
  get('/chunked', '', 'HEAD'),
  get('/none'),
  get('/missing'),
  get('/uncached'),
  get('/uncached-chunked'),
  get('/text', '', 'OPTIONS'),
  get('/text', 'Content-Length: 0\r\n'),
  get('/text', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'),
  { method: 'GET', bytes: `GET http://localhost/text?absolute HTTP/1.1\r\n${HOST}\r\n` },
  { method: 'GET', bytes: `\r\nGET /text HTTP/1.1\r\n${HOST}\r\n` },
  { method: 'GET', bytes: `GET /text HTTP/1.1\r\n${HOST}Cookie: ${'a=b; '.repeat(4000)}\r\n\r\n` },
  post('Content-Length: 5', 'hello'),
  post('Transfer-Encoding: chunked', '5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n'),
  post(`Content-Length: ${TEXT.length}`, TEXT.toString()),
]
/** After these the connection ends. */
const LAST: readonly Request[] = [
  get('/text', 'Connection: close\r\n'),
  get('/large', 'Connection: close\r\n'),
  get('/uncached', 'Connection: close\r\n', 'HEAD'),
  { method: 'GET', bytes: 'GET /text HTTP/1.1\r\n\r\n' },
  { method: 'GET', bytes: 'GET /text HTTP/1.0\r\nHost: localhost\r\n\r\n' },
]

function answerAtOrigin(request: IncomingMessage, response: ServerResponse): void {
  const cached = { 'Cache-Control': 'max-age=600', ETag: '"1"' }
  switch (request.url!.replace(/\?.*/, '')) {
    case '/text':
      return void response.writeHead(200, { ...cached, 'Content-Length': TEXT.length }).end(TEXT)
    case '/large':
      return void response.writeHead(200, { ...cached, 'Content-Length': LARGE.length }).end(LARGE)
    case '/chunked':
      response.writeHead(200, cached).write('some chunks, ')
      return void response.end('at the end another')
    case '/none':
      return void response.writeHead(204, cached).end()
    case '/missing':
      return void response.writeHead(404, { 'Content-Length': 7 }).end('missing')
    case '/uncached':
      return void response.writeHead(200, { 'Cache-Control': 'no-store', 'Content-Length': 3 }).end('new')
    case '/uncached-chunked':
      response.writeHead(200, { 'Cache-Control': 'no-store' }).write('new ')
      return void response.end('chunks')
    default:
      response.writeHead(200, { 'X-Method': request.method })
      request.pipe(response)
  }
}

/** Reads the answers to requests with these methods; each has its own head, and a body that was framed. */
class AnswerReader {
  readonly answers: string[] = []
  #methods: readonly string[]
  #bytes = ''

  constructor(methods: readonly string[]) {
    this.#methods = methods
  }

  read(bytes: string): void {
    this.#bytes += bytes
    while (this.#readOne()) {}
  }

  /** What no answer has claimed. */
  get rest(): string {
    return this.#bytes
  }

  #readOne(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n') + 4
    const method = this.#methods[this.answers.length]
    if (end < 4 || method === undefined) return false
    const head = this.#bytes.slice(0, end)
    const body = toBody(head, method, this.#bytes, end)
    if (body === null) return false
    this.answers.push(withoutPersonal(head) + body.text.replace(/(?<=Request ID: )\S+/, ''))
    this.#bytes = this.#bytes.slice(body.end)
    return true
  }
}

/** (RFC 9112, section 6.3) */
function toBody(
  head: string,
  method: string,
  bytes: string,
  start: number,
): { text: string; end: number } | null {
  if (!/^HTTP\/1\.1 \d{3} /.test(head))
    throw new Error(`this is no answer: ${JSON.stringify(head.slice(0, 200))}`)
  if (method === 'HEAD' || /^\S+ (?:204|304) /.test(head)) return { text: '', end: start }
  if (/^transfer-encoding: chunked\r$/im.test(head)) return toChunkedBody(bytes, start)
  const end = start + Number(/^content-length: (\d+)\r$/im.exec(head)?.[1])
  if (Number.isNaN(end)) throw new Error(`without a length: ${JSON.stringify(head)}`)
  return bytes.length < end ? null : { text: bytes.slice(start, end), end }
}

function toChunkedBody(bytes: string, start: number): { text: string; end: number } | null {
  let text = ''
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const line = bytes.slice(at, lineEnd)
    if (!/^[\da-f]+$/i.test(line)) throw new Error(`this is no chunk: ${JSON.stringify(line.slice(0, 200))}`)
    const size = Number.parseInt(line, 16)
    const end = lineEnd + 2 + size
    if (bytes.length < end + 2) return null
    if (bytes.slice(end, end + 2) !== '\r\n') throw new Error('a chunk is longer than it says')
    if (size === 0) return { text, end: end + 2 }
    text += bytes.slice(lineEnd + 2, end)
    at = end + 2
  }
}

/** Without what differs from answer to answer, and without the order of the fields. */
function withoutPersonal(head: string): string {
  const [line, ...fields] = head.trimEnd().split('\r\n')
  return [
    line,
    ...fields.map((each) => each.replace(/^(Age|Date|X-Amz-Cf-Id): .*/, '$1')).toSorted(),
    '',
    '',
  ].join('\n')
}

/** One way to send: where the bytes are cut, and what is waited for behind each cut. */
interface Step {
  readonly share: number
  readonly pause: 'none' | 'a-turn' | 'all-answers'
}

type Dial = () => Promise<Socket>

/** Sends the requests in pieces, and reads until each has its answer, and to the end if that is the last one. */
async function converse(dial: Dial, requests: readonly Request[], steps: readonly Step[]): Promise<string[]> {
  const socket = await dial()
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  socket.setTimeout(3000, () =>
    socket.destroy(new Error(`nothing more came after ${reader.answers.length} answers`)),
  )
  const reader = new AnswerReader(requests.map(({ method }) => method))
  let failed: unknown = null
  let wake = (): void => {}
  socket.on('data', (text: string) => {
    try {
      reader.read(text)
    } catch (error) {
      failed = error
      socket.destroy()
    }
    wake()
  })
  socket.on('error', (error) => (failed ??= error))
  socket.on('close', () => wake())
  const answered = async (count: number): Promise<void> => {
    while (reader.answers.length < count && !socket.destroyed) {
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  const all = requests.map(({ bytes }) => bytes).join('')
  const ends = requests.map((_, i) =>
    requests.slice(0, i + 1).reduce((sum, { bytes }) => sum + bytes.length, 0),
  )
  let sent = 0
  for (let i = 0; sent < all.length && !socket.destroyed; i++) {
    const { share, pause } = steps[i] ?? { share: 1, pause: 'none' }
    const cut = Math.max(sent + 1, Math.round(share * all.length))
    socket.write(all.slice(sent, cut), 'latin1')
    sent = Math.min(cut, all.length)
    if (pause === 'a-turn') await new Promise((resolve) => void setImmediate(resolve))
    if (pause === 'all-answers') await answered(ends.filter((end) => end <= sent).length)
  }
  await answered(requests.length)
  if (LAST.includes(requests.at(-1)!) && !socket.destroyed) await once(socket, 'close')
  socket.destroy()
  if (failed !== null) throw failed
  expect(reader.rest).toBe('')
  return reader.answers
}

const step = fc.record<Step>({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  pause: fc.constantFrom('none', 'a-turn', 'all-answers'),
})
const conversation = fc
  .record({
    requests: fc.array(fc.constantFrom(...REQUESTS), { minLength: 1, maxLength: 8 }),
    last: fc.option(fc.constantFrom(...LAST), { nil: null }),
    steps: fc.array(step, { maxLength: 12 }),
  })
  .map(({ requests, last, steps }) => ({
    requests: last === null ? requests : [...requests, last],
    steps: steps.toSorted((a, b) => a.share - b.share),
  }))

describe('Requests over one connection get the answers that they get over connections of their own', () => {
  let origin: ScriptedOrigin
  let front: Front
  const alone = new Map<Request, string>()
  const dialTcp: Dial = async () => connectTcp(front.port, '127.0.0.1')
  const dialTls: Dial = async () => {
    const ca = await front.pocketfront.ca()
    const port = front.pocketfront.httpsPort!
    return connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['http/1.1'] })
  }

  beforeAll(async () => {
    origin = await startOrigin(answerAtOrigin)
    front = await startFront({
      origin,
      httpsPort: 0,
      behavior: { AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'] },
      behaviors: [{ PathPattern: '/uncached*', CachePolicy: 'CachingDisabled' }],
    })
    // The first time they are misses.
    for (let i = 0; i < 2; i++) {
      for (const request of [...REQUESTS, ...LAST]) {
        const [answer] = await converse(dialTcp, [request], [])
        alone.set(request, answer!)
      }
    }
  })
  afterAll(async () => {
    await front.stop()
    await origin.stop()
  })

  test.each([
    ['HTTP', dialTcp, 250],
    ['HTTPS', dialTls, 100],
  ])(
    'over %s, in their order, however they are cut',
    async (_name, dial, numRuns) => {
      await fc.assert(
        fc.asyncProperty(conversation, async ({ requests, steps }) => {
          const answers = await converse(dial, requests, steps)
          expect(answers).toEqual(requests.map((request) => alone.get(request)))
        }),
        { numRuns },
      )
    },
    60_000,
  )
})
