// Functions on this machine that stand behind Function URLs and APIs: one runner each, kept over reloads.
import { toFault, parseResult, toStatusText, type HandlerAnswer } from './handler/answers.ts'
import { toHandlerEvent } from './handler/events.ts'
import { MAX_EVENT_BYTES, readBody } from './handler/request-body.ts'
import { planRoute, type RouteMatch } from './handler/routes.ts'
import { StreamedAnswer, type StreamedHead } from './handler/streamed.ts'
import type { ExchangeResponse } from './exchange.ts'
import { toBrokenBody } from './failures.ts'
import type { InvocationResult } from '../functions/contract.ts'
import type { FunctionLog } from '../functions/log.ts'
import { logRun } from '../functions/region/log-run.ts'
import { RegionRunners } from '../functions/region/runners.ts'
import type { RegionRunnersOptions } from '../functions/region/runners.ts'
import { Body } from '../message/body.ts'
import type { Clock } from '../message/clock.ts'
import { Headers } from '../message/headers.ts'
import { toHttpDate } from '../message/http-date.ts'
import type { OutgoingRequest } from '../message/requests.ts'
import type { HandlerFunction, HandlerOrigin } from '../model/handler-origin.ts'

export interface HandlerOriginsOptions extends RegionRunnersOptions {
  readonly clock: Clock
  readonly tick: () => number
  readonly log: FunctionLog
  readonly logsRuns: boolean
  /** A debugger may stop functions: nothing has a deadline. */
  readonly isInspected: boolean
}

/** Seconds; what AWS takes where the configuration says nothing, and the most that it waits. */
const DEFAULT_TIMEOUT = 3
const MOST: Readonly<Record<HandlerOrigin['kind'], number>> = {
  'function-url': 900,
  'http-api': 30,
  'rest-api': 29,
}
const UNLIMITED_MS = 24 * 60 * 60 * 1000
const MAX_RESULT_BYTES = 6_291_556
/** Names that only their own API answers to. */
const AWS_NAME = /\.(?:lambda-url|execute-api)\.([a-z0-9-]+)\.(?:on\.aws|amazonaws\.com)$/

export class HandlerOrigins {
  #options: HandlerOriginsOptions
  #runners: RegionRunners

  constructor(options: HandlerOriginsOptions) {
    this.#options = options
    this.#runners = new RegionRunners(options)
  }

  /** Those of a new configuration: unchanged ones stay warm. Resolves with those that cannot be bundled. */
  update(
    functions: readonly HandlerFunction[],
  ): Promise<{ readonly fn: HandlerFunction; readonly reason: string }[]> {
    return this.#runners.update(functions)
  }

  dispose(): Promise<void> {
    return this.#runners.dispose()
  }

