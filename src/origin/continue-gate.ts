// Takes a 100 Continue that an origin sends unasked out of its bytes, as undici gives up such a connection.

/** The part of a socket that undici's parser reads from. */
export interface ReadSide {
  read(size?: number): Buffer | string | null
}

const STATUS = Buffer.from('HTTP/1.x 100', 'latin1')
/** Position of the minor version, which may be any. */
const MINOR = 7
const END = '\r\n\r\n'
/** More than this is no 100 that anybody sends; the parser may judge it. */
const LONGEST = 8192

/**
 * Lets one 100 Continue pass unseen before each response; a second one reaches the parser, which refuses it. Other
 * interim responses the parser skips by itself. ('Request and response behavior for custom origins', 100 Continue)
 */
export class ContinueGate {
  #isArmed = false
  #held: Buffer | null = null

  /** A request goes out: the next bytes are the start of a response. */
  arm(): void {
    this.#isArmed = true
    this.#held = null
  }

  /** Stands between a new connection and its reader. */
  attach(socket: ReadSide): void {
    const read = socket.read.bind(socket)
    socket.read = (size) => {
      let chunk = read(size)
      while (this.#isArmed && chunk !== null && typeof chunk !== 'string') {
        const rest = this.#pass(chunk)
        if (rest !== null) return rest
        chunk = read(size)
      }
      return chunk
    }
  }

  /** The bytes that the parser gets; null when more must come first, or none is left. */
  #pass(chunk: Buffer): Buffer | null {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = null
    const end = startsLikeContinue(bytes) ? bytes.indexOf(END) : null
    if (end === -1 && bytes.length <= LONGEST) {
      this.#held = bytes
      return null
    }
    this.#isArmed = false
    if (end === null || end === -1) return bytes
    return end + END.length === bytes.length ? null : bytes.subarray(end + END.length)
  }
}

function startsLikeContinue(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, STATUS.length)
  for (let i = 0; i < length; i++) if (i !== MINOR && bytes[i] !== STATUS[i]) return false
  return true
}
