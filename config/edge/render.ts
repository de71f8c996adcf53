// origin-request: renders a page and answers with it; the cache keeps it for as long as Cache-Control says.
import type { EdgeResponse, RequestEvent } from './events.ts'

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export async function handler(event: RequestEvent): Promise<EdgeResponse> {
  const { request } = event.Records[0].cf
  const name = new URLSearchParams(request.querystring).get('name') ?? 'world'
  const escaped = name.replace(/[&<>"]/g, (each) => ESCAPES[each]!)
  return {
    status: '200',
    statusDescription: 'OK',
    headers: {
      'content-type': [{ key: 'Content-Type', value: 'text/html; charset=utf-8' }],
      'cache-control': [{ key: 'Cache-Control', value: 'public, max-age=60' }],
    },
    body: `<!doctype html><title>Hello</title><h1>Hello ${escaped}</h1><p>Rendered by Node.js for ${request.uri}.\n`,
  }
}
