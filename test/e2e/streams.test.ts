// Bodies in both directions: at once, at the slower side's pace, and cut off at any moment.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { startFront, type Front } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const MIB = 1024 * 1024

function open(front: Front, path: string, method = 'GET', headers = {}): ClientRequest {
  const request = httpRequest({ host: '127.0.0.1', port: front.port, path, method, headers, agent: false })
  request.on('error', () => {})
  return request
}

async function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  const [message] = (await once(request, 'response')) as [IncomingMessage]
  message.on('error', () => {})
  return message
}

test('The first byte is passed on before the last one is there', async () => {
  await using origin = await startOrigin()
  let finish = (): void => {}
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    response.write('first')
    finish = () => void response.end('last')
  })
  await using front = await startFront({ origin })
  const request = open(front, '/a')
  request.end()
  const message = await responseOf(request)
  const [chunk] = (await once(message, 'data')) as [Buffer]
  expect(chunk.toString()).toBe('first')
  finish()
  const [rest] = (await once(message, 'data')) as [Buffer]
  expect(rest.toString()).toBe('last')
})

test('An upload of 100 MB streams to the origin at its pace, whatever the size', async () => {
  await using origin = await startOrigin()
  let readOn = (): void => {}
  origin.on('/upload', (request, response) => {
    request.pause()
    readOn = () => void request.resume()
    request.on('end', () => response.end('thanks'))
  })
  await using front = await startFront({ origin, behavior: { AllowedMethods: ALL_METHODS } })
  const chunk = Buffer.alloc(256 * 1024, 7)
  const count = 400
  let sent = 0
  const hash = createHash('sha1')
  function* chunks(): Generator<Buffer> {
    for (; sent < count; sent++) {
      hash.update(chunk)
      yield chunk
    }
  }
  const answer = front.ask('/upload', {
    method: 'POST',
    body: Readable.from(chunks(), { objectMode: false }),
  })
  await origin.seen(1)
  // The origin does not read: what is sent meanwhile fills socket buffers and no more.
  for (let i = 0; i < 10; i++) await front.get(`/other/${i}`)
  expect(sent * chunk.length).toBeLessThan(24 * MIB)
  readOn()
  expect((await answer).status).toBe(200)
  const [seen] = origin.requests
  expect(seen!.bodyBytes).toBe(count * chunk.length)
  expect(seen!.bodySha1).toBe(hash.digest('hex'))
})

test('A download that nobody stores goes at the pace of its slow viewer', async () => {
  await using origin = await startOrigin()
  let written = 0
  origin.on('/big', (_, response) => {
    response.writeHead(200, { 'Content-Length': String(200 * MIB), 'Cache-Control': 'no-store' })
    const chunk = Buffer.alloc(MIB)
    const more = (): void => {
      while (written < 200 && !response.destroyed) {
        written++
        if (!response.write(chunk)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
  const request = open(front, '/big')
  request.end()
  const message = await responseOf(request)
  message.pause()
  // Reads a little, then lets all buffers on the way fill up.
  for (let i = 0; i < 10; i++) await front.get(`/other/${i}`)
  expect(written).toBeLessThan(60)
  let bytes = 0
  for await (const chunk of message) bytes += (chunk as Buffer).length
  expect(bytes).toBe(200 * MIB)
})

test('After 500 viewers that left in the middle of a download the origin still answers', async () => {
  await using origin = await startOrigin()
  const chunk = Buffer.alloc(8 * 1024)
  let open500 = 0
  origin.on('/endless', (_, response) => {
    open500++
    response.on('close', () => open500--)
    // One piece at a time: what is tried is the leaving, not how much a loopback can carry.
    const more = (): void => {
      if (!response.destroyed) response.write(chunk, () => setTimeout(more, 5))
    }
    response.writeHead(200, { 'Cache-Control': 'no-store' })
    more()
  })
  await using front = await startFront({ origin, behavior: { CachePolicy: 'CachingDisabled' } })
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        const request = open(front, '/endless')
        request.end()
        const message = await responseOf(request)
        await once(message, 'data')
        request.destroy()
      }),
    )
  }
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => front.get(`/fine/${index}`)))
  expect(answers.every((answer) => answer.status === 200)).toBe(true)
  await expect.poll(() => open500).toBe(0)
})

