// What a connection gets whose bytes are no HTTP request.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { reasonPhrase, renderErrorPage } from './error-page.ts'
import type { ViewerPorts } from './ports.ts'
import { toPlainAddress } from './http-request.ts'
import { toHttpDate } from '../message/http-date.ts'
import { Trace } from '../message/trace.ts'

/** Real milliseconds in which the viewer may finish sending. */
const LINGER_MS = 1000

const answered = new WeakSet<Socket>()

/** Answers 400, or 494 for a head that is too large, and closes the connection. */
export function answerClientError(
  error: Error & { code?: string },
  socket: Socket,
  ports: ViewerPorts,
): void {
  // The parser complains again about every further chunk.
  if (answered.has(socket)) return
  answered.add(socket)
  const running = runningResponse(socket)
  const isInAnswer = running !== null && (running.headersSent || error.code === 'HPE_INVALID_EOF_STATE')
  if (error.code === 'ECONNRESET' || !socket.writable || isInAnswer) {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 494 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const trace = new Trace(ports.requestId(), ports.clock.now(), ports.tick())
  const place = ports.defaultPlace
  const page = renderErrorPage(status, 'Bad request.', trace.id)
  const head = [
    `HTTP/1.1 ${status} ${reasonPhrase(status)}`,
    'Server: CloudFront',
    `Date: ${toHttpDate(ports.clock.now())}`,
    'Content-Type: text/html',
    `Content-Length: ${page.length}`,
    'Connection: close',
    'X-Cache: Error from cloudfront',
    'Via: 1.1 00000000000000000000000000000000.cloudfront.net (CloudFront)',
    `X-Amz-Cf-Pop: ${place.popHeader}`,
    `X-Amz-Cf-Id: ${trace.id}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${page}`, 'latin1')
  linger(socket)
  trace.clientIp = toPlainAddress(socket.remoteAddress)
  trace.pop = place.pop
  trace.region = place.region
  trace.status = status
  trace.resultType = 'Error'
  trace.detailedResultType = status === 494 ? 'InvalidRequestHeader' : 'InvalidRequest'
  trace.problem = `not a valid HTTP request: ${describe(error)}`
  trace.bytes = page.length
  trace.delivery = 'complete'
  ports.finished(trace)
}

/**
 * What the parser says, with what to do.
 * Differs from CloudFront: Bytes outside ASCII in a request line are refused with 400 (RFC 9112, section 3.2), where CloudFront may take them; browsers percent-encode them.
 */
function describe({ code, message }: Error & { code?: string }): string {
  if (code !== 'HPE_INVALID_URL') return message
  return `${message}; a URL has ASCII alone, percent-encode the rest (é is %C3%A9)`
}

/**
 * The response that this connection is about to send or sending. A page would stand in the middle of its body; and
 * when only the end of its request's body is missing, the viewer has left. Node.js looks at the same property.
 */
export function runningResponse(
  socket: Socket & { _httpMessage?: ServerResponse | null },
): ServerResponse | null {
  return socket['_httpMessage'] ?? null
}

/**
 * Reads on for a moment, since closing with unread bytes would reset the connection before the page is read. Whoever
 * read before listens no more, perhaps not even for a viewer that resets it.
 */
function linger(socket: Socket): void {
  socket.on('error', () => socket.destroy())
  socket.on('data', () => {})
  socket.resume()
  const cut = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.on('close', () => clearTimeout(cut))
}
