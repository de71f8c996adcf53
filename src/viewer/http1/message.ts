// A plain request over HTTP/1.1, in the form of Node.js' IncomingMessage as far as anybody reads it.
import type { Socket } from 'node:net'
import type { PlainHead } from './head.ts'

/** A request without a body, as its connection read it. */
export class PlainMessage {
  readonly method: 'GET' | 'HEAD'
  readonly url: string
  readonly rawHeaders: string[]
  readonly httpVersionMajor = 1
  readonly httpVersionMinor = 1
  readonly socket: Socket

  constructor({ method, target, fields }: PlainHead, socket: Socket) {
    this.method = method
    this.url = target
    this.rawHeaders = fields
    this.socket = socket
  }
}
