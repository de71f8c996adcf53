// The head of a request as text, in one piece; what would break out of its line is refused.
import { ExchangeError } from './protocol-error.ts'
import { headerName } from '../../message/header-names.ts'

/** What of a request goes on the wire. */
export interface PlainRequest {
  readonly method: string
  readonly target: string
  /** Name, value, …; with exactly one Host, without connection headers. */
  readonly headers: readonly string[]
  /** Null where the request has no body. */
  readonly bodyBytes: number | null
}

/** Their requests tell the length of their body also where they have none (RFC 9110, section 8.6). */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

const NOT_IN_TARGET = /[^\x21-\xff]/
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Writes request line and headers, Host in front (RFC 9110, section 7.2). A HEAD asks for the end of its connection,
 * since some origins send a body all the same.
 */
export function toRequestHead({ method, target, headers, bodyBytes }: PlainRequest): string | ExchangeError {
  if (target.charCodeAt(0) !== 47 || NOT_IN_TARGET.test(target)) return refused('invalid request path')
  let host: string | null = null
  let lines = ''
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const { lower, isValid } = headerName(name)
    if (!isValid) return refused('invalid header key')
    if (NOT_IN_VALUE.test(value)) return refused(`invalid ${name} header`)
    if (lower === 'host') {
      if (host !== null) return refused('duplicate host header')
      host = value
    } else if (lower === 'content-length') {
      if (Number(value) !== (bodyBytes ?? 0)) return refused(`invalid ${name} header`)
    } else if (IS_OURS.has(lower)) return refused(`invalid ${name} header`)
    else lines += `${name}: ${value}\r\n`
  }
  if (host === null) return refused('no host header')
  const connection = method === 'HEAD' ? 'close' : 'keep-alive'
  if (bodyBytes !== null || EXPECTS_BODY.has(method)) lines += `Content-Length: ${bodyBytes ?? 0}\r\n`
  return `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n${lines}\r\n`
}

/** A body that is at hand has no coding, and the connection is ours. */
const IS_OURS: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

function refused(message: string): ExchangeError {
  return new ExchangeError('UND_ERR_INVALID_ARG', message)
}
