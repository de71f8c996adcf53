// The yardstick of a miss: a pass-through proxy to ORIGIN over undici's dispatch, and nothing else.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool, type Dispatcher } from 'undici'
import { serve } from './common.ts'

const origin = new URL(process.argv[2] ?? '')
const pool = new Pool(origin, { connections: 64, pipelining: 1 })
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer'])

function forwarded(request: IncomingMessage): string[] {
  const raw = request.rawHeaders
  const headers: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    if (lower !== 'host' && !HOP_BY_HOP.has(lower)) headers.push(name, raw[i + 1] ?? '')
  }
  headers.push('host', origin.host)
  return headers
}

function returned(raw: readonly Buffer[]): string[] {
  const headers: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]?.toString('latin1') ?? ''
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.push(name, raw[i + 1]?.toString('latin1') ?? '')
  }
  headers.push('Connection', 'keep-alive', 'X-Cache', 'Miss from cloudfront', 'X-Amz-Cf-Pop', 'FRA56-P8')
  return headers
}

function pass(request: IncomingMessage, response: ServerResponse): void {
  let abort: ((reason?: Error) => void) | null = null
  response.on('close', () => {
    if (!response.writableFinished) abort?.(new Error('the viewer has gone'))
  })
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const options: Dispatcher.DispatchOptions = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: forwarded(request),
    body: hasBody ? request : null,
  }
  pool.dispatch(options, {
    onConnect: (stop) => {
      abort = stop
    },
    onHeaders: (status, raw, resume) => {
      response.writeHead(status, returned(raw))
      response.on('drain', resume)
      return true
    },
    onData: (chunk) => response.write(chunk),
    onComplete: () => {
      response.end()
    },
    onError: () => {
      if (!response.headersSent) response.writeHead(502)
      response.end()
    },
  })
}

serve(createServer(pass))
