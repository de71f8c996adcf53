// The body of a request for a handler: all of it, as far as Lambda takes it.
import type { RequestBody } from '../../message/requests.ts'

/** Of a synchronous invocation, the event as JSON. (AWS Lambda Developer Guide, 'Lambda quotas') */
export const MAX_EVENT_BYTES = 6_291_556

/** null for no body. Rejects when the viewer hangs up. */
export async function readBody(body: RequestBody | null): Promise<Buffer | null | 'too-large'> {
  if (body === null) return null
  if (body.kind === 'bytes') return body.bytes
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_EVENT_BYTES) {
      // The rest is read and thrown away, so that the viewer gets to read the answer.
      body.stream.resume()
      return 'too-large'
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
