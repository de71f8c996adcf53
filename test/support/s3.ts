// A small store that speaks S3's language: objects in memory, and signatures checked from what came over the wire.
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { startOrigin, type ScriptedOrigin } from './origin.ts'

const SECRETS: Readonly<Record<string, string>> = { AKIDLOCAL: 'local-secret/+key' }

/** Environment with the credentials that the store knows. */
export const STORE_ENV = { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret/+key' }

export interface Store extends ScriptedOrigin {
  readonly objects: Map<string, Buffer>
  /** What was found out about each request's signature: 'signed', 'anonymous', or what is wrong with it. */
  readonly verdicts: string[]
}

/** Starts a store whose bucket `pictures` is private: without a good signature nothing is answered. */
export async function startStore({ isPublic = false } = {}): Promise<Store> {
  const objects = new Map<string, Buffer>()
  const verdicts: string[] = []
  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    const verdict = verify(request, body)
    verdicts.push(verdict)
    if (verdict !== 'signed' && !(verdict === 'anonymous' && isPublic))
      return sendError(response, 403, verdict === 'anonymous' ? 'AccessDenied' : 'SignatureDoesNotMatch')
    const key = decodeURIComponent((request.url ?? '').split('?')[0]!)
    if (request.method === 'PUT') objects.set(key, body)
    if (request.method === 'DELETE') objects.delete(key)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(200, { 'Content-Length': '0' })
      response.end()
      return
    }
    const object = objects.get(key)
    if (object === undefined) return sendError(response, 404, 'NoSuchKey')
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': String(object.length) })
    response.end(request.method === 'HEAD' ? undefined : object)
  }
  const origin = await startOrigin((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks)))
  })
  return { ...origin, objects, verdicts, [Symbol.asyncDispose]: () => origin.stop() }
}

function sendError(response: ServerResponse, status: number, code: string): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`
  response.writeHead(status, { 'Content-Type': 'application/xml', 'Content-Length': String(xml.length) })
  response.end(xml)
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

/** From the other side: nothing of what the sender meant is known, only what arrived. */
function verify(request: IncomingMessage, body: Buffer): string {
  const { authorization } = request.headers
  if (authorization === undefined) return 'anonymous'
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  if (parts === null) return `not a signature: ${authorization}`
  const [, id = '', day = '', region = '', names = '', signature] = parts
  const payload = String(request.headers['x-amz-content-sha256'])
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !names.split(';').includes(name),
  )
  if (unsigned.length > 0) return `headers not signed: ${unsigned.join()}`
  const date = String(request.headers['x-amz-date'])
  const age = Math.abs(
    Date.now() - Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')),
  )
  if (!(age < 15 * 60_000)) return 'RequestTimeTooSkewed'
  const url = new URL(`http://store${request.url ?? ''}`)
  const escape = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) =>
        /[\w.~-]/.test(String.fromCharCode(byte))
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      )
      .join('')
  const query = [...url.searchParams].map(([name, value]) => `${escape(name)}=${escape(value)}`).toSorted()
  const lines = [
    request.method,
    decodeURIComponent(url.pathname).split('/').map(escape).join('/'),
    query.join('&'),
    ...names.split(';').map((name) => `${name}:${String(request.headers[name])}`),
    '',
    names,
    payload,
  ]
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/s3/aws4_request`, sha256(lines.join('\n'))].join(
    '\n',
  )
  const mac = (key: Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
  const start = Buffer.from(`AWS4${SECRETS[id] ?? ''}`)
  const key = mac(mac(mac(mac(start, day), region), 's3'), 'aws4_request')
  return mac(key, text).toString('hex') === signature ? 'signed' : 'SignatureDoesNotMatch'
}
