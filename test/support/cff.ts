// Runs the code of a CloudFront function in the real engine, in one line.
import { createCffRunner } from '../../src/functions/cloudfront/runner.ts'
import type { CffResult, CloudFrontRuntime, HostModule } from '../../src/functions/cloudfront/contract.ts'

/** A host without a store; what is called of it is answered with nothing. */
export const EMPTY_HOST: HostModule = { kvs: () => null, call: () => undefined, rawQueryString: null }

export interface CffOptions {
  readonly runtime?: CloudFrontRuntime
  readonly strictDialect?: boolean
  readonly event?: unknown
  readonly host?: Partial<HostModule>
  readonly now?: number
}

/** Everything that a run came to. */
export async function runCode(code: string, options: CffOptions = {}): Promise<CffResult> {
  const runtime = options.runtime ?? 'cloudfront-js-2.0'
  const source = { name: 'rewrite', code, file: null, runtime }
  const runner = createCffRunner(source, { strictDialect: options.strictDialect ?? true })
  const result = await runner.run({
    event: JSON.stringify(
      options.event ?? { request: { method: 'GET', uri: '/', querystring: {}, headers: {}, cookies: {} } },
    ),
    host: { ...EMPTY_HOST, ...options.host },
    now: options.now ?? Date.UTC(2030, 0, 2, 3, 4, 5),
    requestId: 'request-1',
  })
  runner.dispose()
  return result
}

/** The value of an expression, evaluated in a handler; an exception as `Name: message`. */
export async function valueOf(expression: string, options: CffOptions = {}): Promise<unknown> {
  const result = await runCode(`function handler(event) { return ${expression}; }`, options)
  return result.kind === 'returned' ? result.value : result.message
}

/** The same for an asynchronous handler. */
export async function awaited(expression: string, options: CffOptions = {}): Promise<unknown> {
  const result = await runCode(`async function handler(event) { return ${expression}; }`, options)
  return result.kind === 'returned' ? result.value : result.message
}
