// origin-request: asks the bucket for the index page of a folder, so that /about and /about/ both work.
import type { EdgeRequest, RequestEvent } from './events.ts'

export async function handler(event: RequestEvent): Promise<EdgeRequest> {
  const { request } = event.Records[0].cf
  const name = request.uri.slice(request.uri.lastIndexOf('/') + 1)
  if (name === '') request.uri += 'index.html'
  else if (!name.includes('.')) request.uri += '/index.html'
  return request
}
