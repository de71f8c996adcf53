// Request bodies: past functions, read to the end or dropped, and the connection goes on.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFront, type Front, type FrontOptions } from '../support/front.ts'
import { startOrigin, type ScriptedOrigin } from '../support/origin.ts'

const AllowedMethods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const PASS_REQUEST = 'export const handler = async (event) => event.Records[0].cf.request'
const PASS_RESPONSE = 'export const handler = async (event) => event.Records[0].cf.response'

let folder: string
let origin: ScriptedOrigin

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pocketfront-uploads-'))
  origin = await startOrigin((request, response) => {
    request.on('end', () => response.end(`got it: ${request.url}`))
  })
})
afterAll(async () => {
  await origin.stop()
  await rm(folder, { recursive: true, force: true })
})

let count = 0

/** A front that allows all methods and has these functions. */
async function withFunctions(
  functions: Record<string, string>,
  more: object = {},
  options: FrontOptions = {},
): Promise<Front> {
  const LambdaFunctionAssociations = await Promise.all(
    Object.entries(functions).map(async ([EventType, code]) => {
      const Handler = join(folder, `f${++count}.mjs`)
      await writeFile(Handler, code)
      return { EventType, Handler, ...more }
    }),
  )
  return startFront({
    origin,
    cwd: folder,
    ...options,
    behavior: { AllowedMethods, LambdaFunctionAssociations },
  })
}

/** One connection, and the text that has come over it so far. */
function dial(front: Front): { socket: Socket; text: () => string } {
  const socket = connect(front.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.on('error', () => {})
  return { socket, text: () => text }
}

const statuses = (text: string): string[] => text.match(/(?<=HTTP\/1\.1 )\d+/g) ?? []

function lastRequest(path: string) {
  return origin.requests.findLast((each) => each.url === path)
}

test.each(['origin-response', 'viewer-response'])(
  'A POST with a body passes a behavior with an %s function',
  async (event) => {
    await using front = await withFunctions({ [event]: PASS_RESPONSE })
    const answer = await front.ask('/post', { method: 'POST', body: 'hello' })
    expect([answer.status, answer.text]).toEqual([200, 'got it: /post'])
    expect(lastRequest('/post')!.bodyBytes).toBe(5)
  },
)

test('A viewer-request function that changes nothing leaves body, address and HTTP version as they were', async () => {
  await using front = await withFunctions({ 'viewer-request': PASS_REQUEST })
  const answer = await front.ask('/same', { method: 'POST', body: 'hello' })
  expect(answer.status).toBe(200)
  expect(lastRequest('/same')!.bodyBytes).toBe(5)
  expect(lastRequest('/same')!.headers['x-forwarded-for']).toBe('127.0.0.1')
})

test('A viewer-request and an origin-request function on one behavior both run', async () => {
  await using front = await withFunctions({ 'viewer-request': PASS_REQUEST, 'origin-request': PASS_REQUEST })
  const answer = await front.get('/both')
  expect(answer.status).toBe(200)
  expect(answer.trace?.functions?.map((each) => each.outcome)).toEqual(['continued', 'continued'])
})

test('After a function that answered in the middle of an upload the rest is dropped and the connection goes on', async () => {
  const code = `export const handler = async (event) => {
    const { request } = event.Records[0].cf
    return request.method === 'POST' ? { status: '403' } : request
  }`
  await using front = await withFunctions({ 'viewer-request': code }, { IncludeBody: true })
  const { socket, text } = dial(front)
  socket.write('POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n')
  socket.write(Buffer.alloc(500_000, 'x'))
  socket.write('GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(text).toContain('got it: /b')
  expect(statuses(text())).toEqual(['403', '200'])
  socket.destroy()
})

test('After an origin that refused an upload early the rest is dropped and the connection goes on', async () => {
  origin.on('/big', (request, response) => {
    request.pause()
    response.writeHead(413, { 'Content-Length': '3' })
    response.end('big')
  })
  await using front = await startFront({ origin, behavior: { AllowedMethods } })
  const { socket, text } = dial(front)
  socket.write('POST /big HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000005\r\n\r\nstart')
  await expect.poll(text).toContain('big')
  socket.write(Buffer.alloc(8_000_000, 'x'))
  socket.write('GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(text).toContain('got it: /b')
  expect(statuses(text())).toEqual(['413', '200'])
  socket.destroy()
})

test('After an upload with a method that is not allowed the connection goes on', async () => {
  await using front = await startFront({ origin })
  const { socket, text } = dial(front)
  socket.write('POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n')
  socket.write(Buffer.alloc(2_000_000, 'x'))
  socket.write('GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(text).toContain('got it: /b')
  expect(statuses(text())).toEqual(['403', '200'])
  socket.destroy()
})

test('Two uploads over one connection reach the origin whole', async () => {
  await using front = await startFront({ origin, behavior: { AllowedMethods } })
  const { socket, text } = dial(front)
  for (const path of ['/one', '/two']) {
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n`)
    socket.write(Buffer.alloc(300_000, 'x'))
    await expect.poll(text).toContain(`got it: ${path}`)
    expect(lastRequest(path)!.bodyBytes).toBe(300_000)
  }
  socket.destroy()
})

test('A viewer that leaves in the middle of an upload ends the request to the origin', async () => {
  let closed = 0
  origin.on('/left', (request) => void request.on('close', () => closed++))
  await using front = await startFront({ origin, behavior: { AllowedMethods } })
  const { socket } = dial(front)
  socket.write('POST /left HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nstart')
  await expect.poll(() => lastRequest('/left')?.bodyBytes).toBe(5)
  socket.destroy()
  await once(socket, 'close')
  await expect.poll(() => closed).toBe(1)
  await expect.poll(() => front.pocketfront.traces.last(9)).toHaveLength(1)
  expect(front.pocketfront.traces.last(1)).toMatchObject([{ delivery: 'client-gone', clientIp: '127.0.0.1' }])
})

test('A viewer that leaves while its upload waits for a function harms nobody', async () => {
  const code = 'export const handler = () => new Promise(() => {})'
  await using front = await withFunctions({ 'viewer-request': code }, { IncludeBody: true })
  const { socket } = dial(front)
  const head = 'POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nstart'
  await new Promise((resolve) => void socket.write(head, resolve))
  socket.destroy()
  await expect
    .poll(() => front.pocketfront.traces.last(9).map((each) => each.delivery))
    .toEqual(['client-gone'])
})
