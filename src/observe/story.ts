// A trace as short sentences in the order of the journey.
import { CUT_SENTENCES, VERDICT_WORDS } from './words.ts'
import type {
  ErrorPageRecord,
  FailoverRecord,
  FunctionRecord,
  OriginRecord,
  TierRecord,
  Trace,
} from '../message/trace.ts'
import type { EventType } from '../model/functions.ts'
import type { CompressionOutcome } from '../model/result-types.ts'

/** The journey of one request, one sentence per step, in the words of the closed reasons. */
export function toStory(trace: Trace): string[] {
  const story = [
    `viewer ${trace.clientIp}${toCountryText(trace)}: ${trace.method} ${trace.url} for ${toHostText(trace)}`,
  ]
  if (trace.popBecause !== 'default') story.push(`edge location ${trace.pop}: ${trace.popBecause}`)
  if (trace.distributionId !== '') story.push(toDistributionSentence(trace))
  story.push(...functionSentences(trace, 'viewer-request'))
  story.push(...workSentences(trace))
  if (trace.errorPage !== null) story.push(...errorPageSentences(trace.errorPage))
  story.push(...functionSentences(trace, 'viewer-response'))
  if (trace.cut !== null) story.push(`answer: ${CUT_SENTENCES[trace.cut]} (${trace.cut})`)
  if (trace.simulatedMs > 0)
    story.push(`latency: ${toMillisecondsText(trace.simulatedMs)} ms between the places, simulated`)
  if (trace.trap !== null) story.push(`trap: ${trace.trap}`)
  if (trace.problem !== null) story.push(`problem: ${toFirstLine(trace.problem)}`)
  story.push(toResponseSentence(trace))
  return story
}

/** What caches, origin-facing functions and origins did. */
function workSentences(trace: Trace): string[] {
  const sentences = trace.bypass === null ? [] : [`caches: passed by (${trace.bypass})`]
  if (trace.edge !== null) sentences.push(toTierSentence(trace.edge))
  if (trace.regionalSkip !== null)
    sentences.push(`regional ${trace.region}: left out (${trace.regionalSkip})`)
  if (trace.regional !== null) sentences.push(toTierSentence(trace.regional))
  for (const { shield } of trace.failovers ?? []) if (shield !== null) sentences.push(toTierSentence(shield))
  if (trace.shield !== null) sentences.push(toTierSentence(trace.shield))
  sentences.push(...functionSentences(trace, 'origin-request'), ...originSentences(trace))
  sentences.push(...functionSentences(trace, 'origin-response'))
  if (trace.compression !== null) sentences.push(toCompressionSentence(trace.compression))
  sentences.push(...storedSentences(trace))
  return sentences
}

function toCompressionSentence(outcome: CompressionOutcome): string {
  return outcome === 'br' || outcome === 'gzip' ? `compression: ${outcome}` : `compression: none (${outcome})`
}

function errorPageSentences(page: ErrorPageRecord): string[] {
  const { errorCode, path, behavior, responseCode, outcome, fetch } = page
  const end =
    outcome === 'shown' ? `shown with status ${responseCode}` : `could not be fetched (${fetch.status})`
  return [
    `custom error page for ${errorCode}: ${path} by behavior ${behavior}`,
    ...workSentences(fetch).map((sentence) => `custom error page, ${sentence}`),
    `custom error page ${path}: ${end} (${outcome})`,
  ]
}

/** What a problem says in its first line; the rest, such as a stack, is for those who look closer. */
export function toFirstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

/** Milliseconds for people: 0.3, 12.5, 1840. */
export function toMillisecondsText(milliseconds: number): string {
  return milliseconds < 100 ? String(Math.round(milliseconds * 10) / 10) : String(Math.round(milliseconds))
}

/** ` in DE (by address)`, or '' for an unknown country. */
function toCountryText({ country, countryFrom }: Trace): string {
  return country === null ? '' : ` in ${country} (by ${countryFrom})`
}

/** `example.com over HTTPS (HTTP/2)`; plain HTTP/1.1 goes without saying. */
function toHostText({ host, httpVersion, scheme }: Trace): string {
  const version =
    httpVersion === '' || httpVersion === '1.1' ? '' : ` (HTTP/${httpVersion.replace('2.0', '2')})`
  return `${host === '' ? 'no host' : host}${scheme === 'https' ? ' over HTTPS' : ''}${version}`
}

