// Headers that concern one connection, or one hop, and never go on to the next.

/** Of HTTP/1.1 connections; HTTP/2 must not carry them (RFC 9113, section 8.2.2). */
export const OF_ONE_CONNECTION: readonly string[] = [
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]

/** Of one hop, whatever the version: never forwarded in either direction (RFC 9110, section 7.6.1). */
export const HOP_BY_HOP: readonly string[] = [
  ...OF_ONE_CONNECTION,
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'te',
  'trailer',
]
