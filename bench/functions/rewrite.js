// What functions do most: a redirect that is not needed, a header, an index page.
function handler(event) {
  const request = event.request
  if (request.uri.startsWith('/old/')) {
    return { statusCode: 301, headers: { location: { value: request.uri.slice(4) } } }
  }
  if (request.uri.endsWith('/')) request.uri += 'index.html'
  request.headers['x-true-client-ip'] = { value: event.viewer.ip }
  return request
}
