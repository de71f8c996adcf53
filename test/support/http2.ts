// An HTTP/2 client that shows everything of a stream.
import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2'
import type { Front } from './front.ts'
import type { Trace } from '../../src/message/trace.ts'

/** A response over HTTP/2, read to its end. */
export interface Http2Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly text: string
  readonly body: Buffer
  /** Code of the reset, 0 for a stream that ended well. */
  readonly rstCode: number
  readonly trace: Trace | null
}

export interface Http2Client extends AsyncDisposable {
  readonly session: ClientHttp2Session
  /** Opens a stream; headers go beside :path and :authority. */
  open(path: string, headers?: Record<string, string | string[]>, endStream?: boolean): ClientHttp2Stream
  get(path: string, headers?: Record<string, string | string[]>): Promise<Http2Answer>
  /** Reads an opened stream to its end. */
  read(stream: ClientHttp2Stream): Promise<Http2Answer>
}

/** Connects under a name that the front serves. */
export async function connectHttp2(front: Front, name = 'localhost'): Promise<Http2Client> {
  const { pocketfront } = front
  const ca = await pocketfront.ca()
  const session = connect(`https://${name}:${pocketfront.httpsPort}`, {
    ca,
    servername: name,
    host: '127.0.0.1',
    lookup: undefined,
  } as object)
  session.on('error', () => {})
  const read = (stream: ClientHttp2Stream): Promise<Http2Answer> =>
    new Promise((resolve) => {
      const chunks: Buffer[] = []
      let headers: IncomingHttpHeaders = {}
      let rawHeaders: string[] = []
      stream.on('response', (given, _flags, raw: string[]) => {
        headers = given
        rawHeaders = raw
      })
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', () => {})
      stream.on('close', () => {
        const body = Buffer.concat(chunks)
        const id = headers['x-amz-cf-id']
        resolve({
          status: Number(headers[':status'] ?? 0),
          headers,
          rawHeaders,
          body,
          text: body.toString(),
          rstCode: stream.rstCode ?? 0,
          trace: typeof id === 'string' ? pocketfront.traces.get(id) : null,
        })
      })
    })
  const open: Http2Client['open'] = (path, headers = {}, endStream = true) =>
    session.request({ ':path': path, ':authority': name, ...headers }, { endStream })
  return {
    session,
    open,
    read,
    get: (path, headers) => read(open(path, headers)),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        if (session.closed || session.destroyed) return resolve()
        session.on('close', () => resolve())
        session.destroy()
      }),
  }
}
