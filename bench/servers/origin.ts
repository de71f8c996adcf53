// The origin behind every proxy and cache of the bench: /1k/…, /100k/… and /100m/… answer bodies of that size, cacheable
// for an hour; /text/… compressible text; /refresh/… an object that has to be confirmed each time.
import { createServer } from 'node:http'
import { serve } from './common.ts'

const bodies: Readonly<Record<string, Buffer>> = {
  '1k': Buffer.alloc(1024, 'x'),
  '100k': Buffer.alloc(102_400, 'x'),
  '100m': Buffer.alloc(100 * 1024 * 1024, 'x'),
  // Text that Brotli makes about a twentieth of.
  text: Buffer.from(
    Array.from(
      { length: 400 },
      (_, i) => `.rule-${i * 7919} { color: #${(i * 2_654_435).toString(16).slice(-6)} }`,
    )
      .join('\n')
      .padEnd(20_480),
  ),
  refresh: Buffer.alloc(1024, 'x'),
}
const ETAG = '"9a0364b9e99bb480dd25e1f0284c8555"'

serve(
  createServer((request, response) => {
    const kind = request.url?.split('/', 2)[1] ?? ''
    const body = bodies[kind]
    request.resume()
    if (kind === 'refresh' && request.headers['if-none-match'] === ETAG) {
      response.writeHead(304, ['ETag', ETAG, 'Cache-Control', 'no-cache']).end()
      return
    }
    if (body === undefined) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, [
      'Content-Type',
      kind === 'text' ? 'text/css' : 'application/octet-stream',
      'Content-Length',
      String(body.length),
      'Last-Modified',
      'Fri, 20 Nov 2026 10:00:00 GMT',
      'ETag',
      ETAG,
      'Cache-Control',
      kind === 'refresh' ? 'no-cache' : 'public, max-age=3600',
      'Server',
      'bench',
    ])
    response.end(body)
  }),
)
