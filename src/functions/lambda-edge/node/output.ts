// What a function writes to the console, stdout and stderr, as lines of the log.
import { format } from 'node:util'

/** Lines handed out per invocation; what a function writes beyond is counted only. */
const MAX_LINES = 100
const MAX_LINE_LENGTH = 10_000

/** The methods that Lambda gives a level. (AWS Lambda Developer Guide, 'Log and monitor Node.js Lambda functions') */
const LEVELS = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
} as const

type OnLine = (level: string | null, text: string) => void

/** Takes this thread's output; what is written between invocations counts to the next one. */
export function captureOutput(onLine: OnLine): { startInvocation(): void; flush(): void } {
  let handedOut = 0
  let isFirst = true
  let unfinished = ''

  const emit: OnLine = (level, text) => {
    handedOut++
    if (handedOut < MAX_LINES) onLine(level, text.slice(0, MAX_LINE_LENGTH))
    else if (handedOut === MAX_LINES) onLine(null, '(more lines are left out)')
  }
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop()!.slice(0, MAX_LINE_LENGTH)
    for (const line of lines) emit(null, line)
    const callback = typeof encoding === 'function' ? encoding : done
    if (typeof callback === 'function') process.nextTick(callback)
    return true
  }
  process.stdout.write = write
  process.stderr.write = write
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, string][]) {
    console[method] = (...values: unknown[]) => emit(level, format(...values))
  }

  return {
    startInvocation() {
      // Lines of the module's own start belong to the invocation that waited for it.
      if (!isFirst) handedOut = 0
      isFirst = false
    },
    flush() {
      if (unfinished !== '') emit(null, unfinished)
      unfinished = ''
    },
  }
}
