// `pocketfront test-function`: runs a CloudFront Function on one event and prints what came of it.
import type { TestFunctionArguments } from './test-function-arguments.ts'
import { testFunction, type FailedAt, type TestOutcome } from '../assembly/test-function.ts'
import { createLineWriter } from '../observe/line-writer.ts'
import { selectPalette, type Palette } from '../observe/palette.ts'

/** The exit code: 0 the function did well, 1 it failed. Rejects with PF_CONFIG for files that cannot be used. */
export async function runTestFunction(args: TestFunctionArguments): Promise<number> {
  const { functionsDialect, json, ...test } = args
  const strictDialect = functionsDialect === 'strict'
  const outcome = await testFunction({ ...test, strictDialect, cwd: process.cwd() })
  const { result } = outcome
  const writer = createLineWriter(1)
  const palette = selectPalette(process.stdout, process.env)
  writer.write(
    json
      ? `${JSON.stringify({ TestResult: result }, null, 2)}\n`
      : toLines(args, outcome, palette).join('\n'),
  )
  await writer.close()
  return result.FunctionErrorMessage === '' ? 0 : 1
}

function toLines(args: TestFunctionArguments, outcome: TestOutcome, palette: Palette): string[] {
  const { result, failedAt } = outcome
  const { ComputeUtilization, FunctionExecutionLogs, FunctionErrorMessage, FunctionOutput } = result
  const output = FunctionOutput === '' ? '' : JSON.stringify(JSON.parse(FunctionOutput), null, 2)
  return [
    ...(FunctionErrorMessage === '' ? [] : [`${palette.red('error')}  ${FunctionErrorMessage}`]),
    ...(failedAt === null ? [] : [`  at ${toPlace(args.file, failedAt)}`]),
    ...(args.kvs === null && FunctionErrorMessage.includes('KVSNamespaceNotFound')
      ? ['  --kvs FILE gives the function a key value store']
      : []),
    ...(output === '' ? [] : [output]),
    ...FunctionExecutionLogs.map((line) => `${palette.dim('log')}  ${line}`),
    `${palette.dim('compute utilization')}  ${ComputeUtilization}${toAdvice(Number(ComputeUtilization), palette)}`,
    '',
  ]
}

function toPlace(file: string, { line, column, explanation }: FailedAt): string {
  const place = `${file}:${line}${column === null ? '' : `:${column}`}`
  return explanation === null ? place : `${place}  ${explanation}`
}

/** (Developer Guide, 'Test functions', understanding compute utilization) */
function toAdvice(utilization: number, palette: Palette): string {
  if (utilization > 70) return `  ${palette.yellow('CloudFront is likely to throttle this function')}`
  return utilization > 50 ? `  ${palette.yellow('near the limit')}` : ''
}
