// What a handler returned or threw, in the form in which it leaves the thread.
import { inspect } from 'node:util'
import { NOT_AN_OBJECT } from '../../failures.ts'
import type { Answer } from './protocol.ts'

const { stringify } = JSON

/** The result as JSON: undefined fields vanish, dates become strings. */
export function toJson(value: unknown, maxBytes: number, replies: 'object' | 'anything' = 'object'): Answer {
  let json: string | undefined
  try {
    json = stringify(value)
  } catch (error) {
    const detail = `The JSON output is not parsable: ${describeError(error)}`
    return { kind: 'failed', because: 'invalid', detail }
  }
  if (replies === 'anything') json ??= 'null'
  else if (json === undefined || json.charCodeAt(0) !== 123 /* { */) {
    const what = json === undefined || json === 'null' ? 'nothing' : json.slice(0, 100)
    const detail = `${NOT_AN_OBJECT} The handler returned ${what}`
    return { kind: 'failed', because: 'invalid', detail }
  }
  const bytes = Buffer.byteLength(json)
  if (bytes > maxBytes) {
    const detail = `the result has ${bytes} bytes as JSON, more than ${maxBytes}`
    return { kind: 'failed', because: 'too-large', detail }
  }
  return { kind: 'returned', json }
}

/** Message and stack of whatever was thrown, without the frames of the machinery around the function. */
export function describeError(error: unknown): string {
  try {
    const text = typeof error === 'string' ? error : inspect(error)
    return text
      .split('\n')
      .filter((line) => !isOurFrame(line))
      .join('\n')
  } catch {
    return 'the function threw a value that cannot be shown'
  }
}

function isOurFrame(line: string): boolean {
  return /^\s+at .*(lambda-edge[/\\]node[/\\]\w+\.[jt]s|\(?node:internal\/)/.test(line)
}
