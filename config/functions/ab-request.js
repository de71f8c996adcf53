// viewer-request: half of the viewers get version b of the page, always the same by their cookie.
function handler(event) {
  const request = event.request
  const cookie = request.cookies.version
  const version = cookie && /^[ab]$/.test(cookie.value) ? cookie.value : Math.random() < 0.5 ? 'a' : 'b'
  request.uri = '/landing/' + version + '.html'
  return request
}
