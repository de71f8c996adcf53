// The origin of the demo's /api/*: a small HTTP server that counts how often it is asked.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerApi } from './answers.ts'

/** Not an import, with which Node.js loads its own fetch as well. */
const { createServer } = process.getBuiltinModule('node:http')

/** A running demo API. */
export interface DemoApi {
  /** http://127.0.0.1:PORT */
  readonly url: string
  close(): Promise<void>
}

export interface DemoApiOptions {
  /** Real milliseconds that /api/slow takes; default 300. */
  readonly slowMs?: number
}

/** Longer than the five seconds for which CloudFront keeps a connection, so that the origin never closes first. */
const KEEP_ALIVE_MS = 60_000

/** Starts the API on a free port of loopback. */
export function startDemoApi({ slowMs = 300 }: DemoApiOptions = {}): Promise<DemoApi> {
  let hits = 0
  const timers = new Set<NodeJS.Timeout>()

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const number = ++hits
    let bodyBytes = 0
    request.on('data', (chunk: Buffer) => {
      bodyBytes += chunk.length
    })
    request.on('end', () => {
      const { method = 'GET', url = '/', rawHeaders } = request
      const answer = answerApi({ method, url, rawHeaders, bodyBytes, hits: number })
      const send = (): void => {
        response.writeHead(answer.status, answer.headers)
        response.end(method === 'HEAD' || answer.status === 304 ? undefined : answer.body)
      }
      if (!answer.isSlow) return send()
      const timer = setTimeout(() => {
        timers.delete(timer)
        send()
      }, slowMs)
      timers.add(timer)
    })
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, handle)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((done) => {
            for (const timer of timers) clearTimeout(timer)
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}
