// What a TLS ClientHello says before the handshake: the server name it asks for.

/** How far a ClientHello has been read. */
export type ClientHello =
  | { readonly kind: 'incomplete' }
  /** No TLS, or nothing that a handshake starts with. */
  | { readonly kind: 'not-tls' }
  /** Lower case; null when the viewer names no server. */
  | { readonly kind: 'hello'; readonly serverName: string | null }

const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const HOST_NAME = 0
/** Larger ones are refused; post-quantum keys make some 1.8 KB. */
const MAX_HELLO_BYTES = 64 * 1024

const DNS_NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?$/i

const INCOMPLETE: ClientHello = { kind: 'incomplete' }
const NOT_TLS: ClientHello = { kind: 'not-tls' }

/** Parses the first bytes of a connection (RFC 8446, section 4.1.2; RFC 6066, section 3). Never throws. */
export function parseClientHello(bytes: Buffer): ClientHello {
  const message = joinRecords(bytes)
  if (message === 'not-tls') return NOT_TLS
  if (message.length < 4) return INCOMPLETE
  if (message[0] !== CLIENT_HELLO) return NOT_TLS
  const length = message.readUIntBE(1, 3)
  if (length > MAX_HELLO_BYTES) return NOT_TLS
  if (message.length < 4 + length) return INCOMPLETE
  const serverName = readServerName(new Cursor(message.subarray(4, 4 + length)))
  return serverName === undefined ? NOT_TLS : { kind: 'hello', serverName }
}

/** The handshake bytes of the records that are there; a hello may be cut into several. */
function joinRecords(bytes: Buffer): Buffer | 'not-tls' {
  const fragments: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] !== HANDSHAKE_RECORD) return at === 0 ? 'not-tls' : Buffer.concat(fragments)
    if (bytes.length - at >= 2 && bytes[at + 1] !== 3) return 'not-tls'
    if (bytes.length - at < 5) break
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0) return 'not-tls'
    fragments.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  return Buffer.concat(fragments)
}

/** The name, null where there is none, undefined for bytes that are no hello. */
function readServerName(hello: Cursor): string | null | undefined {
  // Version and random, session id, cipher suites, compression methods.
  hello.skip(34)
  hello.skip(hello.number(1))
  hello.skip(hello.number(2))
  hello.skip(hello.number(1))
  if (hello.isBroken) return undefined
  if (hello.left === 0) return null
  const extensions = hello.part(hello.number(2))
  while (extensions.left > 0 && !extensions.isBroken) {
    const type = extensions.number(2)
    const extension = extensions.part(extensions.number(2))
    if (type === SERVER_NAME && !extension.isBroken) return readHostName(extension)
  }
  return extensions.isBroken ? undefined : null
}

function readHostName(extension: Cursor): string | null | undefined {
  const names = extension.part(extension.number(2))
  const type = names.number(1)
  const name = names.text(names.number(2))
  if (names.isBroken) return undefined
  return type === HOST_NAME && DNS_NAME.test(name) ? name.toLowerCase() : null
}

/** Reads on from the start; beyond the end everything is 0 and empty, and it says so. */
class Cursor {
  isBroken = false
  #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  number(size: 1 | 2): number {
    if (!this.#has(size)) return 0
    this.#at += size
    return this.#bytes.readUIntBE(this.#at - size, size)
  }

  skip(size: number): void {
    if (this.#has(size)) this.#at += size
  }

  part(size: number): Cursor {
    const part = new Cursor(this.#bytes.subarray(this.#at, this.#at + size))
    part.isBroken = !this.#has(size)
    this.skip(size)
    return part
  }

  text(size: number): string {
    return this.part(size).#bytes.toString('latin1')
  }

  #has(size: number): boolean {
    if (size > this.left) this.isBroken = true
    return !this.isBroken
  }
}
