// Reads the responses of one connection: pieces of bytes in; heads, bodies and their ends out. No I/O.
import { ChunkedDecoder } from './chunked.ts'
import { parseHead, type Framing, type ResponseHead } from './head.ts'
import { ExchangeError, headTooLarge, MalformedResponse } from './protocol-error.ts'
import { QUOTAS } from '../../model/quotas.ts'

/** Who gets a response. */
export interface ResponseSink {
  /** The final head, once; `whole` is all of the body as latin1 where that has come with it and is small. */
  onHead(head: ResponseHead, whole: string | null): void
  /** Bytes of the body, in memory that is the sink's own. */
  onBody(chunk: Buffer): void
}

/**
 * How far a response has come; 'interim' when one has passed and the final head is still to come. 'junk' is bytes after its end, which belong to nobody: the connection can't be trusted
 * (RFC 9112, section 6.3).
 */
export type Progress = 'head' | 'interim' | 'body' | 'ended' | 'junk' | MalformedResponse | ExchangeError

/** Bodies up to this size that come together with their head are handed over as text. */
const WHOLE_BYTES = 4096
/** So much of a large piece is looked through for the end of a head at first. */
const FIRST_LOOK = 2048
/** Bodies up to this size are put together as they come; they would be in memory as a whole anyway. */
const ROOM_BYTES = 256 * 1024
/** Interim responses before the one that counts. */
const MOST_INTERIM = 32
/** Bytes of a head with its line ends and blanks, however little its lines carry. */
const LONGEST_HEAD = 4 * QUOTAS.originResponseHeaderBytes
const HEAD_END = '\r\n\r\n'
/** What a head that has not come to its end must look like so far. */
const HEAD_SO_FAR = /^(?:H|HT|HTT|HTTP|HTTP\/[\d. ]*|HTTP\/\d\.\d \d[^\0]*)$/
const MALFORMED_LINES = /[^\t\r\n\x20-\x7e\x80-\xff]|\r[^\n]|[^\r]\n/
const CR = 13
const LF = 10

type State = 'head' | 'length' | 'chunked' | 'until-close' | 'ended'

/** Takes one response at a time; `expect` before each. */
export class ResponseReader {
  readonly framing: Framing = { length: -1, coding: null, connection: 'closing', keepAliveSeconds: null }
  #state: State = 'ended'
  #isHead = false
  #sink: ResponseSink | null = null
  /** The start of a head that is not all there. */
  #pending = ''
  /** Its last three characters: the end of the head may lie across two pieces. */
  #tail = ''
  #interim = 0
  /** A 100 Continue was among them. */
  #hasContinued = false
  /** Bytes of a body with Content-Length that are still to come. */
  #left = 0
  /** Where such a body is put together, if it is not too large; what has come is handed over as parts of it. */
  #room: Buffer | null = null
  #chunked = new ChunkedDecoder()
  #take = (bytes: Buffer, from: number, to: number): void => this.#sink?.onBody(copy(bytes, from, to))

  /** The next bytes are the start of a response to a request of this kind. */
  expect(sink: ResponseSink, isHeadRequest: boolean): void {
    this.#state = 'head'
    this.#sink = sink
    this.#isHead = isHeadRequest
    this.#pending = ''
    this.#tail = ''
    this.#interim = 0
    this.#hasContinued = false
    this.#room = null
  }

  get isInHead(): boolean {
    return this.#state === 'head'
  }

  /** Takes the first `end` bytes; they are the caller's again afterwards. */
  read(bytes: Buffer, end: number): Progress {
    const progress = this.#advance(bytes, end)
    // An idle connection holds on to nothing of its last response.
    if (progress === 'ended' || progress === 'junk') this.#sink = null
    return progress
  }

