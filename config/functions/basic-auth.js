// viewer-request: asks for a name and a password before the cache is looked at. Here: demo and demo.
const EXPECTED = 'Basic ' + btoa('demo:demo')

function handler(event) {
  const request = event.request
  const given = request.headers.authorization
  if (given && given.value === EXPECTED) {
    if (request.uri.endsWith('/')) request.uri += 'index.html'
    return request
  }
  return {
    statusCode: 401,
    statusDescription: 'Unauthorized',
    headers: { 'www-authenticate': { value: 'Basic realm="members"' } },
  }
}