test('After 500 viewers that left in the middle of an upload the origin still answers', async () => {
  await using origin = await startOrigin()
  await using front = await startFront({ origin, behavior: { AllowedMethods: ALL_METHODS } })
  for (let round = 0; round < 20; round++) {
    const before = origin.requests.length
    const requests = Array.from({ length: 25 }, () => {
      const request = open(front, '/upload', 'POST', { 'content-length': '1000000' })
      request.write(Buffer.alloc(1000))
      return request
    })
    await origin.seen(before + 25)
    for (const request of requests) request.destroy()
  }
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, index) => front.ask(`/fine/${index}`, { method: 'POST', body: 'x' })),
  )
  expect(answers.every((answer) => answer.status === 200)).toBe(true)
})

test('A viewer that leaves ends the fetch when nobody else waits; the object is not stored', async () => {
  await using origin = await startOrigin()
  let closed = 0
  origin.on('/a', (_, response) => {
    response.on('close', () => closed++)
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '1000000' })
    response.write('start')
  })
  await using front = await startFront({ origin })
  const request = open(front, '/a')
  request.end()
  const message = await responseOf(request)
  await once(message, 'data')
  request.destroy()
  await expect.poll(() => closed).toBe(1)
  const [trace] = front.pocketfront.traces.last(1)
  expect(trace).toMatchObject({ delivery: 'client-gone', detailedResultType: 'ClientCommError' })
  expect(trace?.edge?.stored).toBe(false)
  origin.on('/a', { headers: { 'Cache-Control': 'max-age=60' }, body: 'now' })
  expect((await front.get('/a')).text).toBe('now')
})

test('A viewer that leaves before the head ends the fetch as well', async () => {
  await using origin = await startOrigin()
  let closed = 0
  origin.on('/a', (request) => void request.socket.on('close', () => closed++))
  await using front = await startFront({ origin })
  const request = open(front, '/a')
  request.end()
  await origin.seen(1)
  request.destroy()
  await expect.poll(() => closed).toBe(1)
})

test('A viewer that leaves does not disturb others that wait for the same object', async () => {
  await using origin = await startOrigin()
  let finish = (): void => {}
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '10' })
    response.write('01234')
    finish = () => void response.end('56789')
  })
  await using front = await startFront({ origin })
  const leaver = open(front, '/a')
  leaver.end()
  const leaving = await responseOf(leaver)
  await once(leaving, 'data')
  const stayer = open(front, '/a')
  stayer.end()
  const staying = await responseOf(stayer)
  leaver.destroy()
  finish()
  let text = ''
  for await (const chunk of staying) text += String(chunk)
  expect(text).toBe('0123456789')
  expect(origin.countOf('/a')).toBe(1)
  expect(await front.get('/a')).toBeHit('edge')
})

test('Stopping lets a running download finish', async () => {
  await using origin = await startOrigin()
  let finish = (): void => {}
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '10' })
    response.write('01234')
    finish = () => void response.end('56789')
  })
  await using front = await startFront({ origin, graceMs: 10_000 })
  const request = open(front, '/a')
  request.end()
  const message = await responseOf(request)
  const stopped = front.stop()
  finish()
  let text = ''
  for await (const chunk of message) text += String(chunk)
  expect(text).toBe('0123456789')
  await stopped
})

test('Stopping cuts a download that outlasts the grace period', async () => {
  await using origin = await startOrigin()
  origin.on('/a', (_, response) => {
    response.writeHead(200, { 'Content-Length': '10' })
    response.write('01234')
  })
  await using front = await startFront({ origin, graceMs: 50 })
  const request = open(front, '/a')
  request.end()
  const message = await responseOf(request)
  message.resume()
  await front.stop()
  expect(message.complete).toBe(false)
})
