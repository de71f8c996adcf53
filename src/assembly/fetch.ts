// fetch() against a running pocketfront.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Pocketfront } from './options.ts'

/**
 * Resolves paths against the data port; `host` chooses the distribution; `pop`, `viewerIp` and `viewerCountry` say where the viewer is. With `host` redirects are not
 * followed, since they would lead elsewhere.
 */
export function toFetch(base: string): Pocketfront['fetch'] {
  return (path, init = {}) => {
    const { host, pop, viewerIp, viewerCountry, ...rest } = init
    const request = new Request(new URL(path, base), rest)
    if (pop !== undefined) request.headers.set('x-pocketfront-pop', pop)
    if (viewerIp !== undefined) request.headers.set('x-pocketfront-viewer-ip', viewerIp)
    if (viewerCountry !== undefined) request.headers.set('x-pocketfront-viewer-country', viewerCountry)
    return host === undefined ? fetch(request) : fetchAs(host, request)
  }
}

/** Node.js's own fetch sends the URL's authority as Host whatever the headers say. */
async function fetchAs(host: string, request: Request): Promise<Response> {
  const message = await send(host, request)
  const headers = new Headers()
  for (let i = 0; i < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i]!, message.rawHeaders[i + 1]!)
  }
  const status = message.statusCode ?? 502
  const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304
  if (!hasBody) message.resume()
  const body = hasBody ? (Readable.toWeb(message) as ReadableStream) : null
  return new Response(body, { status, statusText: message.statusMessage ?? '', headers })
}

function send(host: string, request: Request): Promise<IncomingMessage> {
  const { method, body, signal } = request
  const headers = { ...Object.fromEntries(request.headers), host }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(request.url, { method, headers, signal, agent: false }, resolve)
    outgoing.on('error', reject)
    if (body === null) outgoing.end()
    else pipeline(Readable.fromWeb(body), outgoing).catch(reject)
  })
}
