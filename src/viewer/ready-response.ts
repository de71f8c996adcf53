// A response whose head is ready as text: node:http sends it in one piece with the body.
import type { IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import type { Socket } from 'node:net'
import type { ReadyHead } from '../cache/entry.ts'
import { headerName } from '../message/header-names.ts'
import { ServerResponse } from '../message/node-http.ts'

/** The part of OutgoingMessage that holds a finished head; not in the public types of Node.js. */
interface HeadHolder {
  _header: string | null
}

/**
 * ServerResponse that also takes a head as text. Making the head from its fields is a tenth to a fifth of what a hit
 * costs, and the same for every hit of an object but for two values.
 */
export class ReadyResponse extends ServerResponse {
  /**
   * Sends a head that ends with its empty line, and the body. Whoever calls has checked the fields (`toReadyHead`),
   * and says Connection itself. Only for answers with a body, over a connection that stays.
   */
  endReady(head: string, body: string | Buffer, isChunked: boolean): void {
    const holder = this as unknown as HeadHolder
    // oxlint-disable-next-line no-underscore-dangle -- tried at start, see canSendReadyHeads
    holder._header = head
    if (typeof body === 'string') {
      this.end(isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body, 'latin1')
    } else {
      // Node.js makes the chunk.
      this.chunkedEncoding = isChunked
      this.end(body)
    }
  }
}

/** What a value may not hold (RFC 9110, section 5.5). */
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Status line and field lines as text; without a Content-Length the body is announced in chunks (RFC 9112, section
 * 7.1). Null where Node.js has a part in it: it refuses what may not be sent, and knows what to do about a body of
 * another length.
 */
export function toReadyHead(
  status: number,
  statusText: string,
  pairs: readonly string[],
  bodyBytes: number,
): ReadyHead | null {
  if (NOT_IN_VALUE.test(statusText)) return null
  let text = `HTTP/1.1 ${status} ${statusText}\r\n`
  let isChunked = true
  for (let i = 0; i < pairs.length; i += 2) {
    const { wire, lower, isValid } = headerName(pairs[i]!)
    const value = pairs[i + 1]!
    if (!isValid || NOT_IN_VALUE.test(value) || lower === 'transfer-encoding') return null
    if (lower === 'content-length') {
      if (value !== String(bodyBytes) || !isChunked) return null
      isChunked = false
    }
    text += `${wire}: ${value}\r\n`
  }
  return { text: isChunked ? `${text}Transfer-Encoding: chunked\r\n` : text, isChunked }
}

let isKnownToWork: boolean | null = null

/** Whether this version of Node.js sends a ready head byte for byte as it sends its own; tried once per process. */
export function canSendReadyHeads(): boolean {
  isKnownToWork ??= ['short', Buffer.alloc(100, 'x')].every(
    (body) => tryReadyHead(body, ['Content-Length', String(body.length)]) && tryReadyHead(body, []),
  )
  return isKnownToWork
}

function tryReadyHead(body: string | Buffer, length: readonly string[]): boolean {
  const pairs = [...length, 'X-Cache', 'Hit', 'Connection', 'keep-alive']
  try {
    const usual = record((response) => {
      response.sendDate = false
      response.writeHead(200, 'OK', [...pairs])
      response.end(body)
    })
    const ready = record((response) => {
      const { text, isChunked } = toReadyHead(200, 'OK', pairs, body.length)!
      response.endReady(`${text}\r\n`, body, isChunked)
    })
    return usual.includes('X-Cache: Hit') && ready === usual
  } catch {
    return false
  }
}

/** What a response writes, and whether it knows that it has. */
function record(answer: (response: ReadyResponse) => void): string {
  let text = ''
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('latin1')
      done()
    },
  })
  const request = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1, headers: {} }
  const response = new ReadyResponse(request as IncomingMessage)
  response.assignSocket(socket as unknown as Socket)
  answer(response)
  return `${text} ${response.headersSent} ${response.writableEnded}`
}
