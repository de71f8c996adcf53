// viewer-response: every answer leaves with the security headers that browsers ask for.
function handler(event) {
  const headers = event.response.headers
  headers['strict-transport-security'] = { value: 'max-age=63072000; includeSubDomains' }
  headers['x-content-type-options'] = { value: 'nosniff' }
  headers['x-frame-options'] = { value: 'DENY' }
  headers['referrer-policy'] = { value: 'same-origin' }
  return event.response
}
