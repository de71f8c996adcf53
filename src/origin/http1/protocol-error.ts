// Why an exchange over a connection of our own failed, in codes that the table of failures knows.

/** An error with a code; the codes are those of undici, so that both kinds of connections read alike. */
export class ExchangeError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'ExchangeError'
    this.code = code
  }
}

/** A response that is no HTTP/1.1. */
export class MalformedResponse extends Error {
  constructor(reason: string) {
    super(`Response does not match the HTTP/1.1 protocol (${reason})`)
    this.name = 'MalformedResponse'
  }
}

/** The connection ended where more was to come. */
export function closedByOrigin(): ExchangeError {
  return new ExchangeError('UND_ERR_SOCKET', 'other side closed')
}

/** More header bytes than a response may have. */
export function headTooLarge(): ExchangeError {
  return new ExchangeError('UND_ERR_HEADERS_OVERFLOW', 'Headers Overflow Error')
}

/** pocketfront stops, or the connections to this origin were given up. */
export function poolDestroyed(): ExchangeError {
  return new ExchangeError('UND_ERR_DESTROYED', 'The client is destroyed')
}
