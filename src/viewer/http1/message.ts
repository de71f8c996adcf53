// A plain request over HTTP/1.1, in the form of Node.js' IncomingMessage as far as anybody reads it.
import type { Socket } from 'node:net'
import type { PlainHead } from './head.ts'
import type { RequestBody } from '../../message/requests.ts'

/** A request as its connection read it, with all of its body. */
export class PlainMessage {
  readonly method: string
  readonly url: string
  readonly rawHeaders: string[]
  readonly httpVersionMajor = 1
  readonly httpVersionMinor = 1
  readonly socket: Socket
  readonly body: RequestBody | null

  constructor({ method, target, fields, body }: PlainHead, socket: Socket) {
    this.method = method
    this.url = target
    this.rawHeaders = fields
    this.socket = socket
    this.body = body === null ? null : { kind: 'bytes', bytes: body }
  }
}
