// The command line of `pocketfront test-function`.
import { Command, Option } from 'commander'
import { parseStrictly, type NotRun } from './parse.ts'
import type { FunctionRuntime } from '../model/functions.ts'

/** What is run, and on which event. */
export interface TestFunctionArguments {
  readonly file: string
  readonly event: string
  readonly kvs: string | null
  readonly stage: 'viewer-request' | 'viewer-response' | null
  readonly runtime: FunctionRuntime
  readonly functionsDialect: 'strict' | 'lenient'
  readonly json: boolean
}

export type ParsedTestFunction =
  | { readonly kind: 'test-function'; readonly test: TestFunctionArguments }
  | NotRun

/** What stands behind `pocketfront test-function`. */
export function parseTestFunction(argv: readonly string[]): ParsedTestFunction {
  const command = createTestFunctionCommand()
  const notRun = parseStrictly(command, argv)
  return notRun ?? { kind: 'test-function', test: toTestFunctionArguments(command) }
}

function createTestFunctionCommand(): Command {
  return new Command('pocketfront test-function')
    .description(
      'Runs a CloudFront Function on one event, as TestFunction does: output, logs, compute utilization.',
    )
    .argument('<FILE>', 'code of the function')
    .requiredOption('-e, --event <FILE>', 'JSON of the event object')
    .option('--kvs <FILE>', 'JSON of its key value store: {"data": [{"key", "value"}]} or {"key": "value"}')
    .addOption(
      new Option('--stage <event>', "the event; the JSON's own eventType").choices([
        'viewer-request',
        'viewer-response',
      ]),
    )
    .addOption(
      new Option('--runtime <runtime>', 'JavaScript runtime')
        .choices(['cloudfront-js-1.0', 'cloudfront-js-2.0'])
        .default('cloudfront-js-2.0'),
    )
    .addOption(dialectOption())
    .option('--json', 'the result as AWS prints it')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      '\nExit codes: 0 the function did well, 1 it failed, 2 wrong command line or files.',
    )
}

/** What happens to syntax that CloudFront's engine does not know. */
export function dialectOption(): Option {
  return new Option(
    '--functions-dialect <dialect>',
    "syntax that CloudFront's engine does not know: fails, or runs",
  )
    .choices(['strict', 'lenient'])
    .default('strict')
}

function toTestFunctionArguments(command: Command): TestFunctionArguments {
  const { event, kvs, stage, runtime, functionsDialect, json } = command.opts<
    Partial<TestFunctionArguments> & Pick<TestFunctionArguments, 'event' | 'runtime' | 'functionsDialect'>
  >()
  return {
    file: command.args[0]!,
    event,
    kvs: kvs ?? null,
    stage: stage ?? null,
    runtime,
    functionsDialect,
    json: json === true,
  }
}
