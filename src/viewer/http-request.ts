// A request as Node.js parsed it, read as a ViewerRequest without copying its headers.
import type { IncomingMessage } from 'node:http'
import { PlainMessage } from './http1/message.ts'
import { Http2Message } from './http2/message.ts'
import { describeTls, isSecure } from './tls/connection.ts'
import { Upload } from './upload.ts'
import type { Headers } from '../message/headers.ts'
import type { RequestBody, ViewerRequest } from '../message/requests.ts'
import type { ViewerGeo } from '../message/viewer-geo.ts'

/** A request over HTTP/1.1 or HTTP/2 as its connection read it. */
export type Incoming = IncomingMessage | Http2Message | PlainMessage

/** A viewer request. Address and body are looked up only when somebody asks. */
export class HttpViewerRequest implements ViewerRequest {
  readonly method: string
  readonly path: string
  readonly queryString: string
  readonly headers: Headers
  readonly geo: ViewerGeo
  #message: Incoming
  /** In place of the peer's. */
  #clientIp: string | null
  #upload: Upload | null = null

  constructor(
    message: Incoming,
    headers: Headers,
    url: string,
    geo: ViewerGeo,
    clientIp: string | null = null,
  ) {
    this.method = message.method ?? 'GET'
    this.headers = headers
    this.geo = geo
    this.#clientIp = clientIp
    this.#message = message
    const question = url.indexOf('?')
    this.path = question < 0 ? url : url.slice(0, question)
    this.queryString = question < 0 ? '' : url.slice(question + 1)
  }

  /** Looked at by CloudFront Functions alone. */
  get hasEmptyQuery(): boolean {
    return this.queryString === '' && this.#message.url?.endsWith('?') === true
  }

  get clientIp(): string {
    return this.#clientIp ?? toPlainAddress(this.#message.socket.remoteAddress)
  }

  get clientPort(): number {
    return this.#message.socket.remotePort ?? 0
  }

  get scheme(): 'http' | 'https' {
    return isSecure(this.#message.socket) ? 'https' : 'http'
  }

  /** ('Add CloudFront request headers') */
  get tls(): string | null {
    return describeTls(this.#message.socket)
  }

  get httpVersion(): '1.0' | '1.1' | '2.0' {
    if (this.#message.httpVersionMajor === 2) return '2.0'
    return this.#message.httpVersionMinor === 0 ? '1.0' : '1.1'
  }

  /** Null when the request announces no body; else the same stream each time. */
  get body(): RequestBody | null {
    if (this.#upload === null) {
      const message = this.#message
      if (message instanceof PlainMessage) return message.body
      if (!this.#announcesBody()) return null
      this.#upload = new Upload(message instanceof Http2Message ? message.stream : message)
    }
    return { kind: 'stream', stream: this.#upload }
  }

  #announcesBody(): boolean {
    const length = this.headers.get('content-length')
    if (length !== null) return Number(length) !== 0
    const message = this.#message
    if (message instanceof Http2Message) return !message.stream.endAfterHeaders
    return this.headers.has('transfer-encoding')
  }

  /** The answer is out: what is left of the body is read and dropped. */
  dropBody(): void {
    this.#upload?.destroy()
  }
}

/** An IPv4 address that came in over an IPv6 socket, in its plain form. */
export function toPlainAddress(address: string | undefined): string {
  if (address === undefined) return ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/**
 * The request target as path and query string: absolute form (`GET http://host/path`) loses its authority. Null when
 * it is neither a path nor an absolute URL. Bytes outside ASCII never come this far: the parser refuses them.
 */
export function toOriginForm(target: string): string | null {
  if (target.startsWith('/')) return target
  const match = /^https?:\/\/[^/?#]*([^#]*)/i.exec(target)
  if (match === null) return null
  const rest = match[1]!
  return rest.startsWith('/') ? rest : `/${rest}`
}
