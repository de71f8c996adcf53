// viewer-response: the viewer keeps the version that was chosen for it.
function handler(event) {
  const version = event.request.uri.slice('/landing/'.length, '/landing/'.length + 1)
  event.response.cookies.version = { value: version, attributes: 'Path=/; Max-Age=2592000; SameSite=Lax' }
  return event.response
}