  /** Rejects when there is no head within `readTimeout` milliseconds, as for any origin that keeps silent. */
  async fetch(
    api: HandlerOrigin,
    outgoing: OutgoingRequest,
    requestId: string,
    readTimeout: number,
  ): Promise<ExchangeResponse> {
    const { method, headers, queryString } = outgoing
    const host = (headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase()
    if (AWS_NAME.test(api.domainName) && host !== api.domainName.toLowerCase())
      return this.#toResponse(outgoing, requestId, toFault(api.kind, 'wrong-host', toHostAdvice(api, host)))
    const path = outgoing.origin.path + outgoing.path
    const match = planRoute(api, method, path)
    if (match.kind !== 'route') {
      const detail =
        match.kind === 'no-stage'
          ? `no stage of ${api.stages.join(', ')} in ${path}`
          : `no route for ${method} ${path}`
      return this.#toResponse(outgoing, requestId, toFault(api.kind, 'no-route', detail))
    }
    const body = await readBody(outgoing.body)
    const event =
      body === 'too-large'
        ? null
        : toHandlerEvent(api, match, {
            method,
            path,
            queryString,
            headers,
            body,
            requestId,
            now: this.#options.clock.now(),
          })
    const text = JSON.stringify(event)
    if (event === null || Buffer.byteLength(text) > MAX_EVENT_BYTES) {
      const detail = `the request is larger than the ${MAX_EVENT_BYTES} bytes of an event`
      return this.#toResponse(outgoing, requestId, toFault(api.kind, 'request-too-large', detail))
    }
    return this.#run(api, match, outgoing, { event: text, requestId, readTimeout })
  }

  #run(
    api: HandlerOrigin,
    match: RouteMatch,
    outgoing: OutgoingRequest,
    { event, requestId, readTimeout }: { event: string; requestId: string; readTimeout: number },
  ): Promise<ExchangeResponse> {
    const fn = match.route.function
    const streams = api.invokeMode === 'RESPONSE_STREAM'
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = Object.assign(new Error(`${fn.name} did not answer within ${readTimeout} ms`), {
          code: 'UND_ERR_HEADERS_TIMEOUT',
        })
        stream.body.fail(toBrokenBody(error))
        reject(error)
      }, readTimeout)
      let head: StreamedHead | null = null
      const stream = new StreamedAnswer(
        (known) => {
          head = known
          if (streams) resolve(this.#toStreamed(api, outgoing, requestId, known, stream.body))
        },
        () => timer.refresh(),
      )
      void this.#invoke(api, fn, {
        event,
        requestId,
        onChunk: (bytes, taken) => stream.take(bytes, taken),
      }).then((result) => {
        clearTimeout(timer)
        if (head === null)
          return resolve(this.#toResponse(outgoing, requestId, this.#toAnswer(api, match, result)))
        if (result.kind === 'returned') stream.body.finish()
        else stream.body.fail(toBrokenBody(new Error(result.detail)))
        if (streams) return
        if (result.kind === 'returned')
          return resolve(this.#toStreamed(api, outgoing, requestId, head, stream.body))
        resolve(this.#toResponse(outgoing, requestId, this.#toAnswer(api, match, result)))
      })
    })
  }

  async #invoke(
    api: HandlerOrigin,
    fn: HandlerFunction,
    call: { event: string; requestId: string; onChunk: (bytes: Buffer, taken: () => void) => void },
  ): Promise<InvocationResult> {
    const { clock, tick, log, logsRuns, isInspected } = this.#options
    const region = AWS_NAME.exec(api.domainName)?.[1] ?? this.#options.region
    const startedAt = clock.now()
    const started = tick()
    const result = await this.#runners.invoke(fn, {
      ...call,
      region,
      deadlineMs: isInspected ? UNLIMITED_MS : toDeadline(api, fn) * 1000,
      maxResultBytes: MAX_RESULT_BYTES,
    })
    const memoryMb = this.#runners.memoryMb(fn)
    logRun(log, fn, result, {
      requestId: call.requestId,
      startedAt,
      milliseconds: tick() - started,
      memoryMb,
      logsRuns,
    })
    return result
  }

  #toAnswer(api: HandlerOrigin, { route }: RouteMatch, result: InvocationResult): HandlerAnswer {
    if (result.kind === 'failed') {
      const isOwnLimit = (route.function.Timeout ?? DEFAULT_TIMEOUT) <= MOST[api.kind]
      const fault = result.because === 'timeout' && isOwnLimit ? 'threw' : toFaultName(result.because)
      return toFault(api.kind, fault, `${route.function.name}: ${result.detail.split('\n', 1)[0]!}`)
    }
    const parsed = parseResult(result.value, route.payload)
    if (parsed.kind === 'answer') return parsed.answer
    return toFault(api.kind, 'malformed', `${route.function.name}: ${parsed.because}`)
  }

  #toStreamed(
    api: HandlerOrigin,
    outgoing: OutgoingRequest,
    requestId: string,
    head: StreamedHead,
    body: Body,
  ): ExchangeResponse {
    if (head.kind === 'malformed') {
      body.discard()
      return this.#toResponse(outgoing, requestId, toFault(api.kind, 'malformed', head.because))
    }
    const { status, pairs } = head
    return this.#withHead(outgoing, requestId, { status, pairs, problem: null }, body)
  }

  #toResponse(outgoing: OutgoingRequest, requestId: string, answer: HandlerAnswer): ExchangeResponse {
    return this.#withHead(outgoing, requestId, answer, Body.of(answer.body))
  }

  #withHead(
    { method }: OutgoingRequest,
    requestId: string,
    { status, pairs, problem }: Pick<HandlerAnswer, 'status' | 'pairs' | 'problem'>,
    body: Body,
  ): ExchangeResponse {
    const date = toHttpDate(this.#options.clock.now())
    if (method === 'HEAD') body.discard()
    return {
      status,
      statusText: toStatusText(status),
      headers: new Headers(['Date', date, ...pairs, 'x-amzn-RequestId', requestId]),
      body: method === 'HEAD' ? Body.empty : body,
      problem,
    }
  }
}

function toDeadline({ kind }: HandlerOrigin, { Timeout }: HandlerFunction): number {
  return Math.min(Timeout ?? DEFAULT_TIMEOUT, MOST[kind])
}

function toFaultName(because: Extract<InvocationResult, { kind: 'failed' }>['because']) {
  switch (because) {
    case 'threw':
    case 'timeout':
    case 'throttled':
      return because
    case 'invalid':
      return 'malformed'
    case 'too-large':
      return 'response-too-large'
  }
}

function toHostAdvice({ domainName }: HandlerOrigin, host: string): string {
  return `${domainName} does not answer to Host ${host}; the origin request policy AllViewerExceptHostHeader keeps its own`
}
