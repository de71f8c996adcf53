// The four events of a behavior as calls of Lambda@Edge functions: event out, result in, account in the trace.
import { isRefusal, toExecutionError, toInvocationError, toValidationError } from '../failures.ts'
import {
  toOriginRequestEvent,
  toOriginResponseEvent,
  toViewerRequestEvent,
  toViewerResponseEvent,
} from '../events.ts'
import { ORIGIN_LIMITS, VIEWER_LIMITS, peekBody } from '../request-body.ts'
import {
  parseOriginRequestResult,
  parseOriginResponseResult,
  parseViewerRequestResult,
  parseViewerResponseResult,
} from '../rules.ts'
import { toEndLines, toStartLine } from './log-lines.ts'
import type { FormatLine, RunReport } from './log-lines.ts'
import type { FunctionRunner, InvocationResult } from '../contract.ts'
import type { Refusal } from '../failures.ts'
import type { BehaviorHooks, HookContext, HookFailed } from '../hooks.ts'
import type { FunctionLog, FunctionLogEntry } from '../log.ts'
import type { PeekedBody } from '../request-body.ts'
import type { Failure, RequestBody } from '../../message/requests.ts'
import type { EventType } from '../../model/functions.ts'

/** One function on one event. */
export interface LambdaHookOptions {
  /** null when the configuration knows no code for the ARN. */
  readonly runner: FunctionRunner | null
  readonly functionName: string
  readonly version: string
  readonly memoryMb: () => number
  readonly formatLine: FormatLine
  /** Whether the log gets the START, END and REPORT lines of every run. */
  readonly logsRuns: boolean
  readonly includeBody: boolean
  readonly timeoutMs: number
  readonly log: FunctionLog
}

export function createViewerRequestHook(
  options: LambdaHookOptions,
): NonNullable<BehaviorHooks['viewerRequest']> {
  const { includeBody } = options
  return async (request, context) => {
    const peeked = includeBody ? await peek(request.body, VIEWER_LIMITS.bytes) : null
    if (peeked === 'gone') return toViewerGone()
    const event = toViewerRequestEvent(request, peeked?.shown ?? null, context)
    return run(options, 'viewer-request', event, context, (value) =>
      parseViewerRequestResult(value, request, peeked, VIEWER_LIMITS),
    )
  }
}

export function createOriginRequestHook(
  options: LambdaHookOptions,
): NonNullable<BehaviorHooks['originRequest']> {
  const { includeBody } = options
  return async (request, context) => {
    const { clientIp } = context.viewer
    const peeked = includeBody ? await peek(request.body, ORIGIN_LIMITS.bytes) : null
    if (peeked === 'gone') return toViewerGone()
    const event = toOriginRequestEvent(request, peeked?.shown ?? null, clientIp, context)
    return run(options, 'origin-request', event, context, (value) =>
      parseOriginRequestResult(value, request, clientIp, peeked, ORIGIN_LIMITS),
    )
  }
}

export function createOriginResponseHook(
  options: LambdaHookOptions,
): NonNullable<BehaviorHooks['originResponse']> {
  return (request, response, context) => {
    const event = toOriginResponseEvent(request, response, context.viewer.clientIp, context)
    return run(options, 'origin-response', event, context, (value) =>
      parseOriginResponseResult(value, response, ORIGIN_LIMITS),
    )
  }
}

export function createViewerResponseHook(
  options: LambdaHookOptions,
): NonNullable<BehaviorHooks['viewerResponse']> {
  return (request, response, context) => {
    const event = toViewerResponseEvent(request, response, context)
    return run(options, 'viewer-response', event, context, (value) =>
      parseViewerResponseResult(value, response),
    )
  }
}

type Outcome = { readonly kind: 'continue' | 'responded' }

