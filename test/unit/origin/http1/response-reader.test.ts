import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ResponseReader, type ResponseSink } from '../../../../src/origin/http1/response-reader.ts'
import type { ResponseHead } from '../../../../src/origin/http1/head.ts'

/** What came of a response, however its bytes were cut. */
interface Outcome {
  verdict: 'complete' | 'incomplete' | 'refused'
  /** The reason of a refusal, which may depend on how much was seen. */
  reason: string | null
  status: number | null
  phrase: string | null
  headers: readonly string[]
  body: string
  /** The connection may be used again. */
  reusable: boolean
}

interface Asked {
  readonly isHead?: boolean
  /** Whether the origin closes its side at the end. */
  readonly closes?: boolean
}

/** Reads pieces out of one buffer, which is written over after each of them. */
function readPieces(pieces: readonly Buffer[], { isHead = false, closes = false }: Asked): Outcome {
  const outcome: Outcome = {
    verdict: 'incomplete',
    reason: null,
    status: null,
    phrase: null,
    headers: [],
    body: '',
    reusable: false,
  }
  const chunks: Buffer[] = []
  const sink: ResponseSink = {
    onHead(head: ResponseHead, whole) {
      outcome.status = head.status
      outcome.phrase = head.statusText
      outcome.headers = head.headers.pairs
      if (whole !== null) chunks.push(Buffer.from(whole, 'latin1'))
    },
    onBody: (chunk) => void chunks.push(chunk),
  }
  const reader = new ResponseReader()
  reader.expect(sink, isHead)
  const lent = Buffer.alloc(Math.max(0, ...pieces.map(({ length }) => length)))
  for (const piece of pieces) {
    piece.copy(lent)
    const progress = reader.read(lent, piece.length)
    lent.fill('!')
    if (progress instanceof Error) {
      outcome.verdict = 'refused'
      outcome.reason = progress.message
      break
    }
    if (progress === 'ended' || progress === 'junk') {
      outcome.verdict = 'complete'
      outcome.reusable = progress === 'ended' && reader.framing.connection === 'persistent'
      if (piece !== pieces.at(-1)) outcome.reusable = false
      break
    }
  }
  if (outcome.verdict === 'incomplete' && closes && reader.finish() === 'ended') outcome.verdict = 'complete'
  outcome.body = Buffer.concat(chunks).toString('latin1')
  return outcome
}

const read = (text: string, asked: Asked = {}): Outcome => readPieces([Buffer.from(text, 'latin1')], asked)

