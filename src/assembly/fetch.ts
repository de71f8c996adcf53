// fetch() against a running pocketfront.
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Pocketfront } from './options.ts'
import { request as httpRequest } from '../message/node-http.ts'

/**
 * Resolves paths against the data ports; `host` chooses the distribution; `pop`, `viewerIp` and `viewerCountry` say
 * where the viewer is. With `host` or `https` redirects are not followed, since they would lead elsewhere.
 */
export function toFetch({ url, httpsUrl, ca }: FetchParts): Pocketfront['fetch'] {
  return async (path, init = {}) => {
    const { host, pop, viewerIp, viewerCountry, https = false, ...rest } = init
    const request = new Request(new URL(path, https ? (httpsUrl ?? '') : url), rest)
    if (pop !== undefined) request.headers.set('x-pocketfront-pop', pop)
    if (viewerIp !== undefined) request.headers.set('x-pocketfront-viewer-ip', viewerIp)
    if (viewerCountry !== undefined) request.headers.set('x-pocketfront-viewer-country', viewerCountry)
    if (https) return fetchAs(host, request, await ca())
    return host === undefined ? fetch(request) : fetchAs(host, request, null)
  }
}

/** What fetch() has to know of the running pocketfront. */
interface FetchParts {
  readonly url: string
  readonly httpsUrl: string | null
  /** PEM of the authority. */
  readonly ca: () => Promise<string>
}

/** Node.js's own fetch sends the URL's authority as Host whatever the headers say. */
async function fetchAs(host: string | undefined, request: Request, ca: string | null): Promise<Response> {
  const message = await send(host ?? new URL(request.url).host, request, ca)
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

function send(host: string, request: Request, ca: string | null): Promise<IncomingMessage> {
  const { method, body, signal, url } = request
  const headers = { ...Object.fromEntries(request.headers), host }
  const options = { method, headers, signal, agent: false as const }
  return new Promise((resolve, reject) => {
    const outgoing =
      ca === null
        ? httpRequest(url, options, resolve)
        : httpsRequest(url, { ...options, ca, servername: host.replace(/:\d*$/, '') }, resolve)
    outgoing.on('error', reject)
    if (body === null) outgoing.end()
    else pipeline(Readable.fromWeb(body), outgoing).catch(reject)
  })
}
