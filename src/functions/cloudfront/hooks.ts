// The viewer events of a behavior as calls of CloudFront Functions: event out, result in, account in the trace.
import type { CffResult } from './contract.ts'
import { rawQueryStringOf, toCffEvent, toRequestParts, toResponseParts } from './event.ts'
import type { CffEvent } from './event.ts'
import { toRunError, toValidationError } from './refusals.ts'
import type { CffEventType } from './headers.ts'
import { createHostRun } from './host.ts'
import type { HostRun } from './host.ts'
import type { FunctionInstance } from './instance.ts'
import { chooseOrigin, describeChoice } from './origin-choice.ts'
import { parseViewerRequestResult, parseViewerResponseResult } from './result.ts'
import type { ValueProblem } from './values.ts'
import type { BehaviorHooks, HookContext, HookFailed, ViewerRequestOutcome } from '../hooks.ts'
import type { FunctionLog } from '../log.ts'
import type { ViewerRequest } from '../../message/requests.ts'
import type { CloudFrontHeader } from '../../policies/cloudfront-headers.ts'

/** One function on one event. */
export interface CffHookOptions {
  readonly instance: FunctionInstance
  /** The origin that the helper methods start from. */
  readonly targetOriginId: string
  /** CloudFront-* headers that the behavior's policies list. */
  readonly cloudFrontHeaders: readonly CloudFrontHeader[]
  readonly log: FunctionLog
}

/** Lines of one run that its trace keeps. */
const MAX_TRACE_LINES = 100

export function createCffRequestHook(options: CffHookOptions): NonNullable<BehaviorHooks['viewerRequest']> {
  return async (request, context) => {
    const parts = toRequestParts(request, options.cloudFrontHeaders)
    const hostRun = toHostRun('viewer-request', options, request, context)
    let chosen: string | null = null
    return run(
      options,
      toCffEvent(parts, null, context),
      hostRun,
      context,
      () => chosen,
      (value) => {
        const result = parseViewerRequestResult(value, parts)
        if ('problem' in result || result.kind === 'responded' || hostRun.originCalls.length === 0)
          return result
        const { targetOriginId } = options
        const origin = chooseOrigin(
          hostRun.originCalls,
          context.distribution,
          targetOriginId,
          result.request.headers,
        )
        if ('problem' in origin) return origin
        chosen = describeChoice(origin, targetOriginId)
        const outcome: ViewerRequestOutcome = { ...result, origin }
        return outcome
      },
    )
  }
}

export function createCffResponseHook(options: CffHookOptions): NonNullable<BehaviorHooks['viewerResponse']> {
  return async (request, response, context) => {
    const parts = toResponseParts(response)
    const event = toCffEvent(toRequestParts(request, options.cloudFrontHeaders), parts, context)
    const hostRun = toHostRun('viewer-response', options, request, context)
    return run(
      options,
      event,
      hostRun,
      context,
      () => null,
      (value) => {
        const result = parseViewerResponseResult(value, parts)
        if ('problem' in result) return result
        const { body, ...head } = result
        return body === null ? head : { ...head, body }
      },
    )
  }
}

function toHostRun(
  event: CffEventType,
  { instance }: CffHookOptions,
  request: ViewerRequest,
  { pop, region }: HookContext,
): HostRun {
  const store = instance.definition.KeyValueStore
  return createHostRun({ event, pop, region, store, rawQueryString: rawQueryStringOf(request) })
}

type Outcome = { readonly kind: 'continue' | 'responded' | 'failed' }

async function run<Good extends Outcome>(
  options: CffHookOptions,
  event: CffEvent,
  hostRun: HostRun,
  context: HookContext,
  originOverride: () => string | null,
  parse: (value: unknown) => Good | ValueProblem,
): Promise<Good | HookFailed> {
  const { instance } = options
  const startedAt = performance.now()
  const now = context.clock.now()
  const result = await instance.run({
    event: event.json,
    host: hostRun.host,
    now,
    requestId: context.trace.id,
  })
  const milliseconds = performance.now() - startedAt
  const outcome = toOutcome(result, instance.definition.file, parse)
  const error = outcome.kind === 'failed' ? (outcome as HookFailed).failure.detail : null
  context.trace.addFunction({
    event: event.context.eventType,
    kind: 'cloudfront-function',
    name: instance.definition.Name,
    outcome: error !== null ? 'failed' : outcome.kind === 'responded' ? 'generated' : 'continued',
    milliseconds,
    coldStart: false,
    error,
    logs: result.logs.slice(0, MAX_TRACE_LINES),
    computeUtilization: result.computeUtilization,
    originOverride: originOverride(),
    logData: hostRun.logData(),
  })
  tell(options, event, result, error)
  return outcome
}

function toOutcome<Good extends Outcome>(
  result: CffResult,
  file: string | null,
  parse: (value: unknown) => Good | ValueProblem,
): Good | HookFailed {
  if (result.kind === 'failed') return toRunError(result, file)
  const outcome = parse(result.value)
  return 'problem' in outcome ? toValidationError(outcome.problem) : outcome
}

/** The lines of a run as AWS writes them; nothing for a run that logs nothing. (Developer Guide, 'Edge function logs') */
function toLogLines(requestId: string, distributionId: string, logs: readonly string[]): string[] {
  if (logs.length === 0) return []
  return [
    `${requestId} START DistributionID: ${distributionId}`,
    ...logs.map((line) => `${requestId} ${line}`),
    `${requestId} END`,
  ]
}

function tell(
  { log, instance }: CffHookOptions,
  event: CffEvent,
  result: CffResult,
  error: string | null,
): void {
  const { requestId, distributionId, eventType } = event.context
  const about = { functionName: instance.definition.Name, event: eventType, requestId } as const
  for (const line of toLogLines(requestId, distributionId, result.logs))
    log({ kind: 'line', ...about, level: null, line })
  if (error === null) return
  const detail = result.kind === 'failed' && result.stack !== '' ? `${error}\n${result.stack}` : error
  log({ kind: 'failed', ...about, detail })
}