function readCut(text: string, cuts: readonly number[], asked: Asked = {}): Outcome {
  const bytes = Buffer.from(text, 'latin1')
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  const pieces = [...places, bytes.length].map((to, i) => bytes.subarray(places[i - 1] ?? 0, to))
  return readPieces(
    pieces.filter((piece) => piece.length > 0),
    asked,
  )
}

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`

describe('The end of a body is where its framing says', () => {
  test.each([
    ['Content-Length', `${OK}Content-Length: 5\r\n\r\nhello`, 'hello', true],
    ['Content-Length 0', `${OK}Content-Length: 0\r\n\r\n`, '', true],
    ['a Content-Length with zeros in front', `${OK}Content-Length: 005\r\n\r\nhello`, 'hello', true],
    ['chunks', `${CHUNKED}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`, 'hello!', true],
    ['chunks of capital digits', `${CHUNKED}A\r\n0123456789\r\n000\r\n\r\n`, '0123456789', true],
    ['a size with many zeros', `${CHUNKED}${'0'.repeat(40)}2\r\nab\r\n0\r\n\r\n`, 'ab', true],
    ['extensions', `${CHUNKED}2;a=b;c="x;\\"y\r z";d\r\nab\r\n0;e\r\n\r\n`.replace('\r z', ' z'), 'ab', true],
    ['trailers', `${CHUNKED}2\r\nab\r\n0\r\nX-Sum: 1\r\nY: \xe4\r\n\r\n`, 'ab', true],
    ['CHUNKED in capitals', `${OK}Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n`, '', true],
    ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', '', true],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', '', true],
    ['204 with chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', '', true],
    ['205 with a body', 'HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nab', 'ab', true],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab', 'ab', false],
    [
      'HTTP/1.0 that is kept alive',
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nab',
      'ab',
      true,
    ],
    ['Connection: close', `${OK}Connection: foo, Close\r\nContent-Length: 2\r\n\r\nab`, 'ab', false],
    [
      'two Connection headers',
      `${OK}Connection: foo\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      '',
      false,
    ],
    ['bytes after the end', `${OK}Content-Length: 2\r\n\r\nabcd`, 'ab', false],
    ['a second response', `${OK}Content-Length: 2\r\n\r\nab${OK}Content-Length: 0\r\n\r\n`, 'ab', false],
    ['bytes after the last chunk', `${CHUNKED}0\r\n\r\njunk`, '', false],
    ['a body after 304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nab', '', false],
  ])('%s', (_, text, body, reusable) => {
    expect(read(text)).toMatchObject({ verdict: 'complete', body, reusable })
  })

  test('A response to HEAD has no body, whatever it claims', () => {
    const asked = { isHead: true }
    expect(read(`${OK}Content-Length: 5\r\n\r\n`, asked)).toMatchObject({ verdict: 'complete', body: '' })
    expect(read(CHUNKED, asked)).toMatchObject({ verdict: 'complete', body: '' })
    expect(read(`${OK}Content-Length: 5\r\n\r\nhello`, asked)).toMatchObject({ body: '', reusable: false })
  })

  test.each([
    ['no framing', `${OK}\r\nto the end`, 'to the end'],
    ['identity', `${OK}Transfer-Encoding: identity\r\n\r\nab`, 'ab'],
    [
      'a coding that is not chunked at the end',
      `${OK}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n`,
      '0\r\n',
    ],
  ])('With %s it is the end of the connection', (_, text, body) => {
    expect(read(text)).toMatchObject({ verdict: 'incomplete' })
    expect(read(text, { closes: true })).toMatchObject({ verdict: 'complete', body, reusable: false })
  })

  test.each([
    ['a head', 'HTTP/1.1 200 O'],
    ['a length', `${OK}Content-Length: 5\r\n\r\nhell`],
    ['chunks', `${CHUNKED}5\r\nhello\r\n`],
    ['a last chunk', `${CHUNKED}0\r\n`],
    ['interim responses alone', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('A connection that ends before %s is complete cuts the response off', (_, text) => {
    expect(read(text, { closes: true })).toMatchObject({ verdict: 'incomplete' })
  })
})

describe('Interim responses', () => {
  test('are passed over', () => {
    const text = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 3\r\n\r\n${OK}Content-Length: 2\r\n\r\nab`
    expect(read(text)).toMatchObject({ verdict: 'complete', status: 200, body: 'ab', reusable: true })
  })

  test('do not go on for ever', () => {
    expect(read('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(40))).toMatchObject({ verdict: 'refused' })
  })

  test('never switch to another protocol, which nobody has asked for', () => {
    const text = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
    expect(read(text)).toMatchObject({ verdict: 'refused', reason: 'bad upgrade' })
  })
})

