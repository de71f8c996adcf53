// The viewers of the soak: many at once, impatient, and each checks what it gets.
import { Agent, request, type IncomingMessage } from 'node:http'
import { contentOf, MOST_BYTES } from './content.ts'

export interface Tally {
  requests: number
  complete: number
  left: number
  broken: number
  /** Answers that can't be right. */
  readonly wrong: string[]
}

interface Errand {
  readonly path: string
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly upload: number
  /** Bytes of the answer after which the viewer leaves; null stays, 0 does not even wait for the head. */
  readonly leavesAfter: number | null
}

const POPS = ['FRA56', 'MUC50', 'NRT20', 'IAD89']

/** Draws the next request. */
function drawErrand(random: () => number): Errand {
  const pick = (most: number): number => Math.floor(random() * most)
  const kind = random()
  const leavesAfter = random() < 0.08 ? pick(3) * pick(6000) : null
  const usual = { method: 'GET', headers: {}, upload: 0, leavesAfter } as const
  const headers: Record<string, string> = {}
  if (random() < 0.2) headers['x-pocketfront-pop'] = POPS[pick(POPS.length)]!
  if (random() < 0.02) headers['x-pocketfront-explain'] = '1'
  if (kind < 0.02) return { ...usual, path: `/slow/${pick(40)}` }
  if (kind < 0.05) return { ...usual, path: `/error/${pick(50)}` }
  if (kind < 0.06) return { ...usual, path: `/reset/${pick(50)}` }
  if (kind < 0.07) return { ...usual, path: `/short/${pick(50)}` }
  if (kind < 0.12) return { ...usual, path: `/upload/${pick(9)}`, method: 'POST', upload: pick(20_000) }
  const path = `/object/${Math.floor(pick(3000) * random())}`
  if (kind < 0.16) return { ...usual, path, method: 'HEAD', headers }
  if (kind < 0.2)
    return { ...usual, path, headers: { ...headers, Range: `bytes=${pick(500)}-${500 + pick(3000)}` } }
  if (kind < 0.3) return { ...usual, path, headers: { ...headers, 'Accept-Encoding': 'gzip, br' } }
  return { ...usual, path, headers }
}

/** Sends requests until the count is reached, so many at a time. */
export async function visit(
  port: number,
  count: number,
  atOnce: number,
  random: () => number,
  onProgress: (done: number) => void,
): Promise<Tally> {
  const tally: Tally = { requests: 0, complete: 0, left: 0, broken: 0, wrong: [] }
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const worker = async (): Promise<void> => {
    while (tally.requests < count) {
      tally.requests++
      onProgress(tally.requests)
      await run(port, agent, drawErrand(random), tally)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  agent.destroy()
  return tally
}

function run(port: number, agent: Agent, errand: Errand, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false
    const end = (how: 'complete' | 'left' | 'broken'): void => {
      if (isOver) return
      isOver = true
      tally[how]++
      resolve()
    }
    const { path, method, headers, upload, leavesAfter } = errand
    const outgoing = request({ port, host: '127.0.0.1', path, method, headers, agent }, (response) => {
      read(response, errand, tally, end)
    })
    outgoing.on('error', () => end(leavesAfter === null ? 'broken' : 'left'))
    if (upload > 0) outgoing.write(Buffer.alloc(upload, 'u'))
    if (leavesAfter === 0) {
      setImmediate(() => {
        outgoing.destroy()
        end('left')
      })
    }
    outgoing.end()
  })
}

function read(
  response: IncomingMessage,
  errand: Errand,
  tally: Tally,
  end: (how: 'complete' | 'left' | 'broken') => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (errand.leavesAfter === null || bytes < errand.leavesAfter) return
    response.destroy()
    end('left')
  })
  response.on('error', () => end('broken'))
  response.on('close', () => end('broken'))
  response.on('end', () => {
    const problem = check(errand, response, Buffer.concat(chunks))
    if (problem !== null) tally.wrong.push(`${errand.method} ${errand.path}: ${problem}`)
    end('complete')
  })
}

/** What is wrong with a whole answer, or null. */
function check(
  { path, method, upload }: Errand,
  { statusCode = 0, headers }: IncomingMessage,
  body: Buffer,
): string | null {
  if (headers['x-amz-cf-id'] === undefined) return `${statusCode} without X-Amz-Cf-Id`
  const [, kind] = path.split('/')
  if (kind === 'error' || kind === 'reset' || kind === 'short') {
    return statusCode >= 500 ? null : `${statusCode} instead of an error`
  }
  if (kind === 'upload') {
    return statusCode === 200 && body.toString() === String(upload)
      ? null
      : `${statusCode} ${body.toString().slice(0, 80)}`
  }
  if (method === 'HEAD') return statusCode === 200 ? null : String(statusCode)
  const whole = contentOf(path, kind === 'slow' ? MOST_BYTES.large : MOST_BYTES.small)
  if (headers['content-encoding'] !== undefined) return statusCode === 200 ? null : String(statusCode)
  if (statusCode === 200)
    return body.equals(whole) ? null : `a body of ${body.length} bytes, not ${whole.length}`
  if (statusCode === 416) return null
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers['content-range'] ?? '') ?? []
  if (statusCode !== 206 || first === undefined) return String(statusCode)
  return body.equals(whole.subarray(Number(first), Number(last) + 1)) ? null : `wrong bytes ${first}-${last}`
}
