// A trace as JSON: the whole story of a request in a stable shape.
import { toStory } from './story.ts'
import {
  ATTEMPT_SENTENCES,
  BYPASS_SENTENCES,
  COMPRESSION_SENTENCES,
  CUT_SENTENCES,
  ERROR_PAGE_SENTENCES,
  FAILOVER_SENTENCES,
  REGIONAL_SKIP_SENTENCES,
  COUNTRY_SENTENCES,
  POP_SENTENCES,
  STORE_SENTENCES,
  TIER_SENTENCES,
  TTL_SENTENCES,
} from './words.ts'
import type { Settlement } from '../message/settlement.ts'
import type {
  ErrorPageRecord,
  FailoverRecord,
  FunctionRecord,
  OriginRecord,
  TierRecord,
  Trace,
} from '../message/trace.ts'

/** The readable form of a cache key; made by the policies. */
export type DescribeKey = (key: string) => unknown

/**
 * The whole story of one request. Reasons are the closed words, each with one sentence for people. Fields may be
 * added, none is renamed or removed.
 */
export function toTraceJson(trace: Trace, describeKey: DescribeKey) {
  return {
    id: trace.id,
    startedAt: toInstant(trace.startedAt),
    request: {
      method: trace.method,
      scheme: trace.scheme,
      host: trace.host,
      url: trace.url,
      clientIp: trace.clientIp,
      httpVersion: trace.httpVersion,
    },
    distribution:
      trace.distributionId === '' ? null : { id: trace.distributionId, pop: trace.pop, region: trace.region },
    place: toPlaceJson(trace),
    behavior: trace.behavior === '' ? null : toBehaviorJson(trace),
    ...toWorkJson(trace, describeKey),
    errorPage: trace.errorPage === null ? null : toErrorPageJson(trace.errorPage, describeKey),
    response: {
      status: trace.status,
      resultType: trace.resultType,
      detailedResultType: trace.detailedResultType,
      xCache: `${trace.resultType} from cloudfront`,
      bytes: trace.bytes,
      /** Why it is not the object as it is, or all of it in spite of a Range; null for neither. */
      cut: trace.cut === null ? null : { because: trace.cut, sentence: CUT_SENTENCES[trace.cut] },
      delivery: trace.delivery,
      problem: trace.problem,
      trap: trace.trap,
    },
    timings: {
      firstByteMs: toMicros(trace.firstByteMs),
      totalMs: toMicros(trace.totalMs),
      simulatedMs: toMicros(trace.simulatedMs),
    },
    story: toStory(trace),
  }
}

/** What caches, functions and origins did for a request, or for its error page. */
function toWorkJson(trace: Trace, describeKey: DescribeKey) {
  const { bypass, compression, regionalSkip } = trace
  const tiers = [trace.edge, trace.regional, trace.shield].filter((tier) => tier !== null)
  return {
    bypass: bypass === null ? null : { because: bypass, sentence: BYPASS_SENTENCES[bypass] },
    cacheKey: trace.key === '' ? null : describeKey(trace.key),
    tiers: tiers.map(toTierJson),
    regionalSkip:
      regionalSkip === null
        ? null
        : { because: regionalSkip, sentence: REGIONAL_SKIP_SENTENCES[regionalSkip] },
    ttl: trace.settlement === null ? null : toTtlJson(trace.settlement),
    functions: (trace.functions ?? []).map(toFunctionJson),
    origins: (trace.origins ?? []).map(toOriginJson),
    failovers: (trace.failovers ?? []).map(toFailoverJson),
    compression:
      compression === null ? null : { outcome: compression, sentence: COMPRESSION_SENTENCES[compression] },
  }
}

function toErrorPageJson(page: ErrorPageRecord, describeKey: DescribeKey) {
  const { errorCode, path, responseCode, outcome, fetch } = page
  return {
    errorCode,
    path,
    responseCode,
    outcome,
    sentence: ERROR_PAGE_SENTENCES[outcome],
    status: fetch.status,
    behavior: toBehaviorJson(fetch),
    ...toWorkJson(fetch, describeKey),
  }
}

function toPlaceJson({ pop, region, popBecause, country, countryFrom }: Trace) {
  return {
    pop,
    region,
    because: popBecause,
    sentence: POP_SENTENCES[popBecause],
    viewerCountry: country,
    countryFrom,
    countrySentence: COUNTRY_SENTENCES[countryFrom],
  }
}

function toBehaviorJson(trace: Trace) {
  const isDefault = trace.behaviorIndex < 0
  return {
    pathPattern: trace.behavior,
    index: isDefault ? null : trace.behaviorIndex,
    because: isDefault ? ('default' as const) : ('first-match' as const),
    sentence: isDefault
      ? 'no path pattern matches, so the default behavior answers'
      : `path pattern number ${trace.behaviorIndex + 1} is the first that matches`,
  }
}

function toTierJson(tier: TierRecord) {
  return {
    layer: tier.layer,
    place: tier.place,
    verdict: tier.verdict,
    because: tier.because,
    sentence: TIER_SENTENCES[tier.because],
    ageSeconds: tier.verdict === 'hit' ? tier.age : null,
    /** null while it is not decided, or because nothing new came. */
    stored: tier.stored,
    storedBecause: tier.storedBecause,
    storedSentence: tier.storedBecause === null ? null : STORE_SENTENCES[tier.storedBecause],
  }
}

function toTtlJson(settlement: Settlement) {
  return {
    store: settlement.store,
    because: settlement.because,
    sentence: STORE_SENTENCES[settlement.because],
    seconds: settlement.ttl,
    rule: settlement.rule,
    ruleSentence: TTL_SENTENCES[settlement.rule],
    arithmetic: settlement.arithmetic,
    freshUntil: toInstant(settlement.freshUntil),
    staleWhileRevalidateUntil: toInstant(settlement.staleWhileRevalidateUntil),
    staleIfErrorUntil: toInstant(settlement.staleIfErrorUntil),
    /** Cache tags, by which it can be invalidated. */
    tags: settlement.tags ?? [],
  }
}

function toFunctionJson(run: FunctionRecord) {
  return { ...run, milliseconds: toMicros(run.milliseconds) }
}

function toOriginJson(attempt: OriginRecord) {
  const { connected, firstByteMs, end } = attempt
  return {
    ...attempt,
    firstByteMs: firstByteMs === null ? null : toMicros(firstByteMs),
    /** null when a connection was there already. */
    connected:
      connected === null
        ? null
        : { dnsMs: toMicros(connected.dnsMs), connectMs: toMicros(connected.connectMs) },
    endSentence: end === null ? null : ATTEMPT_SENTENCES[end],
  }
}

function toFailoverJson({ groupId, primary, secondary, because, status, shield }: FailoverRecord) {
  const sentence = FAILOVER_SENTENCES[because]
  return {
    ...{ groupId, primary, secondary, because, sentence, status },
    /** The look-up in the primary's Origin Shield; that of the secondary is among the tiers. */
    shield: shield === null ? null : toTierJson(shield),
  }
}

/** ISO 8601, or null for an instant that no date can hold. */
function toInstant(milliseconds: number): string | null {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : null
}

function toMicros(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
