// `pocketfront test-function`: runs a CloudFront Function on one event and prints what came of it.
import type { TestFunctionArguments } from './test-function-arguments.ts'
import { testFunction, type TestResult } from '../assembly/test-function.ts'
import { createLineWriter } from '../observe/line-writer.ts'
import { selectPalette, type Palette } from '../observe/palette.ts'

/** The exit code: 0 the function did well, 1 it failed. Rejects with PF_CONFIG for files that cannot be used. */
export async function runTestFunction(args: TestFunctionArguments): Promise<number> {
  const { functionsDialect, json, ...test } = args
  const strictDialect = functionsDialect === 'strict'
  const result = await testFunction({ ...test, strictDialect, cwd: process.cwd() })
  const writer = createLineWriter(1)
  const palette = selectPalette(process.stdout, process.env)
  writer.write(
    json ? `${JSON.stringify({ TestResult: result }, null, 2)}\n` : toLines(result, palette).join('\n'),
  )
  await writer.close()
  return result.FunctionErrorMessage === '' ? 0 : 1
}

function toLines(result: TestResult, palette: Palette): string[] {
  const { ComputeUtilization, FunctionExecutionLogs, FunctionErrorMessage, FunctionOutput } = result
  const output = FunctionOutput === '' ? '' : JSON.stringify(JSON.parse(FunctionOutput), null, 2)
  return [
    ...(FunctionErrorMessage === '' ? [] : [`${palette.red('error')}  ${FunctionErrorMessage}`]),
    ...(output === '' ? [] : [output]),
    ...FunctionExecutionLogs.map((line) => `${palette.dim('log')}  ${line}`),
    `${palette.dim('compute utilization')}  ${ComputeUtilization}${toAdvice(Number(ComputeUtilization), palette)}`,
    '',
  ]
}

/** (Developer Guide, 'Test functions', understanding compute utilization) */
function toAdvice(utilization: number, palette: Palette): string {
  if (utilization > 70) return `  ${palette.yellow('CloudFront is likely to throttle this function')}`
  return utilization > 50 ? `  ${palette.yellow('near the limit')}` : ''
}
