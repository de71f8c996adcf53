// What a function writes to stdout, stderr and the console, as lines.

/** Lines handed out per invocation; what a function writes beyond is counted only. */
const MAX_LINES = 100
const MAX_LINE_LENGTH = 10_000

/** Takes this thread's output; what is written between invocations counts to the next one. */
export function captureOutput(onLine: (line: string) => void): { startInvocation(): void; flush(): void } {
  let handedOut = 0
  let isFirst = true
  let unfinished = ''

  const emit = (line: string): void => {
    handedOut++
    if (handedOut < MAX_LINES) onLine(line.slice(0, MAX_LINE_LENGTH))
    else if (handedOut === MAX_LINES) onLine('(more lines are left out)')
  }
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop()!.slice(0, MAX_LINE_LENGTH)
    for (const line of lines) emit(line)
    const callback = typeof encoding === 'function' ? encoding : done
    if (typeof callback === 'function') process.nextTick(callback)
    return true
  }
  process.stdout.write = write
  process.stderr.write = write

  return {
    startInvocation() {
      // Lines of the module's own start belong to the invocation that waited for it.
      if (!isFirst) handedOut = 0
      isFirst = false
    },
    flush() {
      if (unfinished !== '') emit(unfinished)
      unfinished = ''
    },
  }
}
