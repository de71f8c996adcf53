// viewer-response: every answer leaves with the security headers that browsers ask for.
import type { EdgeResponse, ResponseEvent } from './events.ts'

const HEADERS = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
}

export async function handler(event: ResponseEvent): Promise<EdgeResponse> {
  const { response } = event.Records[0].cf
  for (const [key, value] of Object.entries(HEADERS)) response.headers[key.toLowerCase()] = [{ key, value }]
  return response
}
