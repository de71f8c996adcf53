// origin-response: files under /assets/ never change, pages are checked again after a minute.
import type { EdgeResponse, ResponseEvent } from './events.ts'

export async function handler(event: ResponseEvent): Promise<EdgeResponse> {
  const { request, response } = event.Records[0].cf
  if (response.status !== '200' || response.headers['cache-control'] !== undefined) return response
  const value = request.uri.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=60'
  response.headers['cache-control'] = [{ key: 'Cache-Control', value }]
  return response
}
