// viewer-request and origin-request: one URL per picture, as WebP for browsers that take it.
import type { EdgeRequest, RequestEvent } from './events.ts'

const WEBP = 'image/webp'

/** viewer-request: of Accept only what decides is left, so that it makes two cache keys and no more. */
export async function normalize(event: RequestEvent): Promise<EdgeRequest> {
  const { request } = event.Records[0].cf
  const accept = request.headers['accept']?.map(({ value }) => value).join() ?? ''
  request.headers['accept'] = [{ key: 'Accept', value: accept.includes(WEBP) ? WEBP : '*/*' }]
  return request
}

/** origin-request: the bucket has both files. */
export async function rewrite(event: RequestEvent): Promise<EdgeRequest> {
  const { request } = event.Records[0].cf
  if (request.headers['accept']?.[0]?.value === WEBP) request.uri = request.uri.replace(/\.jpe?g$/, '.webp')
  return request
}
