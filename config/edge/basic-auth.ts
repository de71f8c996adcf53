// viewer-request: asks for a name and a password before anything else happens, the cache included.
import type { EdgeRequest, EdgeResponse, RequestEvent } from './events.ts'

/** Lambda@Edge has no environment variables: what a function knows, its code says. */
const EXPECTED = `Basic ${Buffer.from('demo:demo').toString('base64')}`

export async function handler(event: RequestEvent): Promise<EdgeRequest | EdgeResponse> {
  const { request } = event.Records[0].cf
  if (request.headers['authorization']?.[0]?.value === EXPECTED) return request
  return {
    status: '401',
    statusDescription: 'Unauthorized',
    headers: {
      'www-authenticate': [{ key: 'WWW-Authenticate', value: 'Basic realm="members"' }],
      'content-type': [{ key: 'Content-Type', value: 'text/plain' }],
    },
    body: 'Name and password, please: demo and demo.\n',
  }
}