describe('A head gives its headers without those of the connection', () => {
  test('in wire order and spelling, without blanks around values', () => {
    const text = `${OK}X-A:   a \t \r\nset-cookie: b\r\nSet-Cookie: c\r\nX-Empty:\r\nKeep-Alive: timeout=3\r\nConnection: X-Hop, keep-alive\r\nx-hop: 1\r\nX-Latin: \xe4\tb\r\nContent-Length: 0\r\n\r\n`
    expect(read(text).headers).toEqual([
      ...['X-A', 'a', 'set-cookie', 'b', 'Set-Cookie', 'c', 'X-Empty', ''],
      ...['X-Latin', '\xe4\tb', 'Content-Length', '0'],
    ])
  })

  test('with a coding that nobody undoes left in', () => {
    expect(read(`${OK}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n`).headers).toEqual([
      'Transfer-Encoding',
      'gzip, chunked',
    ])
    expect(read(`${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`).headers).toEqual([
      'Transfer-Encoding',
      'chunked, chunked',
    ])
    expect(read(CHUNKED).headers).toEqual([])
  })

  test('and the time for which the origin keeps the connection', () => {
    const reader = new ResponseReader()
    reader.expect({ onHead() {}, onBody() {} }, false)
    const bytes = Buffer.from(`${OK}Keep-Alive: max=5, timeout=7\r\nContent-Length: 0\r\n\r\n`)
    expect(reader.read(bytes, bytes.length)).toBe('ended')
    expect(reader.framing.keepAliveSeconds).toBe(7)
  })

  test.each([
    ['HTTP/1.1 200 OK', 'OK'],
    ['HTTP/1.1 200', 'OK'],
    ['HTTP/1.1 200 ', 'OK'],
    ['HTTP/1.1 200 Fine', 'Fine'],
    ['HTTP/1.1 299 Odd', 'Odd'],
    ['HTTP/1.1 299', ''],
  ])('%j has the phrase %j', (line, phrase) => {
    expect(read(`${line}\r\nContent-Length: 0\r\n\r\n`)).toMatchObject({ verdict: 'complete', phrase })
  })
})

