// Which functions a behavior runs, and the combinations that AWS refuses.
import type { EventType, FunctionAssociation, LambdaFunctionAssociation } from '../../model/functions.ts'
import { parseLambdaArn } from '../function-code.ts'
import type { Fields } from '../nodes/fields.ts'
import type { DistributionContext } from './context.ts'

const EVENTS = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response'] as const
const LAMBDA = 'InvalidLambdaFunctionAssociation'
const CLOUDFRONT = 'InvalidFunctionAssociation'

export interface Associations {
  readonly FunctionAssociations: readonly FunctionAssociation[]
  readonly LambdaFunctionAssociations: readonly LambdaFunctionAssociation[]
}

/** (Developer Guide, 'Restrictions on edge functions') Functions whose code is not here are left out with a warning. */
export function readAssociations(behavior: Fields, context: DistributionContext): Associations {
  const lambdaEvents = new Set<EventType>()
  const lambdas: LambdaFunctionAssociation[] = []
  for (const fields of behavior.maps('LambdaFunctionAssociations')) {
    const association = readLambda(fields, lambdaEvents, context)
    if (association !== null) lambdas.push(association)
  }
  const functions = readFunctions(behavior, lambdaEvents, context)
  return { FunctionAssociations: functions, LambdaFunctionAssociations: lambdas }
}

function readLambda(
  fields: Fields,
  events: Set<EventType>,
  context: DistributionContext,
): LambdaFunctionAssociation | null {
  const { report, code } = context
  const EventType = readEvent(fields, events, LAMBDA)
  const IncludeBody = fields.boolean('IncludeBody', { code: LAMBDA }) ?? false
  const arn = fields.name('LambdaFunctionARN')
  const handler = fields.get('Handler')
  fields.finish()
  if (IncludeBody && EventType?.endsWith('-response') === true) {
    report.error(fields.at('IncludeBody'), LAMBDA, `a ${EventType} function gets no body`)
  }
  if (arn === null && handler === null) {
    const isApi = context.form === 'api'
    const name = isApi ? 'LambdaFunctionARN' : 'Handler'
    report.error(
      fields.at(name),
      LAMBDA,
      'is missing',
      isApi ? null : 'name the file of the function: Handler: ./edge/auth.ts',
    )
    return null
  }
  if (arn !== null && !checkArn(arn, fields)) return null
  if (handler !== null && handler.kind !== 'scalar') {
    report.error(handler, null, 'expects a file, or a file and an export: ./edge/auth.ts#name')
    return null
  }
  const LambdaFunctionARN = code.load(arn, handler, fields.at(arn === null ? 'Handler' : 'LambdaFunctionARN'))
  if (LambdaFunctionARN === null || EventType === null) return null
  return { LambdaFunctionARN, EventType, IncludeBody }
}

/** A numbered version in us-east-1; the Region is the account's business and only warned of. */
function checkArn(arn: string, fields: Fields): boolean {
  const parts = parseLambdaArn(arn)
  const at = fields.at('LambdaFunctionARN')
  const example = 'arn:aws:lambda:us-east-1:123456789012:function:NAME:1'
  if (parts === null) {
    fields.report.error(at, LAMBDA, `'${arn}' is not the ARN of a Lambda function version`, `like ${example}`)
    return false
  }
  if (!/^\d+$/.test(parts.version)) {
    const found = parts.version === '' ? 'it has none' : `'${parts.version}' is none`
    fields.report.error(at, LAMBDA, `the ARN must end with a version number; ${found}`, `like ${example}`)
    return false
  }
  if (parts.region !== 'us-east-1')
    fields.report.warn(at, LAMBDA, 'Lambda@Edge functions are made in us-east-1')
  return true
}

function readFunctions(
  behavior: Fields,
  lambdaEvents: ReadonlySet<EventType>,
  context: DistributionContext,
): FunctionAssociation[] {
  const events = new Set<EventType>()
  const functions: FunctionAssociation[] = []
  for (const fields of behavior.maps('FunctionAssociations')) {
    const EventType = readEvent(fields, events, CLOUDFRONT)
    const FunctionARN = context.functions.load(fields)
    fields.finish()
    if (EventType === 'origin-request' || EventType === 'origin-response') {
      const hint = 'use a Lambda@Edge function for origin events'
      context.report.error(
        fields.at('EventType'),
        CLOUDFRONT,
        'CloudFront Functions run on viewer events only',
        hint,
      )
    } else if (EventType !== null) {
      checkMix(fields, lambdaEvents, context)
      if (FunctionARN !== null) functions.push({ FunctionARN, EventType })
    }
  }
  return functions
}

/** On the viewer side a behavior has CloudFront Functions or Lambda@Edge, not both. */
function checkMix(fields: Fields, lambdaEvents: ReadonlySet<EventType>, context: DistributionContext): void {
  const event = [...lambdaEvents].find((it) => it.startsWith('viewer-'))
  if (event === undefined) return
  const message = `a behavior cannot have CloudFront Functions beside a Lambda@Edge function on ${event}`
  context.report.error(fields.at('EventType'), CLOUDFRONT, message)
}

function readEvent(fields: Fields, events: Set<EventType>, code: string): EventType | null {
  const event = fields.choice('EventType', EVENTS, { required: true, code })
  if (event === null) return null
  if (events.has(event)) fields.report.error(fields.at('EventType'), code, `${event} has a function already`)
  events.add(event)
  return event
}
