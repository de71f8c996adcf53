// One log line per finished request.
import type { Logger } from 'pino'
import { targetOf, withoutControls } from './logger.ts'
import type { LineWriter } from './line-writer.ts'
import type { Palette } from './palette.ts'
import { NO_PALETTE } from './palette.ts'
import { toFirstLine, toMillisecondsText } from './story.ts'
import type { ErrorPageRecord, TierRecord, Trace } from '../message/trace.ts'

/** Writes the line of one finished request. */
export type RequestLog = (trace: Trace) => void

/**
 * The request log over a logger, at level info. Lines of a logger of ours are put together here and go straight to
 * its writer, which costs a fraction of a call to pino; any other logger is called with an object.
 * `human` asks such a logger for the line as its message.
 */
export function createRequestLog(logger: Logger, options: { readonly human?: boolean } = {}): RequestLog {
  const target = targetOf(logger)
  if (target === null) return (trace) => logTo(logger, trace, options.human === true)
  const { format, writer } = target
  const write =
    format.kind === 'json' ? toJsonWriter(writer) : toHumanWriter(writer, format.palette, format.showsHost)
  return (trace) => {
    if (logger.isLevelEnabled('info')) write(trace)
  }
}

function logTo(logger: Logger, trace: Trace, human: boolean): void {
  if (!logger.isLevelEnabled('info')) return
  if (human) logger.info(toHumanRequestLine(trace, NO_PALETTE))
  else logger.info({ event: 'request', ...toRequestFields(trace) }, 'request')
}

function toJsonWriter(writer: LineWriter): RequestLog {
  return (trace) => {
    const time = Math.round(trace.startedAt + trace.totalMs)
    const fields = JSON.stringify(toRequestFields(trace))
    writer.write(`{"level":30,"time":${time},"event":"request",${fields.slice(1, -1)},"msg":"request"}\n`)
  }
}

function toHumanWriter(writer: LineWriter, palette: Palette, showsHost: () => boolean): RequestLog {
  return (trace) => {
    const host = showsHost() ? palette.dim(`${withoutControls(trace.host)} `) : ''
    writer.write(`${host}${toHumanRequestLine(trace, palette)}\n`)
  }
}

/** The fields of a request's line; `edge`, `regional` and `shield` are why the tier answered as it did. */
function toRequestFields(trace: Trace) {
  return {
    requestId: trace.id,
    distribution: trace.distributionId,
    method: trace.method,
    host: trace.host,
    url: trace.url,
    status: trace.status,
    resultType: trace.resultType,
    pop: trace.pop,
    edge: toTierText(trace.edge),
    regional: toTierText(trace.regional),
    shield: toTierText(trace.shield),
    ttl: trace.settlement === null ? null : trace.settlement.ttl,
    bytes: trace.bytes,
    ms: Math.round(trace.totalMs * 1000) / 1000,
    problem: trace.problem === null ? null : toFirstLine(trace.problem),
    delivery: trace.delivery,
    errorPage: trace.errorPage === null ? undefined : trace.errorPage.path,
  }
}

/** `GET /img/a.png 200 Hit edge FRA56 0.3 ms`, with a reason where the usual one does not say it. */
function toHumanRequestLine(trace: Trace, palette: Palette): string {
  const { method, url, status, delivery, problem } = trace
  const paint = status >= 500 ? palette.red : status >= 400 ? palette.yellow : palette.green
  const because = toUnusualReason(trace)
  let line = `${method} ${withoutControls(url)} ${paint(`${status} ${trace.resultType}`)} ${toAnsweredBy(trace)}`
  if (because !== null) line += ` (${because})`
  if (trace.errorPage !== null) line += toErrorPageText(trace.errorPage)
  line += palette.dim(` ${toMillisecondsText(trace.totalMs)} ms`)
  if (delivery === 'client-gone') line += palette.yellow(' viewer left')
  if (delivery === 'broken') line += palette.red(' broken off')
  if (problem !== null) line += palette.red(` ${withoutControls(toFirstLine(problem))}`)
  return line
}

/** Why a response with ResponseCode 200 is an Error. */
function toErrorPageText({ errorCode, path }: ErrorPageRecord): string {
  return ` (${withoutControls(path)} for ${errorCode})`
}

function toTierText(tier: TierRecord | null): string | null {
  return tier === null ? null : `${tier.verdict} ${tier.because}`
}

/** The place that had the answer. */
function toAnsweredBy(trace: Trace): string {
  const { edge, regional, shield, origins, functions } = trace
  if (edge !== null && edge.verdict === 'hit') return `edge ${edge.place}`
  if (regional !== null && regional.verdict === 'hit') return `regional ${regional.place}`
  if (shield !== null && shield.verdict === 'hit') return `shield ${shield.place}`
  const attempt = origins?.at(-1)
  if (attempt !== undefined) return `origin ${attempt.originId}`
  const generated = functions?.find((run) => run.outcome === 'generated')
  if (generated !== undefined) return `${generated.event} ${generated.name}`
  return `edge ${trace.pop}`
}

function toUnusualReason(trace: Trace): string | null {
  if (trace.bypass !== null) return trace.bypass
  const because = trace.edge?.because ?? 'not-in-cache'
  return because === 'fresh' || because === 'not-in-cache' ? null : because
}