describe('What is no proper HTTP/1.1 is refused', () => {
  const L = 'Content-Length: 0\r\n\r\n'
  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
    ['an old web server', '<html>hello</html>'],
    ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x46'],
    ['small letters', `http/1.1 200 OK\r\n${L}`],
    ['a version that is none', `HTTP/1.2 200 OK\r\n${L}`],
    ['a blank in front', ` ${OK}${L}`],
    ['two blanks before the status', `HTTP/1.1  200 OK\r\n${L}`],
    ['a status of letters', `HTTP/1.1 abc OK\r\n${L}`],
    ['a status of two digits', `HTTP/1.1 20 OK\r\n${L}`],
    ['a status of four digits', `HTTP/1.1 2000 OK\r\n${L}`],
    ['a status below 100', `HTTP/1.1 099 OK\r\n${L}`],
    ['a phrase without a blank', `HTTP/1.1 200OK\r\n${L}`],
    ['a NUL in the phrase', `HTTP/1.1 200 O\x00K\r\n${L}`],
    ['a bare CR in the phrase', `HTTP/1.1 200 O\rK\r\n${L}`],
    ['a bare LF after the status line', `HTTP/1.1 200 OK\n${L}`],
    ['a bare LF after a header', `${OK}X-A: b\n${L}`],
    ['a bare CR in a header', `${OK}X-A: b\rX-C: d\r\n${L}`],
    ['an empty line of a bare LF', `${OK}Content-Length: 0\r\n\n`],
    ['nothing but bare LFs', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
    ['a NUL in a header', `${OK}X-A: b\x00c\r\n${L}`],
    ['a control character in a header', `${OK}X-A: b\x0bc\r\n${L}`],
    ['DEL in a header', `${OK}X-A: \x7f\r\n${L}`],
    ['a folded header', `${OK}X-A: b\r\n c\r\n${L}`],
    ['a header folded at its start', `${OK}X-A:\r\n b\r\n${L}`],
    ['a blank before the first header', `${OK} X-A: b\r\n${L}`],
    ['a blank before the colon', `${OK}X-A : b\r\n${L}`],
    ['no name', `${OK}: b\r\n${L}`],
    ['no colon', `${OK}X-A\r\n${L}`],
    ['no colon but in the body', `${OK}X-A\r\nContent-Length: 3\r\n\r\na:b`],
    ['a name outside ASCII', `${OK}X-\xe4: b\r\n${L}`],
    ['two Content-Lengths', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`],
    ['the same Content-Length twice', `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nab`],
    ['a list of Content-Lengths', `${OK}Content-Length: 2, 2\r\n\r\nab`],
    ['a signed Content-Length', `${OK}Content-Length: +2\r\n\r\nab`],
    ['a negative Content-Length', `${OK}Content-Length: -2\r\n\r\nab`],
    ['a hexadecimal Content-Length', `${OK}Content-Length: 0x2\r\n\r\nab`],
    ['an empty Content-Length', `${OK}Content-Length:\r\n\r\nab`],
    ['a Content-Length in two words', `${OK}Content-Length: 2 2\r\n\r\nab`],
    ['a Content-Length that no number holds', `${OK}Content-Length: 9007199254740993\r\n\r\nab`],
    ['a Content-Length of a hundred digits', `${OK}Content-Length: ${'9'.repeat(100)}\r\n\r\nab`],
    ['Content-Length and chunks', `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and Content-Length', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n`],
    ['an empty coding and Content-Length', `${OK}Transfer-Encoding:\r\nContent-Length: 2\r\n\r\nab`],
    ['no chunk size', `${CHUNKED}\r\n2\r\nab\r\n`],
    ['a chunk size that is no number', `${CHUNKED}g\r\n`],
    ['a chunk size with a prefix', `${CHUNKED}0x2\r\nab\r\n`],
    ['a negative chunk size', `${CHUNKED}-2\r\nab\r\n`],
    ['a blank after the chunk size', `${CHUNKED}2 \r\nab\r\n`],
    ['a chunk size that no number holds', `${CHUNKED}fffffffffffffff\r\nab`],
    ['a bare LF after the chunk size', `${CHUNKED}2\nab\r\n0\r\n\r\n`],
    ['a bare CR after the chunk size', `${CHUNKED}2\rxab\r\n`],
    ['a bare LF in an extension', `${CHUNKED}2;a\nb\r\nab\r\n`],
    ['an empty extension', `${CHUNKED}2;\r\nab\r\n`],
    ['a NUL in an extension', `${CHUNKED}2;a=\x00\r\nab\r\n`],
    ['an extension without end', `${CHUNKED}2;${'a'.repeat(5000)}`],
    ['more bytes than the chunk size', `${CHUNKED}2\r\nabc\r\n`],
    ['a bare LF after the chunk', `${CHUNKED}2\r\nab\n0\r\n\r\n`],
    ['no line end after the chunk', `${CHUNKED}2\r\nab0\r\n\r\n`],
    ['a bare LF after the last chunk', `${CHUNKED}0\n\r\n`],
    ['a bare LF at the end', `${CHUNKED}0\r\n\n`],
    ['a trailer that is no header', `${CHUNKED}0\r\nX : a\r\n\r\n`],
    ['a folded trailer', `${CHUNKED}0\r\nX: a\r\n b\r\n\r\n`],
    ['Content-Length as a trailer', `${CHUNKED}0\r\nContent-Length: 5\r\n\r\n`],
    ['a head that is too large', `${OK}X-A: ${'a'.repeat(33_000)}\r\n${L}`],
    ['a head without end', `${OK}X-A: ${'a'.repeat(140_000)}`],
    ['too many headers', `${OK}${'X-A: a\r\n'.repeat(9000)}${L}`],
    ['trailers that are too large', `${CHUNKED}0\r\nX: ${'a'.repeat(33_000)}\r\n\r\n`],
    ['trailers without end', `${CHUNKED}0\r\nX: ${'a'.repeat(70_000)}`],
  ])('%s', (_, text) => {
    const whole = read(text, { closes: true })
    expect(whole.verdict).toBe('refused')
    // Byte by byte it is told at the latest with the last of them.
    if (text.length < 10_000) {
      const bytes = Buffer.from(text, 'latin1')
      expect(
        readPieces(
          [...bytes].map((byte) => Buffer.of(byte)),
          { closes: true },
        ).verdict,
      ).toBe('refused')
    }
  })

  test('Line ends in front of a response are passed over', () => {
    expect(read(`\r\n\n${OK}Content-Length: 2\r\n\r\nab`)).toMatchObject({ verdict: 'complete', body: 'ab' })
  })

  test('A head of just less than the most that a response may have is good', () => {
    const text = `${OK}X-A: ${'a'.repeat(32_700)}\r\nContent-Length: 0\r\n\r\n`
    expect(read(text)).toMatchObject({ verdict: 'complete' })
    expect(readCut(text, [9, 5000, 20_000])).toMatchObject({ verdict: 'complete' })
  })
})

