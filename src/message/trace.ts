// The one record of what happened to a request: fixed fields, filled in on the way, nothing formatted.
import type { Settlement } from './settlement.ts'
import type { EventType } from '../model/functions.ts'
import type {
  AttemptEnd,
  BypassReason,
  CompressionOutcome,
  CountrySource,
  CutReason,
  DetailedResultType,
  ErrorPageOutcome,
  FailoverReason,
  RegionalSkip,
  PopReason,
  ResultType,
  StoreReason,
  TierReason,
  TierVerdict,
} from '../model/result-types.ts'

/** What one cache tier found and did. */
export interface TierRecord {
  readonly layer: 'edge' | 'regional' | 'shield'
  /** POP code or AWS Region. */
  readonly place: string
  verdict: TierVerdict
  because: TierReason
  /** Seconds the copy is old, on a hit. */
  age: number
  /** Whether the answer was stored; null while it is not decided. */
  stored: boolean | null
  storedBecause: StoreReason | null
}

/** One run of an edge function. */
export interface FunctionRecord {
  readonly event: EventType
  readonly kind: 'cloudfront-function' | 'lambda-edge'
  readonly name: string
  readonly outcome: 'continued' | 'generated' | 'failed'
  readonly milliseconds: number
  readonly coldStart: boolean
  /** Why it failed, with the first line of the error; null otherwise. */
  readonly error: string | null
  /** What the function logged, at most 100 lines. */
  readonly logs: readonly string[]
  /** Percent of the time a CloudFront Function may take; null for Lambda@Edge. */
  readonly computeUtilization: number | null
  /** The origin that a CloudFront Function chose for the request, in words; null when it left the behavior's. */
  readonly originOverride: string | null
  /** What a CloudFront Function gave to the access log; null for nothing. */
  readonly logData: string | null
}

/** What a new connection took, in milliseconds. */
export interface Connected {
  /** 0 for an address. */
  readonly dnsMs: number
  /** TCP and TLS. */
  readonly connectMs: number
}

/** One attempt at an origin. */
export interface OriginRecord {
  readonly originId: string
  /** Where it went: http://127.0.0.1:3000/path or a file. */
  readonly target: string
  readonly method: string
  status: number | null
  /** Milliseconds until the header came. */
  firstByteMs: number | null
  /** null when a connection was there already, or none is needed. */
  connected: Connected | null
  error: string | null
  /** Number of the attempt at this origin, from 1. */
  readonly attempt: number
  /** What the attempt led to; null while it runs. */
  end: AttemptEnd | null
}

/** A request that went on from the primary origin of a group to the secondary. */
export interface FailoverRecord {
  readonly groupId: string
  readonly primary: string
  readonly secondary: string
  readonly because: FailoverReason
  /** What the primary answered, or CloudFront in its place. */
  readonly status: number
  /** How many attempts at origins came before. */
  readonly attemptsBefore: number
  /** The Origin Shield of the primary, where it has one. */
  readonly shield: TierRecord | null
}

/** A custom error page that was fetched in place of an error. */
export interface ErrorPageRecord {
  /** The status that it stands in for. */
  readonly errorCode: number
  readonly path: string
  /** Path pattern of the behavior that it was fetched through. */
  readonly behavior: string
  readonly responseCode: number
  readonly outcome: ErrorPageOutcome
  /** Look-ups, functions and origin attempts of the page, and the status that they came to. */
  readonly fetch: Trace
}

/** How far the answer got. */
export type Delivery = 'open' | 'complete' | 'client-gone' | 'broken'

/**
 * Everything that happened to one request. Logs, metrics, explain, console and test matchers are views of it.
 * Fields are plain and set in place; text is made only when somebody looks.
 */
export class Trace {
  /** Equals X-Amz-Cf-Id. */
  id: string
  /** Milliseconds of the product's clock. */
  startedAt: number
  /** Milliseconds of a monotonic clock, for durations. */
  startedTick: number
  method = ''
  host = ''
  url = ''
  clientIp = ''
  httpVersion = ''
  scheme: 'http' | 'https' = 'http'
  distributionId = ''
  pop = ''
  region = ''
  popBecause: PopReason = 'default'
  /** Of the viewer; null when it is not known. */
  country: string | null = null
  countryFrom: CountrySource = 'unknown'
  /** Path pattern of the behavior; '*' is the default one. */
  behavior = ''
  /** Why this behavior: its number in the list, or -1 for the default one. */
  behaviorIndex = -1
  bypass: BypassReason | null = null
  key = ''
  edge: TierRecord | null = null
  regional: TierRecord | null = null
  /** Why the regional cache was not asked after a miss at the edge, or null. */
  regionalSkip: RegionalSkip | null = null
  /** Of an origin group, that of the member asked last. */
  shield: TierRecord | null = null
  settlement: Settlement | null = null
  functions: FunctionRecord[] | null = null
  origins: OriginRecord[] | null = null
  failovers: FailoverRecord[] | null = null
  /** Of an answer of the origin, where the behavior compresses; null for one that was not asked. */
  compression: CompressionOutcome | null = null
  errorPage: ErrorPageRecord | null = null
  /** Why the viewer got something else than the object as it is, or all of it in spite of a Range; null for neither. */
  cut: CutReason | null = null
  status = 0
  resultType: ResultType = 'Miss'
  detailedResultType: DetailedResultType = 'Miss'
  /** The failing step in words, or null. */
  problem: string | null = null
  /** What the answer shows of a trap in the settings, said afterwards; null for nothing. */
  trap: string | null = null
  /** Bytes of body sent to the viewer. */
  bytes = 0
  firstByteMs = 0
  totalMs = 0
  /** Of these, what was waited for distances that are only simulated. */
  simulatedMs = 0
  delivery: Delivery = 'open'

  constructor(id: string, startedAt: number, startedTick: number) {
    this.id = id
    this.startedAt = startedAt
    this.startedTick = startedTick
  }

  addFunction(record: FunctionRecord): void {
    if (this.functions === null) this.functions = [record]
    else this.functions.push(record)
  }

  addOrigin(record: OriginRecord): void {
    if (this.origins === null) this.origins = [record]
    else this.origins.push(record)
  }

  /** From now on the shield is that of the secondary. */
  addFailover(record: Omit<FailoverRecord, 'attemptsBefore' | 'shield'>): void {
    const whole = { ...record, attemptsBefore: this.origins?.length ?? 0, shield: this.shield }
    this.shield = null
    if (this.failovers === null) this.failovers = [whole]
    else this.failovers.push(whole)
  }
}