  #advance(bytes: Buffer, end: number): Progress {
    const interim = this.#interim
    let at = 0
    while (this.#state === 'head') {
      const next = this.#readHead(bytes, at, end)
      if (next instanceof Error) return next
      if (next === -1) return this.#interim > interim ? 'interim' : 'head'
      at = next
    }
    return this.#readBody(bytes, at, end)
  }

  /** The origin has closed its side: the end of a body without any other, and too early for everything else. */
  finish(): 'ended' | 'too-early' {
    if (this.#state === 'ended') return 'ended'
    if (this.#state !== 'until-close') return 'too-early'
    this.#state = 'ended'
    return 'ended'
  }

  /** How far the head, and with it perhaps the body, goes; -1 when more of the head must come first. */
  #readHead(bytes: Buffer, at: number, end: number): number | MalformedResponse | ExchangeError {
    if (this.#pending !== '') return this.#readPendingHead(bytes, at, end)
    // Line ends in front of a response are passed over, as other clients do.
    let from = at
    while (from < end && (bytes[from] === CR || bytes[from] === LF)) from++
    if (from === end) return -1
    const isSmall = end - from <= FIRST_LOOK + WHOLE_BYTES
    let text = bytes.toString('latin1', from, isSmall ? end : from + FIRST_LOOK)
    let found = text.indexOf(HEAD_END)
    if (found === -1 && !isSmall) {
      text = bytes.toString('latin1', from, end)
      found = text.indexOf(HEAD_END)
    }
    if (found === -1) return this.#holdHead(text, text)
    const length = found + HEAD_END.length
    if (isSmall) return this.#takeTogether(text, length, bytes, from)
    return this.#takeHead(bytes.toString('latin1', from, from + length), length) ?? from + length
  }

  /** A head whose text goes on with what has come of the body. */
  #takeTogether(
    text: string,
    length: number,
    bytes: Buffer,
    from: number,
  ): number | MalformedResponse | ExchangeError {
    const head = parseHead(text, length, this.framing)
    if (head instanceof Error) return head
    const size = this.framing.coding === null ? this.framing.length : -1
    const isWhole =
      size > 0 && size <= WHOLE_BYTES && text.length >= length + size && hasBody(head, this.#isHead)
    // The parts of a text keep all of it: what is stored of a response must not hold the raw bytes of its body as well.
    if (!isWhole && text.length > length)
      return this.#takeHead(bytes.toString('latin1', from, from + length), length) ?? from + length
    const error = this.#passHead(head, isWhole ? text.slice(length, length + size) : null)
    return error ?? from + length + (isWhole ? size : 0)
  }

  #readPendingHead(bytes: Buffer, at: number, end: number): number | MalformedResponse | ExchangeError {
    const text = bytes.toString('latin1', at, end)
    const seam = this.#tail + text
    const found = seam.indexOf(HEAD_END)
    if (found === -1) return this.#holdHead(text, seam)
    const taken = found + HEAD_END.length - this.#tail.length
    const head = this.#pending + text.slice(0, taken)
    this.#pending = ''
    this.#tail = ''
    return this.#takeHead(head, head.length) ?? at + taken
  }

  /** Keeps the start of a head; what cannot become one any more is refused at once. `seam` is the end of what was not looked at. */
  #holdHead(text: string, seam: string): -1 | MalformedResponse | ExchangeError {
    const isStart = this.#pending.length < 16
    // Put together at the end alone: an origin may send a head byte by byte.
    this.#pending += text
    this.#tail = seam.slice(-3)
    if (this.#pending.length > LONGEST_HEAD) return headTooLarge()
    if (MALFORMED_LINES.test(seam))
      return new MalformedResponse('Missing expected CR or LF, or a control character')
    return isStart && !HEAD_SO_FAR.test(this.#pending) ? new MalformedResponse('Expected HTTP/') : -1
  }

  #takeHead(text: string, length: number): MalformedResponse | ExchangeError | null {
    if (length > LONGEST_HEAD) return headTooLarge()
    const head = parseHead(text, length, this.framing)
    return head instanceof Error ? head : this.#passHead(head, null)
  }

  #passHead(head: ResponseHead, whole: string | null): MalformedResponse | ExchangeError | null {
    if (head.status < 200) return this.#passInterim(head.status)
    if (whole === null) this.#startBody(head)
    else this.#state = 'ended'
    this.#sink?.onHead(head, whole)
    return null
  }

  #passInterim(status: number): ExchangeError | MalformedResponse | null {
    if (status === 101) return new ExchangeError('UND_ERR_SOCKET', 'bad upgrade')
    // One is accepted. ('Request and response behavior for custom origins', 100 Continue)
    if (status === 100 && this.#hasContinued) return new ExchangeError('UND_ERR_SOCKET', 'bad response')
    this.#hasContinued ||= status === 100
    this.#interim++
    return this.#interim > MOST_INTERIM ? new MalformedResponse('Too many interim responses') : null
  }

  /** How long the body is (RFC 9112, section 6.3). */
  #startBody(head: ResponseHead): void {
    const { length, coding } = this.framing
    if (!hasBody(head, this.#isHead)) this.#state = 'ended'
    else if (coding !== null) {
      const isChunked = /(?:^|,)[\t ]*chunked$/i.test(coding)
      this.#state = isChunked ? 'chunked' : 'until-close'
      if (isChunked) this.#chunked.reset()
    } else if (length === -1) this.#state = 'until-close'
    else {
      this.#left = length
      this.#room = length > WHOLE_BYTES && length <= ROOM_BYTES ? Buffer.allocUnsafeSlow(length) : null
      this.#state = length === 0 ? 'ended' : 'length'
    }
  }

  #takePart(bytes: Buffer, from: number, to: number): void {
    const room = this.#room
    const start = room === null ? 0 : room.length - this.#left
    this.#left -= to - from
    if (room === null) return this.#take(bytes, from, to)
    bytes.copy(room, start, from, to)
    // The connection lives longer than the body.
    if (this.#left === 0) this.#room = null
    this.#sink?.onBody(room.subarray(start, start + to - from))
  }

  #readBody(bytes: Buffer, from: number, end: number): Progress {
    let at = from
    switch (this.#state) {
      case 'length': {
        at = Math.min(end, from + this.#left)
        if (at > from) this.#takePart(bytes, from, at)
        if (this.#left === 0) this.#state = 'ended'
        break
      }
      case 'chunked': {
        const next = this.#chunked.decode(bytes, from, end, this.#take)
        if (next instanceof Error) return next
        at = next
        if (this.#chunked.hasEnded) this.#state = 'ended'
        break
      }
      case 'until-close':
        if (end > from) this.#take(bytes, from, end)
        return 'body'
      case 'head':
      case 'ended':
        break
    }
    if (this.#state !== 'ended') return 'body'
    return at < end ? 'junk' : 'ended'
  }
}

/** Whether a body follows, whatever its head claims (RFC 9112, section 6.3). */
function hasBody({ status }: ResponseHead, isHeadRequest: boolean): boolean {
  return !isHeadRequest && status >= 200 && status !== 204 && status !== 304
}

function copy(bytes: Buffer, from: number, to: number): Buffer {
  const own = Buffer.allocUnsafe(to - from)
  bytes.copy(own, 0, from, to)
  return own
}