const token = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/)
  .filter((name) => !/^(?:te|content-length|upgrade)$/i.test(name))
const value = fc.stringMatching(/^[!-~\xa0-\xff]([\t -~\xa0-\xff]{0,30}[!-~])?$/)
const content = fc
  .string({ unit: 'binary', maxLength: 6000 })
  .map((text) => text.replaceAll(/[^\x00-\xff]/g, '?'))
const cuts = fc.array(fc.nat(), { maxLength: 12 })

function toChunks(text: string, sizes: readonly number[]): string {
  let out = ''
  let at = 0
  for (const size of [...sizes, Infinity]) {
    const chunk = text.slice(at, Math.min(text.length, at + size))
    at += chunk.length
    if (chunk !== '') out += `${chunk.length.toString(16)};n="${size}"\r\n${chunk}\r\n`
  }
  return `${out}0\r\nX-Sum: 1\r\n\r\n`
}

/** A response as an origin could send it, and what is to come of it. */
const responses = fc
  .record({
    status: fc.constantFrom(200, 203, 206, 404, 500),
    headers: fc.array(fc.tuple(token, value), { maxLength: 8 }),
    content,
    sizes: fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 6 }),
    framing: fc.constantFrom('length', 'chunked', 'until-close'),
    interim: fc.integer({ min: 0, max: 2 }),
    junk: fc.constantFrom('', 'HTTP/1.1 200 OK\r\n\r\n', '\r\n'),
  })
  .map(({ status, headers, content: body, sizes, framing, interim, junk }) => {
    const lines = headers.map(([name, text]) => `X-${name}: ${text}\r\n`).join('')
    const framed =
      framing === 'length'
        ? `Content-Length: ${body.length}\r\n\r\n${body}${junk}`
        : framing === 'chunked'
          ? `Transfer-Encoding: chunked\r\n\r\n${toChunks(body, sizes)}${junk}`
          : `\r\n${body}`
    const text = `${'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n'.repeat(interim)}HTTP/1.1 ${status} Word\r\n${lines}${framed}`
    const pairs = headers.flatMap(([name, each]) => [`X-${name}`, each])
    if (framing === 'length') pairs.push('Content-Length', String(body.length))
    return { text, expected: { verdict: 'complete', status, phrase: 'Word', headers: pairs, body } }
  })

describe('However the bytes of a response are cut', () => {
  test('it is the same response', () => {
    fc.assert(
      fc.property(responses, cuts, ({ text, expected }, places) => {
        expect(read(text, { closes: true })).toMatchObject(expected)
        expect(readCut(text, places, { closes: true })).toMatchObject(expected)
      }),
      { numRuns: 300 },
    )
  })

  test('what is refused is refused, and what is not is not', () => {
    const pieces = fc.constantFrom(
      ...[
        'HTTP/1.1 200 OK',
        'HTTP/1.1 100',
        '\r\n',
        '\r\n\r\n',
        '\n',
        '\r',
        ' ',
        ':',
        'X-A: b',
        'Content-Length: 3',
      ],
      ...[
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: ',
        'Connection: close',
        '3',
        '0',
        'abc',
        ';a',
        '\x00',
      ],
    )
    const soup = fc.array(pieces, { maxLength: 14 }).map((each) => `HTTP/1.1 200 OK\r\n${each.join('')}`)
    fc.assert(
      fc.property(soup, cuts, (text, places) => {
        const { reason: _, reusable, ...whole } = read(text, { closes: true })
        const { reason, reusable: isReusable, ...cut } = readCut(text, places, { closes: true })
        // A body that is refused in the end may have passed on more or less of itself until then.
        if (whole.verdict === 'refused') expect(cut.verdict, reason ?? '').toBe('refused')
        else expect({ ...cut, isReusable }).toEqual({ ...whole, isReusable: reusable })
      }),
      { numRuns: 1000 },
    )
  })
})
