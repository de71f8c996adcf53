// The origin behind every proxy and cache of the bench: /1k/…, /100k/… and /100m/… answer bodies of that size, cacheable for an hour.
import { createServer } from 'node:http'
import { serve } from './common.ts'

const bodies: Readonly<Record<string, Buffer>> = {
  '1k': Buffer.alloc(1024, 'x'),
  '100k': Buffer.alloc(102_400, 'x'),
  '100m': Buffer.alloc(100 * 1024 * 1024, 'x'),
}

serve(
  createServer((request, response) => {
    const body = bodies[request.url?.split('/', 2)[1] ?? '']
    request.resume()
    if (body === undefined) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, [
      'Content-Type',
      'application/octet-stream',
      'Content-Length',
      String(body.length),
      'Last-Modified',
      'Fri, 20 Nov 2026 10:00:00 GMT',
      'ETag',
      '"9a0364b9e99bb480dd25e1f0284c8555"',
      'Cache-Control',
      'public, max-age=3600',
      'Server',
      'bench',
    ])
    response.end(body)
  }),
)
