// An origin's object that can be asked for in ranges, with its validators.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A version of an object, and the headers that come with it. */
export interface Version {
  readonly body: Buffer | string
  readonly headers?: Record<string, string>
}

/** Answers GET as an ordinary file server does: one range, If-Range, If-None-Match. */
export function rangeScript({ body, headers = {} }: Version) {
  const bytes = Buffer.from(body)
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { range, 'if-range': ifRange, 'if-none-match': noneMatch } = request.headers
    if (noneMatch !== undefined && noneMatch === headers['ETag']) {
      response.writeHead(304, headers).end()
      return
    }
    const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '')
    const isWanted = ifRange === undefined || ifRange === headers['ETag']
    if (match === null || !isWanted) {
      response.writeHead(200, { ...headers, 'Content-Length': bytes.length }).end(bytes)
      return
    }
    const isSuffix = match[1] === ''
    const first = isSuffix ? bytes.length - Number(match[2]) : Number(match[1])
    const last = isSuffix || match[2] === '' ? bytes.length - 1 : Math.min(Number(match[2]), bytes.length - 1)
    if (first >= bytes.length) {
      response
        .writeHead(416, { ...headers, 'Content-Range': `bytes */${bytes.length}`, 'Content-Length': 0 })
        .end()
      return
    }
    response
      .writeHead(206, {
        ...headers,
        'Content-Range': `bytes ${first}-${last}/${bytes.length}`,
        'Content-Length': last - first + 1,
      })
      .end(bytes.subarray(first, last + 1))
  }
}
