// What every server of the bench shares: its ready line, and its end when the harness goes away.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The headers a CloudFront hit carries, as writeHead takes them. */
export function hitHeaders(size: number, id: number): string[] {
  return [
    'Content-Type',
    'application/octet-stream',
    'Content-Length',
    String(size),
    'Connection',
    'keep-alive',
    'Date',
    'Sat, 21 Nov 2026 10:00:00 GMT',
    'Last-Modified',
    'Fri, 20 Nov 2026 10:00:00 GMT',
    'ETag',
    '"9a0364b9e99bb480dd25e1f0284c8555"',
    'Cache-Control',
    'public, max-age=3600',
    'Server',
    'AmazonS3',
    'X-Cache',
    'Hit from cloudfront',
    'Via',
    '1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)',
    'X-Amz-Cf-Pop',
    'FRA56-P8',
    'X-Amz-Cf-Id',
    String(id).padStart(56, '0'),
    'Age',
    '5',
  ]
}

/** Listens on a free port, prints the ready line, and ends with the harness (which holds our stdin open). */
export function serve(server: Server): void {
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.keepAliveTimeout = 65_000
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
    const { port } = server.address() as AddressInfo
    process.stdout.write(`${JSON.stringify({ event: 'ready', url: `http://127.0.0.1:${port}` })}\n`)
  })
  process.stdin.on('end', () => process.exit(0)).resume()
  process.on('SIGTERM', () => process.exit(0))
}
