// The metadata in front of a streamed response: JSON, eight zero bytes, then the body.
import { parseHead } from './answers.ts'

/** More metadata than any response has headers. */
const MAX_BYTES = 64 * 1024
const END = Buffer.alloc(8)

/** What is known after some bytes of a stream. */
export type Prelude =
  | { readonly kind: 'more' }
  | {
      readonly kind: 'head'
      readonly status: number
      readonly pairs: readonly string[]
      readonly rest: Buffer
    }
  | { readonly kind: 'malformed'; readonly because: string }

/** Looks at all that came so far. (AWS Lambda Developer Guide, 'Response streaming for Lambda functions') */
export function parsePrelude(bytes: Buffer): Prelude {
  const end = bytes.indexOf(END)
  if (end === -1)
    return bytes.length > MAX_BYTES
      ? { kind: 'malformed', because: 'the metadata has no end' }
      : { kind: 'more' }
  const rest = bytes.subarray(end + END.length)
  if (end === 0)
    return { kind: 'head', status: 200, pairs: ['Content-Type', 'application/octet-stream'], rest }
  let metadata: unknown
  try {
    metadata = JSON.parse(bytes.toString('utf8', 0, end))
  } catch {
    metadata = null
  }
  if (typeof metadata !== 'object' || metadata === null)
    return { kind: 'malformed', because: 'the metadata is no JSON object' }
  const head = parseHead(metadata as Readonly<Record<string, unknown>>, '2.0')
  if (head.kind === 'malformed') return head
  const hasType = head.pairs.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'content-type')
  const pairs = hasType ? head.pairs : [...head.pairs, 'Content-Type', 'application/octet-stream']
  return { kind: 'head', status: head.status, pairs, rest }
}
