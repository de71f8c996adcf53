// Runs at viewer-response: every answer leaves with the security headers that browsers ask for.

interface HeaderValue {
  key?: string
  value: string
}

interface ViewerResponseEvent {
  Records: [{ cf: { response: { status: string; headers: Record<string, HeaderValue[]> } } }]
}

export async function handler(event: ViewerResponseEvent) {
  const { response } = event.Records[0].cf
  response.headers['strict-transport-security'] = [
    { key: 'Strict-Transport-Security', value: 'max-age=63072000; includeSubDomains' },
  ]
  response.headers['x-content-type-options'] = [{ key: 'X-Content-Type-Options', value: 'nosniff' }]
  response.headers['x-frame-options'] = [{ key: 'X-Frame-Options', value: 'DENY' }]
  response.headers['referrer-policy'] = [{ key: 'Referrer-Policy', value: 'same-origin' }]
  return response
}