async function run<Good extends Outcome>(
  options: LambdaHookOptions,
  event: EventType,
  eventText: string,
  context: HookContext,
  parse: (value: unknown) => Good | Refusal,
): Promise<Good | HookFailed> {
  const { runner, functionName, timeoutMs } = options
  const requestId = context.trace.id
  const startedAt = context.clock.now()
  const startedTick = performance.now()
  const { resultBytes } = event.startsWith('viewer') ? VIEWER_LIMITS : ORIGIN_LIMITS
  const result =
    runner === null
      ? NO_CODE
      : await runner.invoke({
          event: eventText,
          requestId,
          region: context.region,
          deadlineMs: timeoutMs,
          maxResultBytes: resultBytes,
        })
  const milliseconds = performance.now() - startedTick
  const outcome = toOutcome(result, parse)
  const logs =
    result.logs.length === 0
      ? NO_LINES
      : result.logs.map((each) => ({
          level: each.level,
          line: options.formatLine(each, requestId, startedAt),
        }))
  const failed = outcome.kind === 'failed' ? outcome.failure : null
  context.trace.addFunction({
    event,
    kind: 'lambda-edge',
    name: functionName,
    outcome: failed !== null ? 'failed' : outcome.kind === 'responded' ? 'generated' : 'continued',
    milliseconds,
    coldStart: result.coldStart,
    error: failed === null ? null : firstLine(failed.detail),
    logs: logs.length === 0 ? NO_TEXTS : logs.map(({ line }) => line),
    computeUtilization: null,
    originOverride: null,
    logData: null,
  })
  if (options.logsRuns || logs.length > 0 || failed !== null) {
    const report = { requestId, version: options.version, milliseconds, memoryMb: options.memoryMb() }
    logRun(options, { functionName, event, requestId }, report, logs, failed)
  }
  return outcome
}

function logRun(
  { log, logsRuns }: LambdaHookOptions,
  subject: Pick<FunctionLogEntry & { kind: 'line' }, 'functionName' | 'event' | 'requestId'>,
  report: RunReport,
  lines: typeof NO_LINES,
  failed: Failure | null,
): void {
  const platform = (line: string): void => log({ kind: 'platform', ...subject, line })
  if (logsRuns) platform(toStartLine(report))
  for (const { level, line } of lines) log({ kind: 'line', ...subject, level, line })
  if (failed !== null) log({ kind: 'failed', ...subject, detail: toLogText(failed, subject.requestId) })
  if (logsRuns) toEndLines(report).forEach(platform)
}

function toOutcome<Good extends Outcome>(
  result: InvocationResult,
  parse: (value: unknown) => Good | Refusal,
): Good | HookFailed {
  if (result.kind === 'failed') return toInvocationError(result)
  const outcome = parse(result.value)
  return isRefusal(outcome) ? toValidationError(outcome) : outcome
}

const NO_LINES: readonly { readonly level: string | null; readonly line: string }[] = []
const NO_TEXTS: readonly string[] = []

const NO_CODE: InvocationResult = {
  kind: 'failed',
  because: 'threw',
  detail: 'the configuration has no code for this function',
  logs: [],
  coldStart: false,
}

/** 'gone' when the viewer hung up before the body was there. */
async function peek(body: RequestBody | null, maxBytes: number): Promise<PeekedBody | 'gone'> {
  try {
    return await peekBody(body, maxBytes)
  } catch {
    return 'gone'
  }
}

/** Nobody reads this answer; it ends the request before anything is sent to the origin. */
function toViewerGone(): HookFailed {
  const { failure } = toExecutionError('the viewer hung up while it sent the body')
  return {
    kind: 'failed',
    status: 502,
    failure: {
      ...failure,
      message: 'Bad request.',
      resultType: 'Error',
      detailedResultType: 'ClientCommError',
    },
  }
}

/** Refused results have a form of their own. (Developer Guide, 'Test and debug Lambda@Edge functions') */
function toLogText({ resultType, detail }: Failure, requestId: string): string {
  return resultType === 'LambdaValidationError' ? `(${requestId}) ERROR Validation error: ${detail}` : detail
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!
}
