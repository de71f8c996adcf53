// What a Lambda function in a Region finds around it, other than one at the edge: its own variables and name.
import type { ToLaunch } from '../lambda-edge/runner.ts'
import { toEnvironment, toStaticContext } from '../lambda-edge/environment.ts'
import type { HandlerFunction } from '../../model/handler-origin.ts'
import type { LambdaFunction } from '../../model/functions.ts'

const ACCOUNT = '000000000000'

/** As the runners know functions. Unpublished code is its version $LATEST. */
export function toDefinition(fn: HandlerFunction, region: string): LambdaFunction {
  const { name, file, exportName, Runtime, MemorySize, Timeout } = fn
  return {
    LambdaFunctionARN: `arn:aws:lambda:${region}:${ACCOUNT}:function:${name}`,
    name,
    version: '$LATEST',
    file,
    exportName,
    Runtime,
    MemorySize,
    Timeout,
  }
}

/**
 * (AWS Lambda Developer Guide, 'Working with Lambda environment variables')
 * Differs from CloudFront: variables of this process that start with AWS_ENDPOINT_URL reach functions that are origins, so that they find the local stand-ins of AWS services.
 */
export function toRegionLaunch(fn: HandlerFunction, inherited: NodeJS.ProcessEnv): ToLaunch {
  return (definition, region, memoryMb) => {
    const edge = toStaticContext(definition, memoryMb)
    const own = {
      AWS_LAMBDA_FUNCTION_NAME: definition.name,
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    }
    return {
      context: { ...edge, functionName: definition.name, logGroupName: own.AWS_LAMBDA_LOG_GROUP_NAME },
      environment: {
        ...toEnvironment(definition, region, memoryMb, inherited),
        ...toEndpoints(inherited),
        ...own,
        ...fn.Environment,
      },
      replies: 'anything',
    }
  }
}

function toEndpoints(inherited: NodeJS.ProcessEnv): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(inherited)) {
    if (name.startsWith('AWS_ENDPOINT_URL') && value !== undefined) found[name] = value
  }
  return found
}
