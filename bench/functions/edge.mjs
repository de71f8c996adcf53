// What a typical viewer-request function does: looks at a header, rewrites the path, returns the request.
export const handler = async (event) => {
  const { request } = event.Records[0].cf
  const host = request.headers.host?.[0]?.value ?? ''
  request.headers['x-site'] = [{ key: 'X-Site', value: host }]
  if (request.uri.endsWith('/')) request.uri += 'index.html'
  return request
}
