// Runs one CloudFront function: checks its code once, loads it once, and gives every run a fresh state.
import { checkDialect } from './dialect.ts'
import { getEngine } from './engine/engine.ts'
import { LOG_LIMIT_BYTES, toComputeUtilization } from './engine/limits.ts'
import { parseRawError, toErrorText } from './engine/error-text.ts'
import { toProgramCode } from './engine/program-code.ts'
import type {
  CffFailure,
  CffInvocation,
  CffResult,
  CffRunner,
  CloudFrontFunctionSource,
  CloudFrontRuntime,
} from './contract.ts'
import type { DialectProblem } from './dialect.ts'
import type { Ending, Engine, Program } from './engine/engine.ts'
import type { ErrorText } from './engine/error-text.ts'

export interface CffRunnerOptions {
  /** false: what CloudFront's parser refuses is only reported. */
  readonly strictDialect: boolean
}

/** What stands in the way of a function before it runs. */
interface LoadFailure {
  readonly because: CffFailure
  readonly error: ErrorText
}

type Loaded = { readonly engine: Engine; readonly program: Program } | LoadFailure

/**
 * A function, ready to run. Runs are synchronous once the engine has started; until then `run` returns a promise.
 * (Developer Guide, 'Write function code')
 */
export function createCffRunner(source: CloudFrontFunctionSource, options: CffRunnerOptions): CffRunner {
  const check = checkDialect(source.code, source.runtime)
  const problems = check.kind === 'parsed' ? check.problems : [check.problem]
  const refused = check.kind === 'syntax' || (options.strictDialect && problems.length > 0)
  const refusal = refused ? problems[0]! : null
  const because = check.kind === 'syntax' ? 'syntax' : 'dialect'
  const failure = refusal === null ? null : toLoadFailure(because, refusal)
  const code = check.kind === 'parsed' && failure === null ? toProgramCode(source.code, check.program) : ''

  let loaded: Loaded | null = failure
  const loading = failure ?? load(code, source.runtime)
  if (loading instanceof Promise) void loading.then((result) => (loaded = result))
  return {
    problems,
    refusal,
    run(invocation) {
      if (loaded !== null) return runLoaded(loaded, invocation)
      return Promise.resolve(loading).then((result) => runLoaded(result, invocation))
    },
    dispose() {
      loaded = DISPOSED
    },
  }
}

/** Never rejects: what the engine does not take fails each run. */
async function load(code: string, runtime: CloudFrontRuntime): Promise<Loaded> {
  try {
    const engine = await getEngine()
    const program = engine.load(code, runtime)
    return typeof program === 'string' ? toRefusal(program) : { engine, program }
  } catch (error) {
    return { because: 'threw', error: ownWords(`The engine does not start: ${String(error)}`) }
  }
}

function toLoadFailure(because: CffFailure, problem: DialectProblem): LoadFailure {
  const { message, line, column } = problem
  return { because, error: { message, line, column, stack: message } }
}

/** QuickJS refuses what acorn takes: rare, such as an `export` in the lenient dialect. */
function toRefusal(problem: string): LoadFailure {
  return { because: 'syntax', error: toErrorText(parseRawError(problem)) }
}

function runLoaded(loaded: Loaded, invocation: CffInvocation): CffResult {
  if ('because' in loaded) return toFailed(loaded.because, loaded.error, [], 0)
  const logs: string[] = []
  const ending = loaded.engine.run(loaded.program, {
    event: invocation.event,
    host: invocation.host,
    now: invocation.now,
    log: limitLogs(logs),
  })
  return toResult(ending, logs)
}

/** (Developer Guide, 'Edge function logs') */
function limitLogs(logs: string[]): (line: string) => void {
  let left = LOG_LIMIT_BYTES
  return (line) => {
    if (left <= 0) return
    const bytes = Buffer.byteLength(line)
    logs.push(bytes <= left ? line : cut(line, left))
    left -= bytes
  }
}

function cut(line: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(line).subarray(0, bytes), { stream: true })
}

function toResult(ending: Ending, logs: readonly string[]): CffResult {
  const computeUtilization = toComputeUtilization(ending.units)
  if (ending.kind === 'stopped') return toFailed(...toStop(ending), logs, computeUtilization)
  const { output, memoryBytes } = ending
  switch (output.charAt(0)) {
    case 'V':
      return {
        kind: 'returned',
        value: JSON.parse(output.slice(1)) as unknown,
        logs,
        computeUtilization,
        memoryBytes,
      }
    case 'U':
      return { kind: 'returned', value: undefined, logs, computeUtilization, memoryBytes }
    case 'N':
      return toFailed(
        'no-handler',
        ownWords('The function has no function named handler.'),
        logs,
        computeUtilization,
      )
    case 'P':
      return toFailed(
        'invalid',
        ownWords('The promise of the handler never settles.'),
        logs,
        computeUtilization,
      )
    default: {
      const error = parseRawError(output.slice(1))
      // A string of a gigabyte that is not yet put together is the one thing larger than memory.
      if (/^(invalid string length|string too long)$/.test(error.message))
        return toFailed('memory', OUT_OF_MEMORY, logs, computeUtilization)
      return toFailed('threw', toErrorText(error), logs, computeUtilization)
    }
  }
}

function toStop(ending: Ending & { kind: 'stopped' }): [CffFailure, ErrorText] {
  switch (ending.because) {
    case 'budget':
      // The place where the interrupt met the function, as far as it is known.
      return ['budget', { ...toErrorText(parseRawError(ending.detail)), message: OUT_OF_TIME }]
    case 'memory':
      return ['memory', OUT_OF_MEMORY]
    case 'crash':
      return ['threw', toErrorText(parseRawError(ending.detail))]
  }
}

const OUT_OF_TIME = 'The function took more than its compute time.'
const DISPOSED: LoadFailure = { because: 'threw', error: ownWords('The function is no longer loaded.') }
const OUT_OF_MEMORY = ownWords('MemoryError: The function took more than its 2 MB of memory.')

function ownWords(message: string): ErrorText {
  return { message, line: null, column: null, stack: message }
}

function toFailed(
  because: CffFailure,
  error: ErrorText,
  logs: readonly string[],
  computeUtilization: number,
): CffResult {
  return { kind: 'failed', because, ...error, logs, computeUtilization }
}
