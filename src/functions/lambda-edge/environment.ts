// The environment variables and context fields a function finds. (AWS Lambda Developer Guide, 'Working with Lambda environment variables')
import type { StaticContext } from './vessel.ts'
import { dirname } from 'node:path'
import { isPython } from '../../model/functions.ts'
import type { LambdaFunction } from '../../model/functions.ts'

/** Taken over from this machine where set; production has values of its own for them. */
const INHERITED = [
  'PATH',
  'LANG',
  'LD_LIBRARY_PATH',
  'SystemRoot',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
] as const

/**
 * The reserved variables; Lambda@Edge functions have no others.
 * Differs from CloudFront: LAMBDA_TASK_ROOT is the folder of the code on this machine, so that files beside it are found.
 * Differs from CloudFront: TZ says UTC, yet local time in a Node.js function is that of the process; start it with TZ=UTC to have the same.
 */
export function toEnvironment(
  definition: LambdaFunction,
  region: string,
  memoryMb: number,
  inherited: NodeJS.ProcessEnv,
): Record<string, string> {
  const { logGroupName, logStreamName, functionName, functionVersion } = toStaticContext(definition, memoryMb)
  const env: Record<string, string> = {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.Runtime ?? toRuntime(definition)}`,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: functionVersion,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: dirname(definition.file),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: `${definition.file.replace(/^.*[/\\]|\.[^.]*$/g, '')}.${definition.exportName}`,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    ...(isPython(definition)
      ? { PYTHONPATH: '/var/runtime' }
      : { NODE_PATH: '/opt/nodejs/node_modules:/var/runtime/node_modules' }),
  }
  for (const name of INHERITED) {
    const value = inherited[name]
    if (value !== undefined) env[name] = value
  }
  return env
}

/** Without a configured runtime: that of this process, or of the interpreter that is found. */
function toRuntime(definition: LambdaFunction): string {
  return isPython(definition) ? 'python3' : `nodejs${process.versions.node.split('.')[0]}.x`
}

/** Replicas carry the Region of the original in their name. */
export function toStaticContext(definition: LambdaFunction, memoryMb: number): StaticContext {
  const functionName = `us-east-1.${definition.name}`
  return {
    functionName,
    functionVersion: definition.version,
    invokedFunctionArn: definition.LambdaFunctionARN,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `pocketfront/[${definition.version}]`,
  }
}