function toDistributionSentence(trace: Trace): string {
  const where = `distribution ${trace.distributionId}`
  if (trace.behavior === '') return `${where}: no behavior was selected`
  if (trace.behaviorIndex < 0) return `${where}: default behavior (*), no path pattern matches`
  return `${where}: behavior ${trace.behavior}, number ${trace.behaviorIndex + 1} and the first that matches`
}

function toTierSentence(tier: TierRecord): string {
  const age = tier.verdict === 'hit' ? `, age ${tier.age} s` : ''
  return `${tier.layer} ${tier.place}: ${VERDICT_WORDS[tier.verdict]} (${tier.because})${age}`
}

/** The attempts, and between them where one origin took over from another. */
function originSentences({ origins, failovers }: Trace): string[] {
  const sentences: string[] = []
  for (let i = 0; i <= (origins?.length ?? 0); i++) {
    for (const failover of failovers ?? []) {
      if (failover.attemptsBefore === i) sentences.push(toFailoverSentence(failover))
    }
    const attempt = origins?.[i]
    if (attempt !== undefined) sentences.push(toOriginSentence(attempt))
  }
  return sentences
}

function toFailoverSentence({ groupId, primary, secondary, because, status }: FailoverRecord): string {
  const why = because === 'status' ? `${primary} answered ${status}` : `${primary} ${because}`
  return `origin group ${groupId}: failover to ${secondary} (${why})`
}

function toOriginSentence(attempt: OriginRecord): string {
  const number = attempt.attempt > 1 ? ` (attempt ${attempt.attempt})` : ''
  const asked = `origin ${attempt.originId}${number}: ${attempt.method} ${attempt.target}`
  if (attempt.error !== null) {
    const end = attempt.end === null ? '' : ` (${attempt.end})`
    return `${asked} failed, ${toFirstLine(attempt.error)}${end}`
  }
  if (attempt.status === null) return `${asked} has not answered`
  const after = attempt.firstByteMs === null ? '' : ` after ${toMillisecondsText(attempt.firstByteMs)} ms`
  return `${asked} answered ${attempt.status}${after}`
}

function functionSentences(trace: Trace, event: EventType): string[] {
  return (trace.functions ?? []).filter((run) => run.event === event).map(toFunctionSentence)
}

function toFunctionSentence(run: FunctionRecord): string {
  const cold = run.coldStart ? ', cold start' : ''
  const error = run.error === null ? '' : `: ${toFirstLine(run.error)}`
  const utilization =
    run.computeUtilization === null ? '' : `, ${run.computeUtilization}% compute utilization`
  const origin = run.originOverride === null ? '' : `, ${run.originOverride}`
  return `${run.event} ${run.name}: ${run.outcome} in ${toMillisecondsText(run.milliseconds)} ms${utilization}${cold}${origin}${error}`
}

function storedSentences(trace: Trace): string[] {
  const { settlement } = trace
  if (settlement === null) return []
  const sentences = settlement.store
    ? [`ttl: ${settlement.ttl} s (${settlement.rule}): ${settlement.arithmetic}`]
    : [`ttl: not stored (${settlement.because})`]
  for (const tier of [trace.edge, trace.regional, trace.shield]) {
    if (tier === null || tier.storedBecause === null || tier.storedBecause === settlement.because) continue
    sentences.push(
      `${tier.layer} ${tier.place}: ${tier.stored === true ? 'stored' : 'not stored'} (${tier.storedBecause})`,
    )
  }
  return sentences
}

function toResponseSentence(trace: Trace): string {
  const end: Readonly<Record<Trace['delivery'], string>> = {
    open: 'still being sent',
    complete: `complete in ${toMillisecondsText(trace.totalMs)} ms`,
    'client-gone': `the viewer left after ${toMillisecondsText(trace.totalMs)} ms`,
    broken: `broken off after ${toMillisecondsText(trace.totalMs)} ms`,
  }
  const result =
    trace.detailedResultType === trace.resultType
      ? trace.resultType
      : `${trace.resultType}, ${trace.detailedResultType}`
  return `response: ${trace.status} (${result}), ${trace.bytes} bytes, ${end[trace.delivery]}`
}
