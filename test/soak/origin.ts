// The origin of the soak: good, slow, changing, failing and lying answers by path.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contentOf, MOST_BYTES } from './content.ts'

const CONTROLS = [
  'max-age=60',
  'max-age=1, stale-while-revalidate=5',
  'max-age=2, stale-if-error=60',
  'no-cache',
  'no-store',
  's-maxage=5',
]

/** Starts it on a free port. */
export async function startSoakOrigin(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    request.on('error', () => {})
    response.on('error', () => {})
    if (request.method === 'POST') return takeUpload(request, response)
    answer(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

function takeUpload(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => (bytes += chunk.length))
  request.on('end', () => response.end(String(bytes)))
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '/'
  const [, kind = '', name = ''] = path.split('/')
  const number = Number(name) || 0
  switch (kind) {
    case 'reset':
      return void request.socket.destroy()
    case 'error':
      return void response.writeHead(500 + (number % 5)).end('failed')
    case 'short':
      response.writeHead(200, { 'Content-Length': 5000 }).write('only this')
      return void setImmediate(() => request.socket.destroy())
    case 'slow':
      return drip(response, contentOf(path, MOST_BYTES.large))
    default:
      send(request, response, path, number)
  }
}

function send(request: IncomingMessage, response: ServerResponse, path: string, number: number): void {
  const body = contentOf(path, MOST_BYTES.small)
  const ETag = `"${number}"`
  const headers = { ETag, 'Cache-Control': CONTROLS[number % CONTROLS.length], 'Content-Type': 'text/css' }
  if (request.headers['if-none-match'] === ETag) return void response.writeHead(304, headers).end()
  response.writeHead(200, { ...headers, 'Content-Length': body.length }).end(body)
}

/** A body in many small pieces, one each turn of the loop. */
function drip(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'Cache-Control': 'max-age=30' })
  let at = 0
  const next = (): void => {
    if (response.destroyed) return
    if (at >= body.length) return void response.end()
    const isRoomy = response.write(body.subarray(at, (at += 16_384)))
    if (isRoomy) setImmediate(next)
    else response.once('drain', next)
  }
  next()
}
