// A scripted origin on a real socket that records what it saw.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { createHash } from 'node:crypto'

/** One request as the origin received it. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: NodeJS.Dict<string | string[]>
  readonly rawHeaders: readonly string[]
  /** Bytes of body received so far; the whole size once the body has ended. */
  bodyBytes: number
  /** sha1 of the body, once it has ended. */
  bodySha1: string | null
}

export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Record<string, string | string[]> | readonly string[]
  readonly body?: string | Buffer
}

export type Script = ScriptedAnswer | ((request: IncomingMessage, response: ServerResponse) => unknown)

export interface ScriptedOrigin extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly requests: SeenRequest[]
  /** Sets what a path (with query string) answers from now on; '*' is for all others. */
  on(path: string, script: Script): void
  /** Requests for a path so far. */
  countOf(path: string): number
  /** Resolves when the origin has seen so many requests in all. */
  seen(count: number): Promise<void>
  stop(): Promise<void>
}

/** Starts an origin; without a script it answers 200 'hello' without any cache header. */
export async function startOrigin(fallback: Script = { body: 'hello' }): Promise<ScriptedOrigin> {
  const scripts = new Map<string, Script>([['*', fallback]])
  const requests: SeenRequest[] = []
  const waiters = new Set<() => void>()
  const server = createHttpServer(
    { maxHeaderSize: 128 * 1024, keepAliveTimeout: 60_000 },
    (request, response) => {
      const { method = '', url = '', headers, rawHeaders } = request
      const seen: SeenRequest = { method, url, headers, rawHeaders, bodyBytes: 0, bodySha1: null }
      requests.push(seen)
      for (const waiter of waiters) waiter()
      const hash = createHash('sha1')
      request.on('data', (chunk: Buffer) => {
        seen.bodyBytes += chunk.length
        hash.update(chunk)
      })
      request.on('end', () => void (seen.bodySha1 = hash.digest('hex')))
      request.on('error', () => {})
      response.on('error', () => {})
      const script = scripts.get(url) ?? scripts.get('*')!
      if (typeof script === 'function') script(request, response)
      else write(response, script)
    },
  )
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    on: (path, script) => void scripts.set(path, script),
    countOf: (path) => requests.filter((each) => each.url === path).length,
    seen: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (requests.length < count) return
          waiters.delete(check)
          resolve()
        }
        waiters.add(check)
        check()
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function write(response: ServerResponse, { status = 200, headers = {}, body = '' }: ScriptedAnswer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const flat = Array.isArray(headers)
    ? [...(headers as string[])]
    : Object.entries(headers as Record<string, string | string[]>).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).flatMap((each) => [name, each]),
      )
  const names = flat.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  const hasFraming = names.includes('content-length') || names.includes('transfer-encoding')
  if (!hasFraming && status !== 304) flat.push('Content-Length', String(bytes.length))
  response.writeHead(status, flat)
  response.end(bytes)
}

/** An origin that speaks bytes: whatever the script writes to the socket after the request head. */
export async function startRawOrigin(
  script: (socket: Socket, head: string) => void,
): Promise<{ url: string; port: number; connections: () => number } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  let count = 0
  const server = createTcpServer((socket) => {
    count++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let head = ''
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      const whole = head
      head = ''
      script(socket, whole)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
