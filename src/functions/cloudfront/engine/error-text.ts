// What went wrong in a run, in the words of CloudFront's engine as far as they are known.
import { FILE } from './engine.ts'
import { toSourceColumn } from './program-code.ts'

/** An error as QuickJS tells it. */
export interface RawError {
  readonly name: string
  readonly message: string
  readonly stack: string
}

/** An error from the JSON that the engine made of it; what is no such JSON is the message. */
export function parseRawError(text: string): RawError {
  try {
    const {
      name = '',
      message = '',
      stack = '',
    } = JSON.parse(text) as Partial<Record<keyof RawError, unknown>>
    return { name: String(name), message: String(message), stack: String(stack) }
  } catch {
    return { name: '', message: text, stack: '' }
  }
}

export interface ErrorText {
  readonly message: string
  readonly line: number | null
  readonly column: number | null
  readonly stack: string
}

const FRAME = new RegExp(String.raw`\(?${FILE.replace('.', String.raw`\.`)}:(\d+)(?::(\d+))?\)?`)

/** The words of the engine behind QuickJS's. */
const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  [/^'(.+)' is not defined$/, '"$1" is not defined'],
  [/^cannot read property '(.*)' of (undefined|null)$/, 'cannot get property "$1" of $2'],
  [/^cannot set property '(.*)' of (undefined|null)$/, 'cannot set property "$1" of $2'],
  [/^'(.+)' is read-only$/, 'assignment to constant variable'],
  [/^unexpected token: .*$/, 'Unexpected token'],
]

/** The message with the error's name, the first place in the function's code, and the frames of that code. */
export function toErrorText(error: RawError): ErrorText {
  const name = error.message === 'stack overflow' ? 'RangeError' : error.name
  const text =
    error.message === 'stack overflow' ? 'Maximum call stack size exceeded' : translate(error.message)
  const message = name === '' ? text : text === '' ? name : `${name}: ${text}`
  const frames: string[] = []
  let place: { line: number; column: number | null } | null = null
  for (const frame of error.stack.split('\n')) {
    const found = FRAME.exec(frame)
    if (found === null) continue
    const line = Number(found[1])
    const column = found[2] === undefined ? null : toSourceColumn(line, Number(found[2]))
    place ??= { line, column }
    const at = column === null ? `${line}` : `${line}:${column}`
    frames.push(frame.replace(FRAME, `(${FILE}:${at})`))
  }
  return {
    message,
    line: place?.line ?? null,
    column: place?.column ?? null,
    stack: [message, ...frames].join('\n'),
  }
}

function translate(message: string): string {
  for (const [pattern, words] of TRANSLATIONS) {
    if (pattern.test(message)) return message.replace(pattern, words)
  }
  return message
}
